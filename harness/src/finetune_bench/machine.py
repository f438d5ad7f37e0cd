"""Facts of the machine and of this process that need nothing but the standard library."""

import ctypes
import platform
import subprocess
import sys
from pathlib import Path

try:
    import resource
except ImportError:  # Windows
    resource = None


def processor_name() -> str:
    """The processor's own name, else the architecture."""
    if sys.platform == "linux":
        for line in Path("/proc/cpuinfo").read_text(errors="replace").splitlines():
            if line.startswith(("model name", "Hardware")):
                return line.split(":", 1)[1].strip()
    if sys.platform == "darwin":
        command = ["/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string"]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    return platform.processor() or platform.machine()


FORGETS_PEAK = Path("/proc/self/clear_refs")
"""Linux alone has it, and some containers refuse it."""


def reset_rss_peak() -> int | None:
    """Starts a new interval of `rss_peak_since`, which is to be given what this returns: 0, or a peak that stays."""
    if sys.platform == "linux":
        try:
            FORGETS_PEAK.write_text("5")
        except OSError:
            return _rss_peak()
        return 0
    return _rss_peak()


def rss_peak_since(standing: int | None) -> int | None:
    """The largest resident set since that reset, in bytes; None where an earlier one, which stays, was as large."""
    peak = _rss_peak()
    return peak if peak is not None and standing is not None and peak > standing else None


def _rss_peak() -> int | None:
    """The largest resident set that the system remembers of this process."""
    if sys.platform == "linux":
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    if resource is not None:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024
    return _windows_peak()


def _windows_peak() -> int | None:
    """PeakWorkingSetSize of this process."""

    class Counters(ctypes.Structure):
        _fields_ = [
            ("cb", ctypes.c_uint32),
            ("page_fault_count", ctypes.c_uint32),
            ("peak_working_set_size", ctypes.c_size_t),
            ("others", ctypes.c_size_t * 7),
        ]

    counters = Counters()
    counters.cb = ctypes.sizeof(counters)
    kernel32 = ctypes.WinDLL("kernel32")
    kernel32.GetCurrentProcess.restype = ctypes.c_void_p
    query = kernel32.K32GetProcessMemoryInfo
    query.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint32]
    known = query(kernel32.GetCurrentProcess(), ctypes.byref(counters), counters.cb)
    return int(counters.peak_working_set_size) if known else None


def swap_used_bytes() -> int | None:
    """Swap space in use on the whole machine; None where it cannot be told."""
    if sys.platform == "linux":
        return linux_swap_used(Path("/proc/meminfo").read_text())
    return _mac_swap_used() if sys.platform == "darwin" else None


def linux_swap_used(meminfo: str) -> int | None:
    """From the text of /proc/meminfo, which counts in KiB."""
    sizes = {name: fields.split() for name, _, fields in (line.partition(":") for line in meminfo.splitlines())}
    if "SwapTotal" not in sizes or "SwapFree" not in sizes:
        return None
    return (int(sizes["SwapTotal"][0]) - int(sizes["SwapFree"][0])) * 1024


def _mac_swap_used() -> int | None:
    """From vm.swapusage: total, available and used bytes, the page size, and whether it is encrypted."""

    class Usage(ctypes.Structure):
        _fields_ = (
            ("total", ctypes.c_uint64),
            ("available", ctypes.c_uint64),
            ("used", ctypes.c_uint64),
            ("page_size", ctypes.c_uint32),
            ("encrypted", ctypes.c_int32),
        )

    usage, size = Usage(), ctypes.c_size_t(ctypes.sizeof(Usage))
    library = ctypes.CDLL("/usr/lib/libSystem.B.dylib")
    failed = library.sysctlbyname(b"vm.swapusage", ctypes.byref(usage), ctypes.byref(size), None, ctypes.c_size_t(0))
    return None if failed else int(usage.used)
