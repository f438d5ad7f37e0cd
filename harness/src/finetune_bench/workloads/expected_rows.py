"""What generated rows will be like, told before any is made and without any library."""

import math

from finetune_bench.order import RowLengths

USUALLY_FILLED = 0.85
"""Of the places of packs; computed: the eight rows of a step fill 0.83 of real size's, and 0.90 of tiny's."""


def mean_length(law: RowLengths, most: int) -> float:
    """The expected length of rows cut to `most` tokens."""
    top = min(law.longest, most)
    steps = (math.log((length + 0.5) / law.median) / (law.sigma * math.sqrt(2)) for length in range(law.shortest, top))
    return min(law.shortest, top) + sum(math.erfc(step) / 2 for step in steps)


def expected_packs(law: RowLengths, rows: int, places: int) -> float:
    """About how many packs so many rows make."""
    return max(1.0, rows * mean_length(law, places) / (USUALLY_FILLED * places))
