"""The processor's energy counters, in a /sys of a test's making, and the use of swap."""

from pathlib import Path
from typing import Any

import pytest

from finetune_bench.machine import linux_swap_used, swap_used_bytes
from finetune_bench.probe_system import System
from finetune_bench.watch_energy import LinuxEnergy


class Powercap:
    """Counters of two packages, and of a part of the first that it counts as well."""

    def __init__(self, root: Path) -> None:
        self._root = root / "sys/class/powercap"
        for zone, name in {"intel-rapl:0": "package-0", "intel-rapl:1": "package-1", "intel-rapl:0:0": "core"}.items():
            (self._root / zone).mkdir(parents=True)
            self.write(zone, "name", name)
            self.write(zone, "max_energy_range_uj", "1000000")
        (self._root / "intel-rapl:2").mkdir()
        self.write("intel-rapl:2", "name", "psys")
        self.count(0, 0)

    def write(self, zone: str, file: str, text: str) -> None:
        (self._root / zone / file).write_text(f"{text}\n")

    def count(self, first: int, second: int) -> None:
        for zone, value in {
            "intel-rapl:0": first,
            "intel-rapl:1": second,
            "intel-rapl:0:0": 77,
            "intel-rapl:2": 99,
        }.items():
            self.write(zone, "energy_uj", str(value))

    def lose(self, zone: str) -> None:
        (self._root / zone / "energy_uj").unlink()


def machine(root: Path) -> System:
    return System(platform="linux", machine="x86_64", libc=("glibc", "2.39"), environ={}, root=root)


def test_packages_are_summed_and_their_parts_are_not(tmp_path: Path) -> None:
    powercap = Powercap(tmp_path)
    powercap.count(500_000, 100_000)
    energy = LinuxEnergy(machine(tmp_path))
    assert energy.sample() == {"cpu_energy_j": 0}
    powercap.count(700_000, 350_000)
    assert energy.sample() == {"cpu_energy_j": pytest.approx(0.45)}


def test_a_counter_that_begins_again_goes_on(tmp_path: Path) -> None:
    powercap = Powercap(tmp_path)
    powercap.count(900_000, 0)
    energy = LinuxEnergy(machine(tmp_path))
    energy.sample()
    powercap.count(100_000, 0)
    assert energy.sample() == {"cpu_energy_j": pytest.approx(0.2)}


def test_what_was_spent_over_a_gap_is_not_known_so_nothing_is_told_after_it(tmp_path: Path) -> None:
    powercap = Powercap(tmp_path)
    energy = LinuxEnergy(machine(tmp_path))
    energy.sample()
    powercap.lose("intel-rapl:1")
    assert energy.sample() == {}
    powercap.count(5, 5)
    assert energy.sample() == {}


def test_a_machine_without_counters_tells_nothing(tmp_path: Path) -> None:
    assert LinuxEnergy(machine(tmp_path)).sample() == {}


@pytest.mark.parametrize(
    ("text", "used"),
    [
        ("MemTotal: 9 kB\nSwapTotal:  1000 kB\nSwapFree:  400 kB\n", 600 * 1024),
        ("SwapTotal: 0 kB\nSwapFree: 0 kB", 0),
        ("MemTotal: 9 kB", None),
    ],
)
def test_swap_in_use(text: str, used: int | None) -> None:
    assert linux_swap_used(text) == used


def test_this_machine_tells_its_swap() -> None:
    found: Any = swap_used_bytes()
    assert found is None or found >= 0
