"""LoRA on a Llama in PyTorch: transformers' model and PEFT's adapters."""

from pathlib import Path
from typing import Any

from finetune_bench.backends.torch_backend import TorchBackend
from finetune_bench.errors import BackendUnavailable
from finetune_bench.workloads.causal_torch import causal_attention
from finetune_bench.workloads.lora_work import LoraWork
from finetune_bench.workloads.training_torch import DTYPES, Place, TorchModel, TorchTraining, read_tensors, torch

try:
    from peft import LoraConfig, get_peft_model
    from transformers import LlamaConfig, LlamaForCausalLM
    from transformers.models.llama.modeling_llama import LlamaRotaryEmbedding
except ImportError as error:
    raise BackendUnavailable(f"this workload needs torch, transformers, peft and safetensors: {error}") from error


def open_lora(work: LoraWork, backend: TorchBackend, weights: Path, adapter: Path) -> TorchTraining:
    shape, lora = work.model, work.lora
    config = LlamaConfig(
        vocab_size=shape.vocab_size,
        hidden_size=shape.hidden_size,
        intermediate_size=shape.intermediate_size,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.kv_heads,
        head_dim=shape.head_dim,
        max_position_embeddings=shape.max_positions,
        rms_norm_eps=shape.rms_norm_eps,
        rope_theta=shape.rope_theta,
        tie_word_embeddings=False,
        use_cache=False,
        attn_implementation=causal_attention(),
    )

    def complete(module: Any, place: Place) -> None:
        device, dtype = place
        module.model.rotary_emb = LlamaRotaryEmbedding(config).to(device)
        if dtype == torch.float64:
            from finetune_bench.workloads.llama_exact import make_exact

            make_exact(module, shape)

    held = DTYPES[work.precision.weights]

    def choose(module: Any, place: Place) -> Any:
        adapted = get_peft_model(
            module,
            LoraConfig(
                r=lora.rank,
                lora_alpha=lora.scale * lora.rank,  # PEFT multiplies by alpha / r
                target_modules=list(lora.targets),
                lora_dropout=work.dropout,
                bias="none",
                task_type="CAUSAL_LM",
            ),
            autocast_adapter_dtype=held == torch.float32,  # of a base in bfloat16 too
        )
        named = {canonical_name(name): value for name, value in adapted.named_parameters()}
        with torch.no_grad():
            for name, value in read_tensors(adapter, (place[0], held)).items():
                named[name].copy_(value)
        return adapted

    model = TorchModel(
        build=lambda: LlamaForCausalLM(config),
        weights=weights,
        complete=complete,
        choose=choose,
        logits=lambda module, inputs: module(input_ids=inputs[0]).logits,
        name=canonical_name,
    )
    return TorchTraining(work, backend, model)


def canonical_name(name: str) -> str:
    """PEFT's parameter name without its wrappers: `model.layers.0.self_attn.q_proj.lora_A`, `….weight`."""
    name = name.removeprefix("base_model.model.").replace(".base_layer.", ".")
    return name.removesuffix(".default.weight") if ".lora_" in name else name


def save_adapters(training: TorchTraining, folder: Path) -> None:
    """As PEFT's `from_pretrained` reads them."""
    training.module.save_pretrained(folder, save_embedding_layers=False)
