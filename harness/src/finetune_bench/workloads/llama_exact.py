"""A Llama in float64 throughout: transformers computes norms and rotations in float32 whatever the type."""

from typing import Any

import torch

from finetune_bench.order import LlamaShape


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
    """Replaces the norms and the rotary embedding of a transformers Llama by float64 ones, keeping the weights."""
    body = model.model
    body.rotary_emb = ExactRotary(shape)
    for layer in body.layers:
        layer.input_layernorm = _exact_norm(layer.input_layernorm, shape)
        layer.post_attention_layernorm = _exact_norm(layer.post_attention_layernorm, shape)
    body.norm = _exact_norm(body.norm, shape)


def _exact_norm(norm: Any, shape: LlamaShape) -> torch.nn.RMSNorm:
    exact = torch.nn.RMSNorm(shape.hidden_size, eps=shape.rms_norm_eps, dtype=torch.float64)
    exact.weight = norm.weight
    return exact
