"""A Llama or Qwen3 in float64 throughout: transformers computes norms and rotations in float32 whatever the type."""

from typing import Any

import torch

from finetune_bench.model_shapes import LlamaShape, Qwen3Shape


class ExactRotary(torch.nn.Module):
    """cos and sin of position / theta^(2i/d), each [rows, length, head_dim], in float64."""

    def __init__(self, shape: LlamaShape) -> None:
        super().__init__()
        exponents = torch.arange(0, shape.head_dim, 2, dtype=torch.float64) / shape.head_dim
        self.register_buffer("frequencies", shape.rope_theta**-exponents, persistent=False)

    def forward(self, _: torch.Tensor, position_ids: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        angles = position_ids[..., None].double() * self.frequencies
        angles = torch.cat((angles, angles), dim=-1)
        return angles.cos(), angles.sin()


def make_exact(model: Any, shape: LlamaShape) -> None:
    """Replaces the norms and the rotary embedding of transformers' Llama or Qwen3 by float64 ones; weights stay."""
    body = model.model
    body.rotary_emb = ExactRotary(shape)
    for layer in body.layers:
        layer.input_layernorm = _exact_norm(layer.input_layernorm, shape)
        layer.post_attention_layernorm = _exact_norm(layer.post_attention_layernorm, shape)
        attention = layer.self_attn
        if isinstance(shape, Qwen3Shape):
            attention.q_norm = _exact_norm(attention.q_norm, shape)
            attention.k_norm = _exact_norm(attention.k_norm, shape)
    body.norm = _exact_norm(body.norm, shape)


def _exact_norm(norm: Any, shape: LlamaShape) -> torch.nn.RMSNorm:
    exact = torch.nn.RMSNorm(norm.weight.shape, eps=shape.rms_norm_eps, dtype=torch.float64)
    exact.weight = norm.weight
    return exact
