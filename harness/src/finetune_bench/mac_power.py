"""What a Mac draws its power from, and whether it saves it: answers of pmset, which needs no rights."""

import re
from dataclasses import dataclass
from typing import Literal

from finetune_bench.probe_system import System


@dataclass(frozen=True)
class MacPower:
    """None and "unknown" where pmset does not tell, as in a virtual machine."""

    source: Literal["mains", "battery"] | None
    mode: Literal["normal", "low-power", "high-power", "unknown"]


def mac_power(system: System) -> MacPower:
    source = re.search(r"drawing from '([^']+)'", system.text("pmset", "-g", "batt") or "")
    return MacPower(
        source=None if source is None else "battery" if "Battery" in source.group(1) else "mains",
        mode=_mode(system.text("pmset", "-g") or ""),
    )


def _mode(settings: str) -> Literal["normal", "low-power", "high-power", "unknown"]:
    """Macs with three energy modes call the setting powermode (2 is high), the others lowpowermode."""
    values = dict(re.findall(r"^\s*(lowpowermode|powermode)\s+(\d+)", settings, re.MULTILINE))
    if "1" in values.values():
        return "low-power"
    if values.get("powermode") == "2":
        return "high-power"
    return "normal" if values else "unknown"
