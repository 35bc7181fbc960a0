"""The atoms of a dictionary: no longer than one, first drawn, then improved one by one.

A dictionary is D (K, D_s), a row an atom.
"""

import numpy as np

from tfrepro.baselines.dictionary.inputs import Read
from tfrepro.features.scaling import unit_length


def project_to_ball(D: np.ndarray) -> np.ndarray:
    """The nearest atoms that are no longer than one: (K, D_s)."""
    return D / np.maximum(np.linalg.norm(D, axis=1, keepdims=True), 1)


def first_atoms(
    read: Read, y: np.ndarray, atoms_per_class: int, rng: np.random.Generator
) -> list[np.ndarray]:
    """Dictionaries of training samples, as many of each class: a list of (K, D_s).

    K is ``atoms_per_class`` times the number of classes, or the number of samples if there
    are fewer. Where classes are too small, any other samples take the place. A sample that
    lacks a modality gives a random direction there: an atom of zeros would never be used.
    """
    order = rng.permutation(len(y))
    place_in_class = np.empty(len(y), int)
    for label in np.unique(y):
        mine = order[y[order] == label]
        place_in_class[mine] = np.arange(len(mine))
    # All samples, those that are among the first of their class before the others.
    ranked = order[np.argsort(place_in_class[order] >= atoms_per_class, kind="stable")]
    K = min(atoms_per_class * len(np.unique(y)), len(y))
    dictionaries = read(np.sort(ranked[:K]))
    for D in dictionaries:
        empty = ~D.any(axis=1)
        D[empty] = unit_length(rng.standard_normal((empty.sum(), D.shape[1])))
    return dictionaries


def update_atoms(D: np.ndarray, aa: np.ndarray, ax: np.ndarray) -> None:
    """Minimise Σ_i ½ ‖x_i − α_i D‖² over one atom after the other, within the unit ball.

    In place; one pass. An atom that no sample has used yet stays.

    Parameters
    ----------
    D : (K, D_s)
    aa : (K, K), Σ_i α_i' α_i
    ax : (K, D_s), Σ_i α_i' x_i

    Source: J. Mairal et al., Online Learning for Matrix Factorization and Sparse Coding,
    2010, algorithm 2.
    """
    for j in np.flatnonzero(aa.diagonal() > 0):
        D[j] += (ax[j] - aa[j] @ D) / aa[j, j]
        D[j] /= max(np.linalg.norm(D[j]), 1)
