"""Downloads from a hub that break off, fill the disk, or bring other bytes."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from checkpoints import DATASET, MODEL, stored, values
from hub_place import Place
from local_hub import serving

CHUNK = 10 * 2**20
"""What the hub's client writes at a time."""


def test_a_download_that_breaks_off_goes_on_where_it_was(sft: str, place: Place) -> None:
    place.hub.repos[MODEL].files["model.safetensors"] = stored(values(sft), "float32")
    place.hub.cut["model.safetensors"] = [CHUNK + 100_000]
    place.order(sft)
    whole, rest = place.hub.gets("model.safetensors")
    assert rest == f"{whole} bytes={CHUNK}-"


def test_a_download_that_never_ends_leaves_nothing_that_passes_for_whole(sft: str, place: Place) -> None:
    place.hub.cut["model.safetensors"] = [0] * 6
    assert f"cannot fetch model.safetensors of the model {MODEL} at main" in place.refused(sft, 1)
    assert not list(place.cache.glob("hub-*.safetensors"))
    place.order(sft)


def test_a_file_for_which_there_is_no_room_says_so(sft: str, place: Place, tmp_path: Path) -> None:
    """The limit of a process stands in for the end of a disk."""
    limited = tmp_path / "limited-python"
    limited.write_text(f'#!/bin/sh\nulimit -f 4000\nexec "{place.python}" "$@"\n')
    limited.chmod(0o755)
    unlimited, place.python = place.python, str(limited)
    said = place.refused(sft, 1)
    assert f"no space left for model.safetensors of the model {MODEL} at main: free some, or point HF_HOME" in said
    place.python = unlimited
    place.order(sft)


def test_bytes_that_are_not_the_promised_ones_are_removed(sft: str, place: Place) -> None:
    for file in ("config.json", "model.safetensors"):
        place.hub.altered = {file}
        assert f"{file} of the model {MODEL} at main arrived with other bytes" in place.refused(sft, 1)
    place.hub.altered = set()
    place.order(sft)


def test_an_address_is_told_without_the_signature_that_opens_it(sft: str, place: Place) -> None:
    with serving() as store:
        store.out_of_order, place.hub.elsewhere = True, store.url
        done = place.prepare(sft, token="of-mine")
    said = done.stderr.splitlines()[-1]
    assert f"cannot fetch rows.jsonl of the data set {DATASET} at main: " in said
    assert f"{store.url}/" in said
    assert "Signature" not in done.stderr
    assert "of-mine" not in done.stderr


def test_two_that_prepare_at_once_fetch_every_file_once_and_agree(sft: str, place: Place) -> None:
    def prepare(number: int) -> str:
        folder = place.folder / str(number)
        folder.mkdir()
        (folder / "cache").symlink_to(place.cache)
        (folder / "hub").symlink_to(place.hub_cache)
        return replace(place, folder=folder).order(sft).work_hash

    place.cache.mkdir()
    place.hub_cache.mkdir()
    with ThreadPoolExecutor() as pool:
        first, second = pool.map(prepare, range(2))
    assert first == second
    assert len(place.hub.gets("model.safetensors")) == 1
    assert len(list(place.cache.glob("hub-*.safetensors"))) == 1
    assert not list(place.cache.glob("*.part-*"))
