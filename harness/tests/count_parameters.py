"""Builds the model of an order and prints how many parameters it has and trains, as JSON; takes no step.

python count_parameters.py ORDER.json BACKEND CACHE
"""

import json
import math
import sys
from pathlib import Path

from finetune_bench.backends import make_backend
from finetune_bench.order import read_order
from finetune_bench.process import ensure_environment
from finetune_bench.workloads import find_workload

order_path, backend, cache = sys.argv[1:]
ensure_environment(backend)
order = read_order(Path(order_path))
task = find_workload(order.workload).open_task(order, make_backend(backend), Path(cache))
for _, phase in task.preparation():
    phase()
sizes = [(math.prod(shape), trains) for shape, trains in task.model.parameters().values()]
print(json.dumps({"all": sum(size for size, _ in sizes), "trained": sum(size for size, trains in sizes if trains)}))
