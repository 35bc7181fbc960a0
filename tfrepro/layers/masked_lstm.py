"""A long short-term memory that reads sequences of different lengths.

Conventions
-----------
x : (B, T, D) sequences, padded at their ends; length : (B,) int, steps that count, 0 ... T;
H units. The four gates' weights stand side by side in the order i, f, o, g.
"""

import keras
import numpy as np
from keras import ops

from tfrepro.layers.towers import glorot


def lstm_step(z, h, c, recurrent):
    """One step of the recurrence.

    i, f, o = σ(z + h U),  g = tanh(z + h U),  c' = f c + i g,  h' = o tanh(c')

    Parameters
    ----------
    z : (B, 4H), what the step's input adds to the four gates, W x + b
    h, c : (B, H), the state before it
    recurrent : U, (H, 4H)

    Returns
    -------
    h', c' : (B, H)

    Source: EASTERN, Eq. 2.
    """
    H = recurrent.shape[0]
    gates, g = ops.split(z + ops.matmul(h, recurrent), [3 * H], axis=1)
    i, f, o = ops.split(ops.sigmoid(gates), 3, axis=1)
    c = f * c + i * ops.tanh(g)
    return o * ops.tanh(c), c


@keras.saving.register_keras_serializable("tfrepro")
class MaskedLstm(keras.layers.Layer):
    """The state after the last step that counts: (B, T, D), (B,) -> (B, H).

    A sequence without a step gives the state before the first, zeros. T must be known: the
    steps are written out one by one, and the inputs' part of all of them is one product.

    Parameters
    ----------
    units : H
    seed : of the initial weights: Glorot uniform for inputs, orthogonal for states; biases are
        zeros, but ones in the forget gate

    Source: EASTERN, Eq. 2 and 3; the initial weights are the defaults of Keras.
    """

    def __init__(self, units: int, seed: int, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.seed = seed

    def build(self, input_shape, *_):
        self.kernel = self.add_weight(
            name="kernel",
            shape=(input_shape[-1], 4 * self.units),
            initializer=glorot(self.seed, 0),
        )
        self.recurrent = self.add_weight(
            name="recurrent",
            shape=(self.units, 4 * self.units),
            initializer=keras.initializers.Orthogonal(seed=100 * self.seed + 1),
        )
        self.bias = self.add_weight(
            name="bias", shape=(4 * self.units,), initializer=_ones_in_the_forget_gate
        )
        self.built = True

    def call(self, x, length):
        steps = ops.unstack(ops.matmul(x, self.kernel) + self.bias, axis=1)
        recurrent = ops.convert_to_tensor(self.recurrent)
        h = c = last = ops.zeros_like(steps[0][:, : self.units])
        for t, z in enumerate(steps, 1):
            h, c = lstm_step(z, h, c, recurrent)
            last = ops.where(ops.expand_dims(length == t, 1), h, last)
        return last

    def compute_output_shape(self, input_shape, *_):
        return (input_shape[0], self.units)

    def get_config(self):
        return {**super().get_config(), "units": self.units, "seed": self.seed}


def _ones_in_the_forget_gate(shape: tuple[int], dtype=None):
    return ops.convert_to_tensor(np.repeat([0, 1, 0, 0], shape[0] // 4), dtype=dtype)
