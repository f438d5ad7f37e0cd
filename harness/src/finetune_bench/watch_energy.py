"""Energy of the processor's package, where its counters may be read without root: few kernels allow it.

Intel and AMD count microjoules (RAPL, /sys/class/powercap) and begin again at a limit that each counter tells.
"""

from typing import Any

from finetune_bench.probe_system import System


class LinuxEnergy:
    """The sum over all packages since this program began, J: what is told only grows."""

    def __init__(self, system: System) -> None:
        self._system = system
        zones = (system.root / "sys/class/powercap").glob("intel-rapl:*")
        # A second colon names a part of a package, which the package counts as well.
        names = sorted(zone.name for zone in zones if zone.name.count(":") == 1)
        self._packages = [name for name in names if (self._read(name, "name") or "").startswith("package")]
        self._before: list[int] | None = None
        self._spent_uj = 0

    def sample(self) -> dict[str, Any]:
        now = [self._number(name, "energy_uj") for name in self._packages]
        known = [value for value in now if value is not None]
        if not known or len(known) < len(now):
            # What is spent until the next answer is not known, so nothing may be told across the gap.
            self._packages = []
            return {}
        for name, before, after in zip(self._packages, self._before or known, known, strict=True):
            limit = self._number(name, "max_energy_range_uj") or 0
            self._spent_uj += after - before + (0 if after >= before else limit)
        self._before = known
        return {"cpu_energy_j": self._spent_uj / 1e6}

    def _number(self, zone: str, file: str) -> int | None:
        text = self._read(zone, file)
        return int(text) if text is not None and text.isdigit() else None

    def _read(self, zone: str, file: str) -> str | None:
        return self._system.read(f"sys/class/powercap/{zone}/{file}")
