"""The tensors of safetensors files as float32, one at a time; their bytes are read here, as numpy has no bfloat16."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from finetune_bench.errors import BadInput

STORED = {"F32": np.dtype("<f4"), "F16": np.dtype("<f2"), "BF16": np.dtype("<u2")}


class StoredTensors:
    """`what` names their origin in messages."""

    def __init__(self, paths: Sequence[Path], what: str) -> None:
        self.what = what
        self._places: dict[str, tuple[Path, int, dict[str, Any]]] = {}
        for path in paths:
            try:
                start, entries = _header(path)
                end = start + max((entry["data_offsets"][1] for entry in entries.values()), default=0)
            except (ValueError, AttributeError, KeyError, TypeError) as error:
                raise BadInput(f"{path.name} of the {what} is damaged: {error!r}") from error
            if end != path.stat().st_size:
                raise BadInput(f"{path.name} of the {what} has {path.stat().st_size:,} bytes, its header says {end:,}")
            self._places |= {name: (path, start, entry) for name, entry in entries.items()}

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        return {name: tuple(entry["shape"]) for name, (_, _, entry) in self._places.items()}

    @property
    def bytes(self) -> int:
        """Of all values."""
        return sum(entry["data_offsets"][1] - entry["data_offsets"][0] for _, _, entry in self._places.values())

    def float32(self, name: str) -> np.ndarray:
        """All values, flat. Narrow types widen without loss."""
        path, data, entry = self._places[name]
        dtype = STORED.get(entry["dtype"])
        if dtype is None:
            raise BadInput(f"{name} of the {self.what} is {entry['dtype']}; accepted: {', '.join(STORED)}")
        start, end = entry["data_offsets"]
        with open(path, "rb") as file:
            file.seek(data + start)
            values = np.frombuffer(file.read(end - start), dtype=dtype)
        if entry["dtype"] == "BF16":
            return (values.astype(np.uint32) << np.uint32(16)).view(np.float32)
        return values.astype(np.float32)


def _header(path: Path) -> tuple[int, dict[str, dict[str, Any]]]:
    """Where the data begins, and the entry of every tensor."""
    with open(path, "rb") as file:
        length = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(min(length, path.stat().st_size)))
    header.pop("__metadata__", None)
    return 8 + length, header
