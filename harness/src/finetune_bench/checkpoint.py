"""A checkpoint of the hub as the weights of a workload: checked against its architecture, then held in float32.

Both frameworks load the one file made here, as they load random weights; no library reads its configuration.
"""

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from finetune_bench.canonical import sha256_of
from finetune_bench.errors import BadInput
from finetune_bench.hub import Repository
from finetune_bench.hub_recipes import HubCheckpoint
from finetune_bench.order import Weights
from finetune_bench.store import made_once, say
from finetune_bench.stored_tensors import StoredTensors
from finetune_bench.structure import to_json
from finetune_bench.weights import STD, generator, initial, write_streamed

SINGLE, INDEX = "model.safetensors", "model.safetensors.index.json"

Settings = Mapping[str, tuple[object, object]]
"""A value of a configuration → what it is, and what is accepted."""


@dataclass(frozen=True)
class Places:
    """The model's tensor → the checkpoint's; what of the checkpoint has no place in the model; how values are read."""

    takes: Mapping[str, str]
    spare: Collection[str]
    read: Callable[[str, np.ndarray], np.ndarray] = lambda _name, values: values
    """(the model's tensor, the checkpoint's values) → its own values."""


@dataclass(frozen=True, kw_only=True)
class Architecture:
    """A workload's model as its checkpoints hold it: its shape, and its tensors in the order of the file."""

    shape: object
    tensors: Mapping[str, tuple[int, ...]]
    settings: Callable[[Mapping[str, Any]], Settings]
    places: Callable[[StoredTensors], Places]
    made: tuple[str, ...] = ()
    """Tensors that no checkpoint has."""


def hub_weights(repository: Repository, wanted: Architecture, seed: int, cache: Path) -> tuple[Weights, str]:
    """The checkpoint's weights in the cache, made where they are missing, and the name of their file."""
    check_architecture(_config(repository), wanted, repository.what)
    drawn = [seed] if wanted.made else []
    name = f"hub-{sha256_of([repository.name, repository.commit, to_json(wanted.shape), *drawn])[:16]}.safetensors"
    say(f"weights: {name} ({repository.name} at {repository.commit})")
    facts = made_once(cache / name, lambda path: {"sha256": _convert(repository, wanted, seed, path)})
    recipe = HubCheckpoint(hub_model=repository.name, commit=str(repository.commit), seed=seed)
    return Weights(recipe=recipe, dtype="float32", sha256=str(facts["sha256"])), name


def _config(repository: Repository) -> dict[str, Any]:
    try:
        config = json.loads(repository.file("config.json").read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise BadInput(f"{error}: it is no checkpoint") from error
    except ValueError as error:
        raise BadInput(f"config.json of the {repository.what} is damaged: {error}") from error
    if not isinstance(config, dict):
        raise BadInput(f"config.json of the {repository.what} is no object")
    return config


def check_architecture(config: Mapping[str, Any], wanted: Architecture, what: str) -> None:
    """BadInput with everything in which the configuration is another model than the workload's."""
    settings = wanted.settings(config)
    other = [f"{name} is {given!r}, accepted {right!r}" for name, (given, right) in settings.items() if given != right]
    if other:
        raise BadInput(f"the {what} is not the model of this workload and size: {'; '.join(other)}")


def _convert(repository: Repository, wanted: Architecture, seed: int, path: Path) -> str:
    """One float32 file in the workload's order. Narrow types widen without loss. Returns its sha256."""
    stored = StoredTensors(_files(repository), repository.what)
    given, shapes = stored.shapes, wanted.tensors
    places = wanted.places(stored)
    wrong = [
        f"{stored_name} is {list(given.get(stored_name, ())) or 'missing'}, accepted {list(shapes[name])}"
        for name, stored_name in places.takes.items()
        if given.get(stored_name) != shapes[name]
    ] + [f"{name} has no place in the model" for name in sorted(places.spare)]
    if wrong:
        more = f"; and {len(wrong) - 5} more" if len(wrong) > 5 else ""
        raise BadInput(f"the tensors of the {repository.what} are others: {'; '.join(wrong[:5])}{more}")
    random = generator(seed, "weights")

    def chunks() -> Iterator[np.ndarray]:
        for name, shape in shapes.items():
            if name in wanted.made:
                yield from initial(name, shape, STD).chunks(random)
            else:
                yield places.read(name, stored.float32(places.takes[name]))

    return write_streamed(path, shapes, chunks())


def _files(repository: Repository) -> list[Path]:
    try:
        path = repository.first_of(SINGLE, INDEX)
    except FileNotFoundError as error:
        raise BadInput(
            f"the {repository.what} has no safetensors: {error}; other formats are not read. Many models have them in "
            "a branch of their own (such as refs/pr/1), which set.revision can name"
        ) from error
    if path.name == SINGLE:
        return [path]
    try:
        index = json.loads(path.read_text(encoding="utf-8"))
        names = sorted(set(index["weight_map"].values()))
        return [repository.file(name) for name in names]
    except FileNotFoundError as error:
        raise BadInput(f"{INDEX} of the {repository.what} names files that are not there: {error}") from error
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise BadInput(f"{INDEX} of the {repository.what} is damaged: {error!r}") from error
