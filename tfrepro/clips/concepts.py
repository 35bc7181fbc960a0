"""Which acoustic concepts are heard in a clip: more of them than in the training videos."""

import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tfrepro.errors import UserError

LEAST = 1.0  # deviations above the mean
MOST = 5
_STEADY = 1e-12


@dataclass(frozen=True)
class HeardConcepts:
    """How strong concepts are in the training videos.

    Attributes
    ----------
    names : of the K' concepts
    mean, deviation : (K',) of the scores that training videos have
    """

    names: tuple[str, ...]
    mean: np.ndarray
    deviation: np.ndarray

    @classmethod
    def measure(cls, names: tuple[str, ...], A: np.ndarray) -> "HeardConcepts":
        """Those of scores A (N, K')."""
        deviation = A.std(axis=0)
        return cls(names, A.mean(axis=0), np.where(deviation > _STEADY, deviation, 1))

    def __call__(self, scores: np.ndarray) -> list[tuple[str, float]]:
        """The strongest concepts of a clip, strongest first, in deviations above the mean.

        scores : (K',); a concept less than a deviation above the mean is not heard
        """
        heard = (scores - self.mean) / self.deviation
        order = np.argsort(-heard, kind="stable")[:MOST]
        return [(self.names[k], float(heard[k])) for k in order if heard[k] >= LEAST]

    def save(self, file: Path) -> None:
        """Write ``mean`` and ``deviation``; the names are for whoever keeps them."""
        np.savez(file, mean=self.mean, deviation=self.deviation)


def load_heard_concepts(file: Path, names: tuple[str, ...]) -> HeardConcepts:
    """What :meth:`HeardConcepts.save` wrote; UserError if it does not fit the names."""
    try:
        with np.load(file, allow_pickle=False) as kept:
            made = HeardConcepts(names, kept["mean"], kept["deviation"])
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise UserError(f"{file}: not the scores of concepts ({error})") from None
    if made.mean.shape != (len(names),) or made.deviation.shape != (len(names),):
        raise UserError(f"{file}: holds {made.mean.shape[0]} concepts, must hold {len(names)}")
    return made
