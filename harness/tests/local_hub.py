"""A hub on this machine for tests: repositories in memory, served as huggingface_hub asks; every request is kept."""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

LARGE = (".safetensors", ".jsonl", ".parquet")


@dataclass
class Repo:
    files: dict[str, bytes]
    commit: str = "1" * 40
    branch: str = "main"
    token: str | None = None
    """What a reader must bring, of a gated repository."""


@dataclass
class Hub:
    url: str = ""
    repos: dict[str, Repo] = field(default_factory=dict)
    """By name, data sets under `datasets/`."""
    requests: list[str] = field(default_factory=list)
    """Method, path and range."""
    cut: dict[str, list[int]] = field(default_factory=dict)
    """File → after how many bytes its next downloads break off."""
    altered: set[str] = field(default_factory=set)
    """Files that arrive with a byte changed."""
    elsewhere: str = ""
    """The address of another server, to which readers of large files are sent with a signature."""
    out_of_order: bool = False
    """Nothing is answered but that."""
    tokens: set[str] = field(default_factory=set)
    """Every token that a request brought."""

    def gets(self, name: str) -> list[str]:
        return [line for line in self.requests if line.startswith("GET") and name in line]


@contextmanager
def serving() -> Iterator[Hub]:
    hub = Hub()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_HEAD(self) -> None:
            self._answer(body=False)

        def do_GET(self) -> None:
            self._answer(body=True)

        def _answer(self, *, body: bool) -> None:
            path = urlsplit(self.path).path.strip("/")
            hub.requests.append(f"{self.command} /{unquote(path)} {self.headers.get('Range', '')}".rstrip())
            hub.tokens.add(self.headers.get("Authorization", "").removeprefix("Bearer "))
            name, found, rest = path.partition("/resolve/")
            revision, file = map(unquote, rest.split("/", 1) if "/" in rest else (rest, ""))
            repo = hub.repos.get(name)
            if hub.out_of_order:
                self._refuse(503, "OutOfOrder")
            elif not found or repo is None:
                self._refuse(401, "RepoNotFound")
            elif repo.token is not None and self.headers.get("Authorization") != f"Bearer {repo.token}":
                self._refuse(401, "GatedRepo")
            elif revision not in (repo.branch, repo.commit):
                self._refuse(404, "RevisionNotFound", repo.commit)
            elif file not in repo.files:
                self._refuse(404, "EntryNotFound", repo.commit)
            elif hub.elsewhere and file.endswith(LARGE):
                self._send_on(repo, file)
            else:
                self._send(repo, file, body)

        def _refuse(self, status: int, code: str, commit: str = "") -> None:
            self.send_response(status)
            self.send_header("X-Error-Code", code)
            if commit:
                self.send_header("X-Repo-Commit", commit)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def _send_on(self, repo: Repo, file: str) -> None:
            data = repo.files[file]
            self.send_response(302)
            self.send_header("Location", f"{hub.elsewhere}{self.path}?Signature=of-the-hub")
            self.send_header("X-Repo-Commit", repo.commit)
            self.send_header("X-Linked-Etag", f'"{etag(file, data)}"')
            self.send_header("X-Linked-Size", str(len(data)))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def _send(self, repo: Repo, file: str, body: bool) -> None:
            data = repo.files[file]
            start = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").split("-")[0])
            self.send_response(206 if "Range" in self.headers else 200)
            self.send_header("X-Repo-Commit", repo.commit)
            self.send_header("ETag", f'"{etag(file, data)}"')
            self.send_header("Accept-Ranges", "bytes")
            if "Range" in self.headers:
                self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
            self.send_header("Content-Length", str(len(data) - start))
            self.end_headers()
            if not body:
                return
            if file in hub.altered:
                data = data[:-1] + bytes([data[-1] ^ 1])
            cuts = hub.cut.get(file)
            if cuts:
                self.wfile.write(data[start : start + cuts.pop(0)])
                self.close_connection = True
                return
            self.wfile.write(data[start:])

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    hub.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()


def etag(file: str, data: bytes) -> str:
    """sha256 of large files, git's own name of small ones."""
    if file.endswith(LARGE):
        return hashlib.sha256(data).hexdigest()
    return hashlib.sha1(f"blob {len(data)}\0".encode() + data, usedforsecurity=False).hexdigest()
