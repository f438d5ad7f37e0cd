"""Records the traces of several orders in one process, so that a framework is imported once.

python record_traces.py BACKEND CACHE ORDER.json…      writes ORDER.BACKEND.trace beside each order
"""

import sys
from pathlib import Path

from finetune_bench.order import read_order
from finetune_bench.process import ensure_environment
from finetune_bench.trace import record, write_trace

backend, cache, *orders = sys.argv[1:]
ensure_environment(backend)
for order in map(Path, orders):
    write_trace(order.with_suffix(f".{backend}.trace"), record(read_order(order), backend, Path(cache)))
