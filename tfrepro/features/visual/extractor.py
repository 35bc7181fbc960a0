"""What every extractor of visual features is, and how one is named.

Conventions
-----------
Frames are ``(T, H, W, 3)`` uint8 in RGB order, at the size that the extractor
asks for. A frame's vector does not depend on the frames beside it; no frames
give no vectors, ``(0, D)``.

Extractors go to worker processes. They hold settings only, so they pickle to a
few bytes, and each process builds or loads the network at the first use. One
extractor serves one thread at a time.
"""

from dataclasses import dataclass
from pathlib import Path
from threading import local
from typing import Any, ClassVar, Protocol

import numpy as np

from tfrepro.errors import UserError
from tfrepro.files import sha256

IMAGENET = "imagenet"
RANDOM = "random"
NONE = "none"
# Name -> the weights that it has without a file.
EXTRACTORS = {
    "alexnet": (RANDOM,),
    "resnet50": (IMAGENET, RANDOM),
    "tflite": (),
    "handmade": (NONE,),
}
_networks = local()  # an interpreter is not safe in threads, so each has its own
_BATCH = 32  # frames at a time, so that memory does not grow with the video


class Extractor(Protocol):
    """Frames in, one vector a frame out."""

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the frames, in pixels."""

    @property
    def dimension(self) -> int:
        """D, the length of a vector."""

    def describe(self) -> dict[str, Any]:
        """``name``, ``weights`` and ``version``, for ``meta.json``.

        ``weights`` is ``imagenet``, ``random (seed n)`` or a file's name and SHA-256.
        """

    def __call__(self, frames: np.ndarray) -> np.ndarray:
        """``(T, H, W, 3)`` uint8 -> ``(T, D)`` float32."""


def make_extractor(name: str, weights: str | Path, seed: int) -> Extractor:
    """The extractor of that name; nothing is built or loaded before it is used.

    Parameters
    ----------
    name : ``alexnet``, ``resnet50``, ``tflite`` or ``handmade``
    weights : ``imagenet`` (Keras' own download; resnet50 only), ``random`` (not for
        tflite), the path of a file, or ``none`` (handmade only)
    seed : of random weights

    Raises
    ------
    UserError
        if there is no such extractor, it has no such weights or the file is missing.
        A file that holds something else is refused when the extractor is first used.
    """
    # Here, since each of these modules imports this one.
    from tfrepro.features.tflite import TfliteModel
    from tfrepro.features.visual.alexnet import AlexNet
    from tfrepro.features.visual.handmade import HandMade
    from tfrepro.features.visual.resnet50 import ResNet50

    if name not in EXTRACTORS:
        raise UserError(f"extractor = {name!r}: must be one of {', '.join(EXTRACTORS)}")
    if weights in (IMAGENET, RANDOM, NONE):
        if weights not in EXTRACTORS[name]:
            raise UserError(
                f"extractor = {name!r}: has no {weights!r} weights; name a file of them"
            )
    else:
        weights = Path(weights)
        if not weights.is_file():
            raise UserError(f"{weights}: missing; {name} takes its weights from this file")
    if name == "handmade":
        if weights != NONE:
            raise UserError(f"extractor = 'handmade': has no weights, so set weights to {NONE!r}")
        return HandMade()
    if name == "tflite":
        return TfliteModel(weights)
    return AlexNet(weights, seed) if name == "alexnet" else ResNet50(weights, seed)


class LazyNetwork:
    """A network that is built at the first use, once in a thread, and stays out of pickles.

    Extractors with equal settings share it: in a worker process every task brings an
    extractor of its own, and building takes longer than using.
    """

    @property
    def network(self) -> Any:
        built = _networks.__dict__
        if self not in built:
            built[self] = self.build()
        return built[self]

    def build(self) -> Any:
        """The network, from the settings alone."""
        raise NotImplementedError


@dataclass(frozen=True)
class KerasExtractor(LazyNetwork):
    """What extractors with a Keras network share.

    Attributes
    ----------
    weights : ``imagenet``, ``random`` or the ``Path`` of a file
    seed : of random weights
    """

    weights: str | Path
    seed: int

    name: ClassVar[str]
    version: ClassVar[int]
    size: ClassVar[tuple[int, int]]

    @property
    def dimension(self) -> int:
        raise NotImplementedError

    def describe(self) -> dict[str, Any]:
        if isinstance(self.weights, Path):
            weights = describe_file(self.weights)
        else:
            weights = f"random (seed {self.seed})" if self.weights == RANDOM else self.weights
        return {"name": self.name, "weights": weights, "version": self.version}

    def prepare(self, frames: np.ndarray) -> np.ndarray:
        """What the network takes: ``(T, H, W, 3)`` uint8 RGB -> float32."""
        raise NotImplementedError

    def __call__(self, frames: np.ndarray) -> np.ndarray:
        """``(T, H, W, 3)`` uint8 -> ``(T, D)`` float32."""
        check_frames(frames, self.size)
        vectors = np.empty((len(frames), self.dimension), np.float32)
        for start in range(0, len(frames), _BATCH):
            batch = slice(start, start + _BATCH)
            vectors[batch] = self.network.predict_on_batch(self.prepare(frames[batch]))
        return vectors


def check_frames(frames: np.ndarray, size: tuple[int, int]) -> None:
    """Raise ValueError unless frames are ``(T, *size, 3)`` uint8."""
    if frames.ndim != 4 or frames.shape[1:] != (*size, 3) or frames.dtype != np.uint8:
        raise ValueError(
            f"frames are {frames.shape} {frames.dtype}, must be (T, {size[0]}, {size[1]}, 3) uint8"
        )


def describe_file(file: Path) -> dict[str, str]:
    """The name and the SHA-256 of a file of weights; UserError if it is missing."""
    try:
        return {"file": file.name, "sha256": sha256(file)}
    except OSError as error:
        raise UserError(f"{file}: cannot be read ({error.strerror})") from None


def one_line(error: Exception) -> str:
    """What a library says of an error, without its line breaks."""
    return " ".join(str(error).split())
