"""ResNet-50 of ``keras.applications``: a frame's pooled last maps, 2,048-D.

Source: He et al., CVPR 2016; version 1 with Caffe's input (blue-green-red less
the mean of ImageNet), as Keras has it.
"""

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from tfrepro.errors import UserError
from tfrepro.features.visual.extractor import IMAGENET, RANDOM, KerasExtractor, one_line

SIZE = (224, 224)
DIMENSION = 2048


@dataclass(frozen=True)
class ResNet50(KerasExtractor):
    """RGB frames -> the last convolution's maps, each averaged.

    Attributes
    ----------
    weights : ``imagenet``, which Keras downloads and verifies, ``random``, or an ``.h5``
        or ``.weights.h5`` file of the network without its top
    seed : of random weights
    """

    name: ClassVar[str] = "resnet50"
    version: ClassVar[int] = 1
    size: ClassVar[tuple[int, int]] = SIZE
    dimension: ClassVar[int] = DIMENSION

    def build(self) -> Any:
        if self.weights == IMAGENET:
            return _downloaded()
        network = _resnet50(weights=None)
        if self.weights == RANDOM:
            _draw(network, self.seed)
        else:
            _load(network, self.weights)
        return network

    def prepare(self, frames: np.ndarray) -> np.ndarray:
        import keras

        return keras.applications.resnet50.preprocess_input(frames.astype(np.float32))


def _resnet50(weights: str | None) -> Any:
    import keras

    return keras.applications.ResNet50(
        include_top=False, weights=weights, input_shape=(*SIZE, 3), pooling="avg"
    )


def _downloaded() -> Any:
    try:
        return _resnet50(IMAGENET)
    except Exception as error:  # Keras raises it bare, for a failed download
        raise UserError(
            f"extractor = 'resnet50': its 'imagenet' weights cannot be had ({one_line(error)}); "
            "download them elsewhere and name the file"
        ) from None


def _load(network: Any, file: Path) -> None:
    try:
        with warnings.catch_warnings(action="ignore"):  # hundreds, before it fails
            network.load_weights(file)
    except Exception as error:  # h5py and Keras have many of their own
        raise UserError(
            f"{file}: not weights of ResNet-50 without its top ({one_line(error)})"
        ) from None


def _draw(network: Any, seed: int) -> None:
    """Give every convolution new weights of Keras' own kind, from a stream of its own."""
    import keras

    for depth, layer in enumerate(network.layers):
        if isinstance(layer, keras.layers.Conv2D):
            initializer = keras.initializers.GlorotUniform(seed=seed * 1000 + depth)
            layer.kernel.assign(initializer(layer.kernel.shape))
