"""A synthetic text of one piece, for models that read it window by window."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from finetune_bench.generate import END_ID, zipf_ids, zipf_law
from finetune_bench.order import StreamRecipe
from finetune_bench.weights import generator, write_arrays


def generate_stream(recipe: StreamRecipe, tokens: int, stream: str) -> np.ndarray:
    """int32 [tokens]: sentences of Zipf-distributed words, END_ID after each."""
    lengths_random, ids_random = generator(recipe.seed, stream).spawn(2)
    law = recipe.sentences
    text = zipf_ids(zipf_law(recipe.vocab_size, recipe.zipf_exponent), ids_random.random(tokens)).astype(np.int32)
    drawn = np.rint(law.mean + law.deviation * lengths_random.standard_normal(tokens // (law.shortest + 1) + 1))
    ends = np.cumsum(np.clip(drawn, law.shortest, law.longest).astype(np.int64) + 1) - 1
    text[ends[ends < tokens]] = END_ID
    return text


def write_stream_file(path: Path, recipe: StreamRecipe, tokens: int, validation_tokens: int) -> dict[str, object]:
    """Writes both splits as safetensors. Returns the file's sha256."""
    splits = {"train": tokens, "validation": validation_tokens}
    texts = {name: generate_stream(recipe, count, f"{name}-stream") for name, count in splits.items()}
    return {"sha256": write_streams(path, texts)}


def write_streams(path: Path, texts: Mapping[str, np.ndarray]) -> str:
    """Writes texts of any origin by the names of their splits. Returns the file's sha256."""
    return write_arrays(path, {f"{name}.ids": text for name, text in texts.items()})


def read_stream_file(path: Path) -> dict[str, np.ndarray]:
    """The splits of a file of text, by name."""
    from safetensors.numpy import load_file

    arrays = load_file(path)
    return {split: arrays[f"{split}.ids"] for split in ("train", "validation")}
