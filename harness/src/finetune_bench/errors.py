"""What can go wrong, with the kind that the `error` event names and the exit code that must agree with it."""

import errno
import re

EXIT_OK = 0
EXIT_CODES = {
    "exception": 1,
    "bad-order": 2,
    "backend-unavailable": 3,
    "out-of-memory": 4,
    "check-failed": 5,
    "not-finite": 5,
}
# A status of `prepare` alone: what is measured never fetches, so no event has it.
EXIT_OUT_OF_REACH = 6


class HarnessError(Exception):
    """An expected failure: its message is for people, and no traceback is shown."""

    kind = "exception"

    @property
    def exit_code(self) -> int:
        return EXIT_CODES[self.kind]


class BadInput(HarnessError):
    """A request or work order that cannot be executed as it is written."""

    kind = "bad-order"


class CannotFetch(HarnessError):
    """A checkpoint or data set that is not here and cannot be fetched: the machine's trouble, not the request's."""


class OutOfReach(CannotFetch):
    """It is not here, and whoever has it gives no answer: a machine without network, whose other work goes on."""

    @property
    def exit_code(self) -> int:
        return EXIT_OUT_OF_REACH


class BackendUnavailable(HarnessError):
    """This interpreter or machine cannot run the backend."""

    kind = "backend-unavailable"


class CheckFailed(HarnessError):
    """The work done is not the work ordered: its numbers must not be used."""

    kind = "check-failed"


class NotFinite(HarnessError):
    """A loss or a result became NaN or infinite."""

    kind = "not-finite"


# MLX has no exception type of its own for this: its allocators raise RuntimeError with these words. So do NVIDIA's
# libraries under torch, whose work space is not of torch's allocator.
_OUT_OF_MEMORY_TEXT = re.compile(
    r"out of memory|insufficient memory|unable to allocate|attempting to allocate|malloc.* failed|std::bad_alloc"
    r"|cudaErrorMemoryAllocation|can't allocate memory|not enough memory|CU(BLAS|DNN|SOLVER)_STATUS_ALLOC_FAILED",
    re.IGNORECASE,
)


def kind_of(error: BaseException) -> str:
    """The kind of any exception, by type where there is one and by text where a framework has only text."""
    if isinstance(error, HarnessError):
        return error.kind
    if isinstance(error, OSError) and error.errno == errno.ENOMEM:
        return "out-of-memory"
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return "out-of-memory"
    if isinstance(error, RuntimeError) and _OUT_OF_MEMORY_TEXT.search(str(error)):
        return "out-of-memory"
    return "exception"
