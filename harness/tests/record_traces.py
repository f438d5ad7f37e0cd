"""Records the traces of several orders in one process, so that a framework is imported once.

python record_traces.py BACKEND CACHE ORDER.json[::FAULT]…      writes ORDER[.FAULT].BACKEND.trace beside each order
"""

import sys
from contextlib import nullcontext
from pathlib import Path

from finetune_bench.order import read_order
from finetune_bench.process import ensure_environment
from finetune_bench.trace import record, write_trace

backend, cache, *orders = sys.argv[1:]
ensure_environment(backend)
for order in orders:
    name, _, fault = order.partition("::")
    if fault:
        from torch_faults import FAULTS

        wrong = FAULTS[fault]()
    else:
        wrong = nullcontext()
    path = Path(name)
    with wrong:
        trace = record(read_order(path), backend, Path(cache))
    write_trace(path.with_suffix(f"{fault and f'.{fault}'}.{backend}.trace"), trace)
