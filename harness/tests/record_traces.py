"""Records the traces of several orders in one process, so that a framework is imported once.

python record_traces.py BACKEND CACHE ORDER.json[::FAULT]…      writes ORDER[.FAULT].BACKEND.trace beside each order
"""

import sys
from contextlib import nullcontext
from importlib import import_module
from pathlib import Path

from finetune_bench.backends import framework_of
from finetune_bench.order import read_order
from finetune_bench.process import ensure_environment
from finetune_bench.trace import record, write_trace

backend, cache, *orders = sys.argv[1:]
ensure_environment(backend)
for order in orders:
    name, _, fault = order.partition("::")
    wrong = import_module(f"{framework_of(backend)}_faults").FAULTS[fault]() if fault else nullcontext()
    path = Path(name)
    with wrong:
        trace = record(read_order(path), backend, Path(cache))
    write_trace(path.with_suffix(f"{fault and f'.{fault}'}.{backend}.trace"), trace)
