"""A dense layer on several inputs side by side, without joining them."""

from collections.abc import Sequence

import keras
from keras import ops


@keras.saving.register_keras_serializable("tfrepro")
class SplitDense(keras.layers.Layer):
    """y = Σ_m x_m W_m + b: what a dense layer makes of [x_1, x_2, ...].

    Where an input is data and no trained layer stands before it, no gradient towards it is
    formed; a joined input needs one of all its columns as soon as one of them was learned.

    Parameters
    ----------
    units : of the output
    std : deviation of the normal initial weights; None for Glorot's uniform ones
    seed : of the weights
    """

    def __init__(self, units: int, *, std: float | None = None, seed: int = 0, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.std = std
        self.seed = seed

    def build(self, input_shape: Sequence[tuple[int, ...]]):
        sizes = [shape[-1] for shape in input_shape]
        self.kernels = [
            self.add_weight(
                shape=(size, self.units),
                initializer=initial_weights(
                    self.std, sum(sizes), self.units, self.seed * 10 + number
                ),
                name=f"kernel_{number}",
            )
            for number, size in enumerate(sizes)
        ]
        self.bias = self.add_weight(shape=(self.units,), initializer="zeros", name="bias")
        self.built = True

    def call(self, inputs):
        products = [ops.matmul(x, W) for x, W in zip(inputs, self.kernels, strict=True)]
        return sum(products[1:], products[0]) + self.bias

    def compute_output_shape(self, input_shape):
        return (*input_shape[0][:-1], self.units)

    def get_config(self):
        return {**super().get_config(), "units": self.units, "std": self.std, "seed": self.seed}


def initial_weights(
    std: float | None, inputs: int, outputs: int, seed: int
) -> keras.initializers.Initializer:
    """Normal with that deviation, or Glorot's uniform of a layer with so many in- and outputs."""
    if std is not None:
        return keras.initializers.RandomNormal(stddev=std, seed=seed)
    limit = (6 / (inputs + outputs)) ** 0.5
    return keras.initializers.RandomUniform(-limit, limit, seed=seed)
