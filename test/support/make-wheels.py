"""Writes small pure wheels by hand: `make-wheels.py FOLDER NAME==VERSION[:REQUIREMENT,…]…`"""

import base64
import hashlib
import sys
import zipfile
from pathlib import Path


def make_wheel(folder: Path, name: str, version: str, requirements: list[str]) -> None:
    info = f"{name}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    files = {
        f"{name}.py": f'__version__ = "{version}"\n',
        f"{info}/METADATA": metadata + "".join(f"Requires-Dist: {text}\n" for text in requirements),
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: by hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{path},sha256={digest(text)},{len(text)}\n" for path, text in files.items())
    files[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n"
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        for path, text in files.items():
            wheel.writestr(path, text)


def digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


for given in sys.argv[2:]:
    pin, _, needs = given.partition(":")
    package, _, number = pin.partition("==")
    make_wheel(Path(sys.argv[1]), package, number, [text for text in needs.split(",") if text])
