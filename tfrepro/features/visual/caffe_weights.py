"""Weights of a Caffe network from ``.npy`` and ``.npz`` files, without running a pickle.

``.npy``
    One pickled dict, layer -> [kernel, bias], as caffe-tensorflow converts Caffe's
    models; ``bvlc_alexnet.npy`` is one. Pickles of Python 2 and 3 are read.
``.npz``
    Arrays ``<layer>_W`` and ``<layer>_b``.

Kernels are in Keras' order, (height, width, inputs, outputs) and (inputs, outputs),
the inputs of the first dense layer by row, column, channel. Files in Caffe's own
order, (outputs, inputs, height, width) and (outputs, inputs) by channel, row,
column, are known by their first layer and put into Keras' order.
"""

import pickle
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np

from tfrepro.errors import UserError
from tfrepro.features.visual.extractor import one_line

Shapes = Mapping[str, Sequence[tuple[int, ...]]]
Weights = dict[str, list[np.ndarray]]

_CORES = ("numpy.core.multiarray", "numpy._core.multiarray")
_ALLOWED = {
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
    **{(core, "_reconstruct"): np.core.multiarray._reconstruct for core in _CORES},
}


def read_caffe_weights(file: Path, shapes: Shapes) -> Weights:
    """Kernel and bias of each layer, float32, in Keras' order.

    Parameters
    ----------
    file : ``.npy`` or ``.npz``, told apart by the first bytes
    shapes : layer -> shapes of its kernel and its bias, from the first layer to the
        last, convolutions before dense layers; other layers of the file are left out

    Raises
    ------
    UserError
        naming the file if it is missing, is of another kind or asks for code to be
        run, and the layer, with both shapes, that is missing or does not fit.
    """
    try:
        with open(file, "rb") as stream:
            is_zip = stream.read(2) == b"PK"
            stream.seek(0)
            weights = (_read_npz if is_zip else _read_npy)(stream, shapes)
    except FileNotFoundError:
        raise UserError(f"{file}: missing") from None
    except Exception as error:  # a made-up file can raise nearly anything
        raise UserError(f"{file}: not a file of Caffe weights ({one_line(error)})") from None
    if absent := [name for name in shapes if name not in weights]:
        raise UserError(f"{file}: has no kernel and bias of {', '.join(absent)}")
    return _in_keras_order(file, weights, shapes)


def _read_npz(stream: IO[bytes], layers: Shapes) -> Weights:
    with np.load(stream, allow_pickle=False) as arrays:
        return {
            name: [np.asarray(arrays[f"{name}_{part}"], np.float32) for part in ("W", "b")]
            for name in layers
            if {f"{name}_W", f"{name}_b"} <= arrays.keys()
        }


def _read_npy(stream: IO[bytes], layers: Shapes) -> Weights:
    np.lib.format.read_magic(stream)
    _, _, kind = np.lib.format.read_array_header_1_0(stream)
    if not kind.hasobject:
        raise ValueError(f"it holds one array of {kind}")
    stored = _ArrayUnpickler(stream, encoding="latin1").load().item()
    weights = {}
    for name in layers:
        if name in stored:
            kernel, bias = stored[name]
            weights[name] = [np.asarray(kernel, np.float32), np.asarray(bias, np.float32)]
    return weights


class _ArrayUnpickler(pickle.Unpickler):
    """Knows the three names that a pickled array is made of, and no other."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _ALLOWED:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}")
        return _ALLOWED[module, name]


def _in_keras_order(file: Path, weights: Weights, shapes: Shapes) -> Weights:
    """The weights, with kernels in Keras' order whichever order the file has."""
    first = next(iter(shapes))
    from_caffe = weights[first][0].shape == _caffe_shape(shapes[first][0])
    channels = 0
    for name, (kernel_shape, bias_shape) in shapes.items():
        kernel, bias = weights[name]
        needed = _caffe_shape(kernel_shape) if from_caffe else tuple(kernel_shape)
        if kernel.shape != needed or bias.shape != tuple(bias_shape):
            raise UserError(
                f"{file}: {name} has a kernel of {kernel.shape} and a bias of {bias.shape}, "
                f"must be {needed} and {tuple(bias_shape)}"
            )
        if from_caffe:
            weights[name] = [_keras_kernel(kernel, channels), bias]
        channels = len(bias)
    return weights


def _keras_kernel(kernel: np.ndarray, channels: int) -> np.ndarray:
    """A kernel of Caffe in Keras' order; ``channels`` is what the layer before puts out."""
    if kernel.ndim == 4:
        return kernel.transpose(2, 3, 1, 0)
    # Behind another dense layer there is one input a channel, and this only transposes.
    by_channel = kernel.T.reshape(channels, -1, len(kernel))
    return by_channel.swapaxes(0, 1).reshape(-1, len(kernel))


def _caffe_shape(shape: Sequence[int]) -> tuple[int, ...]:
    """The shape in Caffe of a kernel that has this one in Keras."""
    *window, inputs, outputs = shape
    return (outputs, inputs, *window)
