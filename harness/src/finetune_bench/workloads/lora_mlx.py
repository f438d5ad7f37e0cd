"""LoRA on a Llama in MLX: mlx-lm's model and adapters, MLX's AdamW."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from finetune_bench.backends.mlx_backend import MlxBackend
from finetune_bench.errors import BackendUnavailable, BadInput
from finetune_bench.workloads.lora_task import TokenBatch
from finetune_bench.workloads.lora_work import LoraWork

try:
    import mlx.core as mx
    import mlx.nn as nn
    import mlx.optimizers as optimizers
    from mlx.utils import tree_flatten, tree_map
    from mlx_lm.models.llama import Model, ModelArgs
    from mlx_lm.tuner.utils import linear_to_lora_layers
except ImportError as error:
    raise BackendUnavailable(f"this workload needs mlx and mlx-lm: {error}") from error


class MlxLlama:
    def __init__(self, work: LoraWork, backend: MlxBackend, weights: Path, adapter: Path) -> None:
        if work.precision.weights != "float32" or work.precision.compute != "float32":
            raise BadInput(f"mlx trains this workload in float32, not {work.precision.weights}")
        self.work = work
        self.compiles = backend.compiles
        self._weights = weights
        self._adapter = adapter
        self.model: Any = None

    def build(self) -> None:
        shape = self.work.model
        # mlx-lm reads a top-level rope_theta only: a nested one is passed over and the default taken.
        self.model = Model(
            ModelArgs(
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
        )

    def load_weights(self) -> None:
        self.model.load_weights(list(mx.load(str(self._weights)).items()), strict=True)
        mx.eval(self.model.parameters())

    def add_adapter(self) -> None:
        lora = self.work.lora
        self.model.freeze()
        config = {
            "rank": lora.rank,
            "scale": lora.scale,
            "dropout": 0.0,
            "keys": [f"self_attn.{target}" for target in lora.targets],
        }
        linear_to_lora_layers(self.model, self.work.model.layers, config)
        # Their A is [in, rank] and their B [rank, out]: the transposes of the file's.
        initial = [(_mlx_name(name), value.T) for name, value in mx.load(str(self._adapter)).items()]
        self.model.load_weights(initial, strict=False)
        for name in self.work.trainable.also:
            module, tensor = name.rsplit(".", 1)
            dict(self.model.named_modules())[module].unfreeze(recurse=False, keys=[tensor])
        optimiser = self.work.optimiser
        self._optimiser = optimizers.AdamW(
            learning_rate=0.0,
            betas=[optimiser.beta1, optimiser.beta2],
            eps=optimiser.eps,
            weight_decay=optimiser.weight_decay,
            bias_correction=optimiser.bias_correction,
        )
        self._optimiser.init(self.model.trainable_parameters())
        self.model.train()
        self._make_functions()
        mx.eval(self.model.parameters(), self._optimiser.state)

    def _make_functions(self) -> None:
        """The two halves of a step, compiled where the backend compiles."""
        value_and_gradient = nn.value_and_grad(self.model, self._loss_share)
        state = [self.model.state, self._optimiser.state]

        def accumulate(ids: mx.array, mask: mx.array, loss_tokens: mx.array, so_far: Any) -> Any:
            loss_and_gradients = value_and_gradient(self.model, ids, mask, loss_tokens)
            return loss_and_gradients if so_far is None else tree_map(mx.add, so_far, loss_and_gradients)

        def update(gradients: Any) -> mx.array:
            clip = self.work.optimiser.clip
            limit = float("inf") if clip is None else clip
            gradients, norm = optimizers.clip_grad_norm(gradients, limit)
            self._optimiser.update(self.model, gradients)
            return norm

        if self.compiles:
            accumulate = partial(mx.compile, inputs=state, outputs=state)(accumulate)
            update = partial(mx.compile, inputs=state, outputs=state)(update)
        self._accumulate_one, self._update = accumulate, update

    def place(self, batch: TokenBatch) -> tuple[mx.array, mx.array]:
        placed = mx.array(batch.ids), mx.array(batch.mask)
        mx.eval(placed)
        return placed

    def _loss_sum(self, model: Any, ids: mx.array, mask: mx.array) -> mx.array:
        shift = self.work.loss.shift
        logits = model(ids)[:, :-shift]
        losses = nn.losses.cross_entropy(logits, ids[:, shift:], reduction="none")
        return (losses * mask).sum()

    def _loss_share(self, model: Any, ids: mx.array, mask: mx.array, loss_tokens: mx.array) -> mx.array:
        """A micro-batch's share of the step's mean loss."""
        return self._loss_sum(model, ids, mask) / loss_tokens

    def _accumulate(self, batches: Sequence[Any], loss_tokens: int) -> tuple[mx.array, Any]:
        total, so_far = mx.array(float(loss_tokens)), None
        for ids, mask in batches:
            so_far = self._accumulate_one(ids, mask, total, so_far)
            mx.eval(so_far)  # one micro-batch in memory at a time, as on torch
        return so_far

    def step(self, batches: Sequence[Any], loss_tokens: int, learning_rate: float) -> tuple[float, float]:
        loss, gradients = self._accumulate(batches, loss_tokens)
        self._optimiser.learning_rate = learning_rate
        norm = self._update(gradients)
        mx.eval(self.model.trainable_parameters(), self._optimiser.state, norm)
        return loss.item(), norm.item()

    def evaluate(self, batch: Any) -> float:
        return self._loss_sum(self.model, *batch).item()

    def parameters(self) -> Mapping[str, tuple[tuple[int, ...], bool]]:
        trained = {name for name, _ in tree_flatten(self.model.trainable_parameters())}
        return {
            _canonical_name(name): (_canonical_shape(name, value), name in trained)
            for name, value in tree_flatten(self.model.parameters())
        }

    def trained(self) -> Mapping[str, np.ndarray]:
        return _canonical(self.model.trainable_parameters())

    def base_values(self, name: str) -> np.ndarray:
        values = {_canonical_name(key): value for key, value in tree_flatten(self.model.parameters())}
        return np.array(values[name])

    def logits(self, batch: Any) -> np.ndarray:
        return np.array(self.model(batch[0]))

    def gradients(self, batches: Sequence[Any], loss_tokens: int) -> tuple[float, Mapping[str, np.ndarray]]:
        loss, gradients = self._accumulate(batches, loss_tokens)
        return loss.item(), _canonical(gradients)


def _mlx_name(name: str) -> str:
    return name.replace("lora_A", "lora_a").replace("lora_B", "lora_b")


def _canonical_name(name: str) -> str:
    """mlx-lm's parameter name without its wrapper and with the adapters spelled as PEFT spells them."""
    return name.replace(".linear.", ".").replace("lora_a", "lora_A").replace("lora_b", "lora_B")


def _canonical_shape(name: str, value: mx.array) -> tuple[int, ...]:
    shape = tuple(value.shape)
    return shape[::-1] if ".lora_" in name else shape


def _canonical(tree: Any) -> dict[str, np.ndarray]:
    """Names and orientation of the work order: adapters are stored transposed in MLX."""
    return {
        _canonical_name(name): np.array(value.T if ".lora_" in name else value) for name, value in tree_flatten(tree)
    }
