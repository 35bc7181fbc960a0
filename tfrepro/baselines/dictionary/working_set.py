"""Joint-sparse codes on a few of their rows: gradient, Hessian and cost.

Conventions are those of :mod:`tfrepro.baselines.dictionary.joint_sparse`, with the samples
last, so that arithmetic for one sample is arithmetic for all. On the rows Λ that are not
zero the objective is smooth. Its gradient and Hessian are

    g^s_j = (G^s α^s − c^s)_j + λ α^s_j / ‖α_j‖ + λ₂ α^s_j
    H     = Ĝ + λ Γ + λ₂ I,   Γ_j = (I − α_j α_j' / ‖α_j‖²) / ‖α_j‖

where Ĝ couples atoms of one modality, and Γ the modalities of one row. The same H moves a
code to its optimum (Newton) and tells how the optimum moves with the dictionary.

Source: S. Bahrampour et al., Multimodal Task-Driven Dictionary Learning for Image
Classification, 2016; J. Mairal et al., Task-Driven Dictionary Learning, 2012, for S = 1.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

NUMBERS = 100_000  # of the Hessians that are in memory at a time
_ELIMINATED = 80  # unknowns up to which eliminating all samples at once beats LAPACK


@dataclass
class WorkingSet:
    """Some rows of some samples: a small problem for each, of which there are many.

    Attributes
    ----------
    samples : (n,) int, which samples these are
    rows : (k, n) int, the numbers of the rows
    there : (k, n) bool, False where a row only fills up
    a : (S, k, n) codes; 0 where a row only fills up
    gram : (S, k, k, n) inner products of the rows' atoms
    """

    samples: np.ndarray
    rows: np.ndarray
    there: np.ndarray
    a: np.ndarray
    gram: np.ndarray

    def take(self, Z: np.ndarray) -> np.ndarray:
        """What Z (S, K, N) holds in these rows: (S, k, n); 0 where a row only fills up."""
        return Z[:, self.rows, self.samples] * self.there

    def put(self, z: np.ndarray, Z: np.ndarray) -> None:
        """Write (S, k, n) into these rows of Z (S, K, N)."""
        where = np.nonzero(self.there)
        Z[:, self.rows[where], self.samples[where[1]]] = z[:, *where]

    def hessian(self, sparsity: float, ridge: float) -> np.ndarray:
        """H: (S, k, S, k, n), of rows of zeros the identity."""
        S, k, n = self.a.shape
        H = np.zeros((S, k, S, k, n), self.a.dtype)
        active, length = self._lengths()
        direction = self.a / length
        bend = np.where(active, sparsity / length, 0)
        each = np.arange(k)
        for s in range(S):
            np.multiply(self.gram[s], active[:, None] & active, out=H[s, :, s])
            for t in range(S):
                H[s, each, t, each] += bend * ((s == t) - direction[s] * direction[t])
            H[s, each, s, each] += np.where(active, ridge, 1)
        return H

    def gradient(self, c: np.ndarray, sparsity: float, ridge: float) -> np.ndarray:
        """g: (S, k, n), for c (S, k, n), the inner products of atoms and inputs."""
        active, length = self._lengths()
        return (self.times_gram(self.a) - c + (sparsity / length + ridge) * self.a) * active

    def objective(self, a: np.ndarray, c: np.ndarray, sparsity: float, ridge: float) -> np.ndarray:
        """What codes a (S, k, n) cost, without the constant ½ Σ_s ‖x^s‖²: (n,)."""
        smooth = ((0.5 * self.times_gram(a) + 0.5 * ridge * a - c) * a).sum(axis=(0, 1))
        return smooth + sparsity * row_lengths(a).sum(axis=0)

    def times_gram(self, a: np.ndarray) -> np.ndarray:
        """Ĝ a: (S, k, n)."""
        return np.einsum("sijn,sjn->sin", self.gram, a)

    def _lengths(self) -> tuple[np.ndarray, np.ndarray]:
        """Which rows are active, and how long they are, 1 for those that are not: (k, n)."""
        length = row_lengths(self.a)
        active = length > 0
        return active, np.where(active, length, 1)


def working_sets(A: np.ndarray, G: np.ndarray, chosen: np.ndarray) -> Iterator[WorkingSet]:
    """The chosen rows (K, N) of the codes A (S, K, N), for Gram matrices G (S, K, K).

    In pieces of samples with about as many rows, those without any left out.
    """
    counts = chosen.sum(axis=0)
    order = np.argsort(counts, kind="stable")
    order = order[counts[order] > 0]
    while len(order):
        # The last of a piece has the most rows, and sets what each of them takes.
        numbers = np.arange(1, len(order) + 1) * (counts[order] * len(A)) ** 2
        piece = max(1, np.searchsorted(numbers, NUMBERS, side="right"))
        samples, order = order[:piece], order[piece:]
        mine = chosen[:, samples]
        rows = np.argsort(~mine, axis=0, kind="stable")[: counts[samples[-1]]]
        there = np.take_along_axis(mine, rows, axis=0)
        a = A[:, rows, samples] * there
        yield WorkingSet(samples, rows, there, a, G[:, rows[:, None], rows[None]])


def row_lengths(a: np.ndarray) -> np.ndarray:
    """‖a_j‖ across the modalities: (S, ...) -> (...)."""
    return np.abs(a[0]) if len(a) == 1 else np.sqrt(np.square(a).sum(axis=0))


def solve(H: np.ndarray, b: np.ndarray) -> np.ndarray:
    """H⁻¹ b of every sample: (S, k, S, k, n) positive definite, (S, k, n) -> (S, k, n)."""
    S, k, n = b.shape
    H, z = H.reshape(S * k, S * k, n), b.reshape(S * k, n).copy()
    # Two equal atoms make H singular; this much is within its rounding errors.
    each = np.arange(S * k)
    H[each, each] += 4 * np.finfo(H.dtype).eps * H[each, each].sum(axis=0)
    if S * k > _ELIMINATED:
        z = np.linalg.solve(H.transpose(2, 0, 1), z.T[..., None])[..., 0].T
        return z.reshape(b.shape)
    for i in range(S * k - 1):
        factor = H[i + 1 :, i] / H[i, i]
        H[i + 1 :, i + 1 :] -= factor[:, None] * H[i, i + 1 :]
        z[i + 1 :] -= factor * z[i]
    for i in reversed(range(S * k)):
        z[i] = (z[i] - (H[i, i + 1 :] * z[i + 1 :]).sum(axis=0)) / H[i, i]
    return z.reshape(b.shape)
