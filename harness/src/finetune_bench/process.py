"""The measuring process itself: its environment variables, its age, and what a signal does to it."""

import os
import signal
import socket
import sys
import threading
import time
import warnings
from types import FrameType

from finetune_bench.backends import is_cpu
from finetune_bench.blas import wanted_openblas
from finetune_bench.events import Error, EventLog

_STARTED = "FINETUNE_BENCH_STARTED_NS"
_UNHEEDED = "FINETUNE_BENCH_UNHEEDED"
_THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
)

_KEPT_MEMORY = {"MALLOC_MMAP_THRESHOLD_": str(32 * 2**20), "MALLOC_TRIM_THRESHOLD_": str(2**40)}
"""glibc's allocator keeps what is freed, up to blocks of 32 MiB, its limit.

Else tensors of some MB go back to the system in every step and come again page by page, zeroed: an eighth of a step of
`nli-bert-tiny` on torch, and the part of it that varies most from run to run. Other C libraries do not read these.
"""


def wanted_environment(backend: str, environ: dict[str, str]) -> dict[str, str]:
    """The variables that must stand before any library is loaded: threads, BLAS, memory, precision, no network."""
    wanted = {
        "HF_HUB_OFFLINE": "1",
        "TRANSFORMERS_OFFLINE": "1",
        "TOKENIZERS_PARALLELISM": "false",
        "MLX_ENABLE_TF32": "0",
    }
    if is_cpu(backend):
        wanted |= dict.fromkeys(_THREAD_VARIABLES, "1") | _KEPT_MEMORY
    if backend == "mlx-cpu":
        wanted["MLX_DISABLE_COMPILE"] = "1"
        library = wanted_openblas(environ)
        preloaded = environ.get("LD_PRELOAD", "")
        if library is not None and library not in preloaded.split(":"):
            wanted["LD_PRELOAD"] = f"{library}:{preloaded}".rstrip(":")
    return wanted


def ensure_environment(backend: str) -> None:
    """Starts this process over, once, when its environment is not the wanted one. The process id stays.

    Libraries read these variables while they are loaded, and LD_PRELOAD is read before the interpreter runs.
    """
    # What a library's next version will rename, nobody who measures can change: a run's log is for what they can.
    warnings.filterwarnings("ignore", category=FutureWarning)
    environ = dict(os.environ)
    own = wanted_environment(backend, environ)
    wanted = own | ({_STARTED: str(time.perf_counter_ns())} if _STARTED not in environ else {})
    # What is preloaded is kept beside the BLAS; everything else that was set to something else is lost.
    lost = [
        f"{name}={environ[name]} (it stays {value})"
        for name, value in own.items()
        if name != "LD_PRELOAD" and environ.get(name, value) != value
    ]
    if lost:
        wanted[_UNHEEDED] = ", ".join(lost)
    if all(environ.get(name) == value for name, value in wanted.items()):
        return
    if sys.platform == "win32":  # exec would make another process there; nothing is loaded yet, so this will do
        os.environ.update(wanted)
        return
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], environ | wanted)


def unheeded_warnings() -> list[str]:
    """A suite may set variables that the work does not leave open: said, where it did."""
    lost = os.environ.get(_UNHEEDED)
    return [] if lost is None else [f"without effect on this workload: {lost}"]


def age_s() -> float:
    """Seconds since this process was started, before it started itself over."""
    now = time.perf_counter_ns()
    return (now - int(os.environ.get(_STARTED, now))) / 1e9


def cancel_on_signals(log: EventLog) -> None:
    """From now on SIGINT and SIGTERM end the process at once, with an `error` event of kind `cancelled`.

    A thread waits for them: Python's own handlers run only between two bytecodes of the main thread, and a
    step can spend a minute inside one library call.
    """
    inlet, outlet = socket.socketpair()
    inlet.setblocking(False)

    def nothing(_number: int, _frame: FrameType | None) -> None:
        """The wake-up descriptor does the work; a handler must stand so that the default does not."""

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, nothing)
    signal.set_wakeup_fd(inlet.detach(), warn_on_full_buffer=False)  # open as long as the process lives

    def watch() -> None:
        while True:
            number = outlet.recv(1)[0]
            if not log.finished:  # else the run is over, and its last event stands
                try:
                    log.write(Error(kind="cancelled", message=f"stopped by {signal.Signals(number).name}"))
                finally:  # also on a disk that is full
                    os._exit(128 + number)

    threading.Thread(target=watch, name="signals", daemon=True).start()
