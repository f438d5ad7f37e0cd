"""Rows as a file of the cache: made where it is missing, and recorded for the work order."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TypeVar

from finetune_bench.canonical import sha256_of
from finetune_bench.hub_recipes import HubPairs, HubText
from finetune_bench.order import Data, PairData, PairRecipe, TextRecipe
from finetune_bench.store import made_once
from finetune_bench.workloads.base import Values

Rows = TypeVar("Rows", Data, PairData)
FILE_NAMES = {Data: "tokens", PairData: "pairs"}


def row_file(
    record: type[Rows],
    recipe: TextRecipe | HubText | PairRecipe | HubPairs,
    values: Values,
    cache: Path,
    make: Callable[[Path], dict[str, object]],
) -> tuple[Rows, str]:
    """The record and the name of the file. `make` writes rows as `values` ask for them, and tells hash and lengths."""
    rows, validation_rows = values["rows"], values["validation_rows"]
    asked = [asdict(recipe), rows, validation_rows, values["max_length"]]
    name = f"{FILE_NAMES[record]}-{sha256_of(asked)[:16]}.safetensors"
    facts = made_once(cache / name, make)
    data = record(
        recipe=recipe,
        rows=rows,
        validation_rows=validation_rows,
        length_histogram=facts["length_histogram"],
        sha256=str(facts["sha256"]),
    )
    return data, name
