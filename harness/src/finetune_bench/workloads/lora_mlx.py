"""LoRA on a Llama in MLX: mlx-lm's model and adapters."""

import json
from pathlib import Path
from typing import Any

from finetune_bench.backends.mlx_backend import MlxBackend
from finetune_bench.errors import BackendUnavailable
from finetune_bench.workloads import llama
from finetune_bench.workloads.llama_mlx import build_llama
from finetune_bench.workloads.lora_work import LoraWork
from finetune_bench.workloads.training_mlx import DTYPES, MlxModel, MlxTraining, mx, tree_flatten

try:
    from mlx_lm.tuner.utils import linear_to_lora_layers
except ImportError as error:
    raise BackendUnavailable(f"this workload needs mlx and mlx-lm: {error}") from error


def open_lora(work: LoraWork, backend: MlxBackend, weights: Path, adapter: Path) -> MlxTraining:
    shape = work.model

    def choose(module: Any) -> None:
        module.freeze()
        linear_to_lora_layers(module, shape.layers, _lora_parameters(work))
        # Their A is [in, rank] and their B [rank, out]: the transposes of the file's.
        held = DTYPES[work.precision.weights]
        initial = [(_mlx_name(name), value.T.astype(held)) for name, value in mx.load(str(adapter)).items()]
        module.load_weights(initial, strict=False)

    model = MlxModel(
        build=lambda: build_llama(shape), weights=weights, choose=choose, name=_canonical_name, value=_canonical_value
    )
    return MlxTraining(work, backend, model)


def _lora_parameters(work: LoraWork) -> dict[str, Any]:
    """The adapters as mlx-lm's configuration describes them: its scale is not divided by the rank."""
    return {
        "rank": work.lora.rank,
        "scale": work.lora.scale,
        "dropout": work.dropout,
        "keys": [f"{llama.part_of(target)}.{target}" for target in work.lora.targets],
    }


def save_adapters(training: MlxTraining, folder: Path) -> None:
    """As mlx-lm's `load_adapters` reads them."""
    work = training.work
    mx.save_safetensors(
        str(folder / "adapters.safetensors"), dict(tree_flatten(training.module.trainable_parameters()))
    )
    config = {"fine_tune_type": "lora", "num_layers": work.model.layers, "lora_parameters": _lora_parameters(work)}
    (folder / "adapter_config.json").write_text(json.dumps(config, indent=4), encoding="utf-8")


def _mlx_name(name: str) -> str:
    return name.replace("lora_A", "lora_a").replace("lora_B", "lora_b")


def _canonical_name(name: str) -> str:
    """mlx-lm's parameter name without its wrapper and with the adapters spelled as PEFT spells them."""
    return name.replace(".linear.", ".").replace("lora_a", "lora_A").replace("lora_b", "lora_B")


def _canonical_value(name: str, value: mx.array) -> mx.array:
    return value.T if ".lora_" in name else value
