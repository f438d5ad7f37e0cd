"""The tokenizer of a model of the hub, as its library reads it."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from finetune_bench.errors import BadInput
from finetune_bench.hub import Repository


def tokenizer_of(repository: Repository) -> Any:
    """What `tokenizer.json` says, or BERT's word pieces of a `vocab.txt`."""
    try:
        path = repository.first_of("tokenizer.json", "vocab.txt")
    except FileNotFoundError as error:
        raise BadInput(f"the {repository.what} has no tokenizer: neither tokenizer.json nor vocab.txt") from error
    if path.name == "vocab.txt":
        return _word_pieces(repository, path)
    from tokenizers import Tokenizer

    try:
        return Tokenizer.from_file(str(path))
    except Exception as error:  # the library raises no narrower one
        raise BadInput(f"tokenizer.json of the {repository.what} is damaged: {error}") from error


def _word_pieces(repository: Repository, vocabulary: Path) -> Any:
    from tokenizers import BertWordPieceTokenizer

    lower_case = _lower_case(repository)
    try:
        return BertWordPieceTokenizer(str(vocabulary), lowercase=lower_case)
    except Exception as error:  # the library raises no narrower one
        raise BadInput(f"vocab.txt of the {repository.what} holds no word pieces: {error}") from error


def _lower_case(repository: Repository) -> bool:
    """As its own tokenizer does where nothing is said."""
    try:
        settings = json.loads(repository.file("tokenizer_config.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return True
    except ValueError as error:
        raise BadInput(f"tokenizer_config.json of the {repository.what} is damaged: {error}") from error
    return not isinstance(settings, dict) or settings.get("do_lower_case", True) is not False


def encoded(tokenizer: Any, texts: Sequence[str], vocab_size: int, repository: Repository) -> list[np.ndarray]:
    """int32 ids of every text. BadInput where the model has no place for one."""
    rows = [np.array(one.ids, dtype=np.int32) for one in tokenizer.encode_batch(list(texts))]
    highest = max((int(row.max()) for row in rows if len(row)), default=0)
    if highest >= vocab_size:
        raise BadInput(
            f"the tokenizer of the {repository.what} gives id {highest}; the model accepts ids below {vocab_size}"
        )
    return rows
