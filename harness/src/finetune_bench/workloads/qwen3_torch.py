"""Qwen3 in PyTorch: transformers' model."""

from pathlib import Path
from typing import Any

from finetune_bench.backends.torch_backend import TorchBackend
from finetune_bench.errors import BackendUnavailable
from finetune_bench.workloads.causal_torch import causal_attention
from finetune_bench.workloads.packed_torch import attention_inputs, choose_attention
from finetune_bench.workloads.qwen3 import EMBEDDING, HEAD, trained_tensors
from finetune_bench.workloads.sft_work import SftWork
from finetune_bench.workloads.training_torch import Place, TorchModel, TorchTraining, torch

try:
    from transformers import Qwen3Config, Qwen3ForCausalLM
    from transformers.models.qwen3.modeling_qwen3 import Qwen3RotaryEmbedding
except ImportError as error:
    raise BackendUnavailable(f"this workload needs torch, transformers and safetensors: {error}") from error


def open_qwen3(work: SftWork, backend: TorchBackend, weights: Path) -> TorchTraining:
    shape, packed = work.model, work.padding == "packed"
    attention = choose_attention(backend, shape, work.precision) if packed else causal_attention()
    config = Qwen3Config(
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
        tie_word_embeddings=shape.tied,
        use_cache=False,
        attn_implementation=attention,
    )

    def adapt(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """The head is the embedding table, or starts as a copy of it."""
        table = state[EMBEDDING]
        return state | {HEAD: table if shape.tied else table.clone()}

    def complete(module: Any, place: Place) -> None:
        device, dtype = place
        if shape.tied:
            module.lm_head.weight = module.model.embed_tokens.weight
        module.model.rotary_emb = Qwen3RotaryEmbedding(config).to(device)
        if dtype == torch.float64:
            from finetune_bench.workloads.llama_exact import make_exact

            make_exact(module, shape)
        if work.checkpointing:
            enable_checkpointing(module)

    def logits(module: Any, inputs: tuple[torch.Tensor, ...]) -> torch.Tensor:
        ids, *starts = inputs
        rows = attention_inputs(attention, starts[0], ids.shape[1]) if packed else {}
        return module(input_ids=ids, **rows).logits

    model = TorchModel(
        build=lambda: Qwen3ForCausalLM(config),
        weights=weights,
        adapt=adapt,
        complete=complete,
        trains=trained_tensors(shape, work.trained_blocks),
        logits=logits,
    )
    return TorchTraining(work, backend, model)


def enable_checkpointing(module: Any) -> None:
    """Whole blocks are computed again in the backward pass. transformers 5.23 gave the method another name."""
    if hasattr(module, "activation_checkpointing_enable"):
        module.activation_checkpointing_enable({"use_reentrant": False})
    else:
        module.gradient_checkpointing_enable({"use_reentrant": False})
