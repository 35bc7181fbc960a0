"""Masking noise: the corruption of a denoising autoencoder."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("tfrepro")
class MaskingNoise(keras.layers.Layer):
    """Sets each input to zero with a given probability, while training.

    Unlike dropout, what is left is not scaled up: the decoder has to put back
    what was taken, not an average of it.

    Parameters
    ----------
    rate : probability of a zero, in [0, 1)
    seed : of the layer's own random stream

    Source: P. Vincent et al., JMLR 2010, section 3.3 (masking noise).
    """

    def __init__(self, rate: float, seed: int, **kwargs):
        super().__init__(**kwargs)
        if not 0 <= rate < 1:
            raise ValueError(f"MaskingNoise rate = {rate}: must lie in [0, 1)")
        self.rate = rate
        self.seed = seed
        self._stream = keras.random.SeedGenerator(seed)

    def call(self, x, training: bool = False):
        if not training or self.rate == 0:
            return x
        kept = keras.random.uniform(ops.shape(x), seed=self._stream) >= self.rate
        return ops.where(kept, x, ops.zeros_like(x))

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "rate": self.rate, "seed": self.seed}
