"""The Qwen3 architecture, free of any framework: its tensors, which of them train, and its arithmetic."""

from collections.abc import Iterator

from finetune_bench.model_shapes import Qwen3Shape
from finetune_bench.workloads import llama

EMBEDDING = "model.embed_tokens.weight"
HEAD = "lm_head.weight"


def tensors(shape: Qwen3Shape) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Name and shape ([out, in]) of every tensor, as Hugging Face's Qwen3 names them."""
    for name, tensor_shape in llama.base_tensors(shape):
        if name == HEAD and shape.tied:
            continue
        yield name, tensor_shape
        if name.endswith("v_proj.weight"):
            attention = name.removesuffix("v_proj.weight")
            yield f"{attention}q_norm.weight", (shape.head_dim,)
            yield f"{attention}k_norm.weight", (shape.head_dim,)


def trained_tensors(shape: Qwen3Shape, blocks: int) -> dict[str, tuple[int, ...]]:
    """The tensors that train: all of them for 0 blocks, else those of the last blocks and of the head.

    A tied head is the embedding table, which then moves for the inputs too.
    """
    first = shape.layers - blocks
    head = EMBEDDING if shape.tied else HEAD
    return {
        name: tensor_shape
        for name, tensor_shape in tensors(shape)
        if blocks == 0 or name == head or (".layers." in name and int(name.split(".")[2]) >= first)
    }


def train_flop_per_token(shape: Qwen3Shape, blocks: int, length: float) -> float:
    """Model FLOPs of one trained token: 2·N forward, 2·N above the lowest tensor that trains, 2·N that trains.

    N counts matrix parameters with the head and without the lookup in the embedding table; attention is counted in
    full, once forward and twice backward in the blocks that gradients pass (after PaLM, appendix B).
    """
    matrices = llama.matrix_parameters(shape)
    if blocks == 0:
        return 6 * matrices + 3 * _attention(shape, length, shape.layers)
    head = shape.vocab_size * shape.hidden_size
    trained = blocks * (matrices - head) // shape.layers + head
    passed = matrices if shape.tied else trained
    depth = shape.layers if shape.tied else blocks
    attention = _attention(shape, length, shape.layers) + 2 * _attention(shape, length, depth)
    return 2 * (matrices + passed + trained) + attention


def _attention(shape: Qwen3Shape, length: float, layers: int) -> float:
    return 4 * layers * shape.heads * shape.head_dim * length


def saved_bytes_per_token(shape: Qwen3Shape, length: int, width: int, checkpointing: bool) -> int:
    """Bytes kept for the backward pass: activations of `width` bytes, and logits, softmax and gradient in float32.

    With checkpointing the input of every block, and all that one block keeps.
    """
    kept = llama.saved_values_per_token(shape, length)
    if checkpointing:
        kept = kept // shape.layers + shape.layers * shape.hidden_size
    return width * kept + (2 * width + 8) * shape.vocab_size
