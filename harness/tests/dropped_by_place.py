"""Which values are dropped, told by their places alone: the frameworks' own random numbers are never the same."""

import numpy as np


def kept(shape: tuple[int, ...], share: float) -> np.ndarray:
    """float32: what values are multiplied with, of which a share is dropped."""
    numbers = np.arange(np.prod(shape)).reshape(shape) * 0.6180339887498949 % 1.0
    return (numbers >= share).astype(np.float32) / np.float32(1 - share)
