"""A training loop in MLX as an engineer writes it by hand."""

from functools import partial

from work import Windows, open_loop

if __name__ == "__main__":
    loop = open_loop()

    import mlx.core as mx
    import mlx.nn as nn
    import mlx.optimizers as optimizers

    module, optimiser_work = loop.module, loop.work.optimiser
    optimiser = optimizers.AdamW(
        learning_rate=loop.learning_rate,
        betas=[optimiser_work.beta1, optimiser_work.beta2],
        eps=optimiser_work.eps,
        weight_decay=optimiser_work.weight_decay,
        bias_correction=True,
    )
    module.train()
    optimiser.init(module.trainable_parameters())

    def mean_loss(inputs, targets):
        return nn.losses.cross_entropy(module(*inputs), targets, reduction="mean")

    value_and_gradient = nn.value_and_grad(module, mean_loss)
    state = [module.state, optimiser.state]

    def step(inputs, targets):
        loss, gradients = value_and_gradient(inputs, targets)
        if optimiser_work.clip is not None:
            gradients, _ = optimizers.clip_grad_norm(gradients, optimiser_work.clip)
        optimiser.update(module, gradients)
        return loss

    if loop.backend.name != "mlx-cpu":
        step = partial(mx.compile, inputs=state, outputs=state)(step)

    windows, losses = Windows(loop), []
    for inputs, targets in loop.batches():
        windows.open()
        loss = step(inputs, targets)
        mx.eval(loss, state)
        windows.close()
        losses.append(loss)
    windows.write([loss.item() for loss in losses], ["mlx", "mlx-cpu", "mlx-metal"])
