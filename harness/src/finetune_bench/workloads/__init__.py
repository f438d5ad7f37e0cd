"""The workloads there are. A new one is a module with a `WORKLOAD`, named here."""

from finetune_bench.errors import BadInput
from finetune_bench.hyperparameters import did_you_mean
from finetune_bench.workloads import (
    convert_tinyllama,
    lm_ptb,
    lora_alpaca_tinyllama,
    nli_bert_tiny,
    sft_dolly_qwen3,
    switch_matmul,
)
from finetune_bench.workloads.base import Workload

WORKLOADS: tuple[Workload, ...] = (
    lora_alpaca_tinyllama.WORKLOAD,
    convert_tinyllama.WORKLOAD,
    lm_ptb.WORKLOAD,
    nli_bert_tiny.WORKLOAD,
    sft_dolly_qwen3.WORKLOAD,
    switch_matmul.WORKLOAD,
)


def find_workload(name: str) -> Workload:
    by_name = {workload.name: workload for workload in WORKLOADS}
    if name not in by_name:
        raise BadInput(f"unknown workload {name!r}{did_you_mean(name, by_name)}; known: {', '.join(by_name)}")
    return by_name[name]
