"""The work of `lm-ptb`, how it is made, and how its text becomes batches."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from finetune_bench.canonical import sha256_of
from finetune_bench.generate import shuffled_batches
from finetune_bench.generate_stream import read_stream_file, write_stream_file
from finetune_bench.hub_recipes import HubWords
from finetune_bench.model_shapes import LmShape
from finetune_bench.order import Loss, NormalLengths, StreamData, StreamRecipe
from finetune_bench.store import made_once
from finetune_bench.structure import to_json
from finetune_bench.workloads import lm
from finetune_bench.workloads.base import Values, Work
from finetune_bench.workloads.origin import both_splits_of
from finetune_bench.workloads.training_task import Batch, checked_file
from finetune_bench.workloads.training_work import (
    TrainingWork,
    in_batches,
    made_weights,
    optimiser_of,
    precision_of,
    trainable_all,
)

SENTENCES = NormalLengths(mean=20, deviation=10, shortest=1, longest=80)
"""Words of a sentence, without the mark that ends it."""


@dataclass(frozen=True, kw_only=True)
class LmWork(TrainingWork):
    """The work of this workload; a row is a window. `dropout` follows the attention and the feed-forward."""

    model: LmShape
    dropout: float
    data: StreamData
    loss: Loss


def make_lm_work(
    names: dict[str, str], shape: LmShape, values: Values, windows: tuple[int, int], steps: int, cache: Path
) -> Work:
    """`names` are workload, preset and size; `windows` those of training and of validation."""
    seed, accumulation = values["seed"], values["accumulation"]
    data, data_file = _text(shape, values, cache)
    weights, weights_file = made_weights("lm", shape, lm.tensors(shape), seed, cache)
    work = LmWork(
        **names,
        model=shape,
        dropout=values["dropout"],
        weights=weights,
        data=data,
        batches=shuffled_batches(windows[0], values["batch_size"], steps * accumulation, seed),
        accumulation=accumulation,
        steps=steps,
        validation_batches=in_batches(windows[1], values["batch_size"]) * values["validation_passes"],
        loss=Loss(mask="all", shift=1, reduction="step-token-mean"),
        optimiser=optimiser_of(values, steps),
        trainable=trainable_all(lm.tensors(shape)),
        precision=precision_of(values),
    )
    return Work(work=to_json(work), files={"weights": weights_file, "data": data_file})


def _text(shape: LmShape, values: Values, cache: Path) -> tuple[StreamData, str]:
    made = _hub_text if values["data"] == "hub" else _made_text
    recipe, sha256, name = made(shape, values, cache)
    data = StreamData(
        recipe=recipe,
        tokens=values["tokens"],
        validation_tokens=values["validation_tokens"],
        context=values["context"],
        stride=values["stride"] or values["context"],
        sha256=sha256,
    )
    return data, name


def _hub_text(shape: LmShape, values: Values, cache: Path) -> tuple[HubWords, str, str]:
    from finetune_bench.hub_words import hub_words

    tokens = values["tokens"], values["validation_tokens"]
    return hub_words(both_splits_of(values), tokens, shape.vocab_size, cache)


def _made_text(shape: LmShape, values: Values, cache: Path) -> tuple[StreamRecipe, str, str]:
    recipe = StreamRecipe(
        generator="zipf-sentences-1",
        seed=values["seed"],
        vocab_size=shape.vocab_size,
        sentences=SENTENCES,
        zipf_exponent=1.1,
    )
    tokens, validation_tokens = values["tokens"], values["validation_tokens"]
    name = f"text-{sha256_of([asdict(recipe), tokens, validation_tokens])[:16]}.safetensors"
    facts = made_once(cache / name, lambda path: write_stream_file(path, recipe, tokens, validation_tokens))
    return recipe, str(facts["sha256"]), name


class WindowBatches:
    """Windows cut from the text batch by batch: all of them at once would be the text, as often as they overlap.

    The windows of the validation do not overlap, whatever the stride.
    """

    def __init__(self, path: Path, work: LmWork) -> None:
        self.sha256 = work.data.sha256
        self.shape = [work.data.context, work.data.stride]
        self._path = path
        self._data = work.data
        self._shift = work.loss.shift
        self._texts: dict[str, np.ndarray] = {}

    def load(self) -> None:
        self._texts = read_stream_file(checked_file(self._path, self.sha256))

    def batch(self, split: str, rows: Sequence[int]) -> Batch:
        context = self._data.context
        stride = self._data.stride if split == "train" else context
        places = np.array(rows)[:, None] * stride + np.arange(context + 1)[None, :]
        windows = self._texts[split][places]
        targets = windows[:, self._shift :][:, :context]
        return Batch(
            inputs=(windows[:, :-1],),
            targets=targets,
            mask=np.ones(targets.shape, dtype=np.float32),
            samples=len(rows),
            padded=len(rows) * context,
            real=len(rows) * context,
        )
