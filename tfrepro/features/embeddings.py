"""What a cross-modal method makes of a feature set: vectors to ask with and to be found by."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Direction:
    """One way to search: the larger the dot product, the better a candidate answers a query.

    Attributes
    ----------
    queries, candidates : (N, d) float32; row ``i`` of both describes item ``i``
    """

    queries: np.ndarray
    candidates: np.ndarray

    def __post_init__(self):
        if self.queries.ndim != 2 or self.queries.shape != self.candidates.shape:
            raise ValueError(
                f"queries of shape {self.queries.shape}, candidates of shape "
                f"{self.candidates.shape}: must both be (N, d)"
            )


@dataclass(frozen=True)
class Embeddings:
    """Both ways to search.

    Attributes
    ----------
    audio_to_video : asks with a sound for an image track
    video_to_audio : asks with an image track for a sound
    """

    audio_to_video: Direction
    video_to_audio: Direction

    @classmethod
    def in_one_space(cls, visual: np.ndarray, acoustic: np.ndarray) -> "Embeddings":
        """The usual case: (N, d) vectors of both modalities that serve both ways."""
        return cls(Direction(acoustic, visual), Direction(visual, acoustic))
