"""Qwen3 in MLX: mlx-lm's model."""

from pathlib import Path
from typing import Any

from finetune_bench.backends.mlx_backend import MlxBackend
from finetune_bench.errors import BackendUnavailable
from finetune_bench.workloads.packed_mlx import RowMask, same_row
from finetune_bench.workloads.qwen3 import EMBEDDING, HEAD, trained_tensors
from finetune_bench.workloads.sft_work import SftWork
from finetune_bench.workloads.training_mlx import MlxModel, MlxTraining, mx

try:
    from mlx_lm.models.qwen3 import Model, ModelArgs, TransformerBlock
except ImportError as error:
    raise BackendUnavailable(f"this workload needs mlx and mlx-lm: {error}") from error


def open_qwen3(work: SftWork, backend: MlxBackend, weights: Path) -> MlxTraining:
    shape = work.model
    # A top-level rope_theta, which every version reads; a nested one is passed over by some, and the default taken.
    arguments = ModelArgs(
        model_type="qwen3",
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
        tie_word_embeddings=shape.tied,
    )

    def build() -> Model:
        module = (PackedModel if work.padding == "packed" else Model)(arguments)
        if work.checkpointing:
            module.model.layers = [Checkpointed(arguments) for _ in module.model.layers]
        return module

    def adapt(state: dict[str, mx.array]) -> dict[str, mx.array]:
        """The head is the embedding table, or starts as a copy of it."""
        return state if shape.tied else state | {HEAD: state[EMBEDDING]}

    trains = trained_tensors(shape, work.trained_blocks)
    return MlxTraining(work, backend, MlxModel(build=build, weights=weights, adapt=adapt, trains=trains))


class PackedModel(Model):
    """Takes ids of one pack, and where its rows start."""

    def __call__(self, inputs: mx.array, starts: mx.array) -> mx.array:
        mask = RowMask(same_row(starts, inputs.shape[1]))
        return super().__call__(inputs, cache=[mask] * len(self.layers))


class Checkpointed(TransformerBlock):
    """A block whose activations are computed again in the backward pass."""

    def __call__(self, x: mx.array, mask: Any = None, cache: Any = None) -> mx.array:
        def forward(parameters: Any, x: mx.array) -> mx.array:
            self.update(parameters)
            return TransformerBlock.__call__(self, x, mask, cache)

        return mx.checkpoint(forward)(self.trainable_parameters(), x)
