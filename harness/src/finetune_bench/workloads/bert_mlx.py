"""The siamese BERT classifier in MLX, with the parameter names of the one in PyTorch."""

from pathlib import Path

from finetune_bench.backends.mlx_backend import MlxBackend
from finetune_bench.model_shapes import BertShape
from finetune_bench.workloads.attention_mlx import Attention
from finetune_bench.workloads.nli_work import NliWork
from finetune_bench.workloads.training_mlx import MlxModel, MlxTraining, mx, nn


def open_bert(work: NliWork, backend: MlxBackend, weights: Path) -> MlxTraining:
    model = MlxModel(build=lambda: Siamese(work.model, work.dropout), weights=weights)
    return MlxTraining(work, backend, model)


class Siamese(nn.Module):
    def __init__(self, shape: BertShape, dropout: float) -> None:
        super().__init__()
        hidden = shape.hidden_size
        self.embeddings = Embeddings(shape)
        self.layers = [Block(shape, dropout) for _ in range(shape.layers)]
        self.pooler = nn.Linear(hidden, hidden)
        self.classifier = nn.Linear(4 * hidden, shape.classes)
        self.dropout = nn.Dropout(dropout)

    def __call__(self, *sentences: mx.array) -> mx.array:
        """Ids and attended places of both sentences, [rows, length] each → logits [rows, classes]."""
        premise, premise_attended, hypothesis, hypothesis_attended = sentences
        u = self.encode(premise, premise_attended)
        v = self.encode(hypothesis, hypothesis_attended)
        return self.classifier(mx.concatenate([u, v, mx.abs(u - v), u * v], axis=-1))

    def encode(self, ids: mx.array, attended: mx.array) -> mx.array:
        x = self.dropout(self.embeddings(ids))
        mask = attended[:, None, None, :]
        for layer in self.layers:
            x = layer(x, mask)
        return mx.tanh(self.pooler(x[:, 0]))


class Embeddings(nn.Module):
    def __init__(self, shape: BertShape) -> None:
        super().__init__()
        hidden = shape.hidden_size
        self.word = nn.Embedding(shape.vocab_size, hidden)
        self.position = nn.Embedding(shape.max_positions, hidden)
        self.token_type = nn.Embedding(shape.token_types, hidden)
        self.norm = nn.LayerNorm(hidden, eps=shape.norm_eps)

    def __call__(self, ids: mx.array) -> mx.array:
        places = mx.arange(ids.shape[1])
        return self.norm(self.word(ids) + self.position(places) + self.token_type(mx.zeros_like(ids)))


class Block(nn.Module):
    """Attention and feed-forward, each added to its input and normalised afterwards."""

    def __init__(self, shape: BertShape, dropout: float) -> None:
        super().__init__()
        hidden = shape.hidden_size
        self.attention = Attention(shape.hidden_size, shape.heads, bias=True)
        self.attention_norm = nn.LayerNorm(hidden, eps=shape.norm_eps)
        self.inner = nn.Linear(hidden, shape.intermediate_size)
        self.outer = nn.Linear(shape.intermediate_size, hidden)
        self.output_norm = nn.LayerNorm(hidden, eps=shape.norm_eps)
        self.dropout = nn.Dropout(dropout)

    def __call__(self, x: mx.array, mask: mx.array) -> mx.array:
        x = self.attention_norm(x + self.dropout(self.attention(x, mask)))
        return self.output_norm(x + self.dropout(self.outer(nn.gelu(self.inner(x)))))
