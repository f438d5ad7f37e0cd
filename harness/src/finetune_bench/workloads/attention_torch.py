"""Attention in PyTorch, for the models that are written here."""

from finetune_bench.workloads.training_torch import functional, torch

nn = torch.nn


class Attention(nn.Module):
    """A place attends where `mask`, broadcast to [rows, heads, length, length], is true; without one, to the past."""

    def __init__(self, hidden: int, heads: int, bias: bool) -> None:
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(hidden, hidden, bias=bias)
        self.key = nn.Linear(hidden, hidden, bias=bias)
        self.value = nn.Linear(hidden, hidden, bias=bias)
        self.output = nn.Linear(hidden, hidden, bias=bias)

    def forward(self, x: torch.Tensor, mask: torch.Tensor | None = None) -> torch.Tensor:
        rows, length, hidden = x.shape

        def split(projected: torch.Tensor) -> torch.Tensor:
            return projected.view(rows, length, self.heads, -1).transpose(1, 2)

        queries, keys, values = split(self.query(x)), split(self.key(x)), split(self.value(x))
        mixed = functional.scaled_dot_product_attention(queries, keys, values, attn_mask=mask, is_causal=mask is None)
        return self.output(mixed.transpose(1, 2).reshape(rows, length, hidden))
