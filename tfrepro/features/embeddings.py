"""What a cross-modal method makes of a feature set: vectors to ask with and to be found by."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp

BLOCK = 1024


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

    def arrays(self) -> dict[str, np.ndarray]:
        """All vectors by name, each once: ``visual`` and ``acoustic`` where they share a space."""
        asked, found = self.audio_to_video, self.video_to_audio
        if asked.queries is found.candidates and asked.candidates is found.queries:
            return {"visual": found.queries, "acoustic": asked.queries}
        return {
            "audio_queries": asked.queries,
            "audio_candidates": found.candidates,
            "video_queries": found.queries,
            "video_candidates": asked.candidates,
        }

    def without_hubs(self, bank: "Embeddings", scale: float) -> "Embeddings":
        """Two dimensions more, which take from candidates that answer everything.

        Some candidates are near to most queries. A candidate c loses
        h(c) = 1/s log mean_b exp(s b·c) over a bank of queries b, so that a dot product
        ranks as the probability, over the bank, that the query is the one meant.

        Parameters
        ----------
        bank : vectors of training items
        scale : s > 0; the larger, the fewer queries of the bank count

        Both must share one space each; raises ValueError otherwise.

        Source: S. Smith et al., ICLR 2017 (inverted softmax); S.-V. Bogolin et al., CVPR
        2022 (a bank of training queries).
        """
        own, theirs = self.arrays(), bank.arrays()
        if "visual" not in own or "visual" not in theirs:
            raise ValueError("only embeddings in one space have a common correction")
        visual_hub = _hubness(own["visual"], theirs["acoustic"], scale)
        acoustic_hub = _hubness(own["acoustic"], theirs["visual"], scale)
        one = np.ones_like(visual_hub)
        return Embeddings.in_one_space(
            np.concatenate([own["visual"], one, -visual_hub], axis=1),
            np.concatenate([own["acoustic"], -acoustic_hub, one], axis=1),
        )

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray]) -> "Embeddings":
        """What :meth:`arrays` was made of."""
        if "visual" in arrays:
            return cls.in_one_space(arrays["visual"], arrays["acoustic"])
        return cls(
            Direction(arrays["audio_queries"], arrays["video_candidates"]),
            Direction(arrays["video_queries"], arrays["audio_candidates"]),
        )


def _hubness(candidates: np.ndarray, bank: np.ndarray, scale: float) -> np.ndarray:
    """h of each candidate: (N, 1) float32."""
    parts = [
        logsumexp(scale * (bank @ candidates[start : start + BLOCK].T), axis=0)
        for start in range(0, len(candidates), BLOCK)
    ]
    return ((np.concatenate(parts) - np.log(len(bank))) / scale)[:, None].astype(np.float32)
