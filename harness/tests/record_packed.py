"""Records the traces of several orders, and at last of one whose packed rows see those before them.

python record_packed.py BACKEND CACHE ORDER.json… LEAKING.json      writes ORDER.BACKEND.trace beside each order
"""

import sys
from dataclasses import replace
from pathlib import Path

from finetune_bench.order import read_order
from finetune_bench.process import ensure_environment
from finetune_bench.trace import record, write_trace
from finetune_bench.workloads.packed_rows import PackedRows

backend, cache, *paths = sys.argv[1:]
ensure_environment(backend)
*sound, leaking = map(Path, paths)


def keep(path):
    write_trace(path.with_suffix(f".{backend}.trace"), record(read_order(path), backend, Path(cache)))


def one_row(self, split, rows, batch=PackedRows.batch):
    """The batch of a pack whose places are all of one row; which losses count stays as it was."""
    packed = batch(self, split, rows)
    ids, starts = packed.inputs
    starts[1:] = starts[-1]
    return replace(packed, inputs=(ids, starts))


for order in sound:
    keep(order)
PackedRows.batch = one_row
keep(leaking)
