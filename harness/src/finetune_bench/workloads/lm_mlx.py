"""The language model with pre-norm blocks in MLX, with the parameter names of the one in PyTorch."""

from pathlib import Path

from finetune_bench.backends.mlx_backend import MlxBackend
from finetune_bench.model_shapes import LmShape
from finetune_bench.workloads.attention_mlx import Attention
from finetune_bench.workloads.lm import positions
from finetune_bench.workloads.lm_work import LmWork
from finetune_bench.workloads.training_mlx import MlxModel, MlxTraining, mx, nn


def open_lm(work: LmWork, backend: MlxBackend, weights: Path) -> MlxTraining:
    shape = work.model

    def build() -> LanguageModel:
        table = mx.array(positions(work.data.context, shape.hidden_size).astype("float32"))
        return LanguageModel(shape, work.dropout, table)

    return MlxTraining(work, backend, MlxModel(build=build, weights=weights))


class LanguageModel(nn.Module):
    """The table of positions is no weight: MLX passes over attributes that begin with an underscore."""

    def __init__(self, shape: LmShape, dropout: float, table: mx.array) -> None:
        super().__init__()
        self.embedding = nn.Embedding(shape.vocab_size, shape.hidden_size)
        self.layers = [Block(shape, dropout) for _ in range(shape.layers)]
        self.norm = nn.LayerNorm(shape.hidden_size, eps=shape.norm_eps)
        self.head = nn.Linear(shape.hidden_size, shape.vocab_size)
        self._positions = table

    def __call__(self, ids: mx.array) -> mx.array:
        """[rows, length] → logits [rows, length, vocabulary]"""
        x = self.embedding(ids)
        x = x + self._positions[: ids.shape[1]].astype(x.dtype)
        for layer in self.layers:
            x = layer(x)
        return self.head(self.norm(x))


class Block(nn.Module):
    """Attention and feed-forward, each of its normalised input and added to it."""

    def __init__(self, shape: LmShape, dropout: float) -> None:
        super().__init__()
        hidden = shape.hidden_size
        self.attention_norm = nn.LayerNorm(hidden, eps=shape.norm_eps)
        self.attention = Attention(hidden, shape.heads, bias=False)
        self.feed_forward_norm = nn.LayerNorm(hidden, eps=shape.norm_eps)
        self.inner = nn.Linear(hidden, shape.intermediate_size)
        self.outer = nn.Linear(shape.intermediate_size, hidden)
        self.dropout = nn.Dropout(dropout)

    def __call__(self, x: mx.array) -> mx.array:
        x = x + self.dropout(self.attention(self.attention_norm(x)))
        return x + self.dropout(self.outer(nn.relu(self.inner(self.feed_forward_norm(x)))))
