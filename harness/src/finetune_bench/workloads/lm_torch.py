"""The language model with pre-norm blocks in PyTorch."""

from pathlib import Path
from typing import Any

from finetune_bench.backends.torch_backend import TorchBackend
from finetune_bench.model_shapes import LmShape
from finetune_bench.workloads.attention_torch import Attention
from finetune_bench.workloads.lm import positions
from finetune_bench.workloads.lm_work import LmWork
from finetune_bench.workloads.training_torch import Place, TorchModel, TorchTraining, functional, torch

nn = torch.nn


def open_lm(work: LmWork, backend: TorchBackend, weights: Path) -> TorchTraining:
    shape = work.model

    def complete(module: Any, place: Place) -> None:
        device, dtype = place
        module.positions = torch.from_numpy(positions(work.data.context, shape.hidden_size)).to(dtype).to(device)

    model = TorchModel(build=lambda: LanguageModel(shape, work.dropout), weights=weights, complete=complete)
    return TorchTraining(work, backend, model)


class LanguageModel(nn.Module):
    """`positions` is a table that is no weight; it is set once the device is known."""

    positions: torch.Tensor

    def __init__(self, shape: LmShape, dropout: float) -> None:
        super().__init__()
        self.embedding = nn.Embedding(shape.vocab_size, shape.hidden_size)
        self.layers = nn.ModuleList(Block(shape, dropout) for _ in range(shape.layers))
        self.norm = nn.LayerNorm(shape.hidden_size, eps=shape.norm_eps)
        self.head = nn.Linear(shape.hidden_size, shape.vocab_size)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """[rows, length] → logits [rows, length, vocabulary]"""
        x = self.embedding(ids) + self.positions[: ids.shape[1]]
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

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x + self.dropout(self.attention(self.attention_norm(x)))
        return x + self.dropout(self.outer(functional.relu(self.inner(self.feed_forward_norm(x)))))
