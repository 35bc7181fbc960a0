"""A dictionary that several modalities share, learned as a convolution."""

import keras
from keras import ops

from tfrepro.layers.towers import glorot


@keras.saving.register_keras_serializable("tfrepro")
class ConvolutionalDictionary(keras.layers.Layer):
    """Codes of modalities over shared atoms: M times (B, n) -> (B, M K), none negative.

    The paper stacks the M vectors into an image of n × M and convolves it with K filters of
    n × 1, the atoms. Such a filter covers a whole column, so it meets every modality once:
    code_m = max(0, x_m W + b) with one W : (n, K), which is how it is computed here.
    Sparse are the codes by their ReLU alone; there is no penalty.

    Parameters
    ----------
    atoms : K
    seed : of the atoms, Glorot uniform

    Source: EASTERN, section 4.4 and Eq. 5.
    """

    def __init__(self, atoms: int, seed: int, **kwargs):
        super().__init__(**kwargs)
        self.atoms = atoms
        self.seed = seed

    def build(self, input_shape):
        self.kernel = self.add_weight(
            name="kernel",
            shape=(input_shape[0][-1], self.atoms),
            initializer=glorot(self.seed, 0),
        )
        self.bias = self.add_weight(name="bias", shape=(self.atoms,), initializer="zeros")
        self.built = True

    def call(self, modalities):
        codes = ops.relu(ops.matmul(ops.stack(modalities, axis=1), self.kernel) + self.bias)
        return ops.reshape(codes, (-1, len(modalities) * self.atoms))

    def compute_output_shape(self, input_shape):
        return (input_shape[0][0], len(input_shape) * self.atoms)

    def get_config(self):
        return {**super().get_config(), "atoms": self.atoms, "seed": self.seed}
