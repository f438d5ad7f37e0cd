"""The probe on Macs: chips, Metal, power, Rosetta, virtual machines."""

import re
from pathlib import Path

import jsonschema
import pytest

from finetune_bench.mac_graphics import mac_graphics
from finetune_bench.probe import probe
from finetune_bench.probe_metal import Metal, metal
from finetune_bench.probe_system import System
from frameworks import install_frameworks
from probe_machines import MAC_UUID, SCHEMA, faulty, hashed, machine, possible, reasons


class TestMac:
    def test_m4_max(self, tmp_path: Path) -> None:
        facts = probe(machine(tmp_path, "m4-max"), "salt")
        assert facts["machine"] == {
            "os": "macos",
            "os_release": "26.3",
            "os_name": "macOS 26.3.1",
            "arch": "arm64",
            "model": "Mac16,5",
            "chip": "Apple M4 Max",
            "cores": 16,
            "memory_bytes": 64 * 2**30,
            "virtual": False,
            "hardware_id_hash": hashed(MAC_UUID),
            "power_mode": "normal",
        }
        assert facts["accelerators"] == [
            {
                "kind": "apple",
                "name": "Apple M4 Max",
                "memory_bytes": None,
                "cores": 40,
                "driver": None,
                "compute_capability": None,
            }
        ]
        assert possible(facts) == {"mlx-metal", "torch-mps", "mlx-cpu", "torch-cpu"}
        assert facts["drift"] == {
            "os_build": "25D771280a",
            "os_patch": "26.3.1",
            "kernel": "25.3.0",
            "performance_cores": 12,
            "efficiency_cores": 4,
            "load_1m": 1.52,
            "power_source": "mains",
            "thermal_pressure": 0,
            "display": "awake",
            "gpu_utilization_percent": 3,
        }
        assert facts["warnings"] == []

    def test_another_repository_gets_another_id(self, tmp_path: Path) -> None:
        system = machine(tmp_path, "m4-max")
        assert probe(system, "a/b")["machine"]["hardware_id_hash"] == hashed(MAC_UUID, "a/b")
        assert probe(system, "a/c")["machine"]["hardware_id_hash"] == hashed(MAC_UUID, "a/c")

    def test_battery_low_power_mode_and_heat_are_said(self, tmp_path: Path) -> None:
        facts = probe(machine(tmp_path, "m4-max-battery"), "salt")
        assert facts["machine"]["power_mode"] == "low-power"
        assert facts["drift"]["power_source"] == "battery"
        assert facts["drift"]["thermal_pressure"] == 2
        assert [re.search(r"battery|hot|Low Power Mode", text).group() for text in facts["warnings"]] == [
            "battery",
            "hot",
            "Low Power Mode",
        ]

    def test_high_power_mode_and_the_id_without_ioreg(self, tmp_path: Path) -> None:
        facts = probe(machine(tmp_path, "m4-max-high-power"), "salt")
        assert facts["machine"]["power_mode"] == "high-power"
        assert facts["machine"]["hardware_id_hash"] == hashed(MAC_UUID)
        assert "thermal_pressure" not in facts["drift"]
        assert facts["drift"]["display"] == "asleep"

    def test_a_mac_mini_without_display_and_battery(self, tmp_path: Path) -> None:
        facts = probe(machine(tmp_path, "m1-mac-mini"), "salt")
        assert possible(facts) == {"mlx-metal", "torch-mps", "mlx-cpu", "torch-cpu"}
        assert facts["machine"]["model"] == "Macmini9,1"
        assert facts["machine"]["power_mode"] == "normal"
        assert facts["accelerators"][0]["cores"] == 8
        assert facts["drift"]["power_source"] == "mains"
        assert "display" not in facts["drift"]
        assert facts["warnings"] == []

    def test_cores_are_named_as_the_mac_names_them(self, tmp_path: Path) -> None:
        facts = probe(machine(tmp_path, "m5-max"), "salt")
        assert (facts["drift"]["super_cores"], facts["drift"]["performance_cores"]) == (6, 12)
        assert "efficiency_cores" not in facts["drift"]
        assert facts["accelerators"][0]["cores"] == 40

    def test_without_a_session_the_graphics_part_is_faulty_and_the_way_out_is_named(self, tmp_path: Path) -> None:
        facts = probe(machine(tmp_path, "m5-max-no-session"), "salt")
        assert possible(facts) == {"mlx-cpu", "torch-cpu"}
        assert faulty(facts) == {"mlx-metal", "torch-mps"}
        for backend in faulty(facts):
            assert "the runner needs a logged-in session" in reasons(facts)[backend]
            assert "LaunchAgent" in reasons(facts)[backend]
        assert any("logged-in session" in text for text in facts["warnings"])

    def test_a_device_that_is_listed_will_do_without_a_default_one(self, tmp_path: Path) -> None:
        facts = probe(machine(tmp_path, "m3-max-no-default-device"), "salt")
        assert possible(facts) == {"mlx-metal", "torch-mps", "mlx-cpu", "torch-cpu"}
        assert facts["machine"]["power_mode"] == "low-power"
        assert [re.search(r"default device|Low Power Mode", text).group() for text in facts["warnings"]] == [
            "Low Power Mode",
            "default device",
        ]

    def test_a_metal_that_ends_the_process_that_asks_is_no_verdict(self, tmp_path: Path) -> None:
        system = machine(tmp_path, "m4-max")
        install_frameworks(tmp_path / "root", crashes=True)
        assert metal(system) == "it ended with -6"
        facts = probe(system, "salt")
        assert "mlx-metal" in possible(facts)
        assert facts["warnings"] == ["Metal could not be asked for its devices: it ended with -6"]

    def test_a_mac_without_the_framework_is_no_verdict_either(self, tmp_path: Path) -> None:
        system = machine(tmp_path, "rosetta")
        assert "cannot open shared object file" in str(metal(system))

    @pytest.mark.parametrize(("devices", "default"), [(0, False), (1, True), (1, False), (2, True)])
    def test_metal_is_asked_through_the_frameworks(self, tmp_path: Path, devices: int, default: bool) -> None:
        install_frameworks(tmp_path, devices=devices, default=default)
        system = System(platform="darwin", machine="arm64", libc=("", ""), environ={}, root=tmp_path)
        assert metal(system) == Metal(default=default, devices=devices)

    def test_the_time_of_each_program_on_the_graphics_part(self, tmp_path: Path) -> None:
        found = mac_graphics(machine(tmp_path, "m4-max"))
        assert found is not None
        assert (found.busy, found.times_ns) == (0.03, {412: 36 * 10**9, 4245: 123632 * 10**6})

    def test_under_rosetta_nothing_runs_and_the_way_out_is_named(self, tmp_path: Path) -> None:
        facts = probe(machine(tmp_path, "rosetta"), "salt")
        assert possible(facts) == set()
        assert faulty(facts) == {"mlx-metal", "torch-mps"}
        assert "Rosetta" in reasons(facts)["mlx-metal"]
        assert "Rosetta" in reasons(facts)["torch-mps"]
        assert "Install the arm64 version of the runner" in reasons(facts)["torch-mps"]
        assert any("arch -arm64" in text for text in facts["warnings"])
        assert facts["machine"]["chip"] == "Apple M4 Max"
        assert facts["accelerators"] == []

    def test_a_virtual_mac_has_no_metal_for_training(self, tmp_path: Path) -> None:
        facts = probe(machine(tmp_path, "virtual-mac"), "salt")
        assert facts["machine"]["virtual"] is True
        assert possible(facts) == {"mlx-cpu", "torch-cpu"}
        assert "virtual machine" in reasons(facts)["mlx-metal"]
        assert faulty(facts) == set()
        assert any("by itself only the processor is measured" in text for text in facts["warnings"])
        assert facts["machine"]["power_mode"] == "unknown"

    def test_an_old_macos_is_named(self, tmp_path: Path) -> None:
        facts = probe(machine(tmp_path, "m1-max-ventura"), "salt")
        assert possible(facts) == set()
        assert "macOS 13.6.9" in reasons(facts)["mlx-metal"]
        assert "macOS 14" in reasons(facts)["torch-cpu"]

    def test_an_intel_mac_runs_nothing(self, tmp_path: Path) -> None:
        facts = probe(machine(tmp_path, "intel-mac"), "salt")
        assert possible(facts) == set()
        assert "no Apple chip" in reasons(facts)["mlx-metal"]
        assert facts["drift"]["load_1m"] == 0.52

    def test_a_mac_that_answers_nothing_is_still_described(self, tmp_path: Path) -> None:
        system = System(platform="darwin", machine="arm64", libc=("", ""), environ={"PATH": ""}, root=tmp_path)
        facts = probe(system, "salt")
        jsonschema.validate(facts, SCHEMA)
        assert facts["machine"]["hardware_id_hash"] is None
        assert facts["machine"]["model"] == "unknown"
