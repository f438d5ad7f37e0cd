"""mlx-lm's Llama in a workload's shape."""

from typing import Any

from finetune_bench.errors import BackendUnavailable
from finetune_bench.model_shapes import LlamaShape

try:
    from mlx_lm.models.llama import Model, ModelArgs
except ImportError as error:
    raise BackendUnavailable(f"this workload needs mlx and mlx-lm: {error}") from error


def build_llama(shape: LlamaShape) -> Any:
    """Its weights are drawn only where nothing is loaded over them."""
    # mlx-lm reads a top-level rope_theta only: a nested one is passed over and the default taken.
    arguments = ModelArgs(
        model_type="llama",
        hidden_size=shape.hidden_size,
        num_hidden_layers=shape.layers,
        intermediate_size=shape.intermediate_size,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.kv_heads,
        head_dim=shape.head_dim,
        rms_norm_eps=shape.rms_norm_eps,
        vocab_size=shape.vocab_size,
        max_position_embeddings=shape.max_positions,
        rope_theta=shape.rope_theta,
        tie_word_embeddings=False,
    )
    return Model(arguments)
