"""Writes tensors as safetensors in one pass and little memory, from one fixed random stream.

Values are uniform, not normal: `PCG64` bits scaled by exact float32 arithmetic give the same bytes on every
processor and C library, where a normal draw goes through `log` and `exp`.
"""

import hashlib
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from finetune_bench.order import WeightsRecipe
from finetune_bench.store import say

CHUNK_VALUES = 4 * 2**20
SAY_EVERY_BYTES = 512 * 2**20

# One seed feeds several independent streams, so that changing one part of the work leaves the others as they are.
STREAMS = {
    "train": 0,
    "validation": 1,
    "shuffle": 2,
    "weights": 3,
    "adapter": 4,
    "matrices": 5,
    "train-pairs": 6,
    "validation-pairs": 7,
    "train-stream": 8,
    "validation-stream": 9,
}

STD = 0.02
"""Standard deviation of weights that are made here."""

_TYPES = {
    "float32": ("F32", 4),
    "float16": ("F16", 2),
    "bfloat16": ("BF16", 2),
    "int32": ("I32", 4),
    "int64": ("I64", 8),
}
"""Type → its name in the file, and its bytes."""


def generator(seed: int, stream: str) -> np.random.Generator:
    """The named random stream of a seed."""
    return np.random.Generator(np.random.PCG64([seed, STREAMS[stream]]))


@dataclass(frozen=True)
class Uniform:
    """A float32 tensor drawn uniformly from [centre - half_width, centre + half_width)."""

    shape: tuple[int, ...]
    half_width: float
    centre: float = 0.0

    def chunks(self, random: np.random.Generator) -> Iterator[np.ndarray]:
        left = math.prod(self.shape)
        while left > 0:
            values = random.random(min(left, CHUNK_VALUES), dtype=np.float32)
            values *= np.float32(2 * self.half_width)
            values += np.float32(self.centre - self.half_width)
            yield values
            left -= len(values)


def write_random_tensors(path: Path, tensors: Mapping[str, Uniform], random: np.random.Generator) -> str:
    """Draws every tensor in the order given and writes them. Returns the file's sha256, hex."""
    header = [(name, "float32", tensor.shape) for name, tensor in tensors.items()]
    chunks = (chunk for tensor in tensors.values() for chunk in tensor.chunks(random))
    return _write(path, header, chunks)


def write_initial_weights(path: Path, shapes: Mapping[str, tuple[int, ...]], recipe: WeightsRecipe) -> str:
    """Random weights. Gains of norms stand around 1, so that a norm left out or not loaded shows; biases around 0."""
    tensors = {name: initial(name, shape, recipe.std) for name, shape in shapes.items()}
    return write_random_tensors(path, tensors, generator(recipe.seed, "weights"))


def initial(name: str, shape: tuple[int, ...], std: float) -> Uniform:
    centre = 1.0 if len(shape) == 1 and name.endswith(".weight") else 0.0
    return Uniform(shape, std * 3**0.5, centre)


def write_streamed(
    path: Path, shapes: Mapping[str, tuple[int, ...]], chunks: Iterable[np.ndarray], dtype: str = "float32"
) -> str:
    """Writes float32 values that come one array after the other, rounded to a type. Returns the file's sha256, hex."""
    header = [(name, dtype, shape) for name, shape in shapes.items()]
    return _write(path, header, (_rounded(chunk, dtype) for chunk in chunks))


def _rounded(values: np.ndarray, dtype: str) -> np.ndarray:
    """float32 values in another type, to the nearest, ties to even; those of bfloat16 as their bits."""
    if dtype != "bfloat16":
        return values.astype(dtype, copy=False)
    bits = np.ascontiguousarray(values).view(np.uint32)
    return ((bits + np.uint32(0x7FFF) + ((bits >> np.uint32(16)) & np.uint32(1))) >> np.uint32(16)).astype(np.uint16)


def write_arrays(path: Path, arrays: Mapping[str, np.ndarray]) -> str:
    """Writes arrays that are in memory, in the order given. Returns the file's sha256, hex."""
    header = [(name, str(array.dtype), array.shape) for name, array in arrays.items()]
    return _write(path, header, arrays.values())


def _write(path: Path, tensors: Sequence[tuple[str, str, tuple[int, ...]]], chunks: Iterable[np.ndarray]) -> str:
    header: dict[str, object] = {}
    end = 0
    for name, dtype, shape in tensors:
        stored, width = _TYPES[dtype]
        start, end = end, end + math.prod(shape) * width
        header[name] = {"dtype": stored, "shape": list(shape), "data_offsets": [start, end]}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)  # tensors start on an 8-byte boundary
    digest = hashlib.sha256()
    written, said = 0, SAY_EVERY_BYTES
    with open(path, "wb") as file:
        for part in (len(text).to_bytes(8, "little"), text):
            digest.update(part)
            file.write(part)
        for chunk in chunks:
            data = np.ascontiguousarray(chunk).data.cast("B")
            digest.update(data)
            file.write(data)
            written += len(data)
            if written >= said and end > SAY_EVERY_BYTES:
                say(f"writing {path.name.split('.part-')[0]}: {written / 2**30:.1f} of {end / 2**30:.1f} GiB")
                said += SAY_EVERY_BYTES
    return digest.hexdigest()


def file_sha256(path: Path) -> str:
    """sha256 of a file's bytes, hex."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
