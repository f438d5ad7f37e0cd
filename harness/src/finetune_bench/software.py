"""The `environment` event: what this process runs on, as the imported framework and the installed packages say."""

import os
import platform
import re
from collections.abc import Iterable
from importlib import metadata

from finetune_bench.backends import Backend
from finetune_bench.events import MAX_TEXT, Environment

COMMON_PACKAGES = ("numpy", "safetensors")
# Variables that change numbers or speed, and how the names of others like them begin; the rest is nobody's business.
REPORTED_VARIABLES = ("LD_PRELOAD", "CUBLAS_WORKSPACE_CONFIG", "CUDA_LAUNCH_BLOCKING", "NVIDIA_TF32_OVERRIDE")
REPORTED_FAMILIES = (
    "CUDNN_",
    "KMP_",
    "MKL_",
    "MLX_",
    "NUMEXPR_",
    "OMP_",
    "OPENBLAS_",
    "PYTORCH_",
    "TORCHINDUCTOR_",
    "TORCH_",
    "VECLIB_",
)


def environment_event(
    backend: Backend, packages: Iterable[str], common: Iterable[str] = COMMON_PACKAGES
) -> Environment:
    """Of the packages named, those that are installed."""
    facts = backend.facts()
    wanted = {*packages, *common}
    versions: dict[str, str] = {}
    tags: dict[str, str] = {}
    for distribution in sorted(metadata.distributions(), key=_name):
        name = _name(distribution)
        # Their names carry the CUDA version, so they cannot be listed beforehand.
        cuda_library = backend.name.endswith("-cuda") and name.startswith("nvidia-")
        if name in versions or not (name in wanted or cuda_library):
            continue
        versions[name] = distribution.version
        tag = _wheel_tag(distribution)
        if tag is not None:
            tags[name] = tag
    variables = {name: value[:MAX_TEXT] for name, value in sorted(os.environ.items()) if _is_reported(name)}
    return Environment(
        python=platform.python_version(),
        device=facts.device,
        packages=versions,
        wheel_tags=tags,
        blas=facts.blas,
        threads=facts.threads,
        knobs=facts.knobs | variables,
    )


def _is_reported(variable: str) -> bool:
    return variable in REPORTED_VARIABLES or variable.startswith(REPORTED_FAMILIES)


def _name(distribution: metadata.Distribution) -> str:
    """The package's name, spelled as package indexes spell it."""
    return re.sub(r"[-_.]+", "-", distribution.metadata["Name"] or "").lower()


def _wheel_tag(distribution: metadata.Distribution) -> str | None:
    """The tags of the wheel a package was installed from, as pip recorded them."""
    wheel = distribution.read_text("WHEEL")
    if wheel is None:
        return None
    tags = [line.removeprefix("Tag:").strip() for line in wheel.splitlines() if line.startswith("Tag:")]
    return ", ".join(tags) or None
