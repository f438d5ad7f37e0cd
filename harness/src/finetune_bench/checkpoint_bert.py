"""BERT as its checkpoints hold it: what the configuration must say, and where the encoder's tensors lie."""

import re
from collections.abc import Mapping
from typing import Any

from finetune_bench.checkpoint import Architecture, Places, Settings
from finetune_bench.model_shapes import BertShape
from finetune_bench.stored_tensors import StoredTensors

CLASSIFIER = ("classifier.weight", "classifier.bias")
"""Of pairs of sentences, which no checkpoint has: made here."""

BLOCK = {
    "attention.query": "attention.self.query",
    "attention.key": "attention.self.key",
    "attention.value": "attention.self.value",
    "attention.output": "attention.output.dense",
    "attention_norm": "attention.output.LayerNorm",
    "inner": "intermediate.dense",
    "outer": "output.dense",
    "output_norm": "output.LayerNorm",
}
REST = {
    "embeddings.word": "embeddings.word_embeddings",
    "embeddings.position": "embeddings.position_embeddings",
    "embeddings.token_type": "embeddings.token_type_embeddings",
    "embeddings.norm": "embeddings.LayerNorm",
    "pooler": "pooler.dense",
}
OLD_NORMS = {"weight": "gamma", "bias": "beta"}
"""What the first checkpoints call gain and bias of a norm."""
UNUSED = re.compile(r"(?:cls|classifier)\.|(?:bert\.)?embeddings\.position_ids$")
"""Heads of other tasks, and positions counted."""


def bert(shape: BertShape, tensors: Mapping[str, tuple[int, ...]]) -> Architecture:
    return Architecture(
        shape=shape,
        tensors=tensors,
        settings=lambda config: _settings(config, shape),
        places=lambda stored: _places(stored, tensors),
        made=CLASSIFIER,
    )


def _settings(config: Mapping[str, Any], shape: BertShape) -> Settings:
    """Where the first configurations say nothing, the library's defaults stand."""
    return {
        "model_type": (config.get("model_type", "bert"), "bert"),
        "vocab_size": (config.get("vocab_size"), shape.vocab_size),
        "hidden_size": (config.get("hidden_size"), shape.hidden_size),
        "intermediate_size": (config.get("intermediate_size"), shape.intermediate_size),
        "num_hidden_layers": (config.get("num_hidden_layers"), shape.layers),
        "num_attention_heads": (config.get("num_attention_heads"), shape.heads),
        "max_position_embeddings": (config.get("max_position_embeddings"), shape.max_positions),
        "type_vocab_size": (config.get("type_vocab_size", 2), shape.token_types),
        "layer_norm_eps": (config.get("layer_norm_eps", 1e-12), shape.norm_eps),
        "hidden_act": (config.get("hidden_act", "gelu"), "gelu"),
        "position_embedding_type": (config.get("position_embedding_type", "absolute"), "absolute"),
        "is_decoder": (bool(config.get("is_decoder")), False),
    }


def _places(stored: StoredTensors, shapes: Mapping[str, tuple[int, ...]]) -> Places:
    given = stored.shapes
    takes = {name: _stored_name(name, given) for name in shapes if name not in CLASSIFIER}
    used = set(takes.values())
    return Places(takes, {name for name in given if name not in used and not UNUSED.match(name)})


def _stored_name(name: str, given: Mapping[str, object]) -> str:
    """`bert.` stands before the names where the checkpoint has a head as well."""
    module, kind = name.rsplit(".", 1)
    block = re.fullmatch(r"layers\.(\d+)\.(.+)", module)
    place = f"encoder.layer.{block[1]}.{BLOCK[block[2]]}" if block else REST[module]
    names = [f"{prefix}{place}.{last}" for prefix in ("bert.", "") for last in (kind, OLD_NORMS[kind])]
    return next((one for one in names if one in given), names[0])
