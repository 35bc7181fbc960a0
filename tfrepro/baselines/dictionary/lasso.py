"""Sparse codes of many samples at once, by FISTA.

Conventions
-----------
Samples X (N, D), a dictionary D (K, D), a row an atom, codes A (N, K). The code of a sample
is the one that minimises

    ½ ‖x − α D‖² + λ Σ_j |α_j|

as does scikit-learn's ``sparse_encode(X, D, alpha=λ)``. Of samples and atoms only the inner
products C = X D' (N, K) and G = D D' (K, K) count, so what is stacked to the samples and to
the dictionary is added to these.

How it is solved
----------------
With L, the largest eigenvalue of G, a step goes to f(z) = z + (c − z G) / L and shrinks that
by λ / L. It starts at z, as far ahead of the code as the last step went, or at the code itself
if that step turned out uphill. All samples take a step at once, which is one matrix product,
and each is done when it meets its optimality conditions. FISTA's own momentum, which grows
from step to step, takes a third more steps. Where codes use few atoms,
:mod:`tfrepro.baselines.dictionary.joint_sparse` is faster; where they use most, this is.

Source: A. Beck and M. Teboulle, A Fast Iterative Shrinkage-Thresholding Algorithm for Linear
Inverse Problems, 2009, section 4; J. Liang, T. Luo and C.-B. Schönlieb, Improving "Fast
Iterative Shrinkage-Thresholding Algorithm": Faster, Smarter, and Greedier, 2022: the greedy
one, with the step 1 / L.
"""

import numpy as np
from scipy.linalg import eigvalsh

_BETWEEN_CHECKS = 5  # steps after which samples that are done leave
_PIECE = 256  # samples at a time, so that what is worked on stays near the processor


def lasso_codes(
    X: np.ndarray,
    D: np.ndarray,
    sparsity: float,
    *,
    start: np.ndarray | None = None,
    tolerance: float = 1e-4,
    iterations: int = 2000,
) -> np.ndarray:
    """The code of every sample: (N, K), atoms that are not used exactly 0.

    Parameters
    ----------
    X : (N, D)
    D : (K, D)
    start : (N, K) codes to start from; zeros if None
    sparsity, tolerance, iterations : see :class:`Fista`

    Raises
    ------
    ValueError
        if a setting is out of its range, or if shapes do not fit
    """
    if X.ndim != 2 or D.ndim != 2 or X.shape[1] != D.shape[1]:
        raise ValueError(f"samples {X.shape} do not fit a dictionary {D.shape}")
    coder = Fista(D @ D.T, sparsity, tolerance=tolerance, iterations=iterations)
    return coder.codes(X @ D.T, start)


class Fista:
    """Codes with atoms that stay the same, for samples as they come.

    Parameters
    ----------
    G : (K, K) inner products of the atoms
    sparsity : λ > 0
    tolerance : how far an atom may be from its optimality condition, as part of λ. What
        float32 can do is about 1e-4, or more where λ is small against the products.
    iterations : the most there are

    Raises
    ------
    ValueError
        if a setting is out of its range, or G not square
    """

    def __init__(
        self, G: np.ndarray, sparsity: float, *, tolerance: float = 1e-4, iterations: int = 2000
    ):
        if not sparsity > 0:
            raise ValueError(f"sparsity = {sparsity}: must be above 0")
        if not tolerance >= 0:
            raise ValueError(f"tolerance = {tolerance}: must be at least 0")
        if iterations < 1:
            raise ValueError(f"iterations = {iterations}: must be at least 1")
        if G.ndim != 2 or len(G) != G.shape[1] or not len(G):
            raise ValueError(f"products of atoms {G.shape}: must be square and not empty")
        dtype = np.result_type(np.float32, G)
        last = len(G) - 1
        largest = float(eigvalsh(G, subset_by_index=[last, last])[0])
        # As found it may be a little too small, and of empty atoms it is 0.
        self._L = largest * (1 + 10 * np.finfo(dtype).eps) if largest > 0 else 1.0
        self._forward = (np.eye(len(G)) - G / self._L).astype(dtype)
        self._threshold = sparsity / self._L
        self._tolerance = tolerance
        self._iterations = iterations

    def codes(self, C: np.ndarray, start: np.ndarray | None = None) -> np.ndarray:
        """The code of every sample: (N, K).

        Parameters
        ----------
        C : (N, K) inner products of samples and atoms
        start : (N, K) codes to start from; zeros if None

        Raises
        ------
        ValueError
            if shapes do not fit
        """
        if C.ndim != 2 or C.shape[1] != len(self._forward):
            raise ValueError(f"products {C.shape} do not fit {len(self._forward)} atoms")
        if start is not None and start.shape != C.shape:
            raise ValueError(f"start {start.shape}: must be {C.shape}")
        dtype = np.result_type(self._forward, C)
        A = np.zeros(C.shape, dtype) if start is None else start.astype(dtype)
        for first in range(0, len(A), _PIECE):
            rows = slice(first, first + _PIECE)
            A[rows] = self._minimise(A[rows], (C[rows] / self._L).astype(dtype, copy=False))
        return A

    def _minimise(self, a: np.ndarray, pull: np.ndarray) -> np.ndarray:
        """Codes (n, K) from those in ``a``, for products ``pull`` = C / L.

        f(a) = a ``forward`` + ``pull`` is affine: for z, between two codes or beyond, it follows
        from f of these.
        """
        done, pending = a.copy(), np.arange(len(a))
        f = a @ self._forward + pull
        # How z is ahead of the code, and f there.
        ahead, f_z = np.zeros_like(a), f
        for iteration in range(self._iterations):
            if iteration % _BETWEEN_CHECKS == 0:
                open_ = _violation(a, f - a, self._threshold) > self._tolerance * self._threshold
                if not open_.all():
                    done[pending] = a
                    pending, pull, a, f, ahead, f_z = (
                        Z[open_] for Z in (pending, pull, a, f, ahead, f_z)
                    )
                    if not len(pending):
                        break
            new = f_z - np.clip(f_z, -self._threshold, self._threshold)
            f_new = new @ self._forward
            f_new += pull
            step = new - a
            # Back from z, but further from the old code: z was too far ahead.
            uphill = np.einsum("nk,nk->n", ahead - step, step) > 0
            f_z = 2 * f_new - f
            f_z[uphill] = f_new[uphill]
            a, f, ahead = new, f_new, step
            ahead[uphill] = 0
        done[pending] = a
        return done


def _violation(a: np.ndarray, q: np.ndarray, threshold: float) -> np.ndarray:
    """How far each sample's worst atom is from its optimality condition: (n,).

    With q the negative gradient, an atom that is used must have q = λ sign α, one that is
    not |q| ≤ λ; all of it divided by L.
    """
    off = np.where(a == 0, np.maximum(np.abs(q) - threshold, 0), q - np.sign(a) * threshold)
    return np.abs(off).max(axis=1, initial=0)
