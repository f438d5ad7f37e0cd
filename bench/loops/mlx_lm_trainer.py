"""mlx-lm's own trainer with our batches in our order and our loss: nothing evaluated or saved before the end.

Its step is timed by its own clock, from the batch to what it evaluates; it clips nothing.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from work import open_loop, write_events

if __name__ == "__main__":
    loop = open_loop()

    import mlx.core as mx
    import mlx.nn as nn
    import mlx.optimizers as optimizers
    from mlx_lm.tuner.callbacks import TrainingCallback
    from mlx_lm.tuner.trainer import TrainingArgs, train

    work, optimiser = loop.work, loop.work.optimiser
    if optimiser.clip is not None:
        raise SystemExit("error: mlx-lm's trainer clips nothing")

    durations: list[float] = []
    losses: list[float] = []

    class Report(TrainingCallback):
        def on_train_loss_report(self, train_info: dict[str, Any]) -> None:
            durations.append(1 / train_info["iterations_per_second"])
            losses.append(train_info["train_loss"])

    def mean_loss(module: Any, inputs: Any, targets: mx.array) -> tuple[mx.array, mx.array]:
        return nn.losses.cross_entropy(module(*inputs), targets, reduction="mean"), mx.array(targets.size)

    def batches(**_: Any) -> Iterator[tuple[Any, mx.array]]:
        return loop.batches()

    with tempfile.TemporaryDirectory() as folder:
        train(
            loop.module,
            optimizers.AdamW(
                learning_rate=loop.learning_rate,
                betas=[optimiser.beta1, optimiser.beta2],
                eps=optimiser.eps,
                weight_decay=optimiser.weight_decay,
                bias_correction=True,
            ),
            train_dataset=None,
            args=TrainingArgs(
                batch_size=len(work.batches[0]),
                iters=work.steps,
                steps_per_report=1,
                steps_per_save=work.steps + 1,
                adapter_file=str(Path(folder) / "adapters.safetensors"),
            ),
            loss=mean_loss,
            iterate_batches=batches,
            training_callback=Report(),
        )
    write_events(loop, durations, losses, ["mlx", "mlx-lm"])
