"""The probe on machines that are not this one: what holds for all of them, Linux and Windows, and the tools it asks."""

import json
import re
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from finetune_bench.probe import probe
from finetune_bench.probe_system import System, this_system
from probe_machines import FIXTURES, SCHEMA, hashed, install, machine, possible, reasons

SCENARIOS = sorted(path.stem for path in FIXTURES.glob("*.json"))


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
