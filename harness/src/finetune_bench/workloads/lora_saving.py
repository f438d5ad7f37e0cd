"""Saving of trained adapters: in the format of the framework's own users, into a folder that is gone afterwards."""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from finetune_bench.events import Metric
from finetune_bench.tasks import Concluded, Conclusion

KEEP = "FINETUNE_BENCH_ADAPTERS"
"""The variable with the folder in which adapters stay, each run's in the place of those before."""


def saving(name: str, save: Callable[[Path], None]) -> Conclusion:
    """The phase in which `save` writes the adapters into a folder. `name` is that of the folder where they stay."""

    def run() -> Concluded:
        with _folder(name) as folder:
            save(folder)
            size = sum(file.stat().st_size for file in folder.glob("*.safetensors"))
        return Concluded(metrics=[Metric(name="adapter_size", value=size, unit="B", direction="lower")])

    return (("save", run),)


@contextmanager
def _folder(name: str) -> Iterator[Path]:
    keep = os.environ.get(KEEP)
    if keep:
        folder = Path(keep) / name
        folder.mkdir(parents=True, exist_ok=True)
        yield folder
    else:
        with tempfile.TemporaryDirectory(prefix="finetune-bench-scratch-") as made:
            yield Path(made)
