"""What MLX's compiled steps, which no processor's run has, do of an order: their losses, and how often they are traced.

python compiled_mlx.py CACHE ORDER.json      prints an object
"""

import json
import sys
from pathlib import Path

import mlx.core as mx

from finetune_bench.backends.mlx_backend import MlxBackend
from finetune_bench.order import read_order
from finetune_bench.workloads import find_workload

cache, path = map(Path, sys.argv[1:])


class Compiling(MlxBackend):
    """The processor, where steps are compiled as on a graphics device."""

    def open(self):
        super().open()
        self.compiles = True
        mx.enable_compile()


def trained(order, backend):
    """The numbers of every step and the validation, and the steps by whose end the loss had been traced so often."""
    task = find_workload(order.workload).open_task(order, backend, cache)
    traces, share = [], task.model._loss_share

    def counted(*arguments):
        traces.append(None)
        return share(*arguments)

    task.model._loss_share = counted
    for _, prepare in task.preparation():
        prepare()
    numbers, after = [], []
    for index in range(task.steps):
        step = task.step(index, task.fetch(index))
        numbers.append([step.loss, step.grad_norm])
        after.append(len(traces))
    return {"numbers": numbers, "traces": after, "validation": task._evaluate().metrics[0].value}


kinds = {"plain": MlxBackend, "compiled": Compiling}
print(json.dumps({name: trained(read_order(path), kind("mlx-cpu")) for name, kind in kinds.items()}))
