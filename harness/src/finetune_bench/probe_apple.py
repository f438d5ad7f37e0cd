"""The graphics part of an Apple chip, or why it cannot be used."""

from typing import Any

from finetune_bench.probe_facts import Accelerator, Accelerators, release_pair, whole
from finetune_bench.probe_metal import Metal, metal
from finetune_bench.probe_system import System

ROSETTA_REASON = (
    "this program runs translated by Rosetta: its Python is an Intel one, which MLX and Metal cannot use. "
    "Install the arm64 version of the runner (and of Python), or start it with `arch -arm64`"
)
SESSION_REASON = (
    "Metal shows no graphics device to this program: the runner needs a logged-in session. Log the runner's user in "
    "at this Mac (automatic login does it after a restart), and start the runner there as that user's LaunchAgent, not "
    "over SSH and not as a LaunchDaemon: ./svc.sh install && ./svc.sh start"
)
VIRTUAL_REASON = "this is a virtual machine: its paravirtual graphics device runs neither MLX nor MPS"


def apple_accelerators(
    system: System, profile: dict[str, Any], values: dict[str, str], chip: str, version: str
) -> Accelerators:
    """The one Apple chip whose graphics part Metal can use, or the reason why there is none."""
    if _is_translated(system, values):
        return _faulty(ROSETTA_REASON)
    if values.get("hw.optional.arm64") != "1":
        return Accelerators(reason="this Mac has no Apple chip")
    if is_virtual(values):
        return Accelerators(
            reason=VIRTUAL_REASON, warnings=(f"{VIRTUAL_REASON}; by itself only the processor is measured",)
        )
    if release_pair(version) < (14, 0):
        return _faulty(f"macOS {version} is too old: the frameworks need macOS 14 or newer")
    listed = profile.get("SPDisplaysDataType")
    displays = [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []
    apple = [item for item in displays if str(item.get("sppci_model", "")).startswith("Apple")]
    answer = metal(system)
    if isinstance(answer, Metal) and answer.devices == 0 and not answer.default:
        return _faulty(SESSION_REASON)
    # Where Metal lists a device, system_profiler has no say.
    if profile and not apple and not isinstance(answer, Metal):
        return _faulty("system_profiler lists no Apple graphics device with Metal")
    cores = whole(apple[0].get("sppci_cores")) if apple else None
    found = Accelerator(kind="apple", name=chip, cores=cores or None)
    return Accelerators(found=(found,), warnings=_session_warnings(answer))


def _is_translated(system: System, values: dict[str, str]) -> bool:
    intel = system.machine == "x86_64"
    return values.get("sysctl.proc_translated") == "1" or (intel and values.get("hw.optional.arm64") == "1")


def _faulty(reason: str) -> Accelerators:
    return Accelerators(reason=reason, faulty=True, warnings=(reason,))


def _session_warnings(answer: Metal | str) -> tuple[str, ...]:
    if isinstance(answer, str):
        return (f"Metal could not be asked for its devices: {answer}",)
    if answer.default:
        return ()
    return ("Metal has no default device here, as where nobody is logged in; the frameworks use the one that it lists",)


def is_virtual(values: dict[str, str]) -> bool | None:
    if values.get("hw.model", "").startswith("VirtualMac") or "(Virtual)" in values.get("machdep.cpu.brand_string", ""):
        return True
    present = values.get("kern.hv_vmm_present")
    return None if present is None else present == "1"
