"""The shapes of the models: what of an architecture a work order names."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class LlamaShape:
    vocab_size: int
    hidden_size: int
    intermediate_size: int
    layers: int
    heads: int
    kv_heads: int
    head_dim: int
    rope_theta: float
    rms_norm_eps: float
    max_positions: int


@dataclass(frozen=True, kw_only=True)
class Qwen3Shape(LlamaShape):
    """A Llama that also normalises queries and keys. `tied`: the head is the embedding table itself."""

    tied: bool


@dataclass(frozen=True, kw_only=True)
class LmShape:
    """A decoder with pre-norm blocks, sinusoidal positions and a head of its own."""

    vocab_size: int
    hidden_size: int
    intermediate_size: int
    layers: int
    heads: int
    norm_eps: float


@dataclass(frozen=True, kw_only=True)
class BertShape:
    """BERT's encoder with post-norm blocks, and a classifier of two of its sentences."""

    vocab_size: int
    hidden_size: int
    intermediate_size: int
    layers: int
    heads: int
    max_positions: int
    token_types: int
    norm_eps: float
    classes: int
