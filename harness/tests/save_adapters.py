"""Trains and saves adapters, then loads them as any user would: onto a base that is built and filled anew.

python save_adapters.py BACKEND CACHE FOLDER ORDER.json…      prints of each order what was saved and came back
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np

from finetune_bench.backends import framework_of, make_backend
from finetune_bench.order import read_order
from finetune_bench.process import ensure_environment
from finetune_bench.workloads import find_workload
from finetune_bench.workloads.lora_saving import KEEP
from finetune_bench.workloads.training_task import TrainingTask

backend, cache, place, *orders = sys.argv[1:]
ensure_environment(backend)


def loaded(module: Any, folder: Path) -> Any:
    if framework_of(backend) == "torch":
        from peft import PeftModel

        return PeftModel.from_pretrained(module, folder).eval()
    from mlx_lm.tuner.utils import load_adapters

    return load_adapters(module, str(folder)).eval()


def saved_and_loaded(path: Path, keep: Path) -> dict[str, Any]:
    order = read_order(path)
    os.environ[KEEP] = str(keep)
    task = find_workload(order.workload).open_task(order, make_backend(backend), Path(cache))
    assert isinstance(task, TrainingTask)
    for _, prepare in task.preparation():
        prepare()
    model = task.model
    batch = model.place(task.rows.batch("validation", [0, 1]))
    model.evaluation_mode()
    before = model.logits(batch)
    for index in range(task.steps):
        task.step(index, task.fetch(index))
    metrics = {metric.name: metric.value for _, conclude in task.conclusion() for metric in conclude().metrics}
    trained = model.logits(batch)
    values = {name: value.tolist() for name, value in model.trained().items()}
    model.build()
    model.load_weights()
    (folder,) = keep.iterdir()
    model.module = loaded(model.module, folder)
    return {
        "folder": folder.name,
        "metrics": metrics,
        "values": values,
        "moved": float(np.abs(trained - before).max()),
        "lost": float(np.abs(model.logits(batch) - trained).max()),
    }


print(json.dumps([saved_and_loaded(Path(order), Path(place) / Path(order).stem) for order in orders]))
