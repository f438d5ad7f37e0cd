"""Rows packed behind one another in PyTorch: each attends itself alone, in the quickest kernel there is for it."""

import inspect
from collections.abc import Mapping
from typing import Any

from finetune_bench.backends.torch_backend import TorchBackend
from finetune_bench.model_shapes import LlamaShape
from finetune_bench.order import Precision
from finetune_bench.workloads.training_torch import Place, functional, torch

try:
    from torch.nn.attention.varlen import varlen_attn

    OPTIONS = frozenset(inspect.signature(varlen_attn).parameters)
except ImportError:
    OPTIONS = frozenset()

MASKED = "sdpa"
"""transformers' own, given a mask; in the sdpa of CUDA that rules flash attention out."""
VARLEN = "finetune_bench_varlen"
"""torch's flash attention over rows of any lengths, without a mask; it can be causal from torch 2.11 on."""
GROUPED = {"enable_gqa": True} if "enable_gqa" in OPTIONS else {}
"""What tells it that keys have fewer heads than queries; before torch 2.12 it does not take that."""


def same_row(starts: torch.Tensor, places: int) -> torch.Tensor:
    """bool [1, 1, places, places]: true where a place may attend another, of its own row and not after it."""
    numbers = torch.arange(places, device=starts.device)
    rows = (starts[None, 1:] <= numbers[:, None]).sum(-1)
    return ((rows[:, None] == rows[None]) & (numbers[:, None] >= numbers[None]))[None, None]


def attention_inputs(attention: str, starts: torch.Tensor, places: int) -> Mapping[str, Any]:
    """What transformers' models take for packed rows."""
    if attention == MASKED:
        return {"attention_mask": same_row(starts, places)}
    cumulative = starts.to(torch.int32)
    return {
        "cu_seq_lens_q": cumulative,
        "cu_seq_lens_k": cumulative,
        "max_length_q": places,
        "max_length_k": places,
    }


def varlen_attention(
    _module: Any,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    _mask: None,
    *,
    cu_seq_lens_q: torch.Tensor,
    max_length_q: int,
    **_: Any,
) -> tuple[torch.Tensor, None]:
    """[1, heads, places, head_dim] → [1, places, heads, head_dim], as transformers calls its attention."""
    queries, keys, values = (each[0].transpose(0, 1) for each in (query, key, value))
    if not GROUPED:
        keys, values = (each.repeat_interleave(query.shape[1] // key.shape[1], dim=1) for each in (keys, values))
    starts, longest = cu_seq_lens_q, max_length_q
    mixed = varlen_attn(queries, keys, values, starts, starts, longest, longest, window_size=(-1, 0), **GROUPED)
    return mixed[None], None


def choose_attention(backend: TorchBackend, shape: LlamaShape, precision: Precision) -> str:
    """The attention for packed rows, which the run reports as a knob."""
    may_be_varlen = backend.device_type == "cuda" and precision.compute == "bfloat16"
    chosen = VARLEN if may_be_varlen and varlen_is_right(shape, (backend.device, torch.bfloat16)) else MASKED
    backend.knobs["attention"] = "varlen flash" if chosen == VARLEN else "sdpa with a mask"
    if chosen == VARLEN:
        from transformers import AttentionInterface

        AttentionInterface.register(VARLEN, varlen_attention)
    return chosen


def varlen_is_right(shape: LlamaShape, place: Place) -> bool:
    """Whether this torch has the kernel, it runs on this device in this type, and agrees with sdpa under a mask."""
    try:
        return "window_size" in OPTIONS and _largest_difference(shape, place) < TOLERANCE
    except (RuntimeError, TypeError, ValueError):  # a device or a type without it
        return False


TOLERANCE = 0.02
"""Relative, in L2: several times what bfloat16 rounds."""


def _largest_difference(shape: LlamaShape, place: Place) -> float:
    """Between outputs and gradients of the two attentions for a small pack of random values."""
    device, dtype = place
    places, starts = 64, torch.tensor([0, 5, 37, 38, 64, 64], device=device)
    generator = torch.Generator(device).manual_seed(0)  # of its own: what a workload draws must not depend on this
    inputs = [
        torch.randn(1, heads, places, shape.head_dim, generator=generator, device=device, dtype=dtype).requires_grad_()
        for heads in (shape.heads, shape.kv_heads, shape.kv_heads)
    ]
    weights = torch.randn(1, places, shape.heads, shape.head_dim, generator=generator, device=device, dtype=dtype)
    varlen, _ = varlen_attention(None, *inputs, None, **attention_inputs(VARLEN, starts, places))
    queries, *others = inputs
    keys, values = (each.repeat_interleave(shape.heads // shape.kv_heads, dim=1) for each in others)
    masked = functional.scaled_dot_product_attention(queries, keys, values, attn_mask=same_row(starts, places))
    results = [
        (mixed, *torch.autograd.grad((mixed * weights).sum(), inputs)) for mixed in (varlen, masked.transpose(1, 2))
    ]
    return max(float(((ours - theirs).norm() / theirs.norm()).detach()) for ours, theirs in zip(*results, strict=True))
