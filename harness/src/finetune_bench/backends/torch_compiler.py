"""Whether torch.compile works here: on CUDA it needs Triton, which needs a C compiler and Python's headers."""

from typing import Any

_LONGEST = 300


def trouble_compiling(device: Any) -> str | None:
    """Why it makes no kernel for a device, in one line; None where a small one computes what it should.

    Images without a toolchain, and Python installations without headers, have everything else that training needs.
    """
    import torch

    values = torch.arange(64.0, device=device)
    try:
        computed = torch.compile(lambda x: x.exp().sum() + x)(values / 64)
        right = torch.allclose(computed, (values / 64).exp().sum() + values / 64)
    except Exception as error:  # of any library on the way
        return f"torch.compile cannot: {str(error).strip().partition(chr(10))[0][:_LONGEST]}"
    finally:
        torch._dynamo.reset()
    return None if right else "what torch.compile makes computes wrongly"
