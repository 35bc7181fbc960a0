"""Modalities of a video to the probabilities of its venue.

Each modality is taken as it is, or mapped linearly; side by side they go through L hidden
layers to a softmax. With mappings it is DARE's network, without any it is what the paper calls
AlexNet_L.

Conventions
-----------
B videos in a batch, x^m : (B, D_m) of the modality m, a = [a^v, a^a, a^t] the mapped ones side
by side, e_l hidden layers, K classes.

Source: DARE, section 4.3, Eqs. 2, 6 and 7; section 4.4 for the dropout.
"""

from collections.abc import Mapping, Sequence

import keras
import numpy as np
from keras import ops

from tfrepro.layers.split_dense import SplitDense, initial_weights


@keras.saving.register_keras_serializable("tfrepro")
class VenueNetwork(keras.Model):
    """Modality -> (B, D_m) to (B, K) probabilities.

    Parameters
    ----------
    dimensions : modality -> D_m, in the order in which they stand side by side
    classes : K
    mapped : modality -> size of a^m = (D^m)ᵀ x^m; the others are a^m = x^m
    hidden : sizes of the L hidden layers, ReLU; none for a softmax on a
    dropout : ρ, of a and of every hidden layer
    init_std : deviation of the normal initial weights, 1 in the paper; None for Glorot's
    seed : of weights and dropout
    """

    def __init__(
        self,
        dimensions: Mapping[str, int],
        classes: int,
        *,
        mapped: Mapping[str, int],
        hidden: Sequence[int],
        dropout: float,
        init_std: float | None,
        seed: int,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.settings = {
            "dimensions": dict(dimensions),
            "classes": classes,
            "mapped": dict(mapped),
            "hidden": list(hidden),
            "dropout": dropout,
            "init_std": init_std,
            "seed": seed,
        }
        self.mappings = {
            name: keras.layers.Dense(
                size,
                use_bias=False,
                kernel_initializer=initial_weights(
                    init_std, dimensions[name], size, seed * 100 + 90 + number
                ),
                name=f"{name}_mapping",
            )
            for number, (name, size) in enumerate(mapped.items())
        }
        self.input_dropouts = {
            name: keras.layers.Dropout(dropout, seed=seed * 100 + 10 + number)
            for number, name in enumerate(dimensions)
        }
        self.tower = [
            SplitDense(units, std=init_std, seed=seed * 10 + depth)
            for depth, units in enumerate([*hidden, classes])
        ]
        self.hidden_dropouts = [
            keras.layers.Dropout(dropout, seed=seed * 100 + 20 + depth)
            for depth in range(len(hidden))
        ]

    def build(self, input_shape=None):
        dimensions, mapped = self.settings["dimensions"], self.settings["mapped"]
        for name, mapping in self.mappings.items():
            mapping.build((None, dimensions[name]))
        sizes = [[mapped.get(name, size) for name, size in dimensions.items()]]
        sizes += [[units] for units in self.settings["hidden"]]
        for layer, inputs in zip(self.tower, sizes, strict=True):
            layer.build([(None, size) for size in inputs])
        self.built = True

    def call(self, inputs, training=False):
        a = self.concepts(inputs)
        e = [self.input_dropouts[name](a[name], training=training) for name in a]
        for layer, dropout in zip(self.tower[:-1], self.hidden_dropouts, strict=True):
            e = [dropout(ops.relu(layer(e)), training=training)]
        # Lower precision would round probabilities.
        return ops.softmax(ops.cast(self.tower[-1](e), "float32"))

    def concepts(self, inputs):
        """a^m of every modality: name -> (B, K_m)."""
        return {
            name: self.mappings[name](inputs[name]) if name in self.mappings else inputs[name]
            for name in self.settings["dimensions"]
        }

    def get_config(self):
        return {**super().get_config(), **self.settings}


def venue_loss(kind: str, y, P):
    """What each answer of P : (B, K) costs: (B,); y : (B,) class numbers.

    ``squared`` is ½‖y − ŷ‖², the squared error of the softmax against the one-hot y, the
    paper's J3 (Eq. 8); ``cross-entropy`` is −log ŷ_y.
    """
    one_hot = ops.one_hot(y, P.shape[-1], dtype=P.dtype)
    if kind == "squared":
        return 0.5 * ops.sum(ops.square(one_hot - P), axis=-1)
    return -ops.sum(one_hot * ops.log(P + 1e-7), axis=-1)


def reduced(losses, reduction: str):
    """The ``sum`` or the ``mean`` of losses over the batch: (B,) -> ()."""
    return ops.sum(losses) if reduction == "sum" else ops.mean(losses)


def answers(network: keras.Model, arrays: Mapping[str, np.ndarray], rows: int) -> np.ndarray:
    """P for arrays larger than memory, block by block: (N, K) float32.

    ``arrays`` gives name -> (N, D) for every input of the network, indexed by slices.
    """
    count = len(next(iter(arrays.values())))
    blocks = [
        network.predict_on_batch(
            {name: array[start : start + rows] for name, array in arrays.items()}
        )
        for start in range(0, max(count, 1), rows)
    ]
    return np.concatenate(blocks)
