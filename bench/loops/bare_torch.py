"""A training loop in PyTorch as an engineer writes it by hand."""

from work import Windows, open_loop

if __name__ == "__main__":
    loop = open_loop()

    import torch
    from torch.nn import functional

    module, optimiser_work = loop.module, loop.work.optimiser
    forward = torch.compile(module) if loop.backend.name == "torch-cuda" else module
    parameters = list(module.parameters())
    optimiser = torch.optim.AdamW(
        parameters,
        lr=loop.learning_rate,
        betas=(optimiser_work.beta1, optimiser_work.beta2),
        eps=optimiser_work.eps,
        weight_decay=optimiser_work.weight_decay,
        fused=True,
    )
    windows, losses = Windows(loop), []
    for inputs, targets in loop.batches():
        windows.open()
        optimiser.zero_grad()
        logits = forward(*inputs)
        loss = functional.cross_entropy(logits.flatten(0, -2), targets.flatten())
        loss.backward()
        if optimiser_work.clip is not None:
            torch.nn.utils.clip_grad_norm_(parameters, optimiser_work.clip)
        optimiser.step()
        windows.close()
        losses.append(loss.detach())
    windows.write([loss.item() for loss in losses], ["torch"])
