"""The logits of a Llama in numpy and float64, from the checkpoint alone: what a conversion is held against.

It reads a checkpoint in the layout in which it lies and turns positions as that layout means it: nothing is converted.
"""

from collections.abc import Sequence

import numpy as np

from finetune_bench.model_shapes import LlamaShape
from finetune_bench.stored_tensors import StoredTensors
from finetune_bench.workloads.llama_layouts import Layout, stored_name


class Reference:
    def __init__(self, stored: StoredTensors, shape: LlamaShape, layout: Layout) -> None:
        self._stored = stored
        self._shape = shape
        self._layout = layout

    def _tensor(self, name: str) -> np.ndarray:
        """One at a time: all of them in float64 are twice as large as the largest checkpoint here."""
        stored = stored_name(f"{name}.weight", self._layout)
        return self._stored.float32(stored).reshape(self._stored.shapes[stored]).astype(np.float64)

    def logits(self, tokens: Sequence[Sequence[int]]) -> np.ndarray:
        """float64 [rows, places, vocabulary]."""
        states = self._tensor("model.embed_tokens")[np.array(tokens)]
        for layer in range(self._shape.layers):
            prefix = f"model.layers.{layer}"
            read = self._normed(f"{prefix}.input_layernorm", states)
            states = states + self._attention(f"{prefix}.self_attn", read)
            read = self._normed(f"{prefix}.post_attention_layernorm", states)
            gate = self._product(f"{prefix}.mlp.gate_proj", read)
            inner = gate / (1 + np.exp(-gate)) * self._product(f"{prefix}.mlp.up_proj", read)
            states = states + self._product(f"{prefix}.mlp.down_proj", inner)
        return self._product("lm_head", self._normed("model.norm", states))

    def _product(self, name: str, states: np.ndarray) -> np.ndarray:
        return states @ self._tensor(name).T

    def _normed(self, name: str, states: np.ndarray) -> np.ndarray:
        scale = np.sqrt(np.mean(states**2, axis=-1, keepdims=True) + self._shape.rms_norm_eps)
        return states / scale * self._tensor(name)

    def _attention(self, name: str, states: np.ndarray) -> np.ndarray:
        shape = self._shape
        queries = self._turned(self._heads(f"{name}.q_proj", states, shape.heads))
        keys = self._turned(self._heads(f"{name}.k_proj", states, shape.kv_heads))
        values = self._heads(f"{name}.v_proj", states, shape.kv_heads)
        group = shape.heads // shape.kv_heads
        keys, values = (np.repeat(each, group, axis=1) for each in (keys, values))
        scores = queries @ keys.swapaxes(-1, -2) / np.sqrt(shape.head_dim)
        places = states.shape[1]
        scores = np.where(np.tri(places, dtype=bool), scores, -np.inf)
        weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
        weights /= weights.sum(axis=-1, keepdims=True)
        joined = (weights @ values).swapaxes(1, 2).reshape(*states.shape[:2], shape.heads * shape.head_dim)
        return self._product(f"{name}.o_proj", joined)

    def _heads(self, name: str, states: np.ndarray, heads: int) -> np.ndarray:
        """[rows, heads, places, head_dim]"""
        rows, places, _ = states.shape
        return self._product(name, states).reshape(rows, places, heads, self._shape.head_dim).swapaxes(1, 2)

    def _turned(self, states: np.ndarray) -> np.ndarray:
        """Every pair of values turned by position / theta^(2i / head_dim)."""
        half = self._shape.head_dim // 2
        angles = np.arange(states.shape[2])[:, None] * self._shape.rope_theta ** -(np.arange(half) / half)
        apart = 1 if self._layout == "meta" else half
        first = np.arange(half) * (2 if self._layout == "meta" else 1)
        a, b = states[..., first], states[..., first + apart]
        turned = np.empty_like(states)
        turned[..., first] = a * np.cos(angles) - b * np.sin(angles)
        turned[..., first + apart] = b * np.cos(angles) + a * np.sin(angles)
        return turned
