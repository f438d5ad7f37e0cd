"""NVIDIA boards, from nvidia-smi: what is there, and which of it this process may use."""

import csv
import re
from dataclasses import dataclass

from finetune_bench.probe_facts import Accelerator, Accelerators, Drift, number
from finetune_bench.probe_system import System

_FIELDS = ("index", "uuid", "name", "driver_version", "memory.total")
_MORE_FIELDS = (
    "compute_cap",
    "mig.mode.current",
    "persistence_mode",
    "power.limit",
    "clocks.sm",
    "clocks.max.sm",
    "temperature.gpu",
    "utilization.gpu",
    "pstate",
    "ecc.mode.current",
)
# One field that a driver does not know fails the whole question: the newest names first, then those of drivers
# before 535, then only what every driver knows.
_QUESTIONS = (
    (*_FIELDS, *_MORE_FIELDS, "clocks_event_reasons.active"),
    (*_FIELDS, *_MORE_FIELDS, "clocks_throttle_reasons.active"),
    _FIELDS,
)
_TIMEOUT_S = 30.0
_MIB = 2**20
# Older Jetsons have no nvidia-smi, and on Orin it answers with the name "Orin (nvgpu)" and little else.
_JETSON_REASON = (
    "this is a Jetson, whose graphics part needs NVIDIA's own builds of the frameworks and is watched by tegrastats "
    "instead of nvidia-smi: it is not supported. To measure its processor, name the backend (backends: torch-cpu)"
)
_UNSEEN_REASON = (
    "there is an NVIDIA driver (/dev/nvidiactl), but not its nvidia-smi, which says what boards there are: a container "
    "needs the driver's part `utility` too (NVIDIA_DRIVER_CAPABILITIES=compute,utility)"
)
# Bits of the reasons for a lower clock that mean heat or a lack of power, by nvml.h.
_SLOWED = {0x4: "power cap", 0x8: "hardware slowdown", 0x20: "heat", 0x40: "heat", 0x80: "power brake"}


@dataclass(frozen=True)
class _Slice:
    """An instance of a divided board (MIG)."""

    board: str
    profile: str
    uuid: str


def nvidia_accelerators(system: System) -> Accelerators:
    if system.which("nvidia-smi") is None:
        if _is_jetson(system):
            return Accelerators(reason=_JETSON_REASON, faulty=True, warnings=(_JETSON_REASON,))
        if (system.root / "dev" / "nvidiactl").exists():
            return Accelerators(reason=_UNSEEN_REASON, faulty=True, warnings=(_UNSEEN_REASON,))
        return Accelerators(reason="no NVIDIA driver: nvidia-smi was not found")
    rows, trouble = _boards(system)
    if any("nvgpu" in row.get("name", "") for row in rows):
        return Accelerators(reason=_JETSON_REASON, faulty=True, warnings=(_JETSON_REASON,))
    if not rows:
        reason = f"nvidia-smi found no usable board: {trouble}" if trouble else "nvidia-smi lists no board"
        return Accelerators(reason=reason, faulty=trouble != "", warnings=(reason,) if trouble else ())
    slices = _slices(system) if any(row.get("mig.mode.current") == "Enabled" for row in rows) else []
    visible = _visible(system.environ.get("CUDA_VISIBLE_DEVICES"), rows, slices)
    if not visible:
        return Accelerators(reason="CUDA_VISIBLE_DEVICES hides every board of this machine")
    boards = list({row["uuid"]: row for row, _ in visible}.values())
    users = _foreign_users(system)
    warnings = [*_slowed(boards)]
    if users:
        warnings.append(f"processes that use the NVIDIA boards already: {users}; timings will be noisy")
    return Accelerators(
        found=tuple(_accelerator(row, part) for row, part in visible),
        drift=_drift(boards) | {"gpu_processes": users},
        warnings=tuple(warnings),
    )


def _is_jetson(system: System) -> bool:
    model = system.read("proc/device-tree/model") or ""
    return "Jetson" in model or system.read("etc/nv_tegra_release") is not None


def _boards(system: System) -> tuple[list[dict[str, str]], str]:
    """One dictionary a board, by field name, `[N/A]` and the like left out; and what nvidia-smi complained about."""
    trouble = ""
    for fields in _QUESTIONS:
        answer = system.ask(
            "nvidia-smi", f"--query-gpu={','.join(fields)}", "--format=csv,noheader,nounits", timeout_s=_TIMEOUT_S
        )
        if answer is None:
            return [], "it vanished"
        if answer.ok:
            lines = csv.reader(answer.stdout.splitlines(), skipinitialspace=True)
            return [_row(fields, line) for line in lines if len(line) == len(fields)], ""
        trouble = " ".join((answer.stdout.strip() or answer.stderr.strip() or f"exit {answer.code}").split())
        if "not a valid field" not in trouble:
            break
    return [], trouble[:300]


def _row(fields: tuple[str, ...], line: list[str]) -> dict[str, str]:
    pairs = zip(fields, (value.strip() for value in line), strict=True)
    return {name: value for name, value in pairs if value and not re.fullmatch(r"\[.*\]|N/A", value)}


def _slices(system: System) -> list[_Slice]:
    found = []
    board = ""
    for line in (system.text("nvidia-smi", "-L", timeout_s=_TIMEOUT_S) or "").splitlines():
        whole = re.match(r"GPU \d+: .*\(UUID: (GPU-[\w-]+)\)", line)
        part = re.match(r"\s+MIG (\S+)\s+Device\s+\d+: \(UUID: (MIG-[\w/-]+)\)", line)
        if whole:
            board = whole.group(1)
        elif part:
            found.append(_Slice(board=board, profile=part.group(1), uuid=part.group(2)))
    return found


def _visible(
    wanted: str | None, rows: list[dict[str, str]], slices: list[_Slice]
) -> list[tuple[dict[str, str], _Slice | None]]:
    """The boards CUDA offers, in the order of CUDA_VISIBLE_DEVICES; an unknown name ends the list, as in CUDA."""
    divided = {part.board: part for part in reversed(slices)}
    whole = [(row, divided.get(row.get("uuid", ""))) for row in rows]
    if wanted is None:
        # Of divided boards CUDA offers a single instance, the first.
        first = [pair for pair in whole if pair[1] is not None][:1]
        return first or whole
    chosen = []
    for name in (part.strip() for part in wanted.split(",")):
        match = None
        if name.isdigit():
            match = next((pair for pair in whole if pair[0].get("index") == name), None)
        elif name.startswith("MIG-"):
            part = next((part for part in slices if part.uuid.startswith(name)), None)
            match = next(((row, part) for row in rows if part and row.get("uuid") == part.board), None)
        elif name.startswith("GPU-"):
            match = next((pair for pair in whole if pair[0].get("uuid", "").startswith(name)), None)
        if match is None:
            break
        chosen.append(match)
    return chosen


def _accelerator(row: dict[str, str], part: _Slice | None) -> Accelerator:
    memory = number(row.get("memory.total"))
    name = row.get("name", "NVIDIA board")
    return Accelerator(
        kind="nvidia",
        name=name if part is None else f"{name} MIG {part.profile}",
        memory_bytes=None if memory is None or part is not None else int(memory) * _MIB,
        driver=row.get("driver_version"),
        compute_capability=row.get("compute_cap"),
        raw_id=row.get("uuid") if part is None else part.uuid,
    )


def _drift(rows: list[dict[str, str]]) -> Drift:
    """State of the first board that this process may use."""
    row = rows[0]
    drift: Drift = {}
    for field, name in (
        ("driver_version", "driver"),
        ("pstate", "gpu_pstate"),
        ("persistence_mode", "gpu_persistence"),
        ("ecc.mode.current", "gpu_ecc"),
    ):
        if field in row:
            drift[name] = row[field]
    for field, name in (
        ("temperature.gpu", "gpu_temperature_c"),
        ("clocks.sm", "gpu_clock_mhz"),
        ("clocks.max.sm", "gpu_clock_max_mhz"),
        ("power.limit", "gpu_power_limit_w"),
        ("utilization.gpu", "gpu_utilization_percent"),
    ):
        value = number(row.get(field))
        if value is not None:
            drift[name] = value
    return drift


def _slowed(rows: list[dict[str, str]]) -> list[str]:
    warnings = []
    for row in rows:
        text = row.get("clocks_event_reasons.active") or row.get("clocks_throttle_reasons.active") or "0"
        bits = int(text, 16) if re.fullmatch(r"0x[0-9A-Fa-f]+", text) else 0
        reasons = sorted({reason for bit, reason in _SLOWED.items() if bits & bit})
        if reasons:
            warnings.append(f"{row.get('name', 'a board')} is slowed down already: {', '.join(reasons)}")
    return warnings


def _foreign_users(system: System) -> int:
    answer = system.text("nvidia-smi", "--query-compute-apps=pid", "--format=csv,noheader", timeout_s=_TIMEOUT_S)
    return sum(line.strip().isdigit() for line in (answer or "").splitlines())
