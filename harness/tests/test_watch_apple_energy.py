"""Energy on a Mac, with zeus and macmon answered by a test: what is summed, what is fresh, and what is refused."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from finetune_bench.probe_system import System
from finetune_bench.watch_apple_energy import Macmon, ZeusEnergy, macmon_sample, open_apple_energy
from support import until

LINE = (
    '{"timestamp":"2026-11-01T12:00:00+00:00","temp":{"cpu_temp_avg":43.7,"gpu_temp_avg":36.9},'
    '"gpu_usage":[461,0.02],"cpu_power":0.2,"gpu_power":17.5,"ane_power":0.0,"all_power":17.7,"sys_power":25.8}'
)


@dataclass
class Energies:
    gpu_mj: int | None
    cpu_total_mj: int | None


@dataclass
class Chip:
    """Every window costs 1500 mJ of graphics and 400 of the processor; windows that are open are told by name."""

    gpu_mj: int | None = 1500
    open: list[str] = field(default_factory=list)
    most_open: int = 0

    def begin_window(self, key: str) -> None:
        assert key not in self.open
        self.open.append(key)
        self.most_open = max(self.most_open, len(self.open))

    def end_window(self, key: str) -> Energies:
        assert len(self.open) == 2, "a gap: the next window begins before this one ends"
        self.open.remove(key)
        return Energies(self.gpu_mj, 400)


def mac(root: Path) -> System:
    return System(platform="darwin", machine="arm64", libc=("", ""), environ={"PATH": ""}, root=root)


def test_windows_become_counters_without_a_gap() -> None:
    energy = ZeusEnergy(Chip())
    assert energy.sample() == {"energy_j": 1.5, "cpu_energy_j": 0.4}
    assert energy.sample() == {"energy_j": 3.0, "cpu_energy_j": 0.8}


def test_what_a_chip_does_not_tell_is_left_out() -> None:
    assert ZeusEnergy(Chip(gpu_mj=None)).sample() == {"cpu_energy_j": 0.4}


def test_a_line_of_macmon() -> None:
    assert macmon_sample(LINE) == {"power_w": 17.5, "temperature_c": 36.9}


@pytest.mark.parametrize(
    "line",
    [
        "",
        "not json",
        "[1]",
        "3",
        '{"gpu_power":"17"}',
        '{"gpu_power":true,"temp":7}',
        '{"gpu_power":-1}',
        '{"gpu_power":NaN}',
    ],
)
def test_a_line_that_tells_no_power_is_ignored(line: str) -> None:
    assert macmon_sample(line) == {}


def test_an_answer_that_is_old_is_none() -> None:
    now = [100.0]
    macmon = Macmon(lambda: now[0])
    assert macmon.sample() == {}
    macmon.read(LINE)
    macmon.read("half a li")
    now[0] = 104.0
    assert macmon.sample()["power_w"] == 17.5
    now[0] = 106.0
    assert macmon.sample() == {}


def test_macmon_is_started_read_and_ended(tmp_path: Path) -> None:
    program = tmp_path / "opt/homebrew/bin/macmon"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\n[ \"$*\" = 'pipe -i 1000' ] || exit 1\nwhile echo '{LINE}'; do sleep 0.2; done\n")
    program.chmod(0o755)
    with open_apple_energy(mac(tmp_path), lambda: None) as energy:
        assert isinstance(energy, Macmon)
        found: dict[str, float] = {}
        until(lambda: found.update(energy.sample()) or found, "nothing was read")
    assert found == {"power_w": 17.5, "temperature_c": 36.9}


def test_zeus_comes_first_and_a_mac_with_neither_tells_nothing(tmp_path: Path) -> None:
    with open_apple_energy(mac(tmp_path), Chip) as energy:
        assert isinstance(energy, ZeusEnergy)
    with open_apple_energy(mac(tmp_path), lambda: None) as energy:
        assert energy is None
    with open_apple_energy(mac(tmp_path)) as energy:
        assert energy is None, "zeus-apple-silicon has no wheel for this system"
