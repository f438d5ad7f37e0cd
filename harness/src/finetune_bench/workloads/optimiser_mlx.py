"""MLX's AdamW and its clipping, with what float32 rounds away of them in MLX."""

import math
from typing import Any

import mlx.core as mx
import mlx.optimizers as optimizers
from mlx.utils import tree_flatten, tree_map


class AdamW(optimizers.AdamW):
    """MLX takes β to the power of the step in float32, where 1 - 0.999 has five digits left.

    Its first updates are 6e-6 too large by that, of which twenty steps can make half a per cent. As -expm1(step · ln β)
    the same number keeps its digits; all else is as in MLX.
    """

    def apply_single(self, gradient: Any, parameter: Any, state: dict[str, Any]) -> Any:
        if not self.bias_correction:
            return super().apply_single(gradient, parameter, state)
        rate, (beta1, beta2) = self.learning_rate, self.betas
        state["m"] = beta1 * state["m"] + (1 - beta1) * gradient
        state["v"] = beta2 * state["v"] + (1 - beta2) * mx.square(gradient)
        first, second = (-mx.expm1(self.step * math.log(beta)) for beta in (beta1, beta2))
        numerator = (rate / first).astype(gradient.dtype) * state["m"]
        denominator = mx.sqrt(state["v"]) * mx.rsqrt(second).astype(gradient.dtype) + self.eps
        return parameter * (1 - rate.astype(gradient.dtype) * self.weight_decay) - numerator / denominator


def clipped(gradients: Any, largest: float) -> tuple[Any, mx.array]:
    """Gradients whose norm is `largest` at most, and their norm before, as torch has both.

    A processor's sum of a million squares in one go is a thousandth off in float32; row by row it is a millionth.
    """
    rows = [value.astype(mx.float32).square().sum(-1) for _, value in tree_flatten(gradients)]
    norm = mx.sqrt(sum((row.sum() for row in rows), mx.array(0.0)))
    factor = mx.minimum(largest / (norm + 1e-6), 1.0)
    return tree_map(lambda value: value * factor.astype(value.dtype), gradients), norm
