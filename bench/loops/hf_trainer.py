"""HF `Trainer` with our batches in our order: nothing logged, saved or evaluated, and the optimiser fused as ours."""

import tempfile
from typing import Any

from work import Windows, open_loop

if __name__ == "__main__":
    loop = open_loop()

    import torch
    from torch.nn import functional
    from torch.utils.data import SequentialSampler
    from transformers import Trainer, TrainerCallback, TrainingArguments

    work, optimiser = loop.work, loop.work.optimiser
    windows, losses = Windows(loop), []

    class Clock(TrainerCallback):
        """A step begins with its batch in memory and ends when the gradients of the next may come."""

        def on_step_begin(self, *_: Any, **__: Any) -> None:
            windows.open()

        def on_step_end(self, *_: Any, **__: Any) -> None:
            windows.close()

    class OurTrainer(Trainer):
        def _get_train_sampler(self, *_: Any) -> SequentialSampler:
            return SequentialSampler(self.train_dataset)

        def compute_loss(self, model: Any, inputs: dict[str, Any], *_: Any, **__: Any) -> torch.Tensor:
            loss = functional.cross_entropy(model(*inputs["inputs"]).flatten(0, -2), inputs["targets"].flatten())
            losses.append(loss.detach())
            return loss

    def collate(rows: list[int]) -> dict[str, Any]:
        inputs, targets, _ = loop.task.model.place(loop.task.rows.batch("train", rows))
        return {"inputs": inputs, "targets": targets}

    with tempfile.TemporaryDirectory() as folder:
        trainer = OurTrainer(
            model=loop.module,
            args=TrainingArguments(
                output_dir=folder,
                max_steps=work.steps,
                per_device_train_batch_size=len(work.batches[0]),
                learning_rate=loop.learning_rate,
                lr_scheduler_type="constant",
                adam_beta1=optimiser.beta1,
                adam_beta2=optimiser.beta2,
                adam_epsilon=optimiser.eps,
                weight_decay=optimiser.weight_decay,
                max_grad_norm=optimiser.clip or 0.0,
                optim="adamw_torch_fused",
                use_cpu=loop.backend.name == "torch-cpu",
                torch_compile=loop.backend.name == "torch-cuda",
                logging_strategy="no",
                logging_nan_inf_filter=False,
                save_strategy="no",
                eval_strategy="no",
                report_to="none",
                disable_tqdm=True,
                remove_unused_columns=False,
                dataloader_pin_memory=False,
                seed=0,
            ),
            train_dataset=[row for rows in work.batches for row in rows],
            data_collator=collate,
            callbacks=[Clock()],
        )
        trainer.train()
    windows.write([loss.item() for loss in losses], ["torch", "transformers", "accelerate"])
