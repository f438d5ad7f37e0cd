"""LoRA on a Llama in MLX: mlx-lm's model and adapters."""

from pathlib import Path
from typing import Any

from finetune_bench.backends.mlx_backend import MlxBackend
from finetune_bench.errors import BackendUnavailable
from finetune_bench.workloads.lora_work import LoraWork
from finetune_bench.workloads.training_mlx import MlxModel, MlxTraining, mx

try:
    from mlx_lm.models.llama import Model, ModelArgs
    from mlx_lm.tuner.utils import linear_to_lora_layers
except ImportError as error:
    raise BackendUnavailable(f"this workload needs mlx and mlx-lm: {error}") from error


def open_lora(work: LoraWork, backend: MlxBackend, weights: Path, adapter: Path) -> MlxTraining:
    shape, lora = work.model, work.lora
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

    def choose(module: Any) -> None:
        module.freeze()
        config = {
            "rank": lora.rank,
            "scale": lora.scale,
            "dropout": 0.0,
            "keys": [f"self_attn.{target}" for target in lora.targets],
        }
        linear_to_lora_layers(module, shape.layers, config)
        # Their A is [in, rank] and their B [rank, out]: the transposes of the file's.
        initial = [(_mlx_name(name), value.T) for name, value in mx.load(str(adapter)).items()]
        module.load_weights(initial, strict=False)

    model = MlxModel(
        build=lambda: Model(arguments), weights=weights, choose=choose, name=_canonical_name, value=_canonical_value
    )
    return MlxTraining(work, backend, model)


def _mlx_name(name: str) -> str:
    return name.replace("lora_A", "lora_a").replace("lora_B", "lora_b")


def _canonical_name(name: str) -> str:
    """mlx-lm's parameter name without its wrapper and with the adapters spelled as PEFT spells them."""
    return name.replace(".linear.", ".").replace("lora_a", "lora_A").replace("lora_b", "lora_B")


def _canonical_value(name: str, value: mx.array) -> mx.array:
    return value.T if ".lora_" in name else value
