"""Towers: stacks of dense layers that take one modality to the space that both share.

Embeddings are float32 in any precision: their cosines must tell near from nearest.
"""

from collections.abc import Sequence

import keras

from tfrepro.layers.unit_norm import UnitNorm


def relu_tower(
    units: Sequence[int], *, weight_decay: float, seed: int, name: str
) -> keras.Sequential:
    """Dense ReLU layers, the last one too, then length one: (N, D) -> (N, units[-1]).

    Two embeddings without negative values have a cosine in [0, 1].

    Parameters
    ----------
    units : size of each layer
    weight_decay : w of a penalty w ½‖W‖² on every kernel; biases are free
    seed : of the kernels, Glorot uniform

    Source: Surís et al., section 2 and Fig. 1; their code for the initial weights,
    the penalty and the ReLU on the embedding.
    """
    layers = [
        keras.layers.Dense(
            size,
            activation="relu",
            kernel_initializer=glorot(seed, depth),
            kernel_regularizer=half_square(weight_decay),
        )
        for depth, size in enumerate(units)
    ]
    return keras.Sequential([*layers, UnitNorm(dtype="float32")], name=name)


def dropout_tower(
    hidden: Sequence[int],
    dimensions: int,
    *,
    input_dropout: float,
    dropout: float,
    seed: int,
    name: str,
) -> keras.Sequential:
    """A perceptron made for few examples, then length one: (N, D) -> (N, dimensions).

    Each hidden layer is dense, batch-normalised, ReLU, dropped out; the last is linear.

    Parameters
    ----------
    hidden : sizes of the hidden layers
    input_dropout, dropout : of the inputs and of every hidden layer, in [0, 1)
    seed : of the kernels, Glorot uniform, and of the dropout
    """
    layers: list[keras.layers.Layer] = [keras.layers.Dropout(input_dropout, seed=seed * 100 + 99)]
    for depth, size in enumerate(hidden):
        layers += [
            keras.layers.Dense(size, kernel_initializer=glorot(seed, depth)),
            keras.layers.BatchNormalization(momentum=0.9, epsilon=1e-5),
            keras.layers.ReLU(),
            keras.layers.Dropout(dropout, seed=seed * 100 + depth),
        ]
    last = keras.layers.Dense(dimensions, kernel_initializer=glorot(seed, len(hidden)))
    return keras.Sequential([*layers, last, UnitNorm(dtype="float32")], name=name)


def glorot(seed: int, depth: int) -> keras.initializers.Initializer:
    """Glorot uniform, a stream of its own for each layer of a network."""
    return keras.initializers.GlorotUniform(seed=seed * 100 + depth)


def half_square(weight_decay: float) -> keras.regularizers.Regularizer:
    """The penalty w ½‖W‖², which Keras calls L2(w / 2)."""
    return keras.regularizers.L2(weight_decay / 2)
