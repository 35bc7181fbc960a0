"""One layer of a stacked denoising autoencoder."""

import math

import keras
from keras import ops

from tfrepro.layers.masking_noise import MaskingNoise


@keras.saving.register_keras_serializable("tfrepro")
class DenoisingAutoencoder(keras.Model):
    """Puts back what masking noise took from an input in [0, 1].

    The code is ``h = σ(x̃ W + b)`` of the corrupted input ``x̃``, the
    reconstruction ``z = σ(h Wᵀ + b')`` with the same, tied, matrix. The loss is
    the cross entropy between the clean ``x`` and ``z``, summed over the D inputs
    and averaged over the batch. Called on ``x : (N, D)`` it returns the
    reconstruction's logits ``(N, D)``.

    Parameters
    ----------
    units : H, size of the code
    corruption : probability with which an input is masked while training, in [0, 1)
    seed : of the initial weights and of the noise

    Source: P. Vincent et al., JMLR 2010; weights start in ±4 √(6 / (D + H)), the
    range of X. Glorot and Y. Bengio, AISTATS 2010, for sigmoid units.
    """

    def __init__(self, units: int, corruption: float, seed: int, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.corruption = corruption
        self.seed = seed
        self.noise = MaskingNoise(corruption, seed)

    def build(self, input_shape):
        inputs = input_shape[-1]
        limit = 4 * math.sqrt(6 / (inputs + self.units))
        self.kernel = self.add_weight(
            name="kernel",
            shape=(inputs, self.units),
            initializer=keras.initializers.RandomUniform(-limit, limit, seed=self.seed),
        )
        self.hidden_bias = self.add_weight(
            name="hidden_bias", shape=(self.units,), initializer="zeros"
        )
        self.visible_bias = self.add_weight(
            name="visible_bias", shape=(inputs,), initializer="zeros"
        )
        self.built = True

    def call(self, x, training: bool = False):
        return self.decode(self.encode(self.noise(x, training=training)))

    def encode(self, x):
        """The code of inputs as they are: (N, D) -> (N, H) in (0, 1)."""
        return ops.sigmoid(ops.matmul(x, self.kernel) + self.hidden_bias)

    def decode(self, h):
        """The logits of the reconstruction: (N, H) -> (N, D)."""
        return ops.matmul(h, ops.transpose(self.kernel)) + self.visible_bias

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        return ops.mean(reconstruction_loss(x, y_pred))

    def get_config(self):
        return {
            **super().get_config(),
            "units": self.units,
            "corruption": self.corruption,
            "seed": self.seed,
        }


def reconstruction_loss(x, logits):
    """Cross entropy of each row, summed over its inputs.

    Parameters
    ----------
    x : (N, D) in [0, 1]
    logits : (N, D), the reconstruction before its sigmoid

    Returns
    -------
    (N,) nats; −Σ_d x log z + (1 − x) log(1 − z) with z = σ(logits)
    """
    return ops.sum(ops.softplus(logits) - x * logits, axis=-1)
