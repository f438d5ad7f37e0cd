"""Which checkpoints of a hub are a workload's model, in which layouts and types, and what is refused."""

import json

import numpy as np
import pytest
from safetensors.numpy import load_file

from checkpoints import MODEL, SHAPES, config, sharded, stored, values
from finetune_bench.order import Order
from finetune_bench.workloads import llama_layouts
from hub_place import Place, offer
from support import LORA


def weights_of(place: Place, order: Order) -> dict[str, np.ndarray]:
    return load_file(place.cache / order.files["weights"])


def test_the_weights_are_those_of_the_checkpoint(workload: str, place: Place) -> None:
    made = weights_of(place, place.order(workload))
    expected = values(workload)
    assert list(made) == sorted(expected) or set(made) == set(expected)
    assert all(np.array_equal(made[name], expected[name]) for name in expected)


@pytest.mark.parametrize("kind", ["shards", "float16", "float32"])
def test_shards_and_other_types_hold_the_same_values(kind: str, place: Place, sft: str) -> None:
    files = place.hub.repos[MODEL].files
    expected = values(sft)
    del files["model.safetensors"]
    files |= sharded(expected) if kind == "shards" else {"model.safetensors": stored(expected, kind)}
    made = weights_of(place, place.order(sft))
    for name, array in expected.items():
        wanted = array.astype(np.float16).astype(np.float32) if kind == "float16" else array
        assert np.array_equal(made[name], wanted), name


def test_meta_s_layout_holds_the_same_model(place: Place, tokens: bytes) -> None:
    """Its names are others, and the rows of q and k are in the order of its rotation."""
    offer(place, LORA, tokens)
    shape, expected = SHAPES[LORA], values(LORA)
    turned = {
        llama_layouts.stored_name(name, "meta"): llama_layouts.to_layout(name, array, shape, "meta")
        for name, array in expected.items()
    }
    frequencies = {"rope.freqs": np.ones(shape.head_dim // 2, dtype=np.float32)}
    place.hub.repos[MODEL].files["model.safetensors"] = stored(turned | frequencies)
    made = weights_of(place, place.order(LORA))
    assert set(made) == set(expected)
    assert all(np.array_equal(made[name], expected[name]) for name in expected)
    del turned["output.weight"]
    turned["spare"] = turned.pop("norm.weight")
    place.hub.repos[MODEL].files["model.safetensors"] = stored(turned)
    place.hub.repos[MODEL].commit = "c" * 40
    said = place.refused(LORA, 2, revision="c" * 40)
    assert "norm.weight is missing, accepted [256]; spare has no place in the model" in said


def test_a_tied_head_is_the_table_again_where_the_model_has_its_own(place: Place, tokens: bytes) -> None:
    offer(place, LORA, tokens)
    tensors = values(LORA)
    del tensors["lm_head.weight"]
    place.hub.repos[MODEL].files["model.safetensors"] = stored(tensors)
    made = weights_of(place, place.order(LORA))
    assert np.array_equal(made["lm_head.weight"], made["model.embed_tokens.weight"])


def test_a_head_of_its_own_has_no_place_in_a_tied_model(place: Place, sft: str) -> None:
    tensors = values(sft)
    tensors["lm_head.weight"] = tensors["model.embed_tokens.weight"] + np.float32(1)
    place.hub.repos[MODEL].files["model.safetensors"] = stored(tensors)
    assert "has a head of its own; accepted: one tied to the embedding table" in place.refused(sft, 2)
    tensors["lm_head.weight"] = tensors["model.embed_tokens.weight"]
    place.hub.repos[MODEL].files["model.safetensors"] = stored(tensors)
    place.hub.repos[MODEL].commit = "c" * 40
    assert "lm_head.weight" not in weights_of(place, place.order(sft, revision="c" * 40))


OTHERS = {
    "hidden_size": ({"hidden_size": 128}, "hidden_size is 128, accepted 256"),
    "model_type": ({"model_type": "gemma3"}, "model_type is 'gemma3', accepted 'qwen3'"),
    "nested theta": ({"rope_parameters": {"rope_theta": 1e4}}, "rope_theta is 10000.0, accepted 500000.0"),
    "no theta": ({"rope_parameters": None}, "rope_theta is 10000.0, accepted 500000.0"),
    "two thetas": ({"rope_theta": 1e4}, "rope_theta is (10000.0, 500000.0), accepted 500000.0"),
    "scaling": ({"rope_scaling": {"type": "linear", "factor": 2}}, "rope_scaling is 'linear', accepted 'none'"),
}


@pytest.mark.parametrize("case", OTHERS)
def test_another_architecture_is_refused_before_weights_are_fetched(case: str, sft: str, place: Place) -> None:
    changes, words = OTHERS[case]
    place.hub.repos[MODEL].files["config.json"] = json.dumps(config(sft, **changes)).encode()
    said = place.refused(sft, 2)
    assert "is not the model of this workload and size" in said
    assert words in said
    assert not place.hub.gets("model.safetensors")


def test_a_theta_at_the_top_level_is_read_as_well(sft: str, place: Place) -> None:
    place.hub.repos[MODEL].files["config.json"] = json.dumps(
        config(sft, rope_parameters=None, rope_theta=500_000)
    ).encode()
    place.order(sft)


def test_tensors_that_are_missing_or_spare_are_named(sft: str, place: Place) -> None:
    tensors = values(sft)
    tensors["model.layers.9.extra.weight"] = tensors.pop("model.norm.weight")
    place.hub.repos[MODEL].files["model.safetensors"] = stored(tensors)
    said = place.refused(sft, 2)
    assert "model.norm.weight is missing, accepted [256]" in said
    assert "model.layers.9.extra.weight has no place in the model" in said
