"""Files made once: concurrent makers, killed makers, damaged files."""

import json
import multiprocessing
import os
import signal
import time
from pathlib import Path

import pytest

from finetune_bench.store import made_once

processes = multiprocessing.get_context("spawn")


def make_slowly(path: str, note: str, pause_s: float = 0.5) -> None:
    """Makes a file in two halves and notes that it did."""

    def make(temporary: Path) -> dict[str, object]:
        with open(note, "a") as file:
            file.write(f"{os.getpid()}\n")
        temporary.write_bytes(b"first half, ")
        time.sleep(pause_s)
        temporary.write_bytes(b"first half, second half")
        return {"sha256": "abc"}

    made_once(Path(path), make)


def test_of_several_processes_one_makes_and_all_get_the_whole(tmp_path: Path) -> None:
    path, note = tmp_path / "file", tmp_path / "note"
    makers = [processes.Process(target=make_slowly, args=(str(path), str(note))) for _ in range(4)]
    for maker in makers:
        maker.start()
    for maker in makers:
        maker.join(timeout=600)
    assert [maker.exitcode for maker in makers] == [0] * 4
    assert len(note.read_text().splitlines()) == 1
    assert path.read_bytes() == b"first half, second half"


def test_a_killed_maker_leaves_nothing_that_is_taken_for_the_file(tmp_path: Path) -> None:
    path, note = tmp_path / "file", tmp_path / "note"
    maker = processes.Process(target=make_slowly, args=(str(path), str(note), 600))
    maker.start()
    while not note.exists():
        time.sleep(0.01)
    assert maker.pid is not None
    os.kill(maker.pid, signal.SIGKILL)
    maker.join(timeout=600)
    assert not path.exists()
    make_slowly(str(path), str(note))
    assert path.read_bytes() == b"first half, second half"
    assert sorted(file.name for file in tmp_path.glob("file*")) == ["file", "file.json", "file.lock"]


def make_counted(path: Path, made: list[int]) -> dict[str, object]:
    def make(temporary: Path) -> dict[str, object]:
        made.append(1)
        temporary.write_bytes(b"content")
        return {"sha256": "abc"}

    return made_once(path, make)


def test_a_second_call_gives_the_facts_and_makes_nothing(tmp_path: Path) -> None:
    made: list[int] = []
    first = make_counted(tmp_path / "file", made)
    assert make_counted(tmp_path / "file", made) == first == {"sha256": "abc", "bytes": 7}
    assert len(made) == 1


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.unlink(),
        lambda path: path.write_bytes(b"cut"),
        lambda path: path.with_name("file.json").unlink(),
        lambda path: path.with_name("file.json").write_text('{"sha256": "ab'),
        lambda path: path.with_name("file.json").write_text(json.dumps({"sha256": "abc"})),
    ],
    ids=["gone", "cut", "facts gone", "facts cut", "facts without a size"],
)
def test_what_is_damaged_is_made_again(tmp_path: Path, damage) -> None:
    made: list[int] = []
    whole = make_counted(tmp_path / "file", made)
    damage(tmp_path / "file")
    assert make_counted(tmp_path / "file", made) == whole
    assert (tmp_path / "file").read_bytes() == b"content"
    assert len(made) == 2


def test_an_error_while_making_leaves_nothing(tmp_path: Path) -> None:
    def fail(temporary: Path) -> dict[str, object]:
        temporary.write_bytes(b"half")
        raise OSError("no space left on device")

    with pytest.raises(OSError, match="no space"):
        made_once(tmp_path / "file", fail)
    assert [file.name for file in tmp_path.iterdir()] == ["file.lock"]
