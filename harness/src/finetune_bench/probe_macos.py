"""Facts of a Mac, from its own tools."""

import re
from typing import Any

from finetune_bench.mac_display import display_asleep
from finetune_bench.mac_graphics import mac_graphics
from finetune_bench.mac_power import mac_power
from finetune_bench.probe_apple import apple_accelerators, is_virtual
from finetune_bench.probe_facts import Accelerators, Drift, Machine, json_object, whole
from finetune_bench.probe_system import System

_SYSCTL_NAMES = (
    "hw.model",
    "machdep.cpu.brand_string",
    "hw.memsize",
    "hw.physicalcpu",
    *(f"hw.perflevel{level}.{field}" for level in range(3) for field in ("name", "physicalcpu")),
    "hw.optional.arm64",
    "sysctl.proc_translated",
    "kern.hv_vmm_present",
    "kern.osrelease",
    "vm.swapusage",
    "vm.loadavg",
)
_PROFILER_TIMEOUT_S = 60.0


def macos_facts(system: System) -> tuple[Machine, Accelerators]:
    values = _sysctl(system)
    profile = _profiler(system)
    hardware = _first(profile, "SPHardwareDataType")
    version = system.text("sw_vers", "-productVersion") or "unknown"
    build = system.text("sw_vers", "-buildVersion")
    chip = values.get("machdep.cpu.brand_string") or ""
    if not chip or chip.startswith("VirtualApple"):  # what Rosetta pretends to be
        chip = hardware.get("chip_type") or chip or "unknown"
    power = mac_power(system)
    drift: Drift = {name: text for name, text in (("os_build", build), ("os_patch", version)) if text}
    if "kern.osrelease" in values:
        drift["kernel"] = values["kern.osrelease"]
    drift |= _cores(values)
    load = re.search(r"\d+[.,]\d+", values.get("vm.loadavg", ""))
    if load:
        drift["load_1m"] = float(load.group().replace(",", "."))
    if power.source is not None:
        drift["power_source"] = power.source
    drift |= _state(system)
    machine = Machine(
        os="macos",
        os_release=".".join(version.split(".")[:2]),
        os_name=f"macOS {version}",
        model=values.get("hw.model") or hardware.get("machine_model") or "unknown",
        chip=chip,
        cores=whole(values.get("hw.physicalcpu")) or 1,
        memory_bytes=whole(values.get("hw.memsize")) or _gigabytes(hardware.get("physical_memory")),
        virtual=is_virtual(values),
        power_mode=power.mode,
        raw_id=_platform_uuid(system, hardware),
        drift=drift,
        warnings=tuple(_warnings(drift, power.mode)),
    )
    return machine, apple_accelerators(system, profile, values, chip, version)


def _sysctl(system: System) -> dict[str, str]:
    # One name unknown to this version makes the exit status 1 and leaves the others' answers standing.
    answer = system.ask("sysctl", "-i", *_SYSCTL_NAMES)
    lines = answer.stdout.splitlines() if answer is not None else []
    pairs = (line.split(":", 1) for line in lines if ":" in line)
    return {name.strip(): value.strip() for name, value in pairs if value.strip()}


def _profiler(system: System) -> dict[str, Any]:
    """The parts of `system_profiler`'s report; empty where it cannot be read."""
    return json_object(
        system.text(
            "system_profiler", "-json", "SPHardwareDataType", "SPDisplaysDataType", timeout_s=_PROFILER_TIMEOUT_S
        )
    )


def _first(profile: dict[str, Any], part: str) -> dict[str, str]:
    listed = profile.get(part)
    items = [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []
    return {name: value for name, value in items[0].items() if isinstance(value, str)} if items else {}


def _gigabytes(text: str | None) -> int:
    """17179869184 of "16 GB"; 1 where there is no number, since nothing better is known."""
    found = re.match(r"(\d{1,9})\s*GB", text or "")
    return int(found.group(1)) * 2**30 if found else 1


def _platform_uuid(system: System, hardware: dict[str, str]) -> str | None:
    text = system.text("ioreg", "-rd1", "-c", "IOPlatformExpertDevice") or ""
    found = re.search(r'"IOPlatformUUID"\s*=\s*"([0-9A-Fa-f-]{36})"', text)
    return found.group(1) if found else hardware.get("platform_UUID")


def _cores(values: dict[str, str]) -> Drift:
    """How many cores of each kind there are: performance and efficiency, or super and performance."""
    drift: Drift = {}
    for level, usual in enumerate(("performance", "efficiency", "other")):
        count = whole(values.get(f"hw.perflevel{level}.physicalcpu"))
        if count is not None:
            drift[f"{values.get(f'hw.perflevel{level}.name', usual).lower()}_cores"] = count
    return drift


def _state(system: System) -> Drift:
    """What may be otherwise in the next hour: heat, the display, others on the graphics part."""
    drift: Drift = {}
    level = system.text("notifyutil", "-g", "com.apple.system.thermalpressurelevel") or ""
    pressure = re.search(r"thermalpressurelevel\s+(\d{1,9})", level)
    if pressure:
        drift["thermal_pressure"] = int(pressure.group(1))
    asleep = display_asleep(system)
    if asleep is not None:
        drift["display"] = "asleep" if asleep else "awake"
    graphics = mac_graphics(system)
    if graphics is not None and graphics.busy is not None:
        drift["gpu_utilization_percent"] = round(graphics.busy * 100)
    return drift


def _warnings(drift: Drift, mode: str) -> list[str]:
    found = {
        "this Mac runs on its battery: plug it in before you trust a timing": drift.get("power_source") == "battery",
        "this Mac is hot and may already be slowed down: let it cool before you trust a timing": drift.get(
            "thermal_pressure", 0
        )
        != 0,
        "Low Power Mode is on: switch it off before you trust a timing": mode == "low-power",
    }
    return [warning for warning, holds in found.items() if holds]
