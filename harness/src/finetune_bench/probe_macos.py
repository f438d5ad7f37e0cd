"""Facts of a Mac, from its own tools."""

import json
import re
from typing import Any

from finetune_bench.probe_facts import Accelerator, Accelerators, Drift, Machine, release_pair
from finetune_bench.probe_system import System

_SYSCTL_NAMES = (
    "hw.model",
    "machdep.cpu.brand_string",
    "hw.memsize",
    "hw.physicalcpu",
    "hw.perflevel0.physicalcpu",
    "hw.perflevel1.physicalcpu",
    "hw.optional.arm64",
    "sysctl.proc_translated",
    "kern.hv_vmm_present",
    "kern.osrelease",
    "vm.swapusage",
    "vm.loadavg",
)
_PROFILER_TIMEOUT_S = 60.0
ROSETTA_REASON = (
    "this program runs translated by Rosetta: its Python is an Intel one, which MLX and Metal cannot use. "
    "Install the arm64 version of the runner (and of Python), or start it with `arch -arm64`"
)


def macos_facts(system: System) -> tuple[Machine, Accelerators]:
    values = _sysctl(system)
    profile = _profiler(system)
    hardware = _first(profile, "SPHardwareDataType")
    version = system.text("sw_vers", "-productVersion") or "unknown"
    build = system.text("sw_vers", "-buildVersion")
    translated = values.get("sysctl.proc_translated") == "1"
    virtual = _is_virtual(values)
    mode, power_drift, warnings = _power(system)
    if translated:
        warnings.append(ROSETTA_REASON)
    chip = values.get("machdep.cpu.brand_string") or ""
    if not chip or chip.startswith("VirtualApple"):  # what Rosetta pretends to be
        chip = hardware.get("chip_type") or chip or "unknown"
    drift: Drift = {name: text for name, text in (("os_build", build), ("os_patch", version)) if text}
    if "kern.osrelease" in values:
        drift["kernel"] = values["kern.osrelease"]
    for level, label in (
        ("hw.perflevel0.physicalcpu", "performance_cores"),
        ("hw.perflevel1.physicalcpu", "efficiency_cores"),
    ):
        if values.get(level, "").isdigit():
            drift[label] = int(values[level])
    load = re.search(r"\d+[.,]\d+", values.get("vm.loadavg", ""))
    if load:
        drift["load_1m"] = float(load.group().replace(",", "."))
    machine = Machine(
        os="macos",
        os_release=".".join(version.split(".")[:2]),
        os_name=f"macOS {version}",
        model=values.get("hw.model") or hardware.get("machine_model") or "unknown",
        chip=chip,
        cores=int(values.get("hw.physicalcpu") or 1),
        memory_bytes=int(values.get("hw.memsize") or _gigabytes(hardware.get("physical_memory"))),
        virtual=virtual,
        power_mode=mode,
        raw_id=_platform_uuid(system, hardware),
        drift=drift | power_drift,
        warnings=tuple(warnings),
    )
    return machine, _accelerators(profile, values, chip, version)


def _sysctl(system: System) -> dict[str, str]:
    # One name unknown to this version makes the exit status 1 and leaves the others' answers standing.
    answer = system.ask("sysctl", "-i", *_SYSCTL_NAMES)
    lines = answer.stdout.splitlines() if answer is not None else []
    pairs = (line.split(":", 1) for line in lines if ":" in line)
    return {name.strip(): value.strip() for name, value in pairs if value.strip()}


def _profiler(system: System) -> dict[str, Any]:
    """The parts of `system_profiler`'s report; empty where it cannot be read."""
    text = system.text(
        "system_profiler", "-json", "SPHardwareDataType", "SPDisplaysDataType", timeout_s=_PROFILER_TIMEOUT_S
    )
    try:
        report = json.loads(text or "{}")
    except ValueError:
        return {}
    return report if isinstance(report, dict) else {}


def _first(profile: dict[str, Any], part: str) -> dict[str, str]:
    items = [item for item in profile.get(part) or [] if isinstance(item, dict)]
    return items[0] if items else {}


def _is_virtual(values: dict[str, str]) -> bool | None:
    if values.get("hw.model", "").startswith("VirtualMac") or "(Virtual)" in values.get("machdep.cpu.brand_string", ""):
        return True
    present = values.get("kern.hv_vmm_present")
    return None if present is None else present == "1"


def _gigabytes(text: str | None) -> int:
    """17179869184 of "16 GB"; 1 where there is no number, since nothing better is known."""
    found = re.match(r"(\d+)\s*GB", text or "")
    return int(found.group(1)) * 2**30 if found else 1


def _platform_uuid(system: System, hardware: dict[str, str]) -> str | None:
    text = system.text("ioreg", "-rd1", "-c", "IOPlatformExpertDevice") or ""
    found = re.search(r'"IOPlatformUUID"\s*=\s*"([0-9A-Fa-f-]{36})"', text)
    return found.group(1) if found else hardware.get("platform_UUID")


def _accelerators(profile: dict[str, Any], values: dict[str, str], chip: str, version: str) -> Accelerators:
    """The one Apple chip whose graphics part Metal can use, or the reason why there is none."""
    if values.get("sysctl.proc_translated") == "1":
        return Accelerators(reason=ROSETTA_REASON)
    if values.get("hw.optional.arm64") != "1":
        return Accelerators(reason="this Mac has no Apple chip")
    displays = [item for item in profile.get("SPDisplaysDataType") or [] if isinstance(item, dict)]
    apple = [item for item in displays if str(item.get("sppci_model", "")).startswith("Apple")]
    if _is_virtual(values):
        return Accelerators(
            reason="this is a virtual machine: its paravirtual graphics device runs neither MLX nor MPS"
        )
    if release_pair(version) < (14, 0):
        return Accelerators(reason=f"macOS {version} is too old: the frameworks need macOS 14 or newer")
    if profile and not apple:
        return Accelerators(reason="system_profiler lists no Apple graphics device with Metal")
    cores = str(apple[0].get("sppci_cores", "")) if apple else ""
    found = Accelerator(kind="apple", name=chip, cores=int(cores) if cores.isdigit() and int(cores) > 0 else None)
    return Accelerators(found=(found,))


def _power(system: System) -> tuple[str, Drift, list[str]]:
    """The energy mode, and warnings about battery and heat."""
    drift: Drift = {}
    warnings = []
    source = re.search(r"drawing from '([^']+)'", system.text("pmset", "-g", "batt") or "")
    if source:
        drift["power_source"] = "battery" if "Battery" in source.group(1) else "mains"
        if drift["power_source"] == "battery":
            warnings.append("this Mac runs on its battery: plug it in before you trust a timing")
    pressure = re.search(
        r"thermalpressurelevel\s+(\d+)", system.text("notifyutil", "-g", "com.apple.system.thermalpressurelevel") or ""
    )
    if pressure:
        drift["thermal_pressure"] = int(pressure.group(1))
        if int(pressure.group(1)) > 0:
            warnings.append("this Mac is hot and may already be slowed down: let it cool before you trust a timing")
    settings = dict(re.findall(r"^\s*(lowpowermode|powermode)\s+(\d+)", system.text("pmset", "-g") or "", re.MULTILINE))
    if settings.get("lowpowermode") == "1" or settings.get("powermode") == "1":
        warnings.append("Low Power Mode is on: switch it off before you trust a timing")
        return "low-power", drift, warnings
    if settings.get("powermode") == "2":
        return "high-power", drift, warnings
    return "normal" if settings else "unknown", drift, warnings
