"""Whole minutes of music videos, each with the features of its segments in the order of time.

Conventions
-----------
C chunks of S segments each; all of a chunk's segments are of one source video.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Chunks:
    """What a style is told by.

    Attributes
    ----------
    names : (C,) of the chunks
    videos : (C,) names of their source videos
    positive : (C,) bool, which are of the style
    arrays : modality -> (C, S, D) float32
    """

    names: np.ndarray
    videos: np.ndarray
    positive: np.ndarray
    arrays: Mapping[str, np.ndarray]

    def __post_init__(self):
        counts = {len(self.videos), len(self.positive), *map(len, self.arrays.values())}
        if counts != {len(self)} or len({X.shape[1] for X in self.arrays.values()}) != 1:
            shapes = {name: X.shape for name, X in self.arrays.items()}
            raise ValueError(f"{len(self)} chunks, but others or arrays of shapes {shapes}")

    def __len__(self) -> int:
        return len(self.names)

    @property
    def segments(self) -> int:
        """S."""
        return next(iter(self.arrays.values())).shape[1]

    def flat(self) -> dict[str, np.ndarray]:
        """The segments of all chunks, one after the other: modality -> (C S, D)."""
        return {name: X.reshape(-1, X.shape[2]) for name, X in self.arrays.items()}

    def take(self, chunks: np.ndarray) -> "Chunks":
        """The chunks with those numbers, or of a mask, in that order."""
        return Chunks(
            self.names[chunks],
            self.videos[chunks],
            self.positive[chunks],
            {name: array[chunks] for name, array in self.arrays.items()},
        )
