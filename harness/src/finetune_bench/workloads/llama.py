"""The Llama architecture, free of any framework: its tensors and its arithmetic."""

from collections.abc import Iterator

from finetune_bench.errors import BadInput
from finetune_bench.hyperparameters import did_you_mean
from finetune_bench.model_shapes import LlamaShape
from finetune_bench.order import Lora
from finetune_bench.workloads.training_work import parameter_count

PROJECTIONS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
"""The linear modules of a block."""


def part_of(projection: str) -> str:
    """The part of a block that a linear module belongs to."""
    return "self_attn" if PROJECTIONS.index(projection) < 4 else "mlp"


def targets_of(text: str) -> tuple[str, ...]:
    """The modules named in a text, each once and in the order of a block; BadInput tells what is accepted."""
    given = [name.strip() for name in text.split(",")]
    for name in given:
        if name not in PROJECTIONS:
            raise BadInput(
                f"set.targets must be some of {', '.join(PROJECTIONS)}, with commas between them; "
                f"got {name!r}{did_you_mean(name, PROJECTIONS)}"
            )
    return tuple(name for name in PROJECTIONS if name in given)


def base_tensors(shape: LlamaShape) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Name and shape ([out, in]) of every tensor, as Hugging Face's Llama names them."""
    hidden, inner = shape.hidden_size, shape.intermediate_size
    queries, keys = shape.heads * shape.head_dim, shape.kv_heads * shape.head_dim
    yield "model.embed_tokens.weight", (shape.vocab_size, hidden)
    for layer in range(shape.layers):
        prefix = f"model.layers.{layer}"
        yield f"{prefix}.input_layernorm.weight", (hidden,)
        yield f"{prefix}.self_attn.q_proj.weight", (queries, hidden)
        yield f"{prefix}.self_attn.k_proj.weight", (keys, hidden)
        yield f"{prefix}.self_attn.v_proj.weight", (keys, hidden)
        yield f"{prefix}.self_attn.o_proj.weight", (hidden, queries)
        yield f"{prefix}.post_attention_layernorm.weight", (hidden,)
        yield f"{prefix}.mlp.gate_proj.weight", (inner, hidden)
        yield f"{prefix}.mlp.up_proj.weight", (inner, hidden)
        yield f"{prefix}.mlp.down_proj.weight", (hidden, inner)
    yield "model.norm.weight", (hidden,)
    yield "lm_head.weight", (shape.vocab_size, hidden)


def adapter_tensors(shape: LlamaShape, lora: Lora) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Name and shape of every adapter: `<module>.lora_A` [rank, in] and `<module>.lora_B` [out, rank]."""
    for name, (outputs, inputs) in adapted_modules(shape, lora):
        yield f"{name}.lora_A", (lora.rank, inputs)
        yield f"{name}.lora_B", (outputs, lora.rank)


def adapted_modules(shape: LlamaShape, lora: Lora) -> Iterator[tuple[str, tuple[int, int]]]:
    """The linear modules that carry an adapter, with their [out, in]."""
    for name, tensor_shape in base_tensors(shape):
        module = name.removesuffix(".weight")
        if module.rsplit(".", 1)[-1] in lora.targets:
            yield module, (tensor_shape[0], tensor_shape[1])


def lora_flop_per_token(shape: LlamaShape, length: int) -> float:
    """Model FLOPs of one trained token with adapters in every layer: 4N + 12·layers·heads·head_dim·length.

    N counts matrix parameters with the head and without the embedding. Forward is 2N, the gradient of
    activations another 2N, the adapters' own share is left out; attention is counted in full, not causally halved
    (after PaLM, appendix B).
    """
    attention = 12 * shape.layers * shape.heads * shape.head_dim * length
    return 4 * matrix_parameters(shape) + attention


def forward_flop_per_token(shape: LlamaShape, length: float) -> float:
    """Model FLOPs of one token read: 2N + 4·layers·heads·head_dim·length."""
    return 2 * matrix_parameters(shape) + 4 * shape.layers * shape.heads * shape.head_dim * length


def matrix_parameters(shape: LlamaShape) -> int:
    matrices = (item for item in base_tensors(shape) if len(item[1]) == 2 and "embed_tokens" not in item[0])
    return parameter_count(matrices)


def saved_values_per_token(shape: LlamaShape, length: int) -> int:
    """Values kept for the backward pass, per token: inputs of norms and projections, and the attention's rows."""
    attention = shape.heads * (shape.head_dim + length) + 2 * shape.kv_heads * shape.head_dim
    return shape.layers * (6 * shape.hidden_size + 4 * shape.intermediate_size + 3 * attention)
