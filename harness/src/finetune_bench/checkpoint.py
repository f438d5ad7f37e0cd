"""A checkpoint of the hub as the weights of a workload: checked against its architecture, then held in float32.

Both frameworks load the one file made here, as they load random weights; no library reads its configuration.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from finetune_bench.canonical import sha256_of
from finetune_bench.errors import BadInput
from finetune_bench.hub import Repository
from finetune_bench.hub_recipes import HubCheckpoint
from finetune_bench.order import LlamaShape, Weights
from finetune_bench.store import made_once, say
from finetune_bench.stored_tensors import StoredTensors
from finetune_bench.structure import to_json
from finetune_bench.weights import write_streamed

SINGLE, INDEX = "model.safetensors", "model.safetensors.index.json"
EMBEDDING, HEAD = "model.embed_tokens.weight", "lm_head.weight"
DEFAULT_THETA = 10_000.0
"""What a configuration without one means, for every architecture here."""


@dataclass(frozen=True)
class Architecture:
    """What a workload's model is called in a configuration, its shape, and its tensors in the order of the file."""

    model_type: str
    shape: LlamaShape
    tensors: Mapping[str, tuple[int, ...]]


def hub_weights(repository: Repository, wanted: Architecture, seed: int, cache: Path) -> tuple[Weights, str]:
    """The checkpoint's weights in the cache, made where they are missing, and the name of their file."""
    check_architecture(_config(repository), wanted, repository.what)
    name = f"hub-{sha256_of([repository.name, repository.commit, to_json(wanted.shape)])[:16]}.safetensors"
    say(f"weights: {name} ({repository.name} at {repository.commit})")
    facts = made_once(cache / name, lambda path: {"sha256": _convert(repository, wanted, path)})
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
    shape = wanted.shape
    heads = config.get("num_attention_heads")
    accepted: dict[str, tuple[object, object]] = {
        "model_type": (config.get("model_type"), wanted.model_type),
        "vocab_size": (config.get("vocab_size"), shape.vocab_size),
        "hidden_size": (config.get("hidden_size"), shape.hidden_size),
        "intermediate_size": (config.get("intermediate_size"), shape.intermediate_size),
        "num_hidden_layers": (config.get("num_hidden_layers"), shape.layers),
        "num_attention_heads": (heads, shape.heads),
        "num_key_value_heads": (config.get("num_key_value_heads") or heads, shape.kv_heads),
        "head_dim": (config.get("head_dim") or _ratio(config.get("hidden_size"), heads), shape.head_dim),
        "rms_norm_eps": (config.get("rms_norm_eps"), shape.rms_norm_eps),
        "max_position_embeddings": (config.get("max_position_embeddings"), shape.max_positions),
        "rope_theta": (rope_theta(config), shape.rope_theta),
        "rope_scaling": (_scaling(config), "none"),
        "hidden_act": (config.get("hidden_act", "silu"), "silu"),
        "attention_bias": (bool(config.get("attention_bias")), False),
        "mlp_bias": (bool(config.get("mlp_bias")), False),
        "use_sliding_window": (bool(config.get("use_sliding_window")), False),
    }
    other = [f"{name} is {given!r}, accepted {right!r}" for name, (given, right) in accepted.items() if given != right]
    if other:
        raise BadInput(f"the {what} is not the model of this workload and size: {'; '.join(other)}")


def rope_theta(config: Mapping[str, Any]) -> object:
    """From the top level, or nested as newer libraries write it; both when they contradict each other."""
    nested = config.get("rope_parameters") or {}
    found = [place["rope_theta"] for place in (config, nested) if place.get("rope_theta") is not None]
    if len(set(found)) > 1:
        return tuple(found)
    return found[0] if found else DEFAULT_THETA


def _scaling(config: Mapping[str, Any]) -> object:
    for place in (config.get("rope_scaling") or {}, config.get("rope_parameters") or {}):
        kind = place.get("rope_type") or place.get("type") or "default"
        if kind != "default":
            return kind
    return "none"


def _ratio(hidden: object, heads: object) -> object:
    return hidden // heads if isinstance(hidden, int) and isinstance(heads, int) and heads else None


def _convert(repository: Repository, wanted: Architecture, path: Path) -> str:
    """One float32 file in the workload's order. Narrow types widen without loss. Returns its sha256."""
    stored = StoredTensors(_files(repository), repository.what)
    given = stored.shapes
    shapes = dict(wanted.tensors)
    takes = {name: name for name in shapes}
    if HEAD in shapes and HEAD not in given:
        takes[HEAD] = EMBEDDING  # a tied head: the embedding table again
    if HEAD not in shapes and HEAD in given and not np.array_equal(stored.float32(HEAD), stored.float32(EMBEDDING)):
        raise BadInput(f"the {repository.what} has a head of its own; accepted: one tied to the embedding table")
    spare = {name for name in given if name not in shapes and name != HEAD and not name.endswith("inv_freq")}
    wrong = [
        f"{name} is {list(given.get(takes[name], ())) or 'missing'}, accepted {list(shape)}"
        for name, shape in shapes.items()
        if given.get(takes[name]) != shape
    ] + [f"{name} has no place in the model" for name in sorted(spare)]
    if wrong:
        more = f"; and {len(wrong) - 5} more" if len(wrong) > 5 else ""
        raise BadInput(f"the tensors of the {repository.what} are others: {'; '.join(wrong[:5])}{more}")
    return write_streamed(path, shapes, (stored.float32(takes[name]) for name in shapes))


def _files(repository: Repository) -> list[Path]:
    try:
        return [repository.file(SINGLE)]
    except FileNotFoundError:
        pass
    try:
        index = json.loads(repository.file(INDEX).read_text(encoding="utf-8"))
        names = sorted(set(index["weight_map"].values()))
        return [repository.file(name) for name in names]
    except FileNotFoundError as error:
        raise BadInput(f"the {repository.what} has no safetensors: {error}") from error
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise BadInput(f"{INDEX} of the {repository.what} is damaged: {error!r}") from error
