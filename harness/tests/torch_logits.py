"""The logits of transformers' Llama with an order's weights, before training.

python torch_logits.py CACHE ORDER.json TOKENS.json OUT.npy
"""

import json
import sys
from pathlib import Path

import numpy as np

from finetune_bench.backends import make_backend
from finetune_bench.order import read_order
from finetune_bench.process import ensure_environment
from finetune_bench.workloads import find_workload
from finetune_bench.workloads.training_task import Batch, TrainingTask

ensure_environment("torch-cpu")
cache, order, tokens, out = map(Path, sys.argv[1:])
task = find_workload(read_order(order).workload).open_task(read_order(order), make_backend("torch-cpu"), cache)
assert isinstance(task, TrainingTask)
for _, prepare in task.preparation():
    prepare()
ids = np.array(json.loads(tokens.read_text()), dtype=np.int32)
rows = Batch(inputs=(ids,), targets=ids, mask=np.ones(ids.shape, np.float32), samples=len(ids), padded=0, real=0)
np.save(out, task.model.logits(task.model.place(rows)))
