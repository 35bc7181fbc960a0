"""Modalities that rows lack, filled in from those they have: low-rank completion.

Conventions
-----------
Rows are items, blocks are modalities: block m holds (N, D_m) numbers, and a row has a
block as a whole or misses it as a whole. What an array holds where a row misses it does
not count. Columns are standardised; then an entry is modelled as r_ij = u_i'm_j, with f
factors for each row and each column, and

    J = Σ_observed (r_ij − u_i'm_j)² + λ (Σ_i n_i ‖u_i‖² + Σ_j n_j ‖m_j‖²)

is minimised in turn over all u and over all m, where n_i and n_j are how many entries of
a row and of a column are observed. Rows that have the same blocks share the matrix of
their equations, and so do the columns of a block: a sweep is a few large products, and
one pass over the data.

Source: Y. Zhou et al., Large-scale Parallel Collaborative Filtering for the Netflix
Prize, 2008 (ALS-WR).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import compress

import numpy as np
from scipy.linalg import cho_factor, cho_solve

PIECE = 2048  # rows in memory at a time


@dataclass(frozen=True)
class Scale:
    """What standardises the columns of a block.

    Attributes
    ----------
    mean, std : (D,) float64; the deviation of a column that never varied is 0
    """

    mean: np.ndarray
    std: np.ndarray

    @classmethod
    def measure(cls, X: np.ndarray, rows: np.ndarray) -> "Scale":
        """That of the given rows, at least one, of X (N, D)."""
        # Differences from one of the rows keep their digits where means are far from zero,
        # and are zeros, not rounding errors, where a column never varies.
        origin = np.asarray(X[rows[0]], np.float64)
        total, squares = np.zeros((2, len(origin)))
        for some in _pieces(rows):
            difference = X[some] - origin
            total += difference.sum(axis=0)
            squares += np.einsum("ij,ij->j", difference, difference)
        shift = total / len(rows)
        return cls(origin + shift, np.sqrt(np.maximum(squares / len(rows) - shift**2, 0)))

    def standardise(self, X: np.ndarray) -> np.ndarray:
        """(n, D) in X's precision, at least float32; a column that never varied is 0."""
        Z = np.array(X, np.result_type(X.dtype, np.float32))
        factor = np.divide(1, self.std, out=np.zeros_like(self.std), where=self.std > 0)
        Z -= self.mean.astype(Z.dtype)
        Z *= factor.astype(Z.dtype)
        return Z

    def restore(self, Z: np.ndarray) -> np.ndarray:
        """The inverse of :meth:`standardise`."""
        return Z * self.std + self.mean


class LowRankCompletion:
    """Fills the blocks that rows miss, by alternating least squares with weighted λ.

    Where nothing is missing, a component with the share s² of the variance is shrunk to
    (s − λ) / s of itself, and dropped if s is below λ, however many factors there are.

    Parameters
    ----------
    factors : f
    ridge : λ > 0
    tolerance : sweeps end when one changes the RMSE by less; in standard deviations
    sweeps : the most there are
    seed : of the column factors at the start

    Attributes
    ----------
    scales_ : block -> :class:`Scale` of the rows that have it
    column_factors_ : block -> M (f, D_m) float64
    rmse_ : (S,) over observed entries after each sweep, in standard deviations
    objective_ : (S,) J after each sweep; never rises
    """

    def __init__(
        self,
        factors: int = 100,
        ridge: float = 0.05,
        tolerance: float = 1e-4,
        sweeps: int = 50,
        seed: int = 0,
    ):
        self.factors = factors
        self.ridge = ridge
        self.tolerance = tolerance
        self.sweeps = sweeps
        self.seed = seed

    def fit(
        self, blocks: Mapping[str, np.ndarray], missing: Mapping[str, np.ndarray]
    ) -> "LowRankCompletion":
        """Learn scales and column factors from training rows.

        Parameters
        ----------
        blocks : name -> (N, D_m), possibly memory-mapped; float64 is computed with as
            such, anything smaller as float32
        missing : the same names -> (N,) bool, which rows miss the block

        Raises
        ------
        ValueError
            if a setting is out of its range, if names or shapes do not fit, if no row has
            some block, or if an observed entry is not finite.
        """
        self._check_settings()
        _check_blocks(blocks, missing)
        for name in blocks:
            if np.all(missing[name]):
                raise ValueError(f"{name}: no training row has this block")
        self.scales_ = {
            name: Scale.measure(X, np.flatnonzero(~missing[name])) for name, X in blocks.items()
        }
        self.column_factors_ = start_columns(blocks, self.factors, self.seed)
        patterns = find_patterns(missing)
        patterns.pop((), None)
        rmse, objective = [], []
        for _ in range(self.sweeps):
            mean_square, J = self._sweep(blocks, patterns)
            rmse.append(np.sqrt(mean_square))
            objective.append(J)
            if len(rmse) > 1 and abs(rmse[-2] - rmse[-1]) < self.tolerance:
                break
        self.rmse_, self.objective_ = np.array(rmse), np.array(objective)
        return self

    def complete(
        self, blocks: Mapping[str, np.ndarray], missing: Mapping[str, np.ndarray]
    ) -> dict[str, np.ndarray]:
        """The blocks with what was missing filled in: name -> (N, D_m) float32.

        The rows may be new: u_i is solved from what a row has. One that misses everything
        gets the means. A float32 block that no row misses is returned uncopied.

        Parameters
        ----------
        blocks, missing : as for :meth:`fit`, with the same D_m

        Raises
        ------
        ValueError
            if names or shapes do not fit, or if an observed entry is not finite.
        """
        _check_blocks(blocks, missing)
        self._check_columns(blocks)
        filled = {
            name: np.array(X, np.float32) if np.any(missing[name]) else np.asarray(X, np.float32)
            for name, X in blocks.items()
        }
        for names, rows in find_patterns(missing).items():
            absent = blocks.keys() - names
            if not absent:
                continue
            W = self._row_maps(names)
            for some in _pieces(rows):
                U = self._row_factors(W, self._read(blocks, names, some), len(some))
                for name in absent:
                    Z = U @ self.column_factors_[name]
                    filled[name][some] = self.scales_[name].restore(Z)
        return filled

    def _sweep(
        self, blocks: Mapping[str, np.ndarray], patterns: Mapping[tuple[str, ...], np.ndarray]
    ) -> tuple[float, float]:
        """Solve all rows, then all columns; returns the mean squared error, and J."""
        sums, row_penalty = self._solve_rows(blocks, patterns)
        error, column_penalty = self._solve_columns(sums)
        entries = sum(each.n_j * each.UR.shape[1] for each in sums.values())
        return max(error, 0.0) / entries, error + self.ridge * (row_penalty + column_penalty)

    def _solve_rows(
        self, blocks: Mapping[str, np.ndarray], patterns: Mapping[tuple[str, ...], np.ndarray]
    ) -> tuple[dict[str, "_RowSums"], float]:
        """What the columns need of the solved rows, and Σ_i n_i ‖u_i‖²."""
        sums = {name: _RowSums.zeros(M) for name, M in self.column_factors_.items()}
        penalty = 0.0
        for names, rows in patterns.items():
            W = self._row_maps(names)
            n_i = sum(len(W[name]) for name in names)
            for some in _pieces(rows):
                Z = self._read(blocks, names, some)
                U = self._row_factors(W, Z, len(some))
                UU = U.T @ U
                penalty += n_i * np.trace(UU)
                for name in names:
                    sums[name].n_j += len(some)
                    sums[name].UU += UU
                    sums[name].UR += U.T.astype(Z[name].dtype) @ Z[name]
        return sums, penalty

    def _solve_columns(self, sums: Mapping[str, "_RowSums"]) -> tuple[float, float]:
        """Replace the column factors; returns the squared error, and Σ_j n_j ‖m_j‖²."""
        error = penalty = 0.0
        for name, of in sums.items():
            M = _solve(of.UU, self.ridge * of.n_j, of.UR)
            self.column_factors_[name] = M
            # Of standardised columns, those that vary have the mean square 1.
            squares = of.n_j * np.count_nonzero(self.scales_[name].std)
            error += squares - 2 * np.vdot(M, of.UR) + np.vdot(M, of.UU @ M)
            penalty += of.n_j * np.vdot(M, M)
        return error, penalty

    def _row_maps(self, names: tuple[str, ...]) -> dict[str, np.ndarray]:
        """W (D_m, f) of each block that a row has: u_i = Σ_m W_m'r_im.

        u_i = (M_I M_I' + λ n_i I)⁻¹ M_I r_i, where I are the columns of these blocks.
        """
        M = {name: self.column_factors_[name] for name in names}
        gram = sum(factors @ factors.T for factors in M.values())
        n_i = sum(factors.shape[1] for factors in M.values())
        return {name: _solve(gram, self.ridge * n_i, factors).T for name, factors in M.items()}

    def _row_factors(
        self, W: Mapping[str, np.ndarray], Z: Mapping[str, np.ndarray], rows: int
    ) -> np.ndarray:
        """U (n, f) float64; zeros for rows that have no block."""
        U = np.zeros((rows, self.factors))
        for name, z in Z.items():
            U += z @ W[name].astype(z.dtype)
        return U

    def _read(
        self, blocks: Mapping[str, np.ndarray], names: tuple[str, ...], rows: np.ndarray
    ) -> dict[str, np.ndarray]:
        return {name: self.scales_[name].standardise(blocks[name][rows]) for name in names}

    def _check_settings(self) -> None:
        for name in ("factors", "sweeps"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} = {getattr(self, name)}: must be at least 1")
        if not self.ridge > 0:
            raise ValueError(f"ridge = {self.ridge}: must be above 0")
        if not self.tolerance >= 0:
            raise ValueError(f"tolerance = {self.tolerance}: must be at least 0")

    def _check_columns(self, blocks: Mapping[str, np.ndarray]) -> None:
        given = {name: X.shape[1] for name, X in blocks.items()}
        fitted = {name: M.shape[1] for name, M in self.column_factors_.items()}
        if given != fitted:
            raise ValueError(f"columns of the blocks {given}: were {fitted} in the fit")


@dataclass
class _RowSums:
    """All that the columns of a block, and their errors, need of the rows that have it.

    Attributes
    ----------
    n_j : number of these rows
    UU, UR : (f, f) and (f, D_m) float64, products of their U' with U and with their entries
    """

    n_j: int
    UU: np.ndarray
    UR: np.ndarray

    @classmethod
    def zeros(cls, M: np.ndarray) -> "_RowSums":
        """Of no rows yet, for column factors of the shape of M."""
        return cls(0, np.zeros((len(M), len(M))), np.zeros(M.shape))


def start_columns(
    blocks: Mapping[str, np.ndarray], factors: int, seed: int
) -> dict[str, np.ndarray]:
    """Random column factors of variance 1/f: name -> M (f, D_m)."""
    rng = np.random.default_rng(seed)
    return {
        name: rng.standard_normal((factors, X.shape[1])) / np.sqrt(factors)
        for name, X in blocks.items()
    }


def find_patterns(missing: Mapping[str, np.ndarray]) -> dict[tuple[str, ...], np.ndarray]:
    """The blocks that some rows have -> the rows (n,) that have just these, ascending."""
    has = ~np.stack(list(missing.values()), axis=1)
    return {
        tuple(compress(missing, pattern)): np.flatnonzero((has == pattern).all(axis=1))
        for pattern in np.unique(has, axis=0)
    }


def _solve(gram: np.ndarray, ridge: float, X: np.ndarray) -> np.ndarray:
    """(gram + ridge I)⁻¹ X."""
    return cho_solve(cho_factor(gram + ridge * np.eye(len(gram))), X)


def _pieces(rows: np.ndarray) -> Iterator[np.ndarray]:
    return (rows[start : start + PIECE] for start in range(0, len(rows), PIECE))


def _check_blocks(blocks: Mapping[str, np.ndarray], missing: Mapping[str, np.ndarray]) -> None:
    """Raise ValueError unless every block is (N, D_m), has its mask and is finite outside it."""
    if not blocks or blocks.keys() != missing.keys():
        raise ValueError(f"blocks {list(blocks)}, missing {list(missing)}: must be the same names")
    N = len(next(iter(blocks.values())))
    for name, X in blocks.items():
        if X.ndim != 2 or len(X) != N:
            raise ValueError(f"{name} of shape {X.shape}: must be ({N}, D)")
        if missing[name].shape != (N,) or missing[name].dtype != bool:
            raise ValueError(
                f"missing {name}: {missing[name].dtype} of shape {missing[name].shape}, "
                f"must be bool of shape ({N},)"
            )
        for some in _pieces(np.flatnonzero(~missing[name])):
            bad = some[~np.isfinite(X[some]).all(axis=1)]
            if len(bad):
                raise ValueError(f"{name}: row {bad[0]} is not missing and not finite")
