"""The probe on machines that are not this one: their files under a folder, their programs on a PATH of their own."""

import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from finetune_bench.mac_graphics import mac_graphics
from finetune_bench.probe import probe
from finetune_bench.probe_metal import Metal, metal
from finetune_bench.probe_system import System, this_system
from frameworks import install_frameworks

FIXTURES = Path(__file__).parent / "fixtures" / "probe"
SCHEMA = json.loads((Path(__file__).parents[2] / "schema" / "probe.schema.json").read_text())
SCENARIOS = sorted(path.stem for path in FIXTURES.glob("*.json"))
MAC_UUID = "9F1A2B3C-4D5E-5F60-8172-93A4B5C6D7E8"


def machine(folder: Path, name: str, **environ: str) -> System:
    """The system of a fixture, with real files and real programs."""
    fixture = json.loads((FIXTURES / f"{name}.json").read_text())
    root, programs = folder / "root", folder / "bin"
    programs.mkdir()
    root.mkdir()
    for path, text in fixture["files"].items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    for program in fixture["programs"]:
        place = fixture.get("places", {}).get(program)
        install(programs / program if place is None else root / place, name, program)
    if "frameworks" in fixture:
        install_frameworks(root, **fixture["frameworks"])
    return System(
        platform=fixture["platform"],
        machine=fixture["machine"],
        libc=tuple(fixture["libc"]),
        environ={"PATH": str(programs), **fixture["environ"], **environ},
        root=root,
    )


def install(path: Path, scenario: str, program: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    command = f'exec "{sys.executable}" -I "{FIXTURES / "programs.py"}" "{FIXTURES / scenario}.json" {program} "$@"'
    path.write_text(f"#!/bin/sh\n{command}\n")
    path.chmod(0o755)


def reasons(facts: dict) -> dict[str, str | None]:
    """Backend → why it is impossible, None where it is possible."""
    return {entry["backend"]: entry["reason"] for entry in facts["backends"]}


def possible(facts: dict) -> set[str]:
    return {entry["backend"] for entry in facts["backends"] if entry["possible"]}


def faulty(facts: dict) -> set[str]:
    return {entry["backend"] for entry in facts["backends"] if entry["faulty"]}


def hashed(raw: str, salt: str = "salt") -> str:
    return hashlib.sha256(f"{salt}{raw}".encode()).hexdigest()


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_machine_passes_the_schema_and_keeps_its_ids_to_itself(tmp_path: Path, name: str) -> None:
    fixture_text = (FIXTURES / f"{name}.json").read_text()
    facts = probe(machine(tmp_path, name), "salt")
    jsonschema.validate(facts, SCHEMA)
    printed = json.dumps(facts).lower()
    secrets = set(re.findall(r"[0-9A-Fa-f]{8}-[0-9A-Fa-f-]{27}", fixture_text)) | {
        "C02SECRET123",
        "00006041-001122334455801C",
        "0123456789abcdef0123",
    }
    assert not [secret for secret in secrets if secret.lower() in printed]
    for entry in facts["backends"]:
        assert entry["possible"] == (entry["reason"] is None)
        assert not (entry["faulty"] and (entry["possible"] or not entry["accelerated"]))


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_machine_says_where_it_comes_from(name: str) -> None:
    """A public page and what was taken from it, or that nobody recorded it."""
    source = json.loads((FIXTURES / f"{name}.json").read_text())["source"]
    assert re.match(r"constructed: \S|https://[\w.-]+/\S+", source)


def test_this_machine_is_probed_by_the_command_line() -> None:
    command = [sys.executable, "-m", "finetune_bench", "probe", "--salt", "owner/name"]
    source = Path(__file__).parents[1] / "src"
    printed = subprocess.run(command, capture_output=True, text=True, check=True, cwd=source).stdout
    facts = json.loads(printed)
    jsonschema.validate(facts, SCHEMA)
    assert facts["python"]["version"] == ".".join(map(str, sys.version_info[:3]))
    assert facts["machine"]["hardware_id_hash"] == probe(this_system(), "owner/name")["machine"]["hardware_id_hash"]


def test_the_probe_needs_nothing_but_the_standard_library() -> None:
    source = Path(__file__).parents[1] / "src"
    code = (
        f"import sys; sys.path.insert(0, {str(source)!r}); from finetune_bench.probe import main; main(['--salt', 's'])"
    )
    # -S leaves out site-packages: an import from there would fail.
    subprocess.run([sys.executable, "-I", "-S", "-c", code], check=True, capture_output=True)


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

    def test_nvidia_smi_is_found_where_wsl_keeps_it(self, tmp_path: Path) -> None:
        system = machine(tmp_path, "h200")
        (tmp_path / "bin" / "nvidia-smi").unlink()
        assert probe(system, "salt")["accelerators"] == []
        install(tmp_path / "root" / "usr" / "lib" / "wsl" / "lib" / "nvidia-smi", "h200", "nvidia-smi")
        assert len(probe(system, "salt")["accelerators"]) == 2


class TestLinux:
    def test_a_bare_board(self, tmp_path: Path) -> None:
        facts = probe(machine(tmp_path, "bare-arm"), "salt")
        assert facts["machine"]["model"] == "Raspberry Pi 5 Model B Rev 1.0"
        assert facts["machine"]["chip"] == "BCM2835"
        assert facts["machine"]["hardware_id_hash"] is None
        assert facts["machine"]["virtual"] is None
        assert facts["drift"]["memory_limit_bytes"] == 4 * 2**30
        assert facts["drift"]["cpu_limit"] == 1.5
        assert facts["drift"]["container"] is True
        assert facts["warnings"] == ["this machine is busy: a load of 7.25 on 2 processors; timings will be noisy"]

    def test_musl_and_fields_that_nobody_filled_in(self, tmp_path: Path) -> None:
        facts = probe(machine(tmp_path, "alpine"), "salt")
        assert possible(facts) == set()
        assert "glibc" in reasons(facts)["torch-cpu"]
        assert facts["machine"]["model"] == "unknown"
        assert facts["machine"]["hardware_id_hash"] is None
        assert facts["machine"]["virtual"] is True
        assert facts["machine"]["power_mode"] == "power-saver"
        assert facts["machine"]["os_release"] == "3.22.1"

    def test_a_glibc_too_old_for_mlx_and_a_battery(self, tmp_path: Path) -> None:
        facts = probe(machine(tmp_path, "debian-11"), "salt")
        assert possible(facts) == {"torch-cpu"}
        assert "glibc 2.35" in reasons(facts)["mlx-cpu"]
        assert facts["machine"]["power_mode"] == "normal"
        assert facts["drift"]["power_source"] == "battery"
        assert "battery" in facts["warnings"][0]

    def test_the_machine_id_stands_in_for_a_board_without_one(self, tmp_path: Path) -> None:
        system = machine(tmp_path, "broken-driver")
        (tmp_path / "root" / "sys/class/dmi/id/product_uuid").unlink()
        assert probe(system, "salt")["machine"]["hardware_id_hash"] == hashed("0123456789abcdef0123456789abcdef")

    def test_a_limit_of_a_container_changes_drift_alone(self, tmp_path: Path) -> None:
        system = machine(tmp_path, "bare-arm")
        before = probe(system, "salt")["machine"]
        (tmp_path / "root" / "sys/fs/cgroup/memory.max").write_text("max\n")
        after = probe(system, "salt")
        assert after["machine"] == before
        assert "memory_limit_bytes" not in after["drift"]


class TestWindows:
    def test_a_desktop_with_a_board(self, tmp_path: Path) -> None:
        facts = probe(machine(tmp_path, "windows-rtx"), "salt")
        assert facts["machine"]["os_release"] == "11"
        assert facts["machine"]["os_name"] == "Windows 11 Pro"
        assert facts["machine"]["chip"] == "12th Gen Intel(R) Core(TM) i9-12900K"
        assert facts["machine"]["cores"] == 24
        assert facts["machine"]["power_mode"] == "performance"
        assert facts["machine"]["hardware_id_hash"] == hashed("GPU-8fe3a97d-51f6-a669-0d80-b4530b81b816")
        assert possible(facts) == {"torch-cuda", "torch-cpu"}
        assert "Windows" in reasons(facts)["mlx-cuda"]
        assert facts["drift"]["os_build"] == "26100"

    def test_nvidia_smi_is_looked_for_where_drivers_put_it(self, tmp_path: Path) -> None:
        system = machine(tmp_path, "windows-rtx")
        assert system.which("nvidia-smi") == str(tmp_path / "root/Windows/System32/nvidia-smi.exe")
        (tmp_path / "root/Windows/System32/nvidia-smi.exe").unlink()
        older = tmp_path / "root/Program Files/NVIDIA Corporation/NVSMI/nvidia-smi.exe"
        install(older, "windows-rtx", "nvidia-smi")
        assert len(probe(system, "salt")["accelerators"]) == 1

    def test_a_machine_that_refuses_every_question(self, tmp_path: Path) -> None:
        facts = probe(machine(tmp_path, "windows-server-bare"), "salt")
        assert facts["machine"]["virtual"] is None
        assert facts["machine"]["os_release"] == "unknown"
        assert possible(facts) == {"torch-cpu"}


def test_a_tool_that_hangs_is_a_fact(tmp_path: Path) -> None:
    program = tmp_path / "slow"
    program.write_text("#!/bin/sh\nexec /bin/sleep 30\n")
    program.chmod(0o755)
    system = System(platform="linux", machine="x86_64", libc=("", ""), environ={"PATH": str(tmp_path)}, root=tmp_path)
    answer = system.ask("slow", timeout_s=0.2)
    assert answer is not None
    assert answer.code is None
    assert "0.2 s" in answer.stderr
    assert system.ask("no-such-program") is None


@pytest.mark.parametrize("place", ["home/.local/bin", "home/.cargo/bin", "root/opt/homebrew/bin"])
def test_uv_is_found_where_a_service_does_not_look(tmp_path: Path, place: str) -> None:
    system = machine(tmp_path, "m1-mac-mini", HOME=str(tmp_path / "home"))
    assert probe(system, "salt")["tools"]["uv"] is None
    install(tmp_path / place / "uv", "m1-mac-mini", "uv")
    assert probe(system, "salt")["tools"]["uv"] == str(tmp_path / place / "uv")


def test_tools_are_asked_in_the_c_locale(tmp_path: Path) -> None:
    program = tmp_path / "say"
    program.write_text('#!/bin/sh\necho "$LC_ALL $1"\n')
    program.chmod(0o755)
    environ = {"PATH": str(tmp_path), "LC_ALL": "de_DE.UTF-8"}
    system = System(platform="linux", machine="x86_64", libc=("", ""), environ=environ, root=tmp_path)
    assert system.text("say", "a; b $(c)") == "C a; b $(c)"
