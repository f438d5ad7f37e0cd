"""One machine beside a local hub, for tests of what `prepare` fetches: its caches, and what `prepare` says there."""

import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from checkpoints import DATASET, MODEL, dataset_repo, model_repo
from finetune_bench.hub_rows import PARQUET_PYTHON
from finetune_bench.order import Order, read_order
from local_hub import Hub
from support import harness, request, write_json

NOWHERE = "http://127.0.0.1:9"


@dataclass
class Place:
    """`values` are set in every request. The packages of the interpreter `parquet`, that of the tests, read parquet."""

    python: str
    folder: Path
    hub: Hub
    values: dict[str, Any] = field(default_factory=dict)
    parquet: str = sys.executable

    @property
    def cache(self) -> Path:
        return self.folder / "cache"

    @property
    def hub_cache(self) -> Path:
        return self.folder / "hub"

    def prepare(
        self, workload: str, endpoint: str | None = None, token: str = "", size: str = "tiny", **overrides: Any
    ) -> Any:
        asked = write_json(self.folder / "request.json", request(workload, self.values | overrides, size=size))
        return harness(
            *("prepare", asked, "--cache", self.cache, "--out", self.folder / "orders"),
            *("--result", self.folder / "prepared.json"),
            python=self.python,
            HF_ENDPOINT=endpoint or self.hub.url,
            HF_HOME=str(self.hub_cache),
            HF_TOKEN=token,
            **{PARQUET_PYTHON: self.parquet},
        )

    def order(self, workload: str, **overrides: Any) -> Order:
        done = self.prepare(workload, **overrides)
        assert done.returncode == 0, done.stderr
        return read_order(self.order_path)

    @property
    def order_path(self) -> Path:
        return Path(json.loads((self.folder / "prepared.json").read_text())["order"])

    def refused(self, workload: str, code: int, **overrides: Any) -> str:
        done = self.prepare(workload, **overrides)
        assert done.returncode == code, done.stderr
        assert "Traceback" not in done.stderr
        assert not list(self.cache.glob("*.part-*"))
        return done.stderr.splitlines()[-1]


def offer(place: Place, workload: str, tokens: bytes) -> str:
    """A checkpoint and rows of the workload lie on the hub of the place, and its requests ask for both."""
    place.hub.repos[MODEL] = model_repo(workload, tokens)
    place.hub.repos[f"datasets/{DATASET}"] = dataset_repo(workload)
    place.values = {
        "weights": "hub",
        "model_id": MODEL,
        "data": "hub",
        "dataset_id": DATASET,
        "dataset_file": "rows.jsonl",
        "rows": 32,
        "validation_rows": 4,
        "max_length": 48,
    }
    return workload
