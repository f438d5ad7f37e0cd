"""What the watcher says of others on a Mac, of its display and its power, from programs and libraries that answer."""

import json
from pathlib import Path
from typing import Any

import pytest

from finetune_bench.events import to_json
from finetune_bench.probe_system import System
from finetune_bench.watch import open_sources, sample
from finetune_bench.watch_mac import MacGraphicsUse, MacState, Seldom
from frameworks import install_frameworks
from support import event_validator
from test_watch import LibSystem

ACTION, HARNESS, TRAINING, WINDOW_SERVER, BROWSER, GONE = 4000, 4100, 4245, 412, 700, 999
SECOND = 10**9
PROCESSES = f"""\
    1     0
  {WINDOW_SERVER}     1
  {BROWSER}     1
 {ACTION}   {BROWSER}
 {HARNESS}  {ACTION}
 {TRAINING}  {HARNESS}
"""


class Mac:
    """Its programs answer as the test says, and its clock goes as the test says."""

    def __init__(self, folder: Path) -> None:
        self.programs = folder / "bin"
        self.root = folder / "root"
        self.programs.mkdir()
        self.root.mkdir()
        self.now = 100.0
        self.answer("ps", PROCESSES)
        environ = {"PATH": str(self.programs)}
        self.system = System(platform="darwin", machine="arm64", libc=("", ""), environ=environ, root=self.root)

    def clock(self) -> float:
        return self.now

    def answer(self, program: str, text: str, **other: str) -> None:
        """`other`: what it says where its last argument is that word."""
        file = self.programs / program
        cases = "".join(f"{word}) exec /bin/cat <<'END'\n{said}END\n;;\n" for word, said in other.items())
        last = 'for last in "$@"; do :; done\n'
        file.write_text(f"#!/bin/sh\n{last}case $last in\n{cases}esac\nexec /bin/cat <<'END'\n{text}END\n")
        file.chmod(0o755)

    def spend(self, busy: int, times: dict[int, int]) -> None:
        """Nanoseconds on the graphics part, by process."""
        self.answer("ioreg", registry(busy, times))


def registry(busy: int, times: dict[int, int]) -> str:
    """ioreg's layout, as on the machine `m4-max` among the probe's fixtures."""
    clients = "".join(
        f"  +-o AGXDeviceUserClient  <class AGXDeviceUserClient, id 0x10000{process}, !registered>\n"
        f'    {{\n      "IOUserClientCreator" = "pid {process}, name"\n'
        f'      "AppUsage" = ({{"API"="Metal","accumulatedGPUTime"={time}}})\n    }}\n'
        for process, time in times.items()
    )
    head = "+-o AGXAcceleratorG16X  <class AGXAcceleratorG16X, id 0x100000a0b, registered>\n"
    return f'{head}  | {{\n  |   "PerformanceStatistics" = {{"Device Utilization %"={busy}}}\n  | }}\n{clients}'


@pytest.fixture
def mac(tmp_path: Path) -> Mac:
    return Mac(tmp_path)


class TestGraphics:
    def second_look(self, mac: Mac, spent: dict[int, int]) -> dict[str, Any]:
        """After ten seconds in which each process had that much time on the graphics part."""
        source = MacGraphicsUse(mac.system, ACTION, mac.clock)
        before = dict.fromkeys((WINDOW_SERVER, BROWSER, TRAINING), SECOND)
        mac.spend(2, before)
        assert source.sample() == {"device_busy": 0.02}, "shares of time need two looks"
        mac.now += 10
        mac.spend(97, before | {process: before.get(process, 0) + time for process, time in spent.items()})
        return source.sample()

    def test_the_training_program_is_ours(self, mac: Mac) -> None:
        found = self.second_look(mac, {TRAINING: 9 * SECOND})
        assert found == {"device_busy": 0.97, "foreign_processes": 0}

    def test_others_that_compute_or_draw_much_are_counted(self, mac: Mac) -> None:
        spent = {TRAINING: 8 * SECOND, BROWSER: SECOND, WINDOW_SERVER: SECOND * 6 // 10}
        assert self.second_look(mac, spent)["foreign_processes"] == 2

    def test_a_desktop_on_which_nothing_moves_is_nobody(self, mac: Mac) -> None:
        assert self.second_look(mac, {WINDOW_SERVER: SECOND * 4 // 10})["foreign_processes"] == 0

    def test_a_program_that_began_meanwhile_counts(self, mac: Mac) -> None:
        mac.answer("ps", f"{PROCESSES}  888  1\n")
        assert self.second_look(mac, {888: SECOND})["foreign_processes"] == 1

    def test_one_that_has_ended_cannot_be_told(self, mac: Mac) -> None:
        assert "foreign_processes" not in self.second_look(mac, {GONE: SECOND})
        spent = {GONE: SECOND, BROWSER: SECOND}
        assert self.second_look(mac, spent)["foreign_processes"] == 1

    def test_a_mac_that_shows_no_accelerator(self, mac: Mac) -> None:
        assert MacGraphicsUse(mac.system, ACTION, mac.clock).sample() == {}
        mac.answer("ioreg", "")
        assert MacGraphicsUse(mac.system, ACTION, mac.clock).sample() == {}


class TestState:
    MAINS = "Now drawing from 'AC Power'\n"
    BATTERY = "Now drawing from 'Battery Power'\n -InternalBattery-0 (id=1)\t95%; discharging; 4:10 remaining\n"

    @pytest.mark.parametrize(
        ("settings", "source", "low_power", "on_battery"),
        [
            (" lowpowermode         0\n", MAINS, False, False),
            (" lowpowermode         1\n", BATTERY, True, True),
            (" powermode            2\n", MAINS, False, False),
            (" powermode            1\n", MAINS, True, False),
            (" womp                 1\n", "", None, None),
        ],
    )
    def test_power(self, mac: Mac, settings: str, source: str, low_power: bool | None, on_battery: bool | None) -> None:
        mac.answer("pmset", f"Currently in use:\n{settings}", batt=source)
        found = MacState(mac.system).sample()
        assert (found["low_power"], found["on_battery"]) == (low_power, on_battery)

    @pytest.mark.parametrize(("display", "asleep", "told"), [(1, False, False), (7, True, True), (0, False, None)])
    def test_the_display(self, mac: Mac, display: int, asleep: bool, told: bool | None) -> None:
        install_frameworks(mac.root, display=display, asleep=asleep)
        assert MacState(mac.system).sample()["display_asleep"] is told

    def test_a_mac_that_answers_nothing(self, mac: Mac) -> None:
        assert MacState(mac.system).sample() == {"low_power": None, "on_battery": None, "display_asleep": None}


class TestSeldom:
    class Counting:
        def __init__(self, mac: Mac, takes_s: float) -> None:
            self.mac = mac
            self.takes_s = takes_s
            self.asked = 0

        def sample(self) -> dict[str, Any]:
            self.asked += 1
            self.mac.now += self.takes_s
            return {"device_busy": self.asked}

    @pytest.mark.parametrize(("takes_s", "asked"), [(0.01, 21), (0.05, 10), (1.0, 1)])
    def test_it_is_asked_every_five_seconds_and_takes_half_a_per_cent(
        self, mac: Mac, takes_s: float, asked: int
    ) -> None:
        source = self.Counting(mac, takes_s)
        seldom = Seldom(source, 5, mac.clock)
        began = mac.now
        while mac.now <= began + 104:
            assert seldom.sample() == {"device_busy": source.asked}, "its last answer stands"
            mac.now += 0.5
        assert source.asked == pytest.approx(asked, abs=2)


def test_all_of_it_is_in_a_sample_of_a_mac(mac: Mac) -> None:
    mac.spend(3, {WINDOW_SERVER: SECOND})
    mac.answer("pmset", " lowpowermode  0\n", batt=TestState.BATTERY)
    with open_sources(mac.system, ACTION, LibSystem(0).load) as sources:
        found = to_json(sample(sources))
    event_validator().validate(json.loads(json.dumps(found)))
    assert (found["pressure"], found["device_busy"]) == ("nominal", 0.03)
    assert (found["low_power"], found["on_battery"]) == (False, True)
    assert "display_asleep" not in found
