"""Gradients, colours and textures of a frame in fixed histograms, 844-D: nothing is learned.

Three descriptors side by side, each of length 1:

=========================  ===  ===========================================================
histogram of gradients      72  2 x 2 cells of 18 orientations, one block
colours                     64  4 x 4 x 4 of red, green and blue, roots of their shares
local binary patterns      708  59 in each of 2 x 2 cells, at radii of 1, 2 and 3 pixels,
                                roots of their shares
=========================  ===  ===========================================================

The product of two roots of shares is Hellinger's kernel: it compares histograms without
letting the few largest bins decide.

Sources: those of :mod:`tfrepro.features.visual.descriptors`; several radii: Ojala et al.,
PAMI 2002; roots: Arandjelović and Zisserman, CVPR 2012.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from tfrepro.features.visual.descriptors import (
    colour_histogram,
    colour_histogram_dimension,
    hog,
    hog_dimension,
    local_binary_patterns,
    local_binary_patterns_dimension,
)
from tfrepro.features.visual.extractor import check_frames

SIZE = (96, 96)
_GRADIENTS = {"cell": 48, "orientations": 18, "block": 2}
_BINS = (4, 4, 4)
_RADII = (1, 2, 3)
_GRID = (2, 2)
DIMENSION = (
    hog_dimension(SIZE, **_GRADIENTS)
    + colour_histogram_dimension(bins=_BINS)
    + len(_RADII) * local_binary_patterns_dimension(grid=_GRID)
)


@dataclass(frozen=True)
class HandMade:
    """RGB frames -> their gradients, colours and textures; it has neither weights nor a seed."""

    name: ClassVar[str] = "handmade"
    version: ClassVar[int] = 1
    size: ClassVar[tuple[int, int]] = SIZE
    dimension: ClassVar[int] = DIMENSION

    def describe(self) -> dict[str, Any]:
        return {"name": self.name, "weights": "none", "version": self.version}

    def __call__(self, frames: np.ndarray) -> np.ndarray:
        """``(T, 96, 96, 3)`` uint8 -> ``(T, 844)`` float32."""
        check_frames(frames, self.size)
        vectors = np.empty((len(frames), self.dimension), np.float32)
        for vector, frame in zip(vectors, frames, strict=True):
            vector[:] = _describe(frame)
        return vectors


def _describe(frame: np.ndarray) -> np.ndarray:
    """(844,), of length √3, or √2 if the frame is flat."""
    textures = [local_binary_patterns(frame, radius=radius, grid=_GRID) for radius in _RADII]
    return np.concatenate(
        [
            hog(frame, **_GRADIENTS),
            np.sqrt(colour_histogram(frame, bins=_BINS)),
            # Each cell's histogram has sum 1.
            np.sqrt(np.concatenate(textures) / (len(_RADII) * _GRID[0] * _GRID[1])),
        ]
    )
