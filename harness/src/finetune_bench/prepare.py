"""Makes the files of a request and writes its work order."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from finetune_bench.measure import MINIMUM_WARMUP
from finetune_bench.order import SIDES, make_order, order_text
from finetune_bench.request import Request
from finetune_bench.store import write_atomically
from finetune_bench.workloads.base import Work


def prepare(request: Request, cache: Path, out: Path) -> dict[str, object]:
    """Writes `out/<work hash>.json` and returns what the caller needs to know of it."""
    for values in (request.values, *request.sides.values()):
        request.workload.cost(request.size, values)  # contradictions are found before anything is generated
    cache.mkdir(parents=True, exist_ok=True)
    made = _sided(request, cache) if request.sides else _make(request, request.values, cache)
    order = make_order(made.work, request.comparison_class, request.in_force, made.files)
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


def _make(request: Request, values: Mapping[str, Any], cache: Path) -> Work:
    return request.workload.make_work(request.preset, request.size, values, cache)


def _sided(request: Request, cache: Path) -> Work:
    """One work for each framework, under one hash; its steps are those of the longer."""
    made = {side: _make(request, values, cache) for side, values in request.sides.items()}
    works = {side: one.work for side, one in made.items()}
    return Work(
        work={
            "workload": request.workload.name,
            "preset": request.preset,
            "size": request.size,
            "steps": max(work["steps"] for work in works.values()),
            SIDES: works,
        },
        files={f"{side}.{name}": file for side, one in made.items() for name, file in one.files.items()},
    )


def write_result(path: Path, value: object) -> None:
    text = json.dumps(value, indent=2, ensure_ascii=False) + "\n"
    write_atomically(path, lambda temporary: temporary.write_text(text, encoding="utf-8"))
