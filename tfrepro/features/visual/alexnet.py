"""AlexNet as Caffe released it (``bvlc_alexnet``): a frame's fc7 activations, 4,096-D.

Five convolutions and two dense layers; 55 x 55, 27 x 27, 13 x 13 and 6 x 6 maps.
No padding but where a layer keeps its size, so Caffe's rounding of sizes never
matters. The dropout after fc6 and fc7 does nothing once the network is trained.

Sources: Krizhevsky et al., NIPS 2012, section 3; ``models/bvlc_alexnet`` of Caffe
(normalisation before pooling; the paper's groups; blue-green-red input less the
mean of ImageNet).
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from tfrepro.features.visual.caffe_weights import read_caffe_weights
from tfrepro.features.visual.extractor import RANDOM, KerasExtractor

LAYERS = ("conv1", "conv2", "conv3", "conv4", "conv5", "fc6", "fc7")
SIZE = (227, 227)
UNITS = 4096
_MEAN_BGR = np.array([104, 117, 123], np.float32)
_NEIGHBOURS = 5  # channels that normalise one another
_ALPHA = 1e-4
_BETA = 0.75


@dataclass(frozen=True)
class AlexNet(KerasExtractor):
    """RGB frames -> fc7 after its ReLU.

    Attributes
    ----------
    weights : ``random``, or the ``Path`` of a file for :func:`read_caffe_weights`
    seed : of random weights
    width : of every layer, as a part of the released one; 1/16 makes a network for tests
    """

    width: float = 1.0

    name: ClassVar[str] = "alexnet"
    version: ClassVar[int] = 1
    size: ClassVar[tuple[int, int]] = SIZE

    @property
    def dimension(self) -> int:
        return round(UNITS * self.width)

    def build(self) -> Any:
        network = alexnet(self.width, self.seed)
        if self.weights != RANDOM:
            layers = {name: network.get_layer(name) for name in LAYERS}
            shapes = {name: [x.shape for x in layer.weights] for name, layer in layers.items()}
            for name, weights in read_caffe_weights(self.weights, shapes).items():
                layers[name].set_weights(weights)
        return network

    def prepare(self, frames: np.ndarray) -> np.ndarray:
        return frames[..., ::-1] - _MEAN_BGR


def alexnet(width: float, seed: int) -> Any:
    """A ``keras.Model``, (T, 227, 227, 3) prepared frames -> (T, 4096 width) fc7.

    Kernels are He normal, which keeps the scale of a signal through ReLU layers;
    biases are zeros.
    """
    import keras
    from keras import layers

    def he(depth):
        return keras.initializers.HeNormal(seed=seed * 100 + depth)

    def convolution(depth, filters, side, **settings):
        return layers.Conv2D(
            round(filters * width),
            side,
            activation="relu",
            kernel_initializer=he(depth),
            name=f"conv{depth}",
            **settings,
        )

    def dense(depth):
        return layers.Dense(
            round(UNITS * width), activation="relu", kernel_initializer=he(depth), name=f"fc{depth}"
        )

    pool = layers.MaxPooling2D(3, 2)
    frames = keras.Input((*SIZE, 3))
    x = pool(local_response_norm(convolution(1, 96, 11, strides=4)(frames)))
    x = pool(local_response_norm(convolution(2, 256, 5, padding="same", groups=2)(x)))
    x = convolution(3, 384, 3, padding="same")(x)
    x = convolution(4, 384, 3, padding="same", groups=2)(x)
    x = pool(convolution(5, 256, 3, padding="same", groups=2)(x))
    x = dense(7)(dense(6)(layers.Flatten()(x)))
    return keras.Model(frames, x, name="alexnet")


def local_response_norm(x: Any) -> Any:
    """Each channel divided by what it and the two on either side hold: same shape.

    x_c / (1 + α/n Σ x²)^β over n = 5 channels; channels beyond the ends are zeros.

    Parameters
    ----------
    x : (T, H, W, C) tensor

    Source: Krizhevsky et al., section 3.3, with Caffe's α/n where the paper has α
    and Caffe's 1 for the paper's k = 2.
    """
    from keras import ops

    beside = _NEIGHBOURS // 2
    squares = ops.pad(ops.square(x), [(0, 0), (0, 0), (0, 0), (beside, beside)])
    total = sum(squares[..., i : i + x.shape[-1]] for i in range(_NEIGHBOURS))
    return x / ops.power(1 + _ALPHA / _NEIGHBOURS * total, _BETA)
