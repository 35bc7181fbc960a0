"""The mean over time of sequences of different lengths."""

from keras import ops


def time_mean(x, length):
    """The mean of the steps that count, zeros where none does: (B, T, D), (B,) -> (B, D).

    Parameters
    ----------
    x : (B, T, D) sequences, padded at their ends with any finite numbers
    length : (B,) int, steps that count, 0 ... T
    """
    length = ops.expand_dims(length, 1)
    counts = ops.cast(ops.arange(x.shape[1], dtype=length.dtype) < length, x.dtype)
    total = ops.sum(x * ops.expand_dims(counts, 2), axis=1)
    return total / ops.cast(ops.maximum(length, 1), x.dtype)
