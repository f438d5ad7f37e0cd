"""Small checkpoints of the real architectures as they lie on a hub: random values, a tokenizer trained on the spot."""

import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np

from finetune_bench.model_shapes import LlamaShape
from finetune_bench.workloads import bert, llama, lora_alpaca_tinyllama, nli_bert_tiny, qwen3, sft_dolly_qwen3
from local_hub import Repo
from support import LORA, SFT

MODEL, DATASET = "makers/small-model", "makers/small-rows"
SHAPES: dict[str, LlamaShape] = {
    LORA: lora_alpaca_tinyllama.SHAPES["tiny"],
    SFT: sft_dolly_qwen3.SHAPES["tiny"],
}
TYPES = {LORA: "llama", SFT: "qwen3"}
WORDS = [
    "the",
    "quick",
    "brown",
    "fox",
    "jumps",
    "over",
    "a",
    "lazy",
    "dog",
    "while",
    "seven",
    "wizards",
    "brew",
    "strong",
    "coffee",
    "near",
    "an",
    "old",
    "stone",
    "bridge",
]


def config(workload: str, **changes: Any) -> dict[str, Any]:
    """As a library of today writes it: the angle of the positions is nested."""
    shape = SHAPES[workload]
    return {
        "model_type": TYPES[workload],
        "vocab_size": shape.vocab_size,
        "hidden_size": shape.hidden_size,
        "intermediate_size": shape.intermediate_size,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "num_key_value_heads": shape.kv_heads,
        "head_dim": shape.head_dim,
        "rms_norm_eps": shape.rms_norm_eps,
        "max_position_embeddings": shape.max_positions,
        "hidden_act": "silu",
        "tie_word_embeddings": workload == SFT,
        "rope_parameters": {"rope_theta": shape.rope_theta, "rope_type": "default"},
    } | changes


def values(workload: str) -> dict[str, np.ndarray]:
    """Values that bfloat16 holds exactly."""
    shape = SHAPES[workload]
    shapes = dict(qwen3.tensors(shape) if workload == SFT else llama.base_tensors(shape))  # type: ignore[arg-type]
    random = np.random.default_rng(5)
    made = {
        name: random.normal(1.0 if len(size) == 1 else 0.0, 0.02, size).astype(np.float32)
        for name, size in shapes.items()
    }
    return {name: _narrow(array) for name, array in made.items()}


def _narrow(array: np.ndarray) -> np.ndarray:
    return (array.view(np.uint32) & np.uint32(0xFFFF0000)).view(np.float32)


def stored(tensors: dict[str, np.ndarray], dtype: str = "bfloat16") -> bytes:
    def data(array: np.ndarray) -> bytes:
        if dtype == "bfloat16":
            return (array.view(np.uint32) >> np.uint32(16)).astype(np.uint16).tobytes()
        return array.astype(dtype).tobytes()

    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    parts = [data(array) for array in tensors.values()]
    end = 0
    for (name, array), part in zip(tensors.items(), parts, strict=True):
        start, end = end, end + len(part)
        kind = {"bfloat16": "BF16", "float16": "F16", "float32": "F32"}[dtype]
        header[name] = {"dtype": kind, "shape": array.shape, "data_offsets": [start, end]}
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + b"".join(parts)


def sharded(tensors: dict[str, np.ndarray]) -> dict[str, bytes]:
    names = list(tensors)
    parts = {"model-00001-of-00002.safetensors": names[::2], "model-00002-of-00002.safetensors": names[1::2]}
    index = {"weight_map": {name: file for file, members in parts.items() for name in members}}
    files = {file: stored({name: tensors[name] for name in members}) for file, members in parts.items()}
    return files | {"model.safetensors.index.json": json.dumps(index).encode()}


def tokenizer(python: str, folder: Path) -> bytes:
    """A byte-pair tokenizer, trained by the library itself."""
    path = folder / "tokenizer.json"
    program = (
        "import sys\n"
        "from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers\n"
        "made = Tokenizer(models.BPE())\n"
        "made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)\n"
        "made.decoder = decoders.ByteLevel()\n"
        "alphabet = pre_tokenizers.ByteLevel.alphabet()\n"
        "made.train_from_iterator([sys.argv[2]] * 9, trainers.BpeTrainer(vocab_size=600, initial_alphabet=alphabet))\n"
        "made.save(sys.argv[1])\n"
    )
    subprocess.run([python, "-c", program, str(path), " ".join(WORDS)], check=True, timeout=600)
    return path.read_bytes()


def rows(workload: str, count: int = 60) -> list[dict[str, str]]:
    given, answer = ("context", "response") if workload == SFT else ("input", "output")
    random = np.random.default_rng(6)

    def text(longest: int) -> str:
        return " ".join(random.choice(WORDS, size=int(random.integers(1, longest))))

    return [
        {"instruction": text(9), given: text(7) if row % 3 else "", answer: text(30), "category": "none"}
        for row in range(count)
    ]


def model_repo(workload: str, tokens: bytes, **changes: Any) -> Repo:
    files = {
        "config.json": json.dumps(config(workload, **changes)).encode(),
        "tokenizer.json": tokens,
        "model.safetensors": stored(values(workload)),
    }
    return Repo(files, commit="a" * 40)


def dataset_repo(workload: str) -> Repo:
    lines = "\n".join(json.dumps(row) for row in rows(workload))
    return Repo({"rows.jsonl": lines.encode(), "rows.json": json.dumps(rows(workload)).encode()}, commit="b" * 40)


BERT = nli_bert_tiny.SHAPES["tiny"]


def bert_config(**changes: Any) -> dict[str, Any]:
    """As the first small models have it: no model_type, no ε, no positions' kind."""
    return {
        "hidden_size": BERT.hidden_size,
        "hidden_act": "gelu",
        "vocab_size": BERT.vocab_size,
        "num_attention_heads": BERT.heads,
        "type_vocab_size": BERT.token_types,
        "max_position_embeddings": BERT.max_positions,
        "num_hidden_layers": BERT.layers,
        "intermediate_size": BERT.intermediate_size,
    } | changes


def bert_values() -> dict[str, np.ndarray]:
    """By the names of the workload, without the classifier. Values that bfloat16 holds exactly."""
    random = np.random.default_rng(7)
    return {
        name: _narrow(random.normal(1.0 if "norm.weight" in name else 0.0, 0.02, size).astype(np.float32))
        for name, size in bert.tensors(BERT)
        if not name.startswith("classifier")
    }
