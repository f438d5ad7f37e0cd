"""The switching products as a task, without a framework: what is timed, what is counted, what is checked."""

from collections.abc import Sequence
from pathlib import Path
from time import perf_counter_ns
from typing import Any, Protocol

import numpy as np
from safetensors.numpy import load_file

from finetune_bench.backends import Backend, framework_of, is_cpu
from finetune_bench.errors import BadInput, CheckFailed, NotFinite
from finetune_bench.events import Metric
from finetune_bench.order import Order
from finetune_bench.structure import from_json
from finetune_bench.tasks import Concluded, Conclusion, Preparation, StepNumbers
from finetune_bench.weights import file_sha256
from finetune_bench.workloads.base import needed_files
from finetune_bench.workloads.switch_matmul import MATRICES, MatmulWork, half_flop

Triple = tuple[Any, Any, Any]


class Products(Protocol):
    """What a framework does for this task. Every method returns when its result is there."""

    def load(self, arrays: Sequence[np.ndarray]) -> Triple:
        """Three float32 matrices where the processor's half expects them."""

    def to_accelerator(self, triple: Triple) -> Triple: ...

    def to_processor(self, triple: Triple) -> Triple: ...

    def half_on_accelerator(self, triple: Triple) -> Triple: ...

    def half_on_processor(self, triple: Triple) -> Triple: ...

    def values(self, matrix: Any) -> np.ndarray: ...


class MatmulTask:
    def __init__(self, work: MatmulWork, products: Products, paths: dict[str, Path], backend: str) -> None:
        self.work = work
        self.steps = work.steps
        self.dtype = None  # half of a step runs on each device, and each half is a GEMM probe itself
        self.warnings: Sequence[str] = (
            ["no_accelerator: the accelerator's half ran on the processor as well"] if is_cpu(backend) else []
        )
        self._products = products
        self._paths = paths
        self._triple: Triple = (None, None, None)

    def preparation(self) -> Preparation:
        return (("data", self._load),)

    def _load(self) -> None:
        self._triple = self._products.load(_read(self._paths["matrices"], self.work.sha256))

    def fetch(self, index: int) -> None:
        """Nothing: an iteration works on what the one before it left."""

    def step(self, _index: int, _data: None) -> StepNumbers:
        on_accelerator = self._products.to_accelerator(self._triple)
        start = perf_counter_ns()
        on_accelerator = self._products.half_on_accelerator(on_accelerator)
        accelerator_ns = perf_counter_ns() - start
        on_processor = self._products.to_processor(on_accelerator)
        start = perf_counter_ns()
        self._triple = self._products.half_on_processor(on_processor)
        cpu_ns = perf_counter_ns() - start
        flop = half_flop(self.work.n)
        return StepNumbers(
            model_flop=2 * flop,
            accelerator_s=accelerator_ns / 1e9,
            cpu_s=cpu_ns / 1e9,
            accelerator_flop=flop,
            cpu_flop=flop,
        )

    def check(self, index: int) -> None:
        """Columns are scaled to a largest element of 1, so one bad value spoils all: the last state tells."""
        if index == self.steps - 1 and not np.isfinite(self._products.values(self._triple[0])).all():
            raise NotFinite("a product holds NaN or infinity after the last iteration")

    def conclusion(self) -> Conclusion:
        return (("check", self._compare_with_reference),)

    def _compare_with_reference(self) -> Concluded:
        check = self.work.check
        arrays = _read(self._paths["check"], check.sha256)
        triple = self._products.load(arrays)
        for _ in range(check.iterations):
            triple = self._products.half_on_accelerator(self._products.to_accelerator(triple))
            triple = self._products.half_on_processor(self._products.to_processor(triple))
        expected = reference(arrays, 2 * check.iterations)[0]
        actual = self._products.values(triple[0]).astype(np.float64)
        sum_error = float(abs(actual.sum() - expected.sum()) / abs(expected.sum()))
        largest_error = float(np.abs(actual - expected).max())
        if not (sum_error <= check.tolerance and largest_error <= check.tolerance):
            raise CheckFailed(
                f"at n = {check.n} the sum of a is off by {sum_error:.3g} and an element by {largest_error:.3g}; "
                f"allowed: {check.tolerance:g}"
            )
        return Concluded(metrics=[Metric(name="checksum_error", value=sum_error, unit="", direction="lower")])


def reference(arrays: Sequence[np.ndarray], halves: int) -> list[np.ndarray]:
    """The half iterations in float64."""
    a, b, c = (array.astype(np.float64) for array in arrays)
    for _ in range(halves):
        a, b, c = (product / product.max(axis=0) for product in (a @ b, b @ c, c @ a))
    return [a, b, c]


def _read(path: Path, sha256: str) -> list[np.ndarray]:
    if file_sha256(path) != sha256:
        raise BadInput(f"{path} is not the file of the work order: delete it and prepare again")
    arrays = load_file(path)
    return [arrays[name] for name in MATRICES]


def open_matmul_task(order: Order, backend: Backend, cache: Path) -> MatmulTask:
    work = from_json(MatmulWork, order.work, "work")
    if work.products != ("ab", "bc", "ca") or work.precision != "float32":
        raise BadInput(f"this harness multiplies ab, bc, ca in float32, not {work.products} in {work.precision}")
    paths = needed_files(order, cache)
    backend.open()
    if framework_of(backend.name) == "torch":
        from finetune_bench.workloads.matmul_torch import TorchProducts as FrameworkProducts
    else:
        from finetune_bench.workloads.matmul_mlx import MlxProducts as FrameworkProducts
    return MatmulTask(work, FrameworkProducts(backend), paths, backend.name)
