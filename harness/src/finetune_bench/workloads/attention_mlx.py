"""Attention in MLX, with the parameter names of the one in PyTorch."""

from finetune_bench.workloads.training_mlx import mx, nn


class Attention(nn.Module):
    """A place attends where `mask`, broadcast to [rows, heads, length, length], is true; without one, to the past."""

    def __init__(self, hidden: int, heads: int, bias: bool) -> None:
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(hidden, hidden, bias=bias)
        self.key = nn.Linear(hidden, hidden, bias=bias)
        self.value = nn.Linear(hidden, hidden, bias=bias)
        self.output = nn.Linear(hidden, hidden, bias=bias)

    def __call__(self, x: mx.array, mask: mx.array | None = None) -> mx.array:
        rows, length, hidden = x.shape

        def split(projected: mx.array) -> mx.array:
            return projected.reshape(rows, length, self.heads, -1).transpose(0, 2, 1, 3)

        queries, keys, values = split(self.query(x)), split(self.key(x)), split(self.value(x))
        mixed = mx.fast.scaled_dot_product_attention(
            queries, keys, values, scale=(hidden // self.heads) ** -0.5, mask="causal" if mask is None else mask
        )
        return self.output(mixed.transpose(0, 2, 1, 3).reshape(rows, length, hidden))
