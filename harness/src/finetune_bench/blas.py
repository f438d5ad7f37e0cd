"""Which BLAS multiplies matrices on the processor: finding a system OpenBLAS, and reading back what was loaded."""

import ctypes
import os
import platform
import re
import sys
from pathlib import Path
from typing import Any

# Where Linux distributions and hand-made installations keep it, the fuller builds first.
_OPENBLAS_PLACES = (
    "/usr/lib/{machine}-linux-gnu/openblas-pthread/libopenblas.so.0",
    "/usr/lib/{machine}-linux-gnu/libopenblas.so.0",
    "/usr/lib64/libopenblasp.so.0",
    "/usr/lib64/libopenblas.so.0",
    "/usr/lib/libopenblas.so.0",
    "/usr/lib/libopenblas.so",
    "/usr/local/lib/libopenblas.so.0",
    "/opt/OpenBLAS/lib/libopenblas.so.0",
)


def wanted_openblas(environ: dict[str, str]) -> str | None:
    """The OpenBLAS that mlx-cpu should use, or None for the reference BLAS that comes with it.

    FINETUNE_BENCH_BLAS is `auto` (the default), `reference`, or the path of a shared library.
    """
    choice = environ.get("FINETUNE_BENCH_BLAS") or "auto"
    if sys.platform != "linux" or choice == "reference":
        return None
    if choice != "auto":
        return choice
    places = (place.format(machine=platform.machine()) for place in _OPENBLAS_PLACES)
    return next((place for place in places if os.path.exists(place)), None)


def loaded_libraries() -> list[str]:
    """Paths of the shared libraries mapped into this process; empty where the system does not tell."""
    maps = Path("/proc/self/maps")
    if not maps.exists():
        return []
    paths = (line.split(maxsplit=5)[-1] for line in maps.read_text().splitlines() if "/" in line)
    return list(dict.fromkeys(path for path in paths if ".so" in path))


def mlx_blas() -> str | None:
    """The BLAS behind MLX's processor products: Accelerate, a preloaded OpenBLAS, or the one in the wheel."""
    if sys.platform == "darwin":
        return "accelerate"
    # numpy brings an OpenBLAS of its own under other symbol names: it never serves MLX.
    libraries = [path for path in loaded_libraries() if "numpy.libs" not in path and "scipy.libs" not in path]
    for path in libraries:
        if re.search(r"libopenblas", os.path.basename(path)):
            return f"openblas {_openblas_version(path)}"
    for path in libraries:
        if re.match(r"lib(blas|mkl|blis|nvpl_blas)", os.path.basename(path)):
            name = os.path.basename(path)
            return f"reference {name}" if "mlx_cpu.libs" in path else name
    return None


def _openblas_version(path: str) -> str:
    """`0.3.21 SkylakeX`: version and the kernels chosen for this processor, as the loaded library itself says."""
    try:
        library = ctypes.CDLL(path)
        get_config, get_core = library.openblas_get_config, library.openblas_get_corename
    except (OSError, AttributeError):
        return os.path.basename(path)
    get_config.restype = get_core.restype = ctypes.c_char_p
    version = re.search(r"\d+(\.\d+)+", get_config().decode(errors="replace"))
    core = get_core().decode(errors="replace")
    return f"{version.group()} {core}" if version else core


def torch_blas(torch: Any) -> str | None:
    """The BLAS that torch was built with."""
    text = torch.__config__.show()
    found = re.search(r"BLAS_INFO=(\w+)", text)
    return found.group(1) if found else None
