"""TRUMANN: views agree on a space, in which classes of one branch of a tree use alike features."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import get_args

import numpy as np
import pandas as pd
from scipy.special import softmax

from tfrepro.baselines.linear import expand_classes
from tfrepro.baselines.tree_lasso import Nodes, Normalisation
from tfrepro.baselines.trumann_solver import Moments, Strengths, gather_moments, minimise
from tfrepro.corpora.label_tree import LabelTree, from_two_levels
from tfrepro.corpora.trumann_tree import read_trumann_tree
from tfrepro.errors import UserError
from tfrepro.features.feature_set import FeatureSet
from tfrepro.features.modalities import choose_modalities
from tfrepro.features.scaling import Kind, Scaling

PIECE = 2048  # rows in memory at a time


class Trumann:
    """Tree-guided multi-task multi-modal learning, a linear classifier on all modalities.

    A video's score of the classes is (1/S) Σ_s W'A^s'x^s, with the A^s and W that
    :mod:`tfrepro.baselines.trumann_solver` finds; its probabilities are the softmax of the
    scores, so that the best score is the most probable. They are near even, since scores
    imitate zeros and ones. Classes without a training video take no part in the fit, in which
    their column of W would be zero, and are given the probability 0.

    Where there are fewer training videos than features, the features are rotated into the
    span of the videos, and A back: the dual form, as exact, of a system of N x N.

    Parameters
    ----------
    latent : K, dimensions of the space
    agreement, ridge, tree : λ1, λ2, λ3, above 0. They count against sums over videos, not
        means: fewer videos need a smaller λ3, or only the most frequent classes are learned.
    iterations : the most there are
    least_change : of the objective; one that changes it by less is the last
    weights_of_nodes : what TRUMANN's q is normalised over. ``global`` minimises the
        objective. ``per-task``, as in the released code, penalises W less: the objective falls
        at first, to a higher value, and then may rise, but more of the classes are learned
        with the same λ3.
    scaling : of the features: ``none``, as released; ``standard``, to the mean 0 and the
        deviation 1 of the training part; ``unit``, every vector to length 1
    tree_folder : the released tree of VENUE-188, see
        :func:`~tfrepro.corpora.trumann_tree.read_trumann_tree`. None for one of two levels by
        the column ``parent``, weighted by the means of the training part; a class without a
        parent is one of its own, and if none has any the tree is flat.
    seed : of B and W at the start

    Attributes
    ----------
    modalities_ : those that the training part has; the views
    maps_ : modality -> A^s (D_s, K)
    classifier_ : W (K, T), of the T classes seen in training
    history_ : ``epoch`` and ``objective`` of each iteration

    Source: J. Zhang et al., Shorter-is-better (TRUMANN), MM 2016; the defaults are those of
    its released code, trumman.py.
    """

    def __init__(
        self,
        latent: int = 200,
        agreement: float = 0.1,
        ridge: float = 0.1,
        tree: float = 0.2,
        iterations: int = 20,
        least_change: float = 1.0,
        weights_of_nodes: Normalisation = "global",
        scaling: Kind = "none",
        tree_folder: Path | None = None,
        seed: int = 0,
    ):
        self.latent = latent
        self.agreement = agreement
        self.ridge = ridge
        self.tree = tree
        self.iterations = iterations
        self.least_change = least_change
        self.weights_of_nodes = weights_of_nodes
        self.scaling = scaling
        self.tree_folder = tree_folder
        self.seed = seed

    def fit(self, train: FeatureSet, valid: FeatureSet | None = None) -> "Trumann":
        """Learn from ``train``; ``valid`` is not used.

        Raises
        ------
        ValueError
            if a setting is out of its range, if there is no modality, if features are not
            finite, or if most classes have the same mean, so that no tree can be weighted.
        UserError
            if the tree of ``tree_folder`` cannot be read, or is of other classes.
        """
        self._check_settings()
        strengths = Strengths(self.agreement, self.ridge, self.tree)
        self.modalities_ = choose_modalities(train)
        self.seen_, y = np.unique(train.y, return_inverse=True)
        arrays = {name: train.arrays[name] for name in self.modalities_}
        self.scaling_ = Scaling(self.scaling).fit(arrays)
        bases = self._find_bases(train)
        widths = [min(X.shape) for X in arrays.values()]
        blocks = self._labelled_blocks(train, y, bases)
        rng = np.random.default_rng(self.seed)
        moments = gather_moments(blocks, widths, len(self.seen_), self.latent, rng)
        solution = minimise(
            moments,
            self._nodes(train, moments),
            strengths,
            iterations=self.iterations,
            least_change=self.least_change,
            normalisation=self.weights_of_nodes,
            rng=rng,
        )
        self.maps_ = {
            name: _rotate_back(solution.A[view], bases[name])
            for name, view in zip(self.modalities_, moments.views, strict=True)
        }
        self.classifier_ = solution.W
        self.history_ = pd.DataFrame({"objective": solution.objectives})
        self.history_.insert(0, "epoch", np.arange(1, len(self.history_) + 1))
        return self

    def predict_proba(self, test: FeatureSet) -> np.ndarray:
        """Class probabilities: (N, C)."""
        P = softmax(self.scores(test), axis=1)
        return expand_classes(P, self.seen_, len(test.classes))

    def scores(self, features: FeatureSet) -> np.ndarray:
        """What imitates zeros and ones, of the T classes seen in training: (N, T) float64."""
        weights = {name: A @ self.classifier_ / len(self.maps_) for name, A in self.maps_.items()}
        scores = np.zeros((len(features), len(self.seen_)))
        for rows in _pieces(len(features)):
            for name, weight in weights.items():
                scores[rows] += self._scaled(features, name, rows) @ weight
        return scores

    def _scaled(self, features: FeatureSet, name: str, rows: slice) -> np.ndarray:
        X = np.asarray(self.scaling_(name, features.arrays[name][rows]), np.float64)
        if not np.isfinite(X).all():
            raise ValueError(f"{name}: there are features that are not finite")
        return X

    def _find_bases(self, train: FeatureSet) -> dict[str, np.ndarray | None]:
        """Orthonormal columns (D_s, N) that span the videos of a modality; None if N >= D_s."""
        bases = {}
        for name in self.modalities_:
            bases[name], (N, D) = None, train.arrays[name].shape
            if N < D:
                bases[name] = np.linalg.qr(self._scaled(train, name, slice(0, N)).T)[0]
        return bases

    def _labelled_blocks(
        self, train: FeatureSet, y: np.ndarray, bases: Mapping[str, np.ndarray | None]
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """All videos in order: their views side by side, scaled and rotated, and classes."""
        for rows in _pieces(len(train)):
            views = [_rotate(self._scaled(train, name, rows), Q) for name, Q in bases.items()]
            yield np.concatenate(views, axis=1), y[rows]

    def _nodes(self, train: FeatureSet, moments: Moments) -> Nodes:
        """The tree over the classes seen in training."""
        if self.tree_folder is not None:
            return Nodes.of_tree(_released_tree(self.tree_folder, train.classes), self.seen_)
        names = [train.classes[c] for c in self.seen_]
        tree = from_two_levels(_parents(train.index, names), moments.class_means)
        return Nodes.of_tree(tree, range(len(names)))

    def _check_settings(self) -> None:
        for name in ("latent", "iterations"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} = {getattr(self, name)}: must be at least 1")
        allowed = get_args(Normalisation)
        if self.weights_of_nodes not in allowed:
            raise ValueError(
                f"weights_of_nodes = {self.weights_of_nodes!r}: must be {' or '.join(allowed)}"
            )


def _released_tree(folder: Path, classes: Sequence[str]) -> LabelTree:
    tree = read_trumann_tree(folder)
    try:
        return tree.numbered_as(classes)
    except ValueError as error:
        raise UserError(f"{folder}: a tree of other classes than the set's ({error})") from None


def _parents(index: pd.DataFrame, names: Sequence[str]) -> dict[str, str]:
    """The parent of each of these classes; itself where the index names none."""
    if "parent" not in index:
        return {name: name for name in names}
    first = index["parent"].fillna("").groupby(index["label"]).first()
    return {name: first[name] or name for name in names}


def _rotate(X: np.ndarray, basis: np.ndarray | None) -> np.ndarray:
    return X if basis is None else X @ basis


def _rotate_back(A: np.ndarray, basis: np.ndarray | None) -> np.ndarray:
    return A if basis is None else basis @ A


def _pieces(rows: int) -> Iterator[slice]:
    return (slice(start, min(start + PIECE, rows)) for start in range(0, rows, PIECE))
