"""The pages of the workloads: their tables against what a request of each size costs."""

import re

import pytest

from finetune_bench.request import parse_request
from support import REPOSITORY, TRAINING, request

UNITS = {"GFLOP": 1e9, "TFLOP": 1e12}


def cells(workload: str, row: str) -> list[str]:
    """What the first table of a page says of both sizes."""
    page = (REPOSITORY / "docs" / "workloads" / f"{workload}.md").read_text(encoding="utf-8")
    (found,) = re.findall(rf"^\| {row} \| (.+) \| (.+) \|$", page, re.MULTILINE)
    return list(found)


@pytest.mark.parametrize("workload", TRAINING)
@pytest.mark.parametrize("size", ["tiny", "real"])
def test_a_page_tells_the_work_of_a_size(workload: str, size: str) -> None:
    place = ("tiny", "real").index(size)
    asked = parse_request(request(workload, size=size))
    cost = asked.workload.cost(size, asked.values)
    assert int(cells(workload, "optimiser steps")[place]) == cost.steps
    told, unit = cells(workload, "model arithmetic of a step")[place].split()
    digits = len(told.partition(".")[2])
    assert f"{cost.step_flop / UNITS[unit]:.{digits}f}" == told
