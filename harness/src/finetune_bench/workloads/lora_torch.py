"""LoRA on a Llama in PyTorch: transformers' model, PEFT's adapters, torch's AdamW."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from finetune_bench.backends.torch_backend import TorchBackend
from finetune_bench.errors import BackendUnavailable, BadInput
from finetune_bench.workloads.lora_task import TokenBatch
from finetune_bench.workloads.lora_work import LoraWork

try:
    import torch
    from peft import LoraConfig, get_peft_model
    from safetensors import safe_open
    from torch.nn import functional
    from transformers import LlamaConfig, LlamaForCausalLM
    from transformers.models.llama.modeling_llama import LlamaRotaryEmbedding
except ImportError as error:
    raise BackendUnavailable(f"this workload needs torch, transformers, peft and safetensors: {error}") from error

DTYPES = {"float32": torch.float32, "float64": torch.float64}


class TorchLlama:
    def __init__(self, work: LoraWork, backend: TorchBackend, weights: Path, adapter: Path) -> None:
        if work.precision.weights not in DTYPES or work.precision.compute != work.precision.weights:
            raise BadInput(f"torch trains this workload in {' or '.join(DTYPES)}, not {work.precision.weights}")
        if not work.optimiser.bias_correction:
            raise BadInput("torch.optim.AdamW always corrects the bias: this order cannot run on torch")
        self.work = work
        self.device = backend.device
        self.dtype = DTYPES[work.precision.weights]
        self._weights = weights
        self._adapter = adapter
        self.model: Any = None

    def build(self) -> None:
        """The architecture without memory: weights come from the file, never from the library's initialiser."""
        shape = self.work.model
        self.config = LlamaConfig(
            vocab_size=shape.vocab_size,
            hidden_size=shape.hidden_size,
            intermediate_size=shape.intermediate_size,
            num_hidden_layers=shape.layers,
            num_attention_heads=shape.heads,
            num_key_value_heads=shape.kv_heads,
            head_dim=shape.head_dim,
            max_position_embeddings=shape.max_positions,
            rms_norm_eps=shape.rms_norm_eps,
            rope_theta=shape.rope_theta,
            tie_word_embeddings=False,
            use_cache=False,
            attn_implementation="sdpa",
        )
        with torch.device("meta"):
            self.model = LlamaForCausalLM(self.config)

    def load_weights(self) -> None:
        state = _read(self._weights, self.device, self.dtype)
        self.model.load_state_dict(state, strict=True, assign=True)
        # Its table of frequencies is no weight: it was built without memory too, and is made anew.
        self.model.model.rotary_emb = LlamaRotaryEmbedding(self.config).to(self.device)
        if self.dtype == torch.float64:
            from finetune_bench.workloads.llama_exact import make_exact

            make_exact(self.model, self.work.model)
        self.model.train()

    def add_adapter(self) -> None:
        lora = self.work.lora
        config = LoraConfig(
            r=lora.rank,
            lora_alpha=lora.scale * lora.rank,  # PEFT multiplies by alpha / r
            target_modules=list(lora.targets),
            lora_dropout=0.0,
            bias="none",
        )
        self.model = get_peft_model(self.model, config, autocast_adapter_dtype=False)
        initial = _read(self._adapter, self.device, self.dtype)
        self._named = {canonical_name(name): value for name, value in self.model.named_parameters()}
        with torch.no_grad():
            for name, value in initial.items():
                self._named[name].copy_(value)
        for name in self.work.trainable.also:
            self._named[name].requires_grad_(True)
        self._trained = {name: value for name, value in self._named.items() if value.requires_grad}
        optimiser = self.work.optimiser
        self._optimiser = torch.optim.AdamW(
            self._trained.values(),
            betas=(optimiser.beta1, optimiser.beta2),
            eps=optimiser.eps,
            weight_decay=optimiser.weight_decay,
        )

    def place(self, batch: TokenBatch) -> tuple[torch.Tensor, torch.Tensor]:
        ids = torch.from_numpy(batch.ids).to(self.device, torch.int64)
        return ids, torch.from_numpy(batch.mask).to(self.device, self.dtype)

    def _loss_sum(self, batch: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
        ids, mask = batch
        shift = self.work.loss.shift
        logits = self.model(input_ids=ids).logits[:, :-shift]
        losses = functional.cross_entropy(logits.flatten(0, 1), ids[:, shift:].flatten(), reduction="none")
        return (losses * mask.flatten()).sum()

    def _accumulate(self, batches: Sequence[Any], loss_tokens: int) -> torch.Tensor:
        """Sums gradients of the step's mean loss into `.grad`; the mean loss."""
        self._optimiser.zero_grad(set_to_none=True)
        total = torch.zeros((), device=self.device, dtype=self.dtype)
        for batch in batches:
            loss = self._loss_sum(batch) / loss_tokens
            loss.backward()
            total += loss.detach()
        return total

    def step(self, batches: Sequence[Any], loss_tokens: int, learning_rate: float) -> tuple[float, float]:
        loss = self._accumulate(batches, loss_tokens)
        clip = self.work.optimiser.clip
        norm = torch.nn.utils.clip_grad_norm_(self._trained.values(), math.inf if clip is None else clip)
        for group in self._optimiser.param_groups:
            group["lr"] = learning_rate
        self._optimiser.step()
        return float(loss), float(norm)

    @torch.no_grad()
    def evaluate(self, batch: Any) -> float:
        return float(self._loss_sum(batch))

    def parameters(self) -> Mapping[str, tuple[tuple[int, ...], bool]]:
        return {name: (tuple(value.shape), value.requires_grad) for name, value in self._named.items()}

    def trained(self) -> Mapping[str, np.ndarray]:
        return {name: value.detach().cpu().numpy().copy() for name, value in self._trained.items()}

    def base_values(self, name: str) -> np.ndarray:
        return self._named[name].detach().cpu().numpy()

    @torch.no_grad()
    def logits(self, batch: Any) -> np.ndarray:
        return self.model(input_ids=batch[0]).logits.cpu().numpy()

    def gradients(self, batches: Sequence[Any], loss_tokens: int) -> tuple[float, Mapping[str, np.ndarray]]:
        loss = self._accumulate(batches, loss_tokens)
        gradients = {name: value.grad.cpu().numpy().copy() for name, value in self._trained.items()}
        return float(loss), gradients


def canonical_name(name: str) -> str:
    """PEFT's parameter name without its wrappers: `model.layers.0.self_attn.q_proj.lora_A`, `….weight`."""
    name = name.removeprefix("base_model.model.").replace(".base_layer.", ".")
    return name.removesuffix(".default.weight") if ".lora_" in name else name


def _read(path: Path, device: torch.device, dtype: torch.dtype) -> dict[str, torch.Tensor]:
    """Copies of the file's tensors: mapped ones would be read from disk during the first steps."""
    with safe_open(path, framework="pt") as file:
        return {name: file.get_tensor(name).to(device, dtype, copy=True) for name in file.keys()}  # noqa: SIM118
