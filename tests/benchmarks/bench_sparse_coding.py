"""Sparse codes of one modality: ours against scikit-learn's ``sparse_encode``.

5,000 samples, each a planted mix of some of 200 atoms, with noise. Learned atoms of
non-negative features have much in common, so the atoms share a direction; atoms without one,
a far easier problem, are printed too, without a target. Both may use every core. Each
objective is compared with that of ours solved to 1e-12, up to rounding errors; ours must
come at least as close as the peers. Rounds take turns, so that other work slows all alike.

The target is for ``sparse_encode`` as it is called by default, by ``lasso_lars``; its fastest
algorithm, ``lasso_cd``, which is written in C, is printed beside it.
"""

import argparse
import os
import sys
import time
import warnings
from collections.abc import Callable
from functools import partial

import numpy as np
from sklearn.decomposition import sparse_encode
from sklearn.exceptions import ConvergenceWarning

from tfrepro.baselines.dictionary.joint_sparse import joint_sparse_codes, objective

SAMPLES, ATOMS = 5000, 200
TARGET = 5.0
ROUNDING = 1e-15  # of a mean objective: nobody is closer than that
# Name, dimension, planted atoms a sample, λ, deviation of the shared direction.
CASES = (
    ("alike", 200, 20, 0.05, 1.0),
    ("alike", 200, 20, 0.02, 1.0),
    ("alike", 1000, 20, 0.05, 1.0),
    ("apart", 200, 8, 0.1, 0.0),
)
PEERS = {
    "lasso_lars": {"algorithm": "lasso_lars", "max_iter": 10_000, "n_jobs": -1},
    "lasso_cd": {"algorithm": "lasso_cd", "max_iter": 10_000},
}


def planted(dimension: int, active: int, shared: float) -> tuple[np.ndarray, np.ndarray]:
    """Samples (N, D) and atoms (K, D), both of unit length."""
    rng = np.random.default_rng(0)
    D = rng.standard_normal((ATOMS, dimension)) + shared * rng.standard_normal(dimension)
    D /= np.linalg.norm(D, axis=1, keepdims=True)
    A = np.zeros((SAMPLES, ATOMS))
    for row in A:
        row[rng.choice(ATOMS, active, replace=False)] = rng.standard_normal(active)
    X = A @ D
    X /= np.linalg.norm(X, axis=1, keepdims=True)
    X += 0.2 / np.sqrt(dimension) * rng.standard_normal(X.shape)
    return X / np.linalg.norm(X, axis=1, keepdims=True), D


def timed(work: Callable[[], np.ndarray]) -> tuple[float, np.ndarray]:
    start = time.perf_counter()
    codes = work()
    return time.perf_counter() - start, codes


def compare(case: tuple, rounds: int) -> tuple[float, bool]:
    """Print all; the median ratio to the default peer, and whether ours is as exact as both."""
    name, dimension, active, sparsity, shared = case
    X, D = planted(dimension, active, shared)
    best = objective([X], [D], joint_sparse_codes([X], [D], sparsity, tolerance=1e-12), sparsity)
    coders = {
        peer: partial(sparse_encode, X, D, alpha=sparsity, **settings)
        for peer, settings in PEERS.items()
    }
    coders["ours"] = lambda: joint_sparse_codes([X], [D], sparsity, tolerance=1e-5)[:, 0]

    def gap(codes: np.ndarray) -> float:
        return float((objective([X], [D], codes[:, None], sparsity) - best).mean())

    joint_sparse_codes([X[:50]], [D], sparsity)
    seconds, gaps, count = {coder: [] for coder in coders}, {}, 0.0
    for _ in range(rounds):
        for coder, encode in coders.items():
            took, codes = timed(encode)
            seconds[coder].append(took)
            gaps[coder] = gap(codes)
            count = np.count_nonzero(codes, axis=1).mean()
    ratios = {peer: float(np.median(np.divide(seconds[peer], seconds["ours"]))) for peer in PEERS}
    said = ", ".join(f"{c} {np.median(seconds[c]):.2f} s (gap {gaps[c]:.0e})" for c in coders)
    print(f"atoms {name}, D = {dimension}, λ = {sparsity}, {count:.1f} active: {said}; ", end="")
    print("ratios " + ", ".join(f"{r:.1f} to {peer}" for peer, r in ratios.items()), flush=True)
    closest = min(gaps[peer] for peer in PEERS)
    return next(iter(ratios.values())), gaps["ours"] <= max(closest, ROUNDING)


def main(rounds: int) -> None:
    print(f"{SAMPLES} samples, {ATOMS} atoms, {rounds} rounds, load {os.getloadavg()}")
    warnings.simplefilter("ignore", ConvergenceWarning)
    results = [(case[0], *compare(case, rounds)) for case in CASES]
    if not all(exact for _, _, exact in results):
        sys.exit("ours are less exact")
    if min(ratio for name, ratio, _ in results if name == "alike") < TARGET:
        sys.exit(f"less than {TARGET} times as fast")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    main(parser.parse_args().rounds)
