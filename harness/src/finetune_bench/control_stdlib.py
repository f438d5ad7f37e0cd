"""The control in Python alone, on one core. Like the work it does, this file never changes (see control_work)."""

from operator import mul
from typing import Any

from finetune_bench.control_work import LEFT_START, RIGHT_START, value


class StdlibControl:
    def __init__(self, work: dict[str, Any]) -> None:
        n = work["matmul_n"]
        self._rows = [[value(LEFT_START + row * n + k) for k in range(n)] for row in range(n)]
        self._columns = [[value(RIGHT_START + k * n + column) for k in range(n)] for column in range(n)]
        self._product: list[list[float]] = []
        self._source = memoryview(bytearray(range(256)) * (work["copy_bytes"] // 256))
        self._target = memoryview(bytearray(work["copy_bytes"]))

    def step(self) -> None:
        self._product = [[sum(map(mul, row, column)) for column in self._columns] for row in self._rows]
        self._target[:] = self._source

    def synchronise(self) -> None:
        """Nothing runs beside this thread."""

    def results(self) -> tuple[float, bool]:
        return self._product[0][0], self._target == self._source
