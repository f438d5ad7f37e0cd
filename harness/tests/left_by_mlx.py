"""What MLX, which computes when it is asked to, leaves to compute where a clock stops; and what types it computes in.

python left_by_mlx.py CACHE ORDER.json… CONVERT.json      prints an object: all, and the first with a blind `mx.eval`
"""

import io
import json
import sys
from pathlib import Path

import mlx.core as mx
import numpy as np
from mlx.utils import tree_flatten

from finetune_bench.backends import make_backend
from finetune_bench.order import read_order
from finetune_bench.process import ensure_environment
from finetune_bench.structure import from_json
from finetune_bench.workloads import find_workload
from finetune_bench.workloads.convert_work import ConvertWork
from finetune_bench.workloads.training_task import Batch

ensure_environment("mlx-cpu")
cache, *orders, convert = map(Path, sys.argv[1:])
backend = make_backend("mlx-cpu")
backend.open()

from finetune_bench.workloads.convert_mlx import MlxConversion  # noqa: E402
from finetune_bench.workloads.matmul_mlx import MlxProducts  # noqa: E402

IDS = np.array([[0, 151_935]], dtype=np.int32)
LARGEST = Batch(inputs=(IDS,), targets=IDS, mask=np.ones(IDS.shape, np.float32), samples=1, padded=2, real=2)


def left(tree):
    """How many arrays are still to be computed: those whose graph has an operation."""

    def graph(array):
        text = io.StringIO()
        mx.export_to_dot(text, array)
        return text.getvalue()

    return sum("shape=rectangle" in graph(value) for _, value in tree_flatten(tree))


def types(tree):
    return sorted({str(value.dtype).removeprefix("mlx.core.") for _, value in tree_flatten(tree)})


def trained(path):
    order = read_order(path)
    task = find_workload(order.workload).open_task(order, backend, cache)
    model, after = task.model, {}
    for name, prepare in task.preparation():
        prepare()
        after[name] = left(model.module.parameters())
    after["optimiser"] = left([model._optimiser.state, model._masters])
    between, accumulate = [], model._accumulate_one

    def seen(batch, loss_tokens, so_far):
        between.append(left(so_far or ()))
        return accumulate(batch, loss_tokens, so_far)

    model._accumulate_one = seen
    data = task.fetch(0)
    after["fetch"] = left(data.batches)
    _, gradients = model._accumulate(data.batches, data.loss)
    moments = [value for name, value in tree_flatten(model._optimiser.state) if name.endswith((".m", ".v"))]
    kinds = {"model": model.module.parameters(), "moved": model._masters or model.module.parameters()}
    kinds = {name: types(tree) for name, tree in kinds.items()} | {
        "gradients": types(gradients),
        "moments": types(moments),
    }
    task.step(0, data)
    after["step"] = left([model.module.parameters(), model._optimiser.state, model._masters])
    after["between micro-batches"] = max(between)
    inputs, targets, _ = model.place(LARGEST)
    return {"left": after, "types": kinds, "placed": [inputs[0].tolist(), targets.tolist()]}


def converted(path):
    order = read_order(path)
    conversion = MlxConversion(from_json(ConvertWork, order.work, "work"), backend, cache / order.files["weights"])
    conversion.build()
    conversion.convert()
    return left(conversion._module.parameters())


def halved():
    products = MlxProducts(backend)
    return left(products.half_on_accelerator(products.load([np.ones((8, 8), np.float32)] * 3)))


def told(paths):
    return {
        "training": {path.stem: trained(path) for path in paths},
        "conversion": converted(convert),
        "half": halved(),
    }


sound = told(orders)
mx.eval = lambda *_: None
print(json.dumps({"sound": sound, "blind": told(orders[:1])}))
