"""The probe on machines with NVIDIA boards: what nvidia-smi says, and what is made of it."""

from pathlib import Path

import pytest

from finetune_bench.probe import probe
from probe_machines import faulty, hashed, install, machine, possible, reasons


class TestNvidia:
    def test_two_boards(self, tmp_path: Path) -> None:
        facts = probe(machine(tmp_path, "h200"), "salt")
        assert [board["name"] for board in facts["accelerators"]] == ["NVIDIA H200", "NVIDIA H200"]
        assert facts["accelerators"][0] == {
            "kind": "nvidia",
            "name": "NVIDIA H200",
            "memory_bytes": 143771 * 2**20,
            "cores": None,
            "driver": "580.95.05",
            "compute_capability": "9.0",
        }
        both = "GPU-1d2c3b4a-0000-1111-2222-333344445555,GPU-2e3f3b4a-0000-1111-2222-333344445555"
        assert facts["machine"]["hardware_id_hash"] == hashed(both)
        assert possible(facts) == {"torch-cuda", "mlx-cuda", "torch-cpu", "mlx-cpu"}
        assert facts["drift"]["gpu_clock_max_mhz"] == 1980
        assert facts["machine"]["model"] == "PowerEdge XE9680"
        assert facts["warnings"] == []

    @pytest.mark.parametrize(
        ("wanted", "ids"),
        [
            ("1", ["GPU-2e3f3b4a-0000-1111-2222-333344445555"]),
            ("GPU-2e3f", ["GPU-2e3f3b4a-0000-1111-2222-333344445555"]),
            ("1,7,0", ["GPU-2e3f3b4a-0000-1111-2222-333344445555"]),
        ],
    )
    def test_only_visible_boards_count(self, tmp_path: Path, wanted: str, ids: list[str]) -> None:
        facts = probe(machine(tmp_path, "h200", CUDA_VISIBLE_DEVICES=wanted), "salt")
        assert len(facts["accelerators"]) == 1
        assert facts["machine"]["hardware_id_hash"] == hashed(",".join(ids))

    @pytest.mark.parametrize("wanted", ["", "-1", "NoDevFiles"])
    def test_hidden_boards_are_named_as_the_reason(self, tmp_path: Path, wanted: str) -> None:
        facts = probe(machine(tmp_path, "h200", CUDA_VISIBLE_DEVICES=wanted), "salt")
        assert facts["accelerators"] == []
        assert "CUDA_VISIBLE_DEVICES" in reasons(facts)["torch-cuda"]
        # Without a board the computer's own id remains.
        assert facts["machine"]["hardware_id_hash"] == hashed("4c4c4544-0042-3510-8056-b7c04f4a3433")

    def test_a_driver_with_the_old_field_names(self, tmp_path: Path) -> None:
        facts = probe(machine(tmp_path, "v100-old-names"), "salt")
        assert facts["accelerators"][0]["compute_capability"] == "7.0"
        assert facts["warnings"] == [
            "Tesla V100-SXM2-32GB is slowed down already: heat, power cap",
            "processes that use the NVIDIA boards already: 2; timings will be noisy",
        ]
        assert "550" in reasons(facts)["mlx-cuda"]
        assert "525" in reasons(facts)["torch-cuda"]

    def test_a_driver_that_knows_only_the_oldest_fields(self, tmp_path: Path) -> None:
        facts = probe(machine(tmp_path, "gtx960m-oldest"), "salt")
        assert facts["accelerators"][0]["driver"] == "410.72"
        assert facts["accelerators"][0]["compute_capability"] is None

    def test_values_that_are_not_available(self, tmp_path: Path) -> None:
        facts = probe(machine(tmp_path, "gb10-not-available"), "salt")
        assert facts["accelerators"][0]["memory_bytes"] is None
        assert {name for name in facts["drift"] if name.startswith("gpu_")} == {"gpu_processes"}
        assert facts["machine"]["chip"] == "Cortex-X925"
        assert facts["machine"]["model"] == "P4242"
        assert possible(facts) == {"torch-cuda", "mlx-cuda", "torch-cpu", "mlx-cpu"}

    def test_a_divided_board_offers_its_first_instance(self, tmp_path: Path) -> None:
        facts = probe(machine(tmp_path, "a100-mig"), "salt")
        assert [board["name"] for board in facts["accelerators"]] == ["NVIDIA A100-SXM4-40GB MIG 3g.20gb"]
        assert facts["machine"]["hardware_id_hash"] == hashed("MIG-c7384736-a75d-5afc-978f-d2f1294409fd")

    def test_an_instance_named_by_the_runner(self, tmp_path: Path) -> None:
        system = machine(tmp_path, "a100-mig", CUDA_VISIBLE_DEVICES="MIG-a28ad590-3fda-56dd-84fc-0a0b96edc58d")
        facts = probe(system, "salt")
        assert [board["name"] for board in facts["accelerators"]] == ["NVIDIA A100-SXM4-40GB MIG 2g.10gb"]
        assert facts["machine"]["hardware_id_hash"] == hashed("MIG-a28ad590-3fda-56dd-84fc-0a0b96edc58d")

    @pytest.mark.parametrize(
        ("name", "words"),
        [
            ("broken-driver", "couldn't communicate with the NVIDIA driver"),
            ("updated-driver", "Driver/library version mismatch"),
        ],
    )
    def test_a_broken_driver_is_a_reason_and_a_warning(self, tmp_path: Path, name: str, words: str) -> None:
        facts = probe(machine(tmp_path, name), "salt")
        assert possible(facts) == {"torch-cpu", "mlx-cpu"}
        assert faulty(facts) == {"torch-cuda", "mlx-cuda"}
        assert words in reasons(facts)["torch-cuda"]
        assert any(words in text for text in facts["warnings"])

    def test_a_machine_under_wsl(self, tmp_path: Path) -> None:
        facts = probe(machine(tmp_path, "wsl"), "salt")
        assert facts["accelerators"][0]["driver"] == "546.80"
        assert facts["drift"]["wsl"] is True
        assert possible(facts) >= {"torch-cuda", "torch-cpu"}

    @pytest.mark.parametrize("name", ["jetson-without-nvidia-smi", "jetson-orin"])
    def test_a_jetson_is_named_and_its_processor_does_not_stand_in(self, tmp_path: Path, name: str) -> None:
        facts = probe(machine(tmp_path, name), "salt")
        assert "tegrastats" in reasons(facts)["torch-cuda"]
        assert "torch-cuda" in faulty(facts)
        assert "torch-cpu" in possible(facts)
        assert "Jetson" in facts["machine"]["model"]
        assert facts["accelerators"] == []

    def test_a_container_without_the_drivers_tools_is_no_machine_without_a_board(self, tmp_path: Path) -> None:
        system = machine(tmp_path, "h200")
        (tmp_path / "bin" / "nvidia-smi").unlink()
        assert faulty(probe(system, "salt")) == set()
        (tmp_path / "root" / "dev").mkdir(exist_ok=True)
        (tmp_path / "root" / "dev" / "nvidiactl").touch()
        facts = probe(system, "salt")
        assert faulty(facts) == {"torch-cuda", "mlx-cuda"}
        assert "NVIDIA_DRIVER_CAPABILITIES" in reasons(facts)["torch-cuda"]

    def test_nvidia_smi_is_found_where_wsl_keeps_it(self, tmp_path: Path) -> None:
        system = machine(tmp_path, "h200")
        (tmp_path / "bin" / "nvidia-smi").unlink()
        assert probe(system, "salt")["accelerators"] == []
        install(tmp_path / "root" / "usr" / "lib" / "wsl" / "lib" / "nvidia-smi", "h200", "nvidia-smi")
        assert len(probe(system, "salt")["accelerators"]) == 2
