"""Sparse codes of one modality: ours against the fastest of scikit-learn's ``sparse_encode``.

5,000 samples, each a planted mix of some of 200 atoms, with noise. Learned atoms of
non-negative features have much in common, so the atoms share a direction; atoms without one,
a far easier problem, are printed too, without a target. Both may use every core. Each
objective is compared with that of ours solved to 1e-12, up to rounding errors; ours must
come at least as close. Rounds take turns, so that other work slows both alike.
"""

import argparse
import os
import sys
import time
import warnings
from collections.abc import Callable

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
    "lasso_cd": {"algorithm": "lasso_cd", "max_iter": 10_000},
    "lasso_lars": {"algorithm": "lasso_lars", "max_iter": 10_000},
    "lasso_lars, all cores": {"algorithm": "lasso_lars", "max_iter": 10_000, "n_jobs": -1},
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
    """Print both; the median ratio to the fastest peer, and whether ours is as exact."""
    name, dimension, active, sparsity, shared = case
    X, D = planted(dimension, active, shared)
    best = objective([X], [D], joint_sparse_codes([X], [D], sparsity, tolerance=1e-12), sparsity)

    def ours() -> np.ndarray:
        return joint_sparse_codes([X], [D], sparsity, tolerance=1e-5)[:, 0]

    def theirs(settings: dict) -> np.ndarray:
        return sparse_encode(X, D, alpha=sparsity, **settings)

    def gap(codes: np.ndarray) -> float:
        return float((objective([X], [D], codes[:, None], sparsity) - best).mean())

    joint_sparse_codes([X[:50]], [D], sparsity)
    peer = min(PEERS, key=lambda key: timed(lambda: theirs(PEERS[key]))[0])
    seconds = []
    for _ in range(rounds):
        (their_seconds, their_codes), (our_seconds, our_codes) = (
            timed(lambda: theirs(PEERS[peer])),
            timed(ours),
        )
        seconds.append((their_seconds, our_seconds))
    their_seconds, our_seconds = np.median(seconds, axis=0)
    ratio = float(np.median([a / b for a, b in seconds]))
    count = np.count_nonzero(our_codes, axis=1).mean()
    print(
        f"atoms {name}, D = {dimension}, λ = {sparsity}, {count:.1f}"
        f" active: {peer} {their_seconds:.2f} s, gap {gap(their_codes):.1e}; "
        f"ours {our_seconds:.2f} s, gap {gap(our_codes):.1e}; ratio {ratio:.1f}",
        flush=True,
    )
    return ratio, gap(our_codes) <= max(gap(their_codes), ROUNDING)


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
