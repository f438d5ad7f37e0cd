"""The control workload: that its definition stays what it is, and what its process writes."""

import io
import subprocess
import sys
import tokenize
from hashlib import sha256
from pathlib import Path

import pytest

from finetune_bench.backends import BACKENDS
from finetune_bench.control import check
from finetune_bench.control_stdlib import StdlibControl
from finetune_bench.control_work import control_hash, control_work, timed
from finetune_bench.errors import CheckFailed
from support import CPU_BACKENDS, HARNESS, Interpreters, Run, harness, read_events

SOURCE = HARNESS / "src" / "finetune_bench"

# A hash here may only be added. Whoever sees this test fail has changed the control: every control value stored by
# any machine would be compared with another work. Undo the change, or raise CONTROL_VERSION and pin the new hashes.
HASHES = {
    ("mlx-metal", False): "e2cf72231772b8bdea8586db96e7fa0a8d49868c74e428a7bfc47bcd9f261f0a",
    ("mlx-cuda", False): "01453ca35252b522bb0d8d03762823f744c9086b0ea68efed4ced5e5548f6bbe",
    ("mlx-cpu", False): "a252983eba51a417056f81385a22cba2e4bbe13337a6cd7fc7e96b83284be214",
    ("torch-cuda", False): "05ed5fa937c558b696772e6220cd007afa6abaef22eaa45376b4bc6fef7532a6",
    ("torch-mps", False): "f0a6c57f2a0b6b8f28a052eff895bfcd45b51d2d0246d0aa9889f22d8abb8cf0",
    ("torch-cpu", False): "13f541bd5494ce7385d632b7e962590dc46a92a73046ab3fc29e83f9fd70e1fe",
    ("torch-cpu", True): "cdd01de903bd8bd62e0251d8dce39b489384289e5885aabdcdbb5b06d5f4dab6",
    ("mlx-cuda", True): "cdd01de903bd8bd62e0251d8dce39b489384289e5885aabdcdbb5b06d5f4dab6",
}
# Of the tokens of the modules that do the work, so that a comment may be mended.
CODE = {
    "control_work": "fc45e565fff53eaff2453fada787f4e3a356855ce1e4d378f62d2605bcd7d742",
    "control_torch": "31fb39e85fb6bdc906827c79265b399f5bfbc95804f60aec4e2e17a650994767",
    "control_mlx": "ec106d7bffd2bb56eef92b8e0e25ebec7231c6d300c59b264e17d1c27f63b0cd",
    "control_stdlib": "854120338cb05ee1a3b73efb9b6fb550d85e664a83613b49caea48e8802abbd2",
}


def code_of(name: str) -> str:
    """sha256 of a module's tokens, without comments, docstrings and layout."""
    text = (SOURCE / f"{name}.py").read_text(encoding="utf-8")
    skipped = (tokenize.COMMENT, tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING)
    found = [token for token in tokenize.generate_tokens(io.StringIO(text).readline) if token.type not in skipped]
    kept = [
        token.string
        for before, token in zip([None, *found], found, strict=False)
        if not (token.type == tokenize.STRING and (before is None or before.type == tokenize.NEWLINE))
    ]
    return sha256("\n".join(kept).encode()).hexdigest()


def control(python: str, backend: str, folder: Path, *more: str, **extra: str) -> Run:
    events = folder / "control.jsonl"
    done = harness("control", "--backend", backend, "--events", events, *more, python=python, **extra)
    lines, problem = read_events(events.read_bytes())
    assert problem is None, f"{problem}\n{done.stderr}"
    return Run(done.returncode, lines, done.stderr)


def written_whole(done: Run, backend: str, stdlib: bool) -> None:
    assert done.exit_code == 0, done.stderr
    work = control_work(backend, stdlib)
    assert done.events[0] == {
        "event": "start",
        "protocol": 1,
        "benchmark": f"control.{backend}",
        "work_hash": control_hash(backend, stdlib),
        "backend": backend,
    }
    kinds = [event["event"] for event in done.events]
    steps = work["warmup_steps"] + work["timed_steps"]
    assert kinds == ["start", "phase", "environment", *["step"] * steps, "phase", "end"]
    assert [step["phase"] for step in done.of("step")] == ["warmup"] * work["warmup_steps"] + ["timed"] * 20
    for step in done.of("step"):
        assert set(step) == {"event", "index", "phase", "duration_s"}
    # The fastest: in any other the machine may have stood still.
    assert 0.0005 < min(step["duration_s"] for step in done.of("step")) < 5
    assert done.last["steps"] == steps
    assert done.last["duration_s"] >= sum(phase["duration_s"] for phase in done.of("phase"))


@pytest.mark.parametrize(("backend", "stdlib"), HASHES)
def test_the_work_never_changes(backend: str, stdlib: bool) -> None:
    assert control_hash(backend, stdlib) == HASHES[backend, stdlib]


def test_every_control_there_is_has_its_hash_pinned() -> None:
    there_are = {control_hash(backend, stdlib) for backend in BACKENDS for stdlib in (False, True)}
    assert there_are == set(HASHES.values())


@pytest.mark.parametrize("name", CODE)
def test_the_code_never_changes(name: str) -> None:
    assert code_of(name) == CODE[name]


@pytest.mark.parametrize("backend", CPU_BACKENDS)
def test_a_control_on_a_framework(tmp_path: Path, interpreters: Interpreters, backend: str) -> None:
    done = control(interpreters.of(backend), backend, tmp_path)
    written_whole(done, backend, stdlib=False)
    (said,) = done.of("environment")
    framework = backend.split("-")[0]
    assert framework in said["packages"]
    assert not {"numpy", "transformers", "safetensors"} & set(said["packages"])
    assert said["threads"] == 1
    assert said["knobs"]["tf32"] is False


@pytest.mark.parametrize("backend", ["torch-cpu", "mlx-cuda"])
def test_a_control_without_a_framework(tmp_path: Path, backend: str) -> None:
    done = control(sys.executable, backend, tmp_path, "--stdlib")
    written_whole(done, backend, stdlib=True)
    (said,) = done.of("environment")
    assert (said["packages"], said["knobs"], said["threads"]) == ({}, {}, 1)


def test_a_control_without_a_framework_needs_no_package(tmp_path: Path) -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(HARNESS / 'src')!r}); from finetune_bench.control import control; "
        f"from pathlib import Path; sys.exit(control('mlx-metal', Path({str(tmp_path / 'e.jsonl')!r}), True))"
    )
    # -S leaves out site-packages: an import from there would fail.
    subprocess.run([sys.executable, "-I", "-S", "-c", code], check=True, capture_output=True)
    assert read_events((tmp_path / "e.jsonl").read_bytes())[0][-1]["event"] == "end"


def test_a_slow_down_of_the_benchmarks_leaves_the_control_alone(tmp_path: Path) -> None:
    """Injected ten times over: were it heeded, each of the steps would take eleven times as long."""
    plain = control(sys.executable, "torch-cpu", tmp_path, "--stdlib")
    (tmp_path / "control.jsonl").unlink()
    slowed = control(sys.executable, "torch-cpu", tmp_path, "--stdlib", FINETUNE_BENCH_SLOWDOWN="10")
    fastest = [min(step["duration_s"] for step in done.of("step")) for done in (plain, slowed)]
    assert fastest[1] < 5 * fastest[0]
    assert slowed.of("warning") == []


@pytest.mark.parametrize(("backend", "other"), [("mlx-cpu", "torch"), ("torch-cpu", "mlx")])
def test_a_framework_that_is_missing(tmp_path: Path, interpreters: Interpreters, backend: str, other: str) -> None:
    done = control(interpreters.of(other), backend, tmp_path)
    assert [event["event"] for event in done.events] == ["start", "error"]
    assert (done.last["kind"], done.exit_code) == ("backend-unavailable", 3)
    assert "cannot be imported" in done.stderr


def test_a_device_that_is_not_there(tmp_path: Path, interpreters: Interpreters) -> None:
    missing = "torch-cuda" if sys.platform == "darwin" else "torch-mps"
    done = control(interpreters.torch, missing, tmp_path)
    assert (done.last["kind"], done.exit_code) == ("backend-unavailable", 3)


class Faulty(StdlibControl):
    """A device that adds a little too much, or forgets the end of a copy."""

    def __init__(self, error: float = 0.0, forgotten: int = 0) -> None:
        self.n = 8
        self.error = error
        self.forgotten = forgotten
        super().__init__({"matmul_n": self.n, "copy_bytes": 512})

    def step(self) -> None:
        super().step()
        self._product[0][0] += self.error
        self._target[512 - self.forgotten :] = bytes(self.forgotten)


def test_a_device_that_works_is_believed() -> None:
    device = Faulty()
    durations: list[tuple[int, float]] = []
    timed(device, 4, lambda index, duration: durations.append((index, duration)))
    check(device, device.n)
    assert [index for index, _ in durations] == [0, 1, 2, 3]
    assert all(duration > 0 for _, duration in durations)
    assert min(duration for _, duration in durations) < 1


@pytest.mark.parametrize(
    ("device", "message"),
    [(Faulty(error=1e-3), "product"), (Faulty(forgotten=1), "copy"), (Faulty(float("nan")), "nan")],
)
def test_a_device_that_errs_is_not(device: Faulty, message: str) -> None:
    timed(device, 1, lambda _index, _duration: None)
    with pytest.raises(CheckFailed, match=message):
        check(device, device.n)
