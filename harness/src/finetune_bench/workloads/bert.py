"""A siamese BERT classifier, free of any framework: its tensors and its arithmetic.

Two sentences go through one encoder; the classifier sees [u; v; |u − v|; u·v] of their pooled first tokens.
"""

from collections.abc import Iterator

from finetune_bench.model_shapes import BertShape

FEATURES = 4
SENTENCES = 2


def tensors(shape: BertShape) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Name and shape ([out, in]) of every tensor."""
    hidden, inner = shape.hidden_size, shape.intermediate_size
    yield "embeddings.word.weight", (shape.vocab_size, hidden)
    yield "embeddings.position.weight", (shape.max_positions, hidden)
    yield "embeddings.token_type.weight", (shape.token_types, hidden)
    yield from _norm("embeddings.norm", hidden)
    for layer in range(shape.layers):
        prefix = f"layers.{layer}"
        for name in ("query", "key", "value", "output"):
            yield from _linear(f"{prefix}.attention.{name}", hidden, hidden)
        yield from _norm(f"{prefix}.attention_norm", hidden)
        yield from _linear(f"{prefix}.inner", inner, hidden)
        yield from _linear(f"{prefix}.outer", hidden, inner)
        yield from _norm(f"{prefix}.output_norm", hidden)
    yield from _linear("pooler", hidden, hidden)
    yield from _linear("classifier", shape.classes, FEATURES * hidden)


def _linear(name: str, outputs: int, inputs: int) -> Iterator[tuple[str, tuple[int, ...]]]:
    yield f"{name}.weight", (outputs, inputs)
    yield f"{name}.bias", (outputs,)


def _norm(name: str, hidden: int) -> Iterator[tuple[str, tuple[int, ...]]]:
    yield f"{name}.weight", (hidden,)
    yield f"{name}.bias", (hidden,)


def forward_flop_per_pair(shape: BertShape, length: int) -> float:
    """Model FLOPs of one pair read: twice the matrices of a block for every token, and attention in full.

    Pooler and classifier, once a sentence and once a pair, are counted; embeddings, norms and GELU are not.
    """
    hidden, inner = shape.hidden_size, shape.intermediate_size
    block = 4 * hidden**2 + 2 * hidden * inner
    attention = 4 * hidden * length
    sentence = length * shape.layers * (2 * block + attention) + 2 * hidden**2
    return SENTENCES * sentence + 2 * shape.classes * FEATURES * hidden


def saved_values_per_pair(shape: BertShape, length: int) -> int:
    """Values kept for the backward pass: inputs of norms and projections, and the attention's rows."""
    block = 10 * shape.hidden_size + 3 * shape.intermediate_size + 2 * shape.heads * length
    return SENTENCES * length * (3 * shape.hidden_size + shape.layers * block)
