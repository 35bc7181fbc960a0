"""Scaling of every input to [0, 1], as cross-entropy reconstruction needs."""

import keras
import numpy as np
from keras import ops


@keras.saving.register_keras_serializable("tfrepro")
class UnitRange(keras.layers.Layer):
    """Maps each input's training range to [0, 1] and clips what lies beyond.

    Parameters
    ----------
    compression : ``log`` takes sign(x) log(1 + |x|) first, for inputs such as
        spectra whose largest values dwarf the rest; ``none`` takes x

    An input that never varied in training becomes 0.
    """

    def __init__(self, compression: str = "none", **kwargs):
        super().__init__(**kwargs)
        if compression not in ("none", "log"):
            raise ValueError(f"UnitRange compression = {compression!r}: must be none or log")
        self.compression = compression

    def build(self, input_shape):
        shape = (input_shape[-1],)
        self.low = self.add_weight(name="low", shape=shape, initializer="zeros", trainable=False)
        self.scale = self.add_weight(name="scale", shape=shape, initializer="ones", trainable=False)
        self.built = True

    def adapt(self, x: np.ndarray) -> None:
        """Learn the ranges of training rows ``x : (N, D)``."""
        x = ops.convert_to_numpy(self._compress(ops.convert_to_tensor(x)))
        self.build(x.shape)
        low, width = x.min(0), np.ptp(x, axis=0)
        self.low.assign(low)
        varied = width > np.finfo(width.dtype).tiny  # else 1 / width is no number
        self.scale.assign(np.divide(1.0, width, out=np.zeros_like(width), where=varied))

    def call(self, x):
        return ops.clip((self._compress(x) - self.low) * self.scale, 0.0, 1.0)

    def _compress(self, x):
        if self.compression == "log":
            return ops.sign(x) * ops.log1p(ops.abs(x))
        return x

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "compression": self.compression}
