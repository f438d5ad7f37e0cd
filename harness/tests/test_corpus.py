"""The corpus that both languages read: every valid file is read to its end, every invalid one is refused."""

from pathlib import Path

import pytest

from support import REPOSITORY, read_events

CORPUS = REPOSITORY / "schema" / "corpus"


def files(kind: str) -> list[Path]:
    return sorted((CORPUS / kind).glob("*.jsonl"))


def test_the_corpus_is_there() -> None:
    assert len(files("valid")) >= 15
    assert len(files("invalid")) >= 40


@pytest.mark.parametrize("path", files("valid"), ids=lambda path: path.stem)
def test_valid(path: Path) -> None:
    events, problem = read_events(path.read_bytes())
    assert problem is None
    assert len(events) == sum(line.strip() != "" for line in path.read_text().split("\n"))


@pytest.mark.parametrize("path", files("invalid"), ids=lambda path: path.stem)
def test_invalid_in_its_last_line_alone(path: Path) -> None:
    lines = path.read_bytes().rstrip(b"\n").split(b"\n")
    events, problem = read_events(path.read_bytes())
    assert problem is not None
    assert problem.startswith(f"line {len(lines)}:")
    assert len(events) == len(lines) - 1
