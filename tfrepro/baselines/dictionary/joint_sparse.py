"""Joint-sparse codes: each sample by few atoms, the same ones in all of its modalities.

Conventions
-----------
N samples in S modalities, X^s (N, D_s); a dictionary of K atoms in each, D^s (K, D_s), a
row an atom; codes A (N, S, K). The *row* j of a sample's code, α_j = A[i, :, j], holds what
atom j contributes in each modality. The code of a sample is the one that minimises

    Σ_s ½ ‖x^s − α^s D^s‖² + λ Σ_j ‖α_j‖ + (λ₂ / 2) Σ_j ‖α_j‖²

Most rows are zero, in all modalities at once. With S = 1 this is the elastic net.

How it is solved
----------------
Each sample has a working set of rows: those that are active, and a few that violate their
optimality condition most. Within it a pass of block coordinate descent, which finds the
active rows, and a step of Newton's method on these, which finds their values, take turns.
Then the conditions of all rows are checked, which is one matrix product, and the working set
grows where they do not hold yet. All samples are worked on at once. The source's ADMM reaches
the same codes in many more steps.

Source: S. Bahrampour et al., Multimodal Task-Driven Dictionary Learning for Image
Classification, 2016, Eq. 5.
"""

from collections.abc import Sequence

import numpy as np

from tfrepro.baselines.dictionary.working_set import (
    WorkingSet,
    row_lengths,
    solve,
    working_sets,
)

_ADDED = 10  # rows that may join a working set at a time
_SHARES = (0.02, 0.1, 0.4, 1.0)  # of a step of Newton's method that are tried
_ROUNDS = 2  # of descent and Newton's method within a working set
_PIECE = 2048  # samples at a time, so that what is worked on stays near the processor


def joint_sparse_codes(
    inputs: Sequence[np.ndarray],
    dictionaries: Sequence[np.ndarray],
    sparsity: float,
    ridge: float = 0.0,
    *,
    start: np.ndarray | None = None,
    tolerance: float = 1e-4,
    iterations: int = 1000,
) -> np.ndarray:
    """The code of every sample: (N, S, K), rows that are not active exactly 0.

    Parameters
    ----------
    inputs : X^s (N, D_s) of each modality; a modality that a sample lacks is zeros
    dictionaries : D^s (K, D_s)
    sparsity : λ > 0
    ridge : λ₂ ≥ 0
    start : (N, S, K) codes to start from; zeros if None
    tolerance : how far a row may be from its optimality condition, as part of λ. What
        float32 can do is about 1e-5.
    iterations : the most there are

    Raises
    ------
    ValueError
        if ``sparsity`` or ``ridge`` are out of their range, or if shapes do not fit
    """
    _check(inputs, dictionaries, sparsity, ridge, start)
    dtype = np.result_type(np.float32, *inputs, *dictionaries)
    D = [np.asarray(each, dtype) for each in dictionaries]
    G = np.stack([each @ each.T for each in D])
    N, S, K = len(inputs[0]), len(D), len(D[0])
    codes = np.zeros((N, S, K), dtype)
    for first in range(0, N, _PIECE):
        rows = slice(first, first + _PIECE)
        C = np.stack([d @ np.asarray(X[rows], dtype).T for X, d in zip(inputs, D, strict=True)])
        A = np.zeros_like(C)
        if start is not None:
            A[:] = start[rows].transpose(1, 2, 0)
        _minimise(A, C, G, sparsity, ridge, tolerance, iterations)
        codes[rows] = A.transpose(2, 0, 1)
    return codes


def objective(
    inputs: Sequence[np.ndarray],
    dictionaries: Sequence[np.ndarray],
    codes: np.ndarray,
    sparsity: float,
    ridge: float = 0.0,
) -> np.ndarray:
    """What each sample's code costs: (N,)."""
    cost = sparsity * np.sqrt(np.square(codes).sum(axis=1)).sum(axis=1)
    cost += 0.5 * ridge * np.square(codes).sum(axis=(1, 2))
    for X, D, a in zip(inputs, dictionaries, codes.transpose(1, 0, 2), strict=True):
        cost += 0.5 * np.square(X - a @ D).sum(axis=1)
    return cost


def violation(
    inputs: Sequence[np.ndarray],
    dictionaries: Sequence[np.ndarray],
    codes: np.ndarray,
    sparsity: float,
    ridge: float = 0.0,
) -> np.ndarray:
    """How far each sample's worst row is from its optimality condition: (N,).

    An active row must satisfy D'(x − Dα) − λ₂ α = λ α / ‖α‖; in one that is not, the left
    side must be no longer than λ.
    """
    residual = [
        (X - a @ D) @ D.T
        for X, D, a in zip(inputs, dictionaries, codes.transpose(1, 0, 2), strict=True)
    ]
    A = codes.transpose(1, 2, 0)
    return _violation(A, np.stack(residual).transpose(0, 2, 1) - ridge * A, sparsity)


def _minimise(
    A: np.ndarray,
    C: np.ndarray,
    G: np.ndarray,
    sparsity: float,
    ridge: float,
    tolerance: float,
    iterations: int,
) -> None:
    """Improve codes A (S, K, n) in place, for C = D X' (S, K, n) and G = D D' (S, K, K)."""
    pending = np.arange(A.shape[2])
    a, c = A.copy(), C
    for _ in range(iterations):
        q = c - G @ a - ridge * a
        open_ = _violation(a, q, sparsity) > tolerance * sparsity
        if not open_.all():
            A[:, :, pending] = a
            pending, a, c, q = (Z[..., open_] for Z in (pending, a, c, q))
            if not len(pending):
                return
        chosen = a.any(axis=0) | _worst(row_lengths(q), sparsity)
        for some in working_sets(a, G, chosen):
            _solve_within(some, some.take(c), sparsity, ridge)
            some.put(some.a, a)
    A[:, :, pending] = a


def _worst(length: np.ndarray, sparsity: float) -> np.ndarray:
    """The rows, a few for each sample, that are longest and longer than λ: (K, n) bool."""
    few = min(_ADDED, len(length))
    bound = np.partition(length, -few, axis=0)[-few]
    return (length > sparsity) & (length >= bound)


def _solve_within(some: WorkingSet, c: np.ndarray, sparsity: float, ridge: float) -> None:
    """Improve the codes of a working set, with all other rows zero, in place."""
    for _ in range(_ROUNDS):
        _descend(some, c, sparsity, ridge)
        _newton_step(some, c, sparsity, ridge)


def _violation(A: np.ndarray, Q: np.ndarray, sparsity: float) -> np.ndarray:
    """:func:`violation`, of −gradients Q (S, K, n) of the smooth part."""
    length = row_lengths(A)
    active = length > 0
    off = Q - A * np.divide(sparsity, length, out=np.zeros_like(length), where=active)
    # Of a row of zeros, what exceeds λ.
    return (row_lengths(off) - sparsity * ~active).max(axis=0, initial=0)


def _descend(some: WorkingSet, c: np.ndarray, sparsity: float, ridge: float) -> None:
    """Minimise over one row after the other.

    With atoms of different lengths in the modalities, over an upper bound that touches the
    objective at the present code.
    """
    a, gram = some.a, some.gram
    curvature = np.einsum("siin->sin", gram).max(axis=0) + ridge
    curvature[~some.there | (curvature == 0)] = 1
    for i in range(len(curvature)):
        q = c[:, i] - (gram[:, i] * a).sum(axis=1) - ridge * a[:, i]
        new = a[:, i] + q / curvature[i]
        new *= _shrinkage(row_lengths(new), sparsity / curvature[i])
        a[:, i] = new * some.there[i]


def _shrinkage(length: np.ndarray, by: np.ndarray) -> np.ndarray:
    """The factor that makes rows of this length shorter by so much; 0 for shorter ones."""
    left = np.maximum(length - by, 0)
    return np.divide(left, length, out=left, where=left > 0)


def _newton_step(some: WorkingSet, c: np.ndarray, sparsity: float, ridge: float) -> None:
    """Move active rows to where their optimality conditions meet, or part of the way.

    Of what is tried, from cautious to bold, each is taken that costs no more than the last:
    steps no longer than to where the first row turns round, and the whole step with the rows
    that do set to 0.
    """
    a = some.a
    step = -solve(some.hessian(sparsity, ridge), some.gradient(c, sparsity, ridge))
    along, squares = (a * step).sum(axis=0), np.square(a).sum(axis=0)
    turns = squares + along <= 0
    until = np.divide(squares, -along, out=np.ones_like(along), where=along < 0)
    short = until.min(axis=0, initial=1) * step
    # With one modality the cost is quadratic up to there: nothing in between is better.
    shares = (1.0,) if len(a) == 1 else _SHARES
    tries = [a + share * short for share in shares] + [(a + step) * ~turns]
    cost = some.objective(a, c, sparsity, ridge)
    slack = 8 * np.finfo(a.dtype).eps * np.abs(cost)
    for new in tries:
        new_cost = some.objective(new, c, sparsity, ridge)
        better = new_cost <= cost + slack
        cost = np.where(better, new_cost, cost)
        a[...] = np.where(better, new, a)


def _check(
    inputs: Sequence[np.ndarray],
    dictionaries: Sequence[np.ndarray],
    sparsity: float,
    ridge: float,
    start: np.ndarray | None,
) -> None:
    if not sparsity > 0:
        raise ValueError(f"sparsity = {sparsity}: must be above 0")
    if not ridge >= 0:
        raise ValueError(f"ridge = {ridge}: must be at least 0")
    if not inputs or len(inputs) != len(dictionaries):
        raise ValueError(f"{len(inputs)} inputs and {len(dictionaries)} dictionaries")
    N, K = len(inputs[0]), len(dictionaries[0])
    for X, D in zip(inputs, dictionaries, strict=True):
        if X.shape != (N, D.shape[1]) or len(D) != K:
            raise ValueError(f"inputs {X.shape} do not fit a dictionary {D.shape}: N={N}, K={K}")
    if start is not None and start.shape != (N, len(inputs), K):
        raise ValueError(f"start {start.shape}: must be {(N, len(inputs), K)}")
