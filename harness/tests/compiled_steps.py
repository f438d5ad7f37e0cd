"""What of compiled steps on CUDA shows without a GPU: graphs, attention, devices, and what is said without a compiler.

python compiled_steps.py CACHE ORDER.json…      prints an object
"""

import json
import os
import sys
from functools import partial
from pathlib import Path

import torch
from torch._dynamo.utils import counters
from torch._subclasses.fake_tensor import FakeTensorMode, unset_fake_temporarily
from torch.autograd.profiler_util import FunctionEventAvg
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from finetune_bench.backends import torch_compiler
from finetune_bench.backends.torch_backend import TorchBackend
from finetune_bench.order import read_order
from finetune_bench.profiling import kernels_us
from finetune_bench.workloads import find_workload, lora_torch, training_torch

cache, *paths = map(Path, sys.argv[1:])
TRACED = ("lora-alpaca-tinyllama", "lm-ptb")
"""The graphs of packed rows are counted by packed_shapes.py; of the classifier's blocks there is nothing new to see."""
ATTENTION = "scaled_dot_product_attention"


def compiled(order):
    """Trains and validates with every function traced as a whole; how often that was, and what attention is given."""
    calls, outputs = [], []

    def keep(graph, _inputs):
        outputs.append(len(graph.graph.output_node().args[0]))
        nodes = [node for node in graph.graph.nodes if ATTENTION in str(node.target)]
        calls.extend([node.kwargs.get("attn_mask") is None, node.kwargs.get("is_causal")] for node in nodes)
        return graph.forward

    torch._dynamo.reset()
    counters.clear()
    task = find_workload(order.workload).open_task(order, TorchBackend("torch-cpu"), cache)
    task.model.compile_with(partial(torch.compile, backend=keep, fullgraph=True))
    task.model.compiles_validation = True
    for _, prepare in task.preparation():
        prepare()

    def graphs():
        return counters["stats"]["unique_graphs"]

    def step(index):
        task.step(index, task.fetch(index))
        return graphs()

    told = {
        "graphs": [step(index) for index in range(task.steps)],
        "phases": {},
        "attention": calls,
        "outputs": outputs,
    }
    for name, conclude in task.conclusion():
        before = graphs()
        conclude()
        told["phases"][name] = graphs() - before
    return told


class OtherDevice(TorchBackend):
    """One that is not there: tensors of it have shapes, types and a device, which must not meet the processor's."""

    def open(self):
        self.torch, self.device = torch, torch.device("cuda")


class Widths(TorchDispatchMode):
    """Float64 that reaches a device: Apple's has none."""

    def __torch_dispatch__(self, function, types, arguments=(), options=None):
        made = function(*arguments, **(options or {}))
        given = [*tree_leaves([arguments, options]), *tree_leaves(made)]
        tensors = [one for one in given if isinstance(one, torch.Tensor)]
        if any(one.dtype == torch.float64 for one in tensors) and any(one.is_cuda for one in tensors):
            wide.append(str(function))
        return made


wide = []


def stored(path, place):
    """The file's tensors, read as they are and moved as others are."""
    with unset_fake_temporarily(), training_torch.safe_open(path, framework="pt") as file:
        values = {name: file.get_tensor(name).clone() for name in file.keys()}  # noqa: SIM118
    return {name: value.to(*place, copy=True) for name, value in values.items()}


def convert(module, function, _recurse=True):
    """Module._apply, which refuses tensors without memory."""
    for child in module.children():
        child._apply(function)
    for name, value in module._parameters.items():
        if value is not None:
            module._parameters[name] = torch.nn.Parameter(function(value.detach()), value.requires_grad)
    for name, value in module._buffers.items():
        if value is not None:
            module._buffers[name] = function(value)
    return module


def elsewhere(order):
    """Forward, clipping, AdamW and validation on a device that is not the processor; the devices of what is left."""
    with FakeTensorMode(allow_non_fake_inputs=True), Widths():
        task = find_workload(order.workload).open_task(order, OtherDevice("torch-cuda"), cache)
        model = task.model
        model.compile_with(lambda function: function)
        for prepare in (model.build, model.load_weights, model.set_up, task.rows.load):
            prepare()
        # No engine runs backwards without the device: gradients of the right shapes stand for those it would make.
        torch.Tensor.backward = lambda _: [
            setattr(value, "grad", torch.empty_like(value)) for value in model._trained.values()
        ]
        data = task.fetch(0)
        loss = model._accumulate(data.batches, data.loss)
        torch.nn.utils.clip_grad_norm_(model._moved, 1.0)
        model._optimiser.step()
        rows = task.work.validation_batches[0]
        judged, _ = model._judge(model.module, model.place(task.rows.batch("validation", rows)))
        states = [value for state in model._optimiser.state.values() for value in state.values()]
        every = [*model.module.parameters(), *model.module.buffers(), *states, loss, judged]
        return sorted({value.device.type for value in every})


def averaged(device, annotated, microseconds):
    event = FunctionEventAvg()
    event.device_type, event.is_user_annotation = device, annotated
    event.self_device_time_total = microseconds
    return event


told = {"compiled": {}, "elsewhere": {}}
orders = [read_order(path) for path in paths]
for order in orders:
    if order.workload in TRACED:
        told["compiled"][order.workload] = compiled(order)
training_torch.read_tensors = lora_torch.read_tensors = stored
torch.nn.Module._apply = convert
for order in orders:
    told["elsewhere"][order.workload] = elsewhere(order)
DEVICES = torch.autograd.DeviceType
events = [averaged(DEVICES.CUDA, False, 3.0), averaged(DEVICES.CUDA, True, 5.0), averaged(DEVICES.CPU, False, 7.0)]
told["wide"] = wide
told["kernels_us"] = kernels_us(events)
cpu = torch.device("cpu")
os.environ |= {"PATH": "/nothing", "CXX": "/nothing/c++"}
told["without a compiler"] = torch_compiler.trouble_compiling(cpu)
compiler = torch.compile
torch.compile = partial(compiler, backend="eager")
told["sound"] = torch_compiler.trouble_compiling(cpu)
torch.compile = lambda function: lambda x: function(x) + 1
told["wrong"] = torch_compiler.trouble_compiling(cpu)
print(json.dumps(told))
