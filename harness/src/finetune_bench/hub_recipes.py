"""What a work order says of weights and rows that come from a hub."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class HubCheckpoint:
    """A checkpoint of the hub, held in float32. `seed` is of what is dropped in training."""

    hub_model: str
    commit: str
    seed: int


@dataclass(frozen=True, kw_only=True)
class HubText:
    """A data set of the hub: the first rows of a file, each through the template and the tokenizer of a model."""

    hub_dataset: str
    commit: str
    file: str
    template: str
    tokenizer: str
    tokenizer_commit: str
