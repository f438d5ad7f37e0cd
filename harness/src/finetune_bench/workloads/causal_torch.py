"""Causal attention for transformers' models, whose rows are padded at their end: sdpa, and never a mask."""

from finetune_bench.errors import BackendUnavailable

try:
    from transformers import AttentionInterface
    from transformers.integrations.sdpa_attention import sdpa_attention_forward
except ImportError as error:
    raise BackendUnavailable(f"this workload needs torch and transformers: {error}") from error

CAUSAL = "finetune_bench_causal"
"""transformers' own sdpa under a name for which it makes no mask, and so is causal.

Under its own name it looks in every step whether rows are packed: on CUDA the processor then waits for the device, and
a compiled step, where it cannot look, gets a mask in any case, which rules out flash attention and grouped keys.
"""


def causal_attention() -> str:
    """The name, known to transformers from now on."""
    AttentionInterface.register(CAUSAL, sdpa_attention_forward)
    return CAUSAL
