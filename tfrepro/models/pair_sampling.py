"""Pairs of videos of the same venue, and of different ones, drawn by how close they are.

An anchor x_i is drawn uniformly. Its partners x_j, as many of its own class as of others, are
drawn with probability proportional to

    s_ij = 1/|M| Σ_m exp(−‖x_i^m − x_j^m‖² / δ_m²)

over the modalities m, δ_m the median distance of two videos there: close pairs teach most,
those of one class what holds it together, those of two what tells them apart. All j cannot
be looked at; they are drawn from candidates that are drawn uniformly.

Source: DARE, section 4.2, whose sentence on the distribution is cut off; it is whole in Nie,
Liu and Song, Multimodal Learning toward Micro-Video Understanding, page 115. How many
partners an anchor has, and candidates, neither says.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from scipy.spatial.distance import pdist

from tfrepro.features.rows import read_rows
from tfrepro.features.scaling import Scaling

_MEASURED = 512  # videos whose distances give δ
_NEVER = 1e-12  # share of a partner as far as can be: so that some partner can always be drawn

Blocks = dict[str, np.ndarray]


@dataclass(frozen=True)
class Pairs:
    """P pairs.

    Attributes
    ----------
    left, right : modality -> (P, D) float32, scaled
    gamma : (P,) float32, +1 for two videos of one class, else -1
    """

    left: Blocks
    right: Blocks
    gamma: np.ndarray


class PairSampler:
    """Draws pairs of rows of arrays that may lie on disk.

    Parameters
    ----------
    arrays : modality -> (N, D)
    y : (N,) class numbers
    scaling : how a modality is scaled before videos are compared, and learned from
    same, other : candidates of an anchor's own class, and of others, which all anchors of a
        batch share
    rng : gives δ and all draws

    Raises ValueError if no two videos are of one class, or all are.
    """

    def __init__(
        self,
        arrays: Mapping[str, np.ndarray],
        y: np.ndarray,
        scaling: Scaling,
        rng: Generator,
        *,
        same: int = 8,
        other: int = 256,
    ):
        counts = np.bincount(y)
        self._arrays, self._y, self._scaling, self._rng = arrays, y, scaling, rng
        self._same, self._other = same, other
        self._anchors = np.flatnonzero(counts[y] > 1)
        if not len(self._anchors) or (counts > 0).sum() < 2:
            raise ValueError("pairs need two videos of one class, and a second class")
        self._by_class = np.argsort(y, kind="stable")
        self._places = np.argsort(self._by_class)
        self._starts = np.concatenate([[0], np.cumsum(counts)])
        some = rng.choice(len(y), min(len(y), _MEASURED), replace=False)
        self.delta_ = {name: _median_distance(X) for name, X in self._read(some).items()}

    def draw(self, anchors: int, partners: int = 1) -> Pairs:
        """2 · anchors · partners pairs: of each anchor S of its class, and S of others."""
        rng = self._rng
        i = rng.choice(self._anchors, anchors)
        left = self._read(i)
        drawn = [
            np.take_along_axis(rows, _draw(s, partners, rng), axis=1).ravel()
            for rows, s in (self._partners_of_class(i, left), self._partners_of_others(i, left))
        ]
        j = np.concatenate(drawn)
        gamma = np.where(self._y[j] == np.tile(np.repeat(self._y[i], partners), 2), 1, -1)
        again = np.tile(np.repeat(np.arange(anchors), partners), 2)
        return Pairs(
            {name: X[again] for name, X in left.items()}, self._read(j), gamma.astype(np.float32)
        )

    def _partners_of_class(self, i: np.ndarray, left: Blocks) -> tuple[np.ndarray, np.ndarray]:
        """Candidates of each anchor's class, itself not among them: rows and s, both (n, C)."""
        start, end = self._starts[self._y[i]], self._starts[self._y[i] + 1]
        # One of the places of the class but the anchor's own: those behind it move up.
        places = start[:, None] + (
            self._rng.random((len(i), self._same)) * (end - start - 1)[:, None]
        ).astype(int)
        rows = self._by_class[places + (places >= self._places[i][:, None])]
        s = np.zeros(rows.shape)
        for name, X in self._read(rows.ravel()).items():
            apart = X.reshape(*rows.shape, -1) - left[name][:, None]
            s += np.exp(-np.einsum("ncd,ncd->nc", apart, apart) / self.delta_[name] ** 2)
        return rows, s + _NEVER

    def _partners_of_others(self, i: np.ndarray, left: Blocks) -> tuple[np.ndarray, np.ndarray]:
        """Candidates for all anchors, s = 0 where one is of the anchor's class."""
        rows = self._rng.choice(len(self._y), min(self._other, len(self._y)), replace=False)
        # All may be of the anchor's class: one more is not, and counts only then.
        rows = np.broadcast_to(rows, (len(i), len(rows)))
        rows = np.concatenate([rows, self._one_of_another_class(i)[:, None]], axis=1)
        s = np.zeros(rows.shape)
        shared, last = self._read(rows[0, :-1]), self._read(rows[:, -1])
        for name, X in left.items():
            squares = np.empty(rows.shape)
            squares[:, :-1] = _square_distances(X, shared[name])
            squares[:, -1] = ((X - last[name]) ** 2).sum(axis=1)
            s += np.exp(-squares / self.delta_[name] ** 2)
        s = np.where(self._y[rows] == self._y[i][:, None], 0, s + _NEVER)
        s[:, -1] *= ~s[:, :-1].any(axis=1)
        return rows, s

    def _one_of_another_class(self, i: np.ndarray) -> np.ndarray:
        """A row for each anchor, uniformly among those of other classes: (n,)."""
        start, end = self._starts[self._y[i]], self._starts[self._y[i] + 1]
        place = (self._rng.random(len(i)) * (len(self._y) - (end - start))).astype(int)
        return self._by_class[np.where(place >= start, place + end - start, place)]

    def _read(self, rows: np.ndarray) -> Blocks:
        return {
            name: self._scaling(name, read_rows(array, rows))
            for name, array in self._arrays.items()
        }


def _draw(s: np.ndarray, count: int, rng: Generator) -> np.ndarray:
    """Columns with probability proportional to s, ``count`` times for each row: (n, count)."""
    upto = np.cumsum(s, axis=1)
    drawn = rng.random((len(s), count)) * upto[:, -1:]
    return (upto[:, None, :] <= drawn[:, :, None]).sum(axis=2)


def _square_distances(X: np.ndarray, Z: np.ndarray) -> np.ndarray:
    """‖x_n − z_m‖²: (n, m)."""
    squares = (X**2).sum(axis=1)[:, None] + (Z**2).sum(axis=1)[None] - 2 * X @ Z.T
    return np.maximum(squares, 0)


def _median_distance(X: np.ndarray) -> float:
    """Of every two rows; 1 if most are the same."""
    return float(np.median(pdist(X))) or 1.0
