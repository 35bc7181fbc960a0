"""How vectors are scaled before a network sees them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, get_args

import numpy as np

Kind = Literal["none", "unit", "standard"]
_BLOCK = 8192


class Scaling:
    """Each modality by itself: as it is, to length one, or standardised.

    ``unit`` divides a vector by its Euclidean length, a vector of zeros stays one;
    ``standard`` takes the mean of each dimension off and divides by its deviation, where there
    is one.

    Parameters
    ----------
    kind : ``none``, ``unit`` or ``standard``
    """

    def __init__(self, kind: Kind):
        if kind not in get_args(Kind):
            raise ValueError(f"kind = {kind!r}: must be one of {', '.join(get_args(Kind))}")
        self.kind = kind
        self.moments_: dict[str, tuple[np.ndarray, np.ndarray]] = {}

    def fit(self, arrays: Mapping[str, np.ndarray]) -> "Scaling":
        """Learn from name -> (N, D), which may lie on disk: they are read block by block."""
        if self.kind == "standard":
            self.moments_ = {name: _moments(array) for name, array in arrays.items()}
        return self

    def __call__(self, name: str, X: np.ndarray) -> np.ndarray:
        """(n, D) vectors of the modality ``name``, scaled, float32."""
        if self.kind == "none":
            return np.asarray(X, np.float32)
        if self.kind == "unit":
            return unit_length(X).astype(np.float32, copy=False)
        mean, deviation = self.moments_[name]
        return ((X - mean) / deviation).astype(np.float32, copy=False)

    def save(self, file: Path) -> None:
        """Write what was learned: ``<modality>_mean`` and ``<modality>_deviation``, (D,)."""
        arrays = {}
        for name, (mean, deviation) in self.moments_.items():
            arrays |= {f"{name}_mean": mean, f"{name}_deviation": deviation}
        np.savez(file, **arrays)

    @classmethod
    def load(cls, kind: Kind, file: Path) -> "Scaling":
        """A scaling that :meth:`save` wrote."""
        made = cls(kind)
        with np.load(file, allow_pickle=False) as kept:
            names = [key.removesuffix("_mean") for key in kept.files if key.endswith("_mean")]
            made.moments_ = {n: (kept[f"{n}_mean"], kept[f"{n}_deviation"]) for n in names}
        return made


def unit_length(X: np.ndarray) -> np.ndarray:
    """Rows of length one: (n, D); rows of zeros stay zeros."""
    length = np.linalg.norm(X, axis=1, keepdims=True)
    return X / np.where(length > 0, length, 1)


def _moments(array: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and deviation of each column, the latter 1 where there is none: (D,) float32."""
    total = np.zeros(array.shape[1])
    squares = np.zeros(array.shape[1])
    # Off the first block's mean, so that squares of what is far from 0 do not cancel.
    shift = np.asarray(array[:_BLOCK], float).mean(axis=0)
    for start in range(0, len(array), _BLOCK):
        X = np.asarray(array[start : start + _BLOCK], float) - shift
        total += X.sum(axis=0)
        squares += (X**2).sum(axis=0)
    mean = total / len(array)
    deviation = np.sqrt(np.maximum(squares / len(array) - mean**2, 0))
    deviation[deviation <= 1e-6 * np.abs(shift + mean)] = 0
    return (
        (shift + mean).astype(np.float32),
        np.where(deviation == 0, 1, deviation).astype(np.float32),
    )
