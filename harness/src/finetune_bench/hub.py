"""Files of a hub of models and data sets (`huggingface_hub`), for `prepare` alone: nothing that is measured reads them.

They lie in the hub client's own cache (HF_HOME), so that a cache filled beforehand serves offline.
"""

import errno
import hashlib
import os
import re
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Literal

from finetune_bench.errors import BadInput, CannotFetch, OutOfReach
from finetune_bench.store import say

os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")  # bars are for terminals; lines of progress are ours
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")  # asked for is what the suite names, and nothing else
os.environ.setdefault("HF_HUB_VERBOSITY", "error")  # it tells every attempt; what came of them is in our words

SAY_EVERY_S = 10.0
ANSWER_WITHIN_S = 10.0
TRY_AGAIN_S = (1, 3)
NO_SPACE = (errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC))
"""A full disk, a file larger than the system allows, a quota."""


@dataclass
class Repository:
    """A repository at one commit: that of the first file read, which all others must share."""

    name: str
    revision: str
    kind: Literal["model", "dataset"] = "model"
    commit: str | None = field(default=None, init=False)

    @property
    def what(self) -> str:
        return f"{'data set' if self.kind == 'dataset' else 'model'} {self.name} at {self.revision}"

    def file(self, name: str) -> Path:
        """The path of a file, fetched where the cache lacks it, and then compared with the hub's checksum.

        @raise CannotFetch, or FileNotFoundError when the repository has no such file
        """
        parts = PurePosixPath(name).parts
        if not parts or PurePosixPath(name).is_absolute() or ".." in parts or "\\" in name:
            raise BadInput(f"{name!r} is no name of a file inside the {self.what}")
        path = self._cached(name) or self._fetched(name)
        self.commit = self.commit or path.parents[len(parts) - 1].name
        return path

    def first_of(self, *names: str) -> Path:
        """The first of these files that there is. A cache filled by hand need not know which of them the hub lacks.

        @raise CannotFetch, or FileNotFoundError when the repository has none of them
        """
        for name in names:
            try:
                return self.file(name)
            except FileNotFoundError as error:
                missing = error
            except OutOfReach:
                there = next((other for other in names if self._is_cached(other)), None)
                if there is None:
                    raise
                return self.file(there)
        raise missing

    def _is_cached(self, name: str) -> bool:
        try:
            return self._cached(name) is not None
        except FileNotFoundError:
            return False

    def _cached(self, name: str) -> Path | None:
        try:
            from huggingface_hub import _CACHED_NO_EXIST, try_to_load_from_cache
            from huggingface_hub.errors import HFValidationError
        except ImportError as error:
            raise CannotFetch(f"{sys.executable} cannot read the {self.what}: {error}") from error

        try:
            found = try_to_load_from_cache(self.name, name, revision=self.commit or self.revision, repo_type=self.kind)
        except HFValidationError as error:
            raise BadInput(f"{self.name!r} is no name of a repository: {error}") from error
        if found is _CACHED_NO_EXIST:
            raise FileNotFoundError(f"the {self.what} has no file {name}")
        return Path(found) if isinstance(found, str) else None

    def _fetched(self, name: str) -> Path:
        from huggingface_hub import hf_hub_download

        say(f"hub: fetching {name} of the {self.what}")
        self._reach(name)
        started = time.monotonic()
        try:
            path = Path(
                hf_hub_download(
                    self.name,
                    name,
                    revision=self.commit or self.revision,
                    repo_type=self.kind,
                    tqdm_class=_progress(name),
                )
            )
        except Exception as error:
            raise self._refusal(name, error) from error
        _check(path, name, self.what)
        say(f"hub: {name}: {path.stat().st_size / 2**20:.1f} MiB in {time.monotonic() - started:.0f} s")
        return path

    def _reach(self, name: str) -> None:
        """A look at the file, and two more after a moment where nothing answers.

        The client itself would try for half a minute, or for six where packets get lost, and say nothing.
        """
        from huggingface_hub import errors, get_hf_file_metadata, hf_hub_url

        url = hf_hub_url(self.name, name, revision=self.commit or self.revision, repo_type=self.kind)
        for again_s in (*TRY_AGAIN_S, None):
            try:
                get_hf_file_metadata(url, timeout=ANSWER_WITHIN_S)
            except (errors.HfHubHTTPError, errors.OfflineModeIsEnabled):
                return  # an answer: the client knows what it means
            except Exception as error:  # of whichever library the client asks with
                if again_s is None:
                    raise self._out_of_reach(name, error) from error
                say(f"hub: cannot be reached ({_first_line(_root(error))}); again in {again_s} s")
                time.sleep(again_s)
            else:
                return

    def _out_of_reach(self, name: str, error: Exception) -> OutOfReach:
        return OutOfReach(
            f"the {self.what} is not in the cache of this machine (file {name}) and the hub cannot be reached: "
            f"{_first_line(_root(error)).rstrip('.')}; connect it, or fill the cache beforehand (docs/protocol.md)"
        )

    def _refusal(self, name: str, error: Exception) -> Exception:
        """What went wrong, with the way out."""
        from huggingface_hub import errors

        token = "set HF_TOKEN in the job's env to a token that may read it, from a secret"
        match error:
            case errors.LocalEntryNotFoundError() | errors.OfflineModeIsEnabled():
                cause = _root(error)
                if isinstance(cause, OSError) and cause.errno in NO_SPACE:
                    return self._refusal(name, cause)
                return self._out_of_reach(name, error)
            case errors.RemoteEntryNotFoundError():
                return FileNotFoundError(f"the {self.what} has no file {name}")
            case errors.GatedRepoError():
                return CannotFetch(f"the {self.what} is gated: accept its terms on the hub, then {token}")
            case errors.RevisionNotFoundError():
                return CannotFetch(f"the hub knows no revision {self.revision!r} of {self.name}")
            case errors.RepositoryNotFoundError():
                return CannotFetch(
                    f"the hub does not show the {self.what}: it does not exist, or it is private; then {token}"
                )
            case errors.HfHubHTTPError() if error.response.status_code in (401, 403):
                return CannotFetch(f"the hub refuses {name} of the {self.what}: {token}")
            case OSError() if error.errno in NO_SPACE:
                return CannotFetch(
                    f"no space left for {name} of the {self.what}: free some, or point HF_HOME elsewhere"
                )
            case _:
                return CannotFetch(f"cannot fetch {name} of the {self.what}: {_first_line(error)}")


def _root(error: BaseException) -> BaseException:
    """The deepest cause."""
    while error.__cause__ is not None:
        error = error.__cause__
    return error


SIGNED = re.compile(r"(https?://[^\s?'\"]*)\?[^\s'\"]*")
"""An address, and what follows its question mark: where large files lie, a signature that opens them to anybody."""


def _first_line(error: BaseException) -> str:
    return SIGNED.sub(r"\1", (str(error).strip().splitlines() or [type(error).__name__])[0])


def _check(path: Path, name: str, what: str) -> None:
    """The hub names what it stores by its checksum: sha256 of large files, git's sha1 of small ones."""
    blob = path.resolve()
    if re.fullmatch("[0-9a-f]{64}", blob.name):
        digest, start = hashlib.sha256(), b""
    elif re.fullmatch("[0-9a-f]{40}", blob.name):
        digest, start = hashlib.sha1(usedforsecurity=False), f"blob {blob.stat().st_size}\0".encode()
    else:
        return  # a file system without links: the name is the file's own
    digest.update(start)
    with open(blob, "rb") as file:
        while chunk := file.read(2**22):
            digest.update(chunk)
    if digest.hexdigest() != blob.name:
        blob.unlink()
        path.unlink(missing_ok=True)
        raise CannotFetch(
            f"{name} of the {what} arrived with other bytes than the hub promised (checksum {digest.hexdigest()[:12]}, "
            f"not {blob.name[:12]}); it is removed, prepare again"
        )


def _progress(name: str) -> type:
    """Tells how far a download is, a line every ten seconds: what the hub's client takes for a bar."""
    from huggingface_hub.utils import tqdm

    class Lines(tqdm):
        said = time.monotonic()
        done = 0

        def update(self, n: float | None = 1) -> bool | None:
            self.done += int(n or 0)
            if time.monotonic() - self.said >= SAY_EVERY_S:
                self.said = time.monotonic()
                total = f" of {self.total / 2**20:.0f}" if self.total else ""
                say(f"hub: {name}: {self.done / 2**20:.0f}{total} MiB")
            return super().update(n)

    return Lines
