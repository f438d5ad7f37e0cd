"""Writes the random weights and adapters of a Llama."""

from pathlib import Path

from finetune_bench.order import LlamaShape, Lora, WeightsRecipe
from finetune_bench.weights import Uniform, generator, write_random_tensors
from finetune_bench.workloads.llama import adapter_tensors, base_tensors

GENERATOR = "numpy-pcg64-uniform-1"


def write_base(path: Path, shape: LlamaShape, recipe: WeightsRecipe) -> str:
    """Random base weights. Gains of norms stand around 1, so that a norm left out or not loaded shows."""
    half_width = recipe.std * 3**0.5
    tensors = {
        name: Uniform(tensor_shape, half_width, centre=1.0 if len(tensor_shape) == 1 else 0.0)
        for name, tensor_shape in base_tensors(shape)
    }
    return write_random_tensors(path, tensors, generator(recipe.seed, "weights"))


def write_adapter(path: Path, shape: LlamaShape, lora: Lora, seed: int) -> str:
    """Initial adapters: A uniform within ±1/sqrt(in), B zero, so that the adapted model starts as the base."""
    tensors = {
        name: Uniform(tensor_shape, tensor_shape[1] ** -0.5 if name.endswith("lora_A") else 0.0)
        for name, tensor_shape in adapter_tensors(shape, lora)
    }
    return write_random_tensors(path, tensors, generator(seed, "adapter"))
