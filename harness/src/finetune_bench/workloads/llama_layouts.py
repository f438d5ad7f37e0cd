"""The layouts in which PyTorch checkpoints of a Llama lie: names of tensors, and the order of the rows of q and k.

Hugging Face's layout turns value i of a head together with value i + head_dim / 2, Meta's the values 2i and 2i + 1.
"""

from typing import Any, Literal

from finetune_bench.model_shapes import LlamaShape

Layout = Literal["huggingface", "meta"]
LAYOUTS: tuple[Layout, ...] = ("huggingface", "meta")

_META_OUTSIDE = {
    "model.embed_tokens.weight": "tok_embeddings.weight",
    "model.norm.weight": "norm.weight",
    "lm_head.weight": "output.weight",
}
_META_INSIDE = {
    "input_layernorm": "attention_norm",
    "self_attn.q_proj": "attention.wq",
    "self_attn.k_proj": "attention.wk",
    "self_attn.v_proj": "attention.wv",
    "self_attn.o_proj": "attention.wo",
    "post_attention_layernorm": "ffn_norm",
    "mlp.gate_proj": "feed_forward.w1",
    "mlp.up_proj": "feed_forward.w3",
    "mlp.down_proj": "feed_forward.w2",
}


def stored_name(name: str, layout: Layout) -> str:
    """What a layout calls the tensor with this name in Hugging Face's."""
    if layout == "huggingface":
        return name
    if name in _META_OUTSIDE:
        return _META_OUTSIDE[name]
    _, _, layer, inside = name.removesuffix(".weight").split(".", 3)
    return f"layers.{layer}.{_META_INSIDE[inside]}.weight"


def from_layout(name: str, value: Any, shape: LlamaShape, layout: Layout) -> Any:
    """A stored matrix (of numpy or MLX, [out, in]) as Hugging Face's layout has it."""
    return _regrouped(name, value, shape, (-1, 2)) if layout == "meta" else value


def to_layout(name: str, value: Any, shape: LlamaShape, layout: Layout) -> Any:
    """The other way round."""
    return _regrouped(name, value, shape, (2, -1)) if layout == "meta" else value


def _regrouped(name: str, value: Any, shape: LlamaShape, groups: tuple[int, int]) -> Any:
    """The rows of every head of q and k seen as a table, which is turned."""
    heads = {"q_proj": shape.heads, "k_proj": shape.kv_heads}.get(name.split(".")[-2])
    if heads is None:
        return value
    return value.reshape(heads, *groups, value.shape[-1]).swapaxes(1, 2).reshape(value.shape)
