"""What the watcher says of NVIDIA boards, from drivers of all ages and moods."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from driver import (
    DRIVER_NOT_LOADED,
    FUNCTION_NOT_FOUND,
    GPU_IS_LOST,
    NO_PERMISSION,
    NOT_SUPPORTED,
    Board,
    Driver,
    Instance,
)
from finetune_bench.nvml import Load, open_nvml
from finetune_bench.probe_system import System
from finetune_bench.watch_nvidia import NvidiaSource

OURS, THEIRS, UNSEEN = 100, 200, 300
PROCESSES = "nvmlDeviceGetComputeRunningProcesses"


def is_ours(process: int) -> bool | None:
    return {OURS: True, THEIRS: False}.get(process)


def machine(platform: str = "linux", **environ: str) -> System:
    return System(platform=platform, machine="x86_64", libc=("glibc", "2.39"), environ=environ, root=Path("/nowhere"))


def only(name: str, library: Any) -> Load:
    """A loader that knows one library."""

    def load(asked: str) -> Any:
        if asked != name:
            raise OSError(f"{asked}: cannot open shared object file")
        return library

    return load


def sampled(
    driver: Driver, wanted: str | None = None, owner: Callable[[int], bool | None] | None = is_ours
) -> dict[str, Any]:
    """The fields that are known."""
    with open_nvml(machine(), only("libnvidia-ml.so.1", driver)) as nvml:
        assert nvml is not None
        fields = NvidiaSource(nvml, wanted, owner).sample()
    assert not driver.running
    return {name: value for name, value in fields.items() if value is not None}


def two_boards(**changes: Any) -> Driver:
    first = Board(
        "GPU-aaaa-1", clock_mhz=1980, temperature_c=45, milliwatts=300_000, busy_percent=90, memory_percent=40
    )
    second = Board("GPU-bbbb-2", clock_mhz=1410, temperature_c=83, milliwatts=412_500, reasons=0x24, busy_percent=97)
    second.memory_percent, second.millijoules = 55, 1_500
    return Driver([first, second], **changes)


def test_boards_that_work_together_are_one_device() -> None:
    assert sampled(two_boards()) == {
        "clock_mhz": 1410,
        "temperature_c": 83,
        "power_w": 712.5,
        "energy_j": 7_000_000_002.0,
        "memory_used_bytes": 10 * 2**30,
        "throttle": ("sw_power_cap", "sw_thermal_slowdown"),
        "device_busy": 0.97,
        "memory_busy": 0.55,
        "foreign_processes": 0,
    }


@pytest.mark.parametrize(
    ("wanted", "clocks"),
    [
        ("0", 1980),
        ("1", 1410),
        (" 1 , 0", 1410),
        ("0,7,1", 1980),
        ("GPU-bbbb", 1410),
        ("GPU-aaaa-1,GPU-zzzz,1", 1980),
        ("-1", None),
        ("", None),
        ("none", None),
        ("7", None),
    ],
)
def test_only_what_cuda_may_use_is_watched(wanted: str, clocks: int | None) -> None:
    """An unknown name ends the list, as it does in CUDA."""
    assert sampled(two_boards(), wanted).get("clock_mhz") == clocks


def test_hidden_boards_say_nothing_at_all() -> None:
    assert sampled(two_boards(), "") == {}


def test_a_board_of_another_container_keeps_its_number() -> None:
    driver = two_boards()
    driver.boards[0].accessible = False
    assert sampled(driver)["clock_mhz"] == 1410
    assert sampled(driver, "1")["clock_mhz"] == 1410
    assert sampled(driver, "0") == {}


def divided() -> Driver:
    first = Instance("MIG-1111-aaaa", processes=[OURS])
    second = Instance("MIG-2222-bbbb", processes=[THEIRS])
    return Driver([Board("GPU-whole", clock_mhz=1000), Board("GPU-cut", clock_mhz=1500, instances=[first, second])])


@pytest.mark.parametrize(
    ("wanted", "clock", "foreign"),
    [(None, 1500, 0), ("1", 1500, 0), ("MIG-1111", 1500, 0), ("MIG-2222-bbbb", 1500, 1), ("0", 1000, 0)],
)
def test_of_a_divided_board_one_instance_is_watched(wanted: str | None, clock: int, foreign: int) -> None:
    """Clock and heat are the board's; the processes are those of the instance."""
    found = sampled(divided(), wanted)
    assert (found["clock_mhz"], found["foreign_processes"]) == (clock, foreign)
    assert ("device_busy" in found) == (clock == 1000)


def test_reasons_have_the_names_of_nvidia_smi_and_idling_is_none() -> None:
    every = 0x1FF
    assert sampled(Driver([Board("GPU-a", reasons=every)]))["throttle"] == (
        "applications_clocks_setting",
        "sw_power_cap",
        "hw_slowdown",
        "sync_boost",
        "sw_thermal_slowdown",
        "hw_thermal_slowdown",
        "hw_power_brake_slowdown",
        "display_clock_setting",
    )
    assert sampled(Driver([Board("GPU-a", reasons=0x1)]))["throttle"] == ()
    assert sampled(Driver([Board("GPU-a", reasons=0x401)]))["throttle"] == ("reason_0x400",)


OLD_DRIVER = (
    "nvmlInit_v2",
    "nvmlDeviceGetCount_v2",
    "nvmlDeviceGetHandleByIndex_v2",
    "nvmlDeviceGetMaxMigDeviceCount",
    "nvmlDeviceGetMigDeviceHandleByIndex",
    "nvmlDeviceGetTemperatureV",
    "nvmlDeviceGetCurrentClocksEventReasons",
    f"{PROCESSES}_v2",
    f"{PROCESSES}_v3",
)


def test_an_old_driver_is_asked_by_the_old_names() -> None:
    assert sampled(two_boards(missing=OLD_DRIVER, entry_size=16)) == sampled(two_boards())


def test_a_new_driver_without_the_old_names_is_asked_by_the_new_ones() -> None:
    gone = ("nvmlInit", "nvmlDeviceGetTemperature", "nvmlDeviceGetCurrentClocksThrottleReasons", PROCESSES)
    assert sampled(two_boards(missing=gone)) == sampled(two_boards())


def test_a_name_that_the_kernel_s_part_does_not_know_yet_gives_way_to_the_old_one() -> None:
    refused = {"nvmlDeviceGetCurrentClocksEventReasons": FUNCTION_NOT_FOUND}
    assert sampled(two_boards(refused=refused)) == sampled(two_boards())


@pytest.mark.parametrize(
    ("functions", "field"),
    [
        (["nvmlDeviceGetClockInfo"], "clock_mhz"),
        (["nvmlDeviceGetTemperature", "nvmlDeviceGetTemperatureV"], "temperature_c"),
        (["nvmlDeviceGetPowerUsage"], "power_w"),
        (["nvmlDeviceGetTotalEnergyConsumption"], "energy_j"),
        (["nvmlDeviceGetMemoryInfo"], "memory_used_bytes"),
        (["nvmlDeviceGetCurrentClocksEventReasons", "nvmlDeviceGetCurrentClocksThrottleReasons"], "throttle"),
        (["nvmlDeviceGetUtilizationRates"], "device_busy memory_busy"),
        ([PROCESSES, f"{PROCESSES}_v2", f"{PROCESSES}_v3"], "foreign_processes"),
    ],
)
@pytest.mark.parametrize("how", ["missing", NOT_SUPPORTED, NO_PERMISSION, GPU_IS_LOST])
def test_what_is_missing_or_refused_is_left_out_alone(functions: list[str], field: str, how: str | int) -> None:
    refused = {} if isinstance(how, str) else dict.fromkeys(functions, how)
    broken = two_boards(missing=functions if how == "missing" else (), refused=refused)
    whole = sampled(two_boards())
    assert sampled(broken) == {name: value for name, value in whole.items() if name not in field.split()}


def test_a_driver_that_lost_its_boards_says_nothing() -> None:
    for name in ("nvmlDeviceGetCount_v2", "nvmlDeviceGetHandleByIndex_v2"):
        older = name.removesuffix("_v2")
        assert sampled(two_boards(refused=dict.fromkeys((name, older), GPU_IS_LOST))) == {}


@pytest.mark.parametrize("entry_size", [16, 24, 32])
@pytest.mark.parametrize("known", [("_v2",), ("_v3",), ("",), ("", "_v2", "_v3")])
def test_processes_are_counted_in_every_layout_there_was(entry_size: int, known: tuple[str, ...]) -> None:
    missing = [f"{PROCESSES}{version}" for version in ("", "_v2", "_v3") if version not in known]
    board = Board("GPU-a", processes=[OURS, THEIRS, 201, OURS])
    driver = Driver([board], missing=missing, entry_size=entry_size)
    found = sampled(driver, owner=lambda process: {OURS: True, THEIRS: False, 201: False}[process])
    assert found["foreign_processes"] == 2


@pytest.mark.parametrize(("version", "entry_size"), [("_v2", 24), ("_v3", 24), ("", 16)])
def test_a_driver_that_writes_more_than_its_list_is_read_by_the_layout_of_its_function(
    version: str, entry_size: int
) -> None:
    missing = [f"{PROCESSES}{other}" for other in ("", "_v2", "_v3") if other != version]
    # With 48 entries the whole room looks like entries of 32 bytes.
    for count in (3, 48):
        board = Board("GPU-a", processes=[OURS, *range(1000, 999 + count)])
        driver = Driver([board], missing=missing, entry_size=entry_size, fills_the_room=True)
        assert sampled(driver, owner=lambda process: process == OURS)["foreign_processes"] == count - 1


@pytest.mark.parametrize(
    ("processes", "foreign"),
    [([], 0), ([OURS], 0), ([THEIRS], 1), ([OURS, THEIRS], 1), ([OURS, UNSEEN], None), ([THEIRS, UNSEEN], 1)],
)
def test_a_process_that_cannot_be_told_makes_no_stranger(processes: list[int], foreign: int | None) -> None:
    assert sampled(Driver([Board("GPU-a", processes=processes)])).get("foreign_processes") == foreign


def test_a_process_on_two_boards_is_one() -> None:
    driver = Driver([Board("GPU-a", processes=[THEIRS]), Board("GPU-b", processes=[THEIRS, OURS])])
    assert sampled(driver)["foreign_processes"] == 1


@pytest.mark.parametrize(("count", "told"), [(63, True), (64, True), (65, True), (1000, True), (5000, False)])
def test_any_number_of_processes_up_to_thousands(count: int, told: bool) -> None:
    driver = Driver([Board("GPU-a", processes=range(1000, 1000 + count))])
    assert sampled(driver, owner=lambda _: False).get("foreign_processes") == (count if told else None)


def test_where_nobody_can_tell_processes_they_are_left_out() -> None:
    assert "foreign_processes" not in sampled(two_boards(), owner=None)


def test_the_power_of_some_boards_is_not_the_power_of_all() -> None:
    class Shy(Driver):
        def _nvmlDeviceGetPowerUsage(self, device: int, out: int) -> int:  # noqa: N802
            return NOT_SUPPORTED if device > 0x10000 else super()._nvmlDeviceGetPowerUsage(device, out)

    boards = two_boards().boards
    assert "power_w" not in sampled(Shy(boards))
    assert sampled(Shy(boards), "0")["power_w"] == 300


def test_without_a_driver_there_is_nothing_to_ask() -> None:
    with open_nvml(machine(), only("another.so", None)) as nvml:
        assert nvml is None
    unloaded = two_boards(refused=dict.fromkeys(("nvmlInit_v2", "nvmlInit"), DRIVER_NOT_LOADED))
    with open_nvml(machine(), only("libnvidia-ml.so.1", unloaded)) as nvml:
        assert nvml is None


@pytest.mark.parametrize(
    ("platform", "place"),
    [
        ("linux", "libnvidia-ml.so.1"),
        ("linux", "/nowhere/usr/lib/wsl/lib/libnvidia-ml.so.1"),
        ("win32", "nvml.dll"),
        ("win32", r"D:\Programs\NVIDIA Corporation\NVSMI\nvml.dll"),
    ],
)
def test_the_driver_is_found_where_it_lies(platform: str, place: str) -> None:
    with open_nvml(machine(platform, PROGRAMFILES=r"D:\Programs"), only(place, two_boards())) as nvml:
        assert nvml is not None
        assert len(nvml.boards()) == 2
