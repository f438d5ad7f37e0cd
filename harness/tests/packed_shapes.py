"""What of packed rows on CUDA shows without a GPU: how often a step is compiled, and what the kernel is called with.

python packed_shapes.py CACHE ORDER.json      prints an object
"""

import json
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path

import torch
from torch._dynamo.exc import BackendCompilerFailed
from torch._dynamo.utils import counters
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.utils._python_dispatch import TorchDispatchMode
from transformers import AttentionInterface, Qwen3Config, Qwen3ForCausalLM

from finetune_bench.backends.torch_backend import TorchBackend
from finetune_bench.order import read_order
from finetune_bench.workloads import find_workload
from finetune_bench.workloads.packed_torch import VARLEN, attention_inputs, varlen_attention

cache, path = map(Path, sys.argv[1:])
order = read_order(path)
backend = TorchBackend("torch-cpu")
task = find_workload(order.workload).open_task(order, backend, cache)
for _, prepare in task.preparation():
    prepare()
task.model.compile_with(partial(torch.compile, backend="eager", fullgraph=True))
steps = [task.step(index, task.fetch(index)) for index in range(task.steps)]
graphs = counters["stats"]["unique_graphs"]


def logits(module, starts):
    ids = torch.zeros(1, places, dtype=torch.int64)
    return module(input_ids=ids, **attention_inputs(VARLEN, starts, places)).logits


class Calls(TorchDispatchMode):
    """The shapes that the kernels are called with."""

    def __torch_dispatch__(self, function, types, arguments=(), options=None):
        if "_varlen_attn" in str(function):
            tensors = [one for one in arguments if isinstance(one, torch.Tensor)]
            calls.setdefault(str(function), []).append([list(one.shape) for one in tensors])
        return function(*arguments, **(options or {}))


calls: dict[str, list[list[list[int]]]] = {}
shape, places, starts = order.work["model"], order.work["pad_length"], 8
AttentionInterface.register(VARLEN, varlen_attention)
config = Qwen3Config(
    vocab_size=shape["vocab_size"],
    hidden_size=shape["hidden_size"],
    intermediate_size=shape["intermediate_size"],
    num_hidden_layers=shape["layers"],
    num_attention_heads=shape["heads"],
    num_key_value_heads=shape["kv_heads"],
    head_dim=shape["head_dim"],
    use_cache=False,
    attn_implementation=VARLEN,
)
torch.set_default_dtype(torch.bfloat16)
with FakeTensorMode(), Calls():
    logits(Qwen3ForCausalLM(config), torch.zeros(starts, dtype=torch.int64)).sum().backward()


def keep(graph, _inputs):
    """What torch.compile would compile; it is not, as no kernel here could run it."""
    traced.append(sum("_varlen_attn" in str(node.target) for node in graph.graph.nodes))
    raise NotImplementedError


traced: list[int] = []
with suppress(BackendCompilerFailed):
    whole = torch.compile(logits, backend=keep, fullgraph=True)
    whole(Qwen3ForCausalLM(config), torch.zeros(starts, dtype=torch.int64))

told = {
    "losses": [one.loss for one in steps],
    "flop": [one.model_flop for one in steps],
    "knobs": backend.knobs,
    "graphs": graphs,
    "calls": calls,
    "traced": traced,
}
print(json.dumps(told))
