"""Llama and its relatives as their checkpoints hold them: what the configuration must say, and where tensors lie."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from finetune_bench.checkpoint import Architecture, Places, Settings
from finetune_bench.errors import BadInput
from finetune_bench.model_shapes import LlamaShape
from finetune_bench.stored_tensors import StoredTensors
from finetune_bench.workloads.llama_layouts import Layout, from_layout, stored_name

EMBEDDING, HEAD = "model.embed_tokens.weight", "lm_head.weight"
META = "tok_embeddings.weight"
"""By this tensor Meta's layout is known."""
FREQUENCIES = ("inv_freq", "rope.freqs")
"""How tensors end that follow from the configuration."""
DEFAULT_THETA = 10_000.0
"""What a configuration without one means, for every architecture here."""


def llama(model_type: str, shape: LlamaShape, tensors: Mapping[str, tuple[int, ...]]) -> Architecture:
    def settings(config: Mapping[str, Any]) -> Settings:
        return {"model_type": (config.get("model_type"), model_type), **_settings(config, shape)}

    def places(stored: StoredTensors) -> Places:
        return _places(
            stored, shape, tensors, "meta" if model_type == "llama" and META in stored.shapes else "huggingface"
        )

    return Architecture(shape=shape, tensors=tensors, settings=settings, places=places)


def _settings(config: Mapping[str, Any], shape: LlamaShape) -> Settings:
    heads = config.get("num_attention_heads")
    return {
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


def _places(stored: StoredTensors, shape: LlamaShape, tensors: Mapping[str, tuple[int, ...]], layout: Layout) -> Places:
    given = stored.shapes
    takes = {name: stored_name(name, layout) for name in tensors}
    if HEAD in tensors and takes[HEAD] not in given:
        takes[HEAD] = takes[EMBEDDING]  # a tied head: the embedding table again
    if HEAD not in tensors and HEAD in given and not np.array_equal(stored.float32(HEAD), stored.float32(EMBEDDING)):
        raise BadInput(f"the {stored.what} has a head of its own; accepted: one tied to the embedding table")
    spare = {name for name in {*given} - {*takes.values(), HEAD} if not name.endswith(FREQUENCIES)}

    def read(name: str, values: np.ndarray) -> np.ndarray:
        return from_layout(name, values.reshape(tensors[name]), shape, layout)

    return Places(takes, spare, read)
