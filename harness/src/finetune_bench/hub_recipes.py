"""What a work order says of weights, rows and texts that come from a hub. Several files have a comma between them."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class HubCheckpoint:
    """A checkpoint of the hub, held in float32. `seed` is of what is dropped in training, and of what it lacks."""

    hub_model: str
    commit: str
    seed: int


@dataclass(frozen=True, kw_only=True)
class HubText:
    """First rows of files, each through the template and the tokenizer of a model, whose ids are below `vocab_size`.

    Without a file for validation the rows after those that train are read.
    """

    hub_dataset: str
    commit: str
    file: str
    validation_file: str
    template: str
    tokenizer: str
    tokenizer_commit: str
    vocab_size: int


@dataclass(frozen=True, kw_only=True)
class HubPairs:
    """First rows of files as pairs of sentences with a label, through the tokenizer of a model: ids as in `HubText`."""

    hub_dataset: str
    commit: str
    file: str
    validation_file: str
    tokenizer: str
    tokenizer_commit: str
    vocab_size: int


@dataclass(frozen=True, kw_only=True)
class HubWords:
    """The words of files, an end mark after every row. `ids` is the rule that numbers them."""

    hub_dataset: str
    commit: str
    file: str
    validation_file: str
    ids: str
