"""Makes the files of a request and writes its work order."""

import json
from pathlib import Path

from finetune_bench.measure import MINIMUM_WARMUP
from finetune_bench.order import make_order, order_text
from finetune_bench.request import Request
from finetune_bench.store import write_atomically


def prepare(request: Request, cache: Path, out: Path) -> dict[str, object]:
    """Writes `out/<work hash>.json` and returns what the caller needs to know of it."""
    request.workload.cost(request.size, request.values)  # contradictions are found before anything is generated
    cache.mkdir(parents=True, exist_ok=True)
    made = request.workload.make_work(request.preset, request.size, request.values, cache)
    order = make_order(made.work, request.comparison_class, dict(request.values), made.files)
    path = out / f"{order.work_hash}.json"
    write_atomically(path, lambda temporary: temporary.write_text(order_text(order), encoding="utf-8"))
    steps = order.work["steps"]
    return {
        "order": str(path.absolute()),
        "work_hash": order.work_hash,
        "steps": steps,
        "warmup": min(MINIMUM_WARMUP, steps // 2),
        "comparison_class": order.comparison_class,
        "hyperparameters": order.hyperparameters,
    }


def write_result(path: Path, value: object) -> None:
    text = json.dumps(value, indent=2, ensure_ascii=False) + "\n"
    write_atomically(path, lambda temporary: temporary.write_text(text, encoding="utf-8"))
