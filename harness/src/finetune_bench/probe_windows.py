"""Facts of a Windows machine, through PowerShell and the registry."""

import os
import re

from finetune_bench.probe_facts import Drift, Machine, json_object, whole
from finetune_bench.probe_system import System

# Each fact by itself: what one class of the management interface refuses must not hide the others.
_QUESTION = """
$ErrorActionPreference = 'SilentlyContinue'
$system = Get-CimInstance Win32_ComputerSystem
$os = Get-CimInstance Win32_OperatingSystem
$cpu = Get-CimInstance Win32_Processor | Select-Object -First 1
$product = Get-CimInstance Win32_ComputerSystemProduct
$guid = (Get-ItemProperty 'HKLM:\\SOFTWARE\\Microsoft\\Cryptography').MachineGuid
$battery = Get-CimInstance Win32_Battery | Select-Object -First 1
@{ model = $system.Model; maker = $system.Manufacturer; memory = $system.TotalPhysicalMemory
   cores = $system.NumberOfLogicalProcessors; caption = $os.Caption; build = $os.BuildNumber
   chip = $cpu.Name; board = $product.UUID; guid = $guid; battery = $battery.BatteryStatus } | ConvertTo-Json -Compress
"""
_TIMEOUT_S = 60.0
# The identifiers of Windows' own schemes, equal on every machine.
_SCHEMES = {
    "381b4222-f694-41f0-9685-ff5bb260df2e": "normal",
    "8c5e7fda-e8bf-4a96-9a85-a6e23a8c635c": "performance",
    "e9a42b02-d5df-448d-aa00-03f14749eb61": "performance",
    "a1841308-3541-4fab-bc81-f71556f20b4a": "power-saver",
}
_DISCHARGING = 1


def windows_machine(system: System) -> Machine:
    facts = _ask(system)
    caption = str(facts.get("caption") or "Windows").removeprefix("Microsoft ").strip()
    model = str(facts.get("model") or "unknown")
    drift: Drift = {"os_build": str(facts["build"])} if facts.get("build") else {}
    warnings = []
    if facts.get("battery") == _DISCHARGING:
        drift["power_source"] = "battery"
        warnings.append("this machine runs on its battery: plug it in before you trust a timing")
    return Machine(
        os="windows",
        os_release=_release(caption),
        os_name=caption,
        model=model,
        chip=str(facts.get("chip") or system.environ.get("PROCESSOR_IDENTIFIER") or system.machine).strip(),
        cores=whole(facts.get("cores")) or os.cpu_count() or 1,
        memory_bytes=whole(facts.get("memory")) or 1,
        virtual=bool(re.search(r"virtual|vmware|kvm|qemu|standard pc|hvm domu", model, re.IGNORECASE))
        if facts
        else None,
        power_mode=_power_mode(system),
        raw_id=_raw_id(facts),
        drift=drift,
        warnings=tuple(warnings),
    )


def _ask(system: System) -> dict[str, object]:
    return json_object(
        system.text("powershell", "-NoProfile", "-NonInteractive", "-Command", _QUESTION, timeout_s=_TIMEOUT_S)
    )


def _release(caption: str) -> str:
    """ "11" of "Windows 11 Pro", "Server 2025" of "Windows Server 2025 Datacenter"."""
    found = re.search(r"Windows ((?:Server )?[\d.]+)", caption)
    return found.group(1) if found else "unknown"


def _raw_id(facts: dict[str, object]) -> str | None:
    board = str(facts.get("board") or "").lower()
    if len(set(board.replace("-", ""))) > 2:
        return board
    return str(facts["guid"]) if facts.get("guid") else None


def _power_mode(system: System) -> str:
    text = (system.text("powercfg", "/getactivescheme") or "").lower()
    return next((mode for scheme, mode in _SCHEMES.items() if scheme in text), "unknown")
