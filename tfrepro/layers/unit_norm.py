"""Vectors scaled to length one: alone, or two that are parts of a longer one."""

import keras
from keras import ops

_LEAST_SQUARE = 1e-12


def unit_norm(x):
    """``x`` divided by its length along the last axis; a vector of zeros stays zero.

    ``keras.ops.normalize`` gives the same values but, for zeros, a gradient that
    is not a number; a ReLU embedding may well be all zeros.
    """
    return x * ops.rsqrt(_squared_length(x))


def joint_unit_norm(*parts):
    """``parts``, each (N, D_i), divided by the length of all of them side by side."""
    scale = ops.rsqrt(_squared_length(ops.concatenate(parts, axis=-1)))
    return tuple(part * scale for part in parts)


def _squared_length(x):
    return ops.maximum(ops.sum(ops.square(x), axis=-1, keepdims=True), _LEAST_SQUARE)


@keras.saving.register_keras_serializable("tfrepro")
class UnitNorm(keras.layers.Layer):
    """:func:`unit_norm` as a layer."""

    def call(self, x):
        return unit_norm(x)

    def compute_output_shape(self, input_shape):
        return input_shape
