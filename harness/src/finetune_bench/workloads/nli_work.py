"""The work of `nli-bert-tiny`, how it is made, and how its pairs become batches."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from finetune_bench.generate import TokenRows, shuffled_batches
from finetune_bench.generate_pairs import Pairs, read_pair_file, write_pair_file
from finetune_bench.hub import Repository
from finetune_bench.model_shapes import BertShape
from finetune_bench.order import LabelLoss, NormalLengths, PairData, PairRecipe, Weights
from finetune_bench.row_files import row_file
from finetune_bench.structure import to_json
from finetune_bench.workloads import bert
from finetune_bench.workloads.base import Values, Work
from finetune_bench.workloads.origin import both_splits_of
from finetune_bench.workloads.training_task import Batch, checked_file
from finetune_bench.workloads.training_work import (
    TrainingWork,
    in_batches,
    made_weights,
    optimiser_of,
    precision_of,
    steps_of,
    trainable_all,
)

# Word pieces of a premise and of a hypothesis, with the two that frame them.
PREMISE = NormalLengths(mean=17, deviation=8, shortest=3, longest=128)
HYPOTHESIS = NormalLengths(mean=10, deviation=4, shortest=3, longest=128)


@dataclass(frozen=True, kw_only=True)
class NliWork(TrainingWork):
    """The work of this workload. `dropout` follows the embeddings, the attention and the feed-forward."""

    model: BertShape
    dropout: float
    data: PairData
    pad_length: int
    loss: LabelLoss


def make_nli_work(workload: str, preset: str, size: str, shape: BertShape, values: Values, cache: Path) -> Work:
    steps, seed = steps_of(values), values["seed"]
    model = Repository(values["model_id"], values["revision"])
    data, data_file = _pairs(model, shape, values, cache)  # first: a mistake shows before a checkpoint is fetched
    weights, weights_file = _weights(model, shape, values, cache)
    work = NliWork(
        workload=workload,
        preset=preset,
        size=size,
        model=shape,
        dropout=values["dropout"],
        weights=weights,
        data=data,
        pad_length=values["max_length"],
        batches=shuffled_batches(values["rows"], values["batch_size"], steps * values["accumulation"], seed),
        accumulation=values["accumulation"],
        steps=steps,
        validation_batches=in_batches(values["validation_rows"], values["batch_size"]) * values["validation_passes"],
        loss=LabelLoss(classes=shape.classes, reduction="step-row-mean"),
        optimiser=optimiser_of(values, steps),
        trainable=trainable_all(bert.tensors(shape)),
        precision=precision_of(values),
    )
    return Work(work=to_json(work), files={"weights": weights_file, "data": data_file})


def _weights(model: Repository, shape: BertShape, values: Values, cache: Path) -> tuple[Weights, str]:
    if values["weights"] == "random":
        return made_weights("bert", shape, bert.tensors(shape), values["seed"], cache)
    from finetune_bench.checkpoint import hub_weights
    from finetune_bench.checkpoint_bert import bert as as_stored

    return hub_weights(model, as_stored(shape, dict(bert.tensors(shape))), values["seed"], cache)


def _pairs(model: Repository, shape: BertShape, values: Values, cache: Path) -> tuple[PairData, str]:
    if values["data"] == "hub":
        from finetune_bench.hub_pairs import hub_pairs

        return hub_pairs(both_splits_of(values), model, shape.vocab_size, values, cache)
    recipe = PairRecipe(
        generator="zipf-normal-pairs-1",
        seed=values["seed"],
        vocab_size=shape.vocab_size,
        premise=PREMISE,
        hypothesis=HYPOTHESIS,
        zipf_exponent=1.1,
    )
    rows, validation_rows, max_length = values["rows"], values["validation_rows"], values["max_length"]
    return row_file(
        PairData, recipe, values, cache, lambda path: write_pair_file(path, recipe, rows, validation_rows, max_length)
    )


class PairBatches:
    """Both sentences of a row padded to one length, which of their places are attended, and the row's label."""

    def __init__(self, path: Path, work: NliWork) -> None:
        self.sha256 = work.data.sha256
        self.shape = [work.pad_length]
        self._path = path
        self._pad_length = work.pad_length
        self._splits: dict[str, Pairs] = {}

    def load(self) -> None:
        self._splits = read_pair_file(checked_file(self._path, self.sha256))

    def batch(self, split: str, rows: Sequence[int]) -> Batch:
        pairs = self._splits[split]
        premise, premise_attended = self._side(pairs.premise, rows)
        hypothesis, hypothesis_attended = self._side(pairs.hypothesis, rows)
        return Batch(
            inputs=(premise, premise_attended, hypothesis, hypothesis_attended),
            targets=pairs.labels[list(rows)],
            mask=np.ones(len(rows), dtype=np.float32),
            samples=len(rows),
            padded=premise.size + hypothesis.size,
            real=int(premise_attended.sum() + hypothesis_attended.sum()),
        )

    def _side(self, sentences: TokenRows, rows: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
        lengths = sentences.lengths[list(rows)]
        attended = np.arange(self._pad_length)[None, :] < lengths[:, None]
        return sentences.padded(rows, self._pad_length), attended
