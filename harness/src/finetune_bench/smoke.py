"""The smoke test of an environment: import the framework, multiply once on the device, say what was found."""

from finetune_bench.backends import framework_of, make_backend
from finetune_bench.errors import BackendUnavailable, HarnessError
from finetune_bench.events import Environment
from finetune_bench.software import environment_event
from finetune_bench.workloads import WORKLOADS

SIZE = 64


def smoke(backend_name: str) -> Environment:
    """The `environment` event's payload. BackendUnavailable when the framework cannot work here."""
    backend = make_backend(backend_name)
    try:
        backend.open()
        product = backend.multiply(SIZE)
        backend.synchronise()
    except HarnessError:
        raise
    except Exception as error:  # a driver too old, a device lost, half a package: nothing more specific is raised
        why = f"{type(error).__name__}: {error}"
        raise BackendUnavailable(f"{backend_name} cannot multiply two matrices: {why}") from error
    if product != SIZE:
        raise BackendUnavailable(f"{backend_name} multiplies wrongly: {product} instead of {SIZE}")
    framework = framework_of(backend_name)
    packages = {package for workload in WORKLOADS for package in workload.packages[framework]}
    return environment_event(backend, packages)
