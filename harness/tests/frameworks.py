"""Apple's frameworks for tests: one shared library in the place of each, with the answers of one machine."""

import functools
import shutil
import subprocess
import tempfile
from pathlib import Path

SOURCE = Path(__file__).parent / "fixtures" / "probe" / "frameworks.c"
NAMES = ("CoreFoundation", "CoreGraphics", "Metal")


def install_frameworks(
    root: Path,
    *,
    devices: int = 1,
    default: bool = True,
    display: int = 1,
    asleep: bool = False,
    crashes: bool = False,
) -> None:
    """Below `root`, where a Mac has them."""
    answers = (f"DEVICES={devices}", f"HAS_DEFAULT={default:d}", f"DISPLAY_ID={display}", f"ASLEEP={asleep:d}")
    library = _built((*answers, *(["CRASHES"] if crashes else [])))
    for name in NAMES:
        folder = root / "System" / "Library" / "Frameworks" / f"{name}.framework"
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(library, folder / name)


@functools.cache
def _built(answers: tuple[str, ...]) -> Path:
    folder = tempfile.TemporaryDirectory(prefix="frameworks-")
    _FOLDERS.append(folder)
    library = Path(folder.name) / "frameworks.so"
    definitions = [f"-D{answer}" for answer in answers]
    subprocess.run(["cc", "-shared", "-fPIC", *definitions, "-o", str(library), str(SOURCE)], check=True)
    return library


_FOLDERS: list[tempfile.TemporaryDirectory[str]] = []
"""Removed when the tests are over."""
