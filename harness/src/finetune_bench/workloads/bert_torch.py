"""The siamese BERT classifier in PyTorch."""

from pathlib import Path

from finetune_bench.backends.torch_backend import TorchBackend
from finetune_bench.model_shapes import BertShape
from finetune_bench.workloads.attention_torch import Attention
from finetune_bench.workloads.nli_work import NliWork
from finetune_bench.workloads.training_torch import TorchModel, TorchTraining, functional, torch

nn = torch.nn


def open_bert(work: NliWork, backend: TorchBackend, weights: Path) -> TorchTraining:
    model = TorchModel(build=lambda: Siamese(work.model, work.dropout), weights=weights)
    return TorchTraining(work, backend, model)


class Siamese(nn.Module):
    def __init__(self, shape: BertShape, dropout: float) -> None:
        super().__init__()
        hidden = shape.hidden_size
        self.embeddings = Embeddings(shape)
        self.layers = nn.ModuleList(Block(shape, dropout) for _ in range(shape.layers))
        self.pooler = nn.Linear(hidden, hidden)
        self.classifier = nn.Linear(4 * hidden, shape.classes)
        self.dropout = nn.Dropout(dropout)

    def forward(self, *sentences: torch.Tensor) -> torch.Tensor:
        """Ids and attended places of both sentences, [rows, length] each → logits [rows, classes]."""
        premise, premise_attended, hypothesis, hypothesis_attended = sentences
        u = self.encode(premise, premise_attended)
        v = self.encode(hypothesis, hypothesis_attended)
        return self.classifier(torch.cat([u, v, (u - v).abs(), u * v], dim=-1))

    def encode(self, ids: torch.Tensor, attended: torch.Tensor) -> torch.Tensor:
        x = self.dropout(self.embeddings(ids))
        mask = attended[:, None, None, :]
        for layer in self.layers:
            x = layer(x, mask)
        return torch.tanh(self.pooler(x[:, 0]))


class Embeddings(nn.Module):
    def __init__(self, shape: BertShape) -> None:
        super().__init__()
        hidden = shape.hidden_size
        self.word = nn.Embedding(shape.vocab_size, hidden)
        self.position = nn.Embedding(shape.max_positions, hidden)
        self.token_type = nn.Embedding(shape.token_types, hidden)
        self.norm = nn.LayerNorm(hidden, eps=shape.norm_eps)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        places = torch.arange(ids.shape[1], device=ids.device)
        return self.norm(self.word(ids) + self.position(places) + self.token_type(torch.zeros_like(ids)))


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

    def forward(self, x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        x = self.attention_norm(x + self.dropout(self.attention(x, mask)))
        return self.output_norm(x + self.dropout(self.outer(functional.gelu(self.inner(x)))))
