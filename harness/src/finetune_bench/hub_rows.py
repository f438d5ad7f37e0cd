"""Rows of the files of a data set of the hub: text, JSON or parquet, as the ending of a file's name says."""

import gzip
import json
import os
import sys
import sysconfig
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from finetune_bench.errors import BadInput, CannotFetch, HarnessError
from finetune_bench.hub import Repository

Row = Mapping[str, Any]

PYARROW = "pyarrow==26.0.1"
PARQUET_PYTHON = "FINETUNE_BENCH_PARQUET_PYTHON"
"""The interpreter of an environment, of this Python's version, that has pyarrow."""


@dataclass(frozen=True, kw_only=True)
class Split:
    """Files whose rows make one split, in their order. `setting` is the value of `set` that names them."""

    dataset: Repository
    setting: str
    files: tuple[str, ...]

    @property
    def what(self) -> str:
        return f"{', '.join(self.files)} of the {self.dataset.what}"

    def fetch(self) -> list[Path]:
        """The files, in the cache of this machine."""
        for name in self.files:
            _reader_of(name, self)
        try:
            return [self.dataset.file(name) for name in self.files]
        except FileNotFoundError as error:
            raise BadInput(f"{error}; it is named by set.{self.setting}") from error

    def rows(self, columns: Sequence[str]) -> Iterator[Row]:
        """Every row, as a dictionary with at least what it has of `columns`."""
        for name, path in zip(self.files, self.fetch(), strict=True):
            found = _reader_of(name, self)(path, columns)
            while True:
                try:
                    row = next(found, None)
                except (HarnessError, MemoryError):
                    raise
                except Exception as error:  # whatever a library has to say of foreign bytes
                    reason = (str(error).strip() or type(error).__name__).split("\n")[0]
                    raise BadInput(f"{name} of the {self.dataset.what} cannot be read: {reason}") from error
                if row is None:
                    break
                yield row if isinstance(row, dict) else {}

    def first(self, count: int, columns: Sequence[str], asking: str) -> list[Row]:
        """The first rows; `asking` are the values of `set` that ask for so many."""
        found = list(islice(self.rows(columns), count))
        if len(found) < count:
            raise BadInput(f"{self.what} has {len(found):,} rows; {asking} for {count:,}")
        return found

    def refusal(self, number: int, row: Row, fault: str, accepted: str) -> BadInput:
        """What a row, counted from 1, is refused with."""
        has = ", ".join(map(str, row)) or "nothing that has a name"
        return BadInput(
            f"row {number} of {self.what} {fault} (it has {has}); accepted: {accepted}; "
            f"name another file with set.{self.setting}, or another data set with set.dataset_id"
        )

    def text(self, number: int, row: Row, field: str, fields: Sequence[str]) -> str:
        value = row.get(field)
        if not isinstance(value, str):
            raise self.refusal(number, row, f"has no text {field!r}", f"rows with {', '.join(fields)}")
        return value


Reader = Callable[[Path, Sequence[str]], Iterator[Any]]


def _reader_of(name: str, split: Split) -> Reader:
    ending = Path(name.lower().removesuffix(".gz")).suffix
    reader = READERS.get(ending)
    if reader is None or (ending == ".parquet" and name.lower().endswith(".gz")):
        raise BadInput(
            f"{name!r} of the {split.dataset.what} has no ending that tells how to read it; "
            f"accepted in set.{split.setting}: {', '.join(READERS)}, and .gz after all but the last"
        )
    return reader


def _lines(path: Path, _: Sequence[str]) -> Iterator[Row]:
    """Lines that have words."""
    for line in _content(path).split("\n"):
        if line.strip():
            yield {"text": line}


def _json(path: Path, _: Sequence[str]) -> Iterator[Any]:
    """JSON lines, or one JSON array."""
    text = _content(path)
    if text.lstrip()[:1] == "[":
        yield from json.loads(text)
        return
    for line in text.split("\n"):
        if line.strip():
            yield json.loads(line)


def _content(path: Path) -> str:
    data = path.read_bytes()
    return (gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data).decode("utf-8")


def _parquet(path: Path, columns: Sequence[str]) -> Iterator[Row]:
    with _pyarrow_parquet().ParquetFile(path) as file:
        names = file.schema_arrow.names
        wanted = list(columns) if set(columns) <= set(names) else names
        for batch in file.iter_batches(batch_size=8192, columns=wanted):
            yield from batch.to_pylist()


def _pyarrow_parquet() -> Any:
    """pyarrow of this interpreter, or of the environment that has nothing else."""
    environment = os.environ.get(PARQUET_PYTHON)
    if environment:
        base = str(Path(environment).parent.parent)
        sys.path.append(sysconfig.get_path("platlib", "venv", {"base": base, "platbase": base}))
    try:
        import pyarrow.parquet
    except ImportError as error:
        raise CannotFetch(
            f"a file of the data set is parquet, and {sys.executable} cannot read it: {error}; "
            f"install {PYARROW} there, or name a file that ends in .jsonl"
        ) from error
    return pyarrow.parquet


READERS: dict[str, Reader] = {".txt": _lines, ".jsonl": _json, ".json": _json, ".parquet": _parquet}
