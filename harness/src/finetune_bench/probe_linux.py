"""Facts of a Linux machine, from its files."""

import os
import re

from finetune_bench.probe_facts import Drift, Machine, number, whole
from finetune_bench.probe_system import System

# What boards say whose maker never filled in the field.
_NAMELESS = re.compile(
    r"^(?:to be filled.*|default string|system product name|system manufacturer|not specified|none|unknown)$",
    re.IGNORECASE,
)
_SHARED_IDS = ("03000200-0400-0500-0006-000700080009", "00000000-0000-0000-0000-000000000000")
_VIRTUAL_VENDORS = re.compile(
    r"qemu|vmware|xen|innotek|virtualbox|kvm|parallels|bochs|google compute|virtual", re.IGNORECASE
)


def linux_machine(system: System) -> Machine:
    release = _os_release(system)
    memory = _memory_bytes(system)
    mode, drift, warnings = _power(system)
    return Machine(
        os="linux",
        os_release=release.get("VERSION_ID") or release.get("BUILD_ID") or "unknown",
        os_name=release.get("PRETTY_NAME") or "Linux",
        model=_model(system),
        chip=_chip(system),
        cores=_cores(system),
        memory_bytes=memory,
        virtual=_is_virtual(system),
        power_mode=mode,
        raw_id=_raw_id(system),
        drift=_drift(system) | drift,
        warnings=(*warnings, *_load_warnings(system)),
    )


def _os_release(system: System) -> dict[str, str]:
    text = system.read("etc/os-release") or system.read("usr/lib/os-release") or ""
    pairs = (line.split("=", 1) for line in text.splitlines() if "=" in line and not line.startswith("#"))
    return {name: value.strip().strip("\"'") for name, value in pairs}


def _dmi(system: System, name: str) -> str | None:
    value = system.read(f"sys/class/dmi/id/{name}")
    return None if value is None or _NAMELESS.match(value) else value


def _model(system: System) -> str:
    return (
        _dmi(system, "product_name") or _dmi(system, "board_name") or system.read("proc/device-tree/model") or "unknown"
    )


def _cpuinfo(system: System, *names: str) -> list[str]:
    text = system.read("proc/cpuinfo") or ""
    pairs = (line.split(":", 1) for line in text.splitlines() if ":" in line)
    return [value.strip() for name, value in pairs if name.strip() in names]


def _chip(system: System) -> str:
    for value in _cpuinfo(system, "model name", "Hardware", "cpu model", "uarch"):
        if value:
            return value
    # Arm kernels print numbers; lscpu knows the names behind them.
    listed = re.search(r"^\s*Model name:\s*(\S.*)$", system.text("lscpu") or "", re.MULTILINE)
    return listed.group(1).strip() if listed and listed.group(1) != "-" else f"{system.machine} processor"


def _cores(system: System) -> int:
    return len(_cpuinfo(system, "processor")) or os.cpu_count() or 1


def _memory_bytes(system: System) -> int:
    found = re.search(r"^MemTotal:\s+(\d+) kB", system.read("proc/meminfo") or "", re.MULTILINE)
    kibibytes = whole(found.group(1)) if found else None
    if kibibytes:
        return kibibytes * 1024
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _is_virtual(system: System) -> bool | None:
    vendor = f"{_dmi(system, 'sys_vendor') or ''} {_dmi(system, 'product_name') or ''}".strip()
    if _VIRTUAL_VENDORS.search(vendor):
        return True
    flags = _cpuinfo(system, "flags")
    if flags:
        return "hypervisor" in flags[0].split()
    return False if vendor else None


def _raw_id(system: System) -> str | None:
    board = (_dmi(system, "product_uuid") or "").lower()
    if board and board not in _SHARED_IDS and len(set(board.replace("-", ""))) > 2:
        return board
    machine = system.read("etc/machine-id")
    return machine if machine is not None and re.fullmatch(r"[0-9a-f]{32}", machine) else None


def _power(system: System) -> tuple[str, Drift, list[str]]:
    """How fast the firmware and the kernel let the processor run."""
    governor = system.read("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
    driver = system.read("sys/devices/system/cpu/cpu0/cpufreq/scaling_driver") or ""
    drift: Drift = {"governor": governor} if governor else {}
    warnings = []
    if _on_battery(system):
        drift["power_source"] = "battery"
        warnings.append("this machine runs on its battery: plug it in before you trust a timing")
    profile = system.read("sys/firmware/acpi/platform_profile")
    named = {"low-power": "low-power", "quiet": "low-power", "cool": "low-power", "performance": "performance"}
    if profile is not None:
        return named.get(profile, "normal"), drift, warnings
    if governor is None:
        return "unknown", drift, warnings
    if governor == "performance":
        return "performance", drift, warnings
    # The drivers of recent processors scale by themselves under a governor that is called powersave.
    saves = governor == "powersave" and not driver.startswith(("intel_pstate", "amd-pstate", "amd_pstate"))
    return "power-saver" if saves else "normal", drift, warnings


def _on_battery(system: System) -> bool:
    """A battery of the computer's own, and no supply that is plugged in. Desktops have unplugged sockets only."""
    supplies = sorted(path.relative_to(system.root) for path in system.root.glob("sys/class/power_supply/*"))
    own = [path for path in supplies if system.read(f"{path}/scope") != "Device"]
    battery = any(system.read(f"{path}/type") == "Battery" for path in own)
    return battery and all(system.read(f"{path}/online") != "1" for path in own)


def _drift(system: System) -> Drift:
    drift: Drift = {}
    kernel = system.read("proc/sys/kernel/osrelease")
    if kernel:
        drift["kernel"] = kernel
        drift["wsl"] = "microsoft" in kernel.lower()
    if system.libc[0]:
        drift["libc"] = " ".join(system.libc)
    load = _load(system)
    if load is not None:
        drift["load_1m"] = load
    drift["container"] = any((system.root / mark).exists() for mark in (".dockerenv", "run/.containerenv"))
    drift |= _control_group(system)
    return drift


def _control_group(system: System) -> Drift:
    """What a container may use of the machine. Not its identity: the next job may be given more."""
    drift: Drift = {}
    memory = system.read("sys/fs/cgroup/memory.max") or system.read("sys/fs/cgroup/memory/memory.limit_in_bytes")
    # The first version says "no limit" with a number beyond every memory.
    limit = whole(memory)
    if limit is not None and limit < 1 << 60:
        drift["memory_limit_bytes"] = limit
    quota = (system.read("sys/fs/cgroup/cpu.max") or "").split()
    if len(quota) == 2:
        used, period = whole(quota[0]), whole(quota[1])
        if used is not None and period:
            drift["cpu_limit"] = used / period
    return drift


def _load_warnings(system: System) -> list[str]:
    load = _load(system)
    cores = _cores(system)
    if load is None or load <= cores:
        return []
    return [f"this machine is busy: a load of {load:.2f} on {cores} processors; timings will be noisy"]


def _load(system: System) -> float | None:
    """Of the last minute."""
    return number(next(iter((system.read("proc/loadavg") or "").split()), None))
