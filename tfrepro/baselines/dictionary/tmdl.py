"""TMDL: every class has atoms of its own, and the codes of every modality tell the label.

For each modality, with samples X (N, D_s), one-hot labels Q (N, C), a dictionary D (K, D_s) of
atoms of length one, codes A (N, K) and weights W (K, C), this lowers

    ½ ‖X − A D‖² + (λ1 / 2) ‖Q − A W‖² + λ2 Σ |A| + (λ3 / 2) ‖W‖²

The labels, which all modalities imitate, are what aligns them. Its sum over the modalities,
divided by N, is called the energy. An iteration improves, one after the other,

- A, by FISTA: the code of [x, √λ1 q] with the dictionary [D, √λ1 W];
- D, atom by atom: those of a class reconstruct, by themselves, the samples of that class;
- W, the ridge regression from A to Q.

The steps of A and of W lower the energy. That of D lowers what each class leaves of its own
samples, Σ_c ½ ‖X_c − A_cc D_c‖², so that it may raise the energy. It is what makes the
sub-dictionaries class-specific. The published objective has no halves, its solver does.

Source: C. Deng et al., Discriminative Dictionary Learning With Common Label Alignment for
Cross-Modal Retrieval, 2016, and their code: its first version, which is class-specific.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import numpy as np
import pandas as pd
from scipy.linalg import solve
from scipy.special import softmax
from sklearn.decomposition import MiniBatchDictionaryLearning

from tfrepro.baselines.dictionary.inputs import in_pieces
from tfrepro.baselines.dictionary.lasso import Fista
from tfrepro.baselines.linear import expand_classes
from tfrepro.features.feature_set import FeatureSet
from tfrepro.features.modalities import choose_modalities
from tfrepro.features.scaling import Scaling, unit_length

# Codes without labels, at the start and of test samples, are exact, as in the published code.
_EXACT = {"tolerance": 1e-4, "iterations": 2000}
_TOLERANCE = 1e-3  # of the codes in an iteration
# The online learning of the first atoms: λ, mini-batches and their size are SPAMS' in the
# published code of the version that is not class-specific.
_FIRST_SPARSITY = 1.0
_FIRST_BATCHES, _FIRST_BATCH = 50, 512

# Scaled samples (n, D_s) float64 of one modality, of the rows asked for.
ReadOne = Callable[[np.ndarray | slice], np.ndarray]


class Tmdl:
    """Codes of each modality by a dictionary of class-specific atoms, and a linear classifier.

    A video's scores are Σ_s α^s W^s, with α^s its sparse code in each modality, found without
    a label. Its probabilities are the softmax of the scores, so that the best score is the most
    probable; they are near even, since scores imitate zeros and ones. Classes without training
    videos have no atoms and the probability 0.

    Features are standardised by the mean and deviation of the training part. A vector of zeros,
    which is how a video lacks a modality, takes no part there and has the code 0.

    The published first dictionary comes from a Fisher-discrimination method whose code is not
    public. Here the atoms of a class start as those that online dictionary learning finds for
    the samples of that class, all modalities side by side. A class with no more samples than
    ``atoms_per_class`` has as many atoms as samples, and starts with these.

    Parameters
    ----------
    atoms_per_class : at most; the published code has 20
    alignment, sparsity, ridge : λ1, λ2, λ3, above 0. λ2 is that of standardised features, whose
        length is about √D_s, so that 0.1, as published, leaves most codes dense.
    iterations : the most there are
    least_change : of the energy; an iteration that changes it by less is the last. The published
        one is of norms without their squares: with its data, about this much of our energy.
    fista_iterations : the most that the step of A takes
    seed : of the first atoms

    Attributes
    ----------
    modalities_ : those that any training video has
    classes_ : (C,) int, those with training videos
    owners_ : (K,) int, the place in ``classes_`` of the class whose atom it is
    dictionaries_ : D^s (K, D_s) of each modality
    weights_ : W^s (K, C) of each modality
    history_ : ``epoch`` (1, 2, ...) and ``energy`` of each iteration

    Source: "TMDL", EASTERN, section 5.2; C. Deng et al., 2016, and their released code.
    """

    def __init__(
        self,
        atoms_per_class: int = 10,
        alignment: float = 1.0,
        sparsity: float = 0.1,
        ridge: float = 0.1,
        iterations: int = 20,
        least_change: float = 0.05,
        fista_iterations: int = 20,
        seed: int = 0,
    ):
        self.atoms_per_class = atoms_per_class
        self.alignment = alignment
        self.sparsity = sparsity
        self.ridge = ridge
        self.iterations = iterations
        self.least_change = least_change
        self.fista_iterations = fista_iterations
        self.seed = seed

    def fit(self, train: FeatureSet, valid: FeatureSet | None = None) -> "Tmdl":
        """Learn from ``train``; ``valid`` is not used.

        Raises ValueError if a setting is out of its range, if there is no modality, or if
        features are not finite.
        """
        self._check_settings()
        self.classes_, y = np.unique(train.y, return_inverse=True)
        self._learn_scales(train)
        reads = [partial(self._scaled, train, name) for name in self.modalities_]
        rng = np.random.default_rng(self.seed)
        dictionaries, self.owners_ = first_dictionaries(reads, y, self.atoms_per_class, rng)
        views = [
            View(
                read,
                y,
                D,
                self.owners_,
                alignment=self.alignment,
                sparsity=self.sparsity,
                ridge=self.ridge,
            )
            for read, D in zip(reads, dictionaries, strict=True)
        ]
        energies = self._improve(views, len(y))
        self.dictionaries_ = [view.D for view in views]
        self.weights_ = [view.W for view in views]
        self.history_ = pd.DataFrame({"energy": energies})
        self.history_.insert(0, "epoch", np.arange(1, len(self.history_) + 1))
        return self

    def predict_proba(self, test: FeatureSet) -> np.ndarray:
        """Class probabilities: (N, K)."""
        P = softmax(self.scores(test), axis=1)
        return expand_classes(P, self.classes_, len(test.classes))

    def scores(self, features: FeatureSet) -> np.ndarray:
        """What imitates the one-hot label, of the C classes seen in training: (N, C)."""
        scores = np.zeros((len(features), len(self.classes_)))
        for name, D, W in zip(self.modalities_, self.dictionaries_, self.weights_, strict=True):
            coder = Fista(D @ D.T, self.sparsity, **_EXACT)
            for rows in in_pieces(len(features)):
                scores[rows] += coder.codes(self._scaled(features, name, rows) @ D.T) @ W
        return scores

    def _improve(self, views: Sequence["View"], N: int) -> list[float]:
        """The energy after each iteration."""
        energies = []
        for _ in range(self.iterations):
            energies.append(sum(view.improve(self.fista_iterations) for view in views) / N)
            if len(energies) > 1 and abs(energies[-1] - energies[-2]) < self.least_change:
                break
        return energies

    def _learn_scales(self, train: FeatureSet) -> None:
        arrays = {}
        for name in choose_modalities(train):
            array = train.arrays[name]
            there = np.concatenate([array[rows].any(axis=1) for rows in in_pieces(len(array))])
            if there.any():
                # An index of all rows would copy what may lie on disk.
                arrays[name] = array if there.all() else array[there]
        if not arrays:
            raise ValueError("no training video has any modality: all its vectors are zeros")
        self.modalities_ = tuple(arrays)
        self.scaling_ = Scaling("standard").fit(arrays)

    def _scaled(self, features: FeatureSet, name: str, rows: np.ndarray | slice) -> np.ndarray:
        if name not in features.arrays:
            raise ValueError(f"no modality {name!r}: this set has {', '.join(features.arrays)}")
        X = np.asarray(features.arrays[name][rows])
        if not np.isfinite(X).all():
            raise ValueError(f"{name}: there are features that are not finite")
        Z = self.scaling_(name, X).astype(float)
        Z[~X.any(axis=1)] = 0
        return Z

    def _check_settings(self) -> None:
        for name in ("atoms_per_class", "iterations", "fista_iterations"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} = {getattr(self, name)}: must be at least 1")
        for name in ("alignment", "sparsity", "ridge"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} = {getattr(self, name)}: must be above 0")
        if not self.least_change >= 0:
            raise ValueError(f"least_change = {self.least_change}: must be at least 0")


class View:
    """What one modality learns; given the labels, the modalities do not need each other.

    Samples are read class by class and some at a time, once an iteration; codes of all of them
    are in memory.

    Parameters
    ----------
    read : the samples of rows 0 ... N - 1
    y : (N,) labels 0 ... C - 1, each of which there is
    D : (K, D_s) atoms of length one to start from
    owners : (K,) the class of each atom
    alignment, sparsity, ridge : λ1, λ2, λ3

    Attributes
    ----------
    D, W, A : dictionary, weights (K, C) and codes (N, K) so far
    """

    def __init__(
        self,
        read: ReadOne,
        y: np.ndarray,
        D: np.ndarray,
        owners: np.ndarray,
        *,
        alignment: float,
        sparsity: float,
        ridge: float,
    ):
        self.read = read
        self.y = y
        self.D = D.copy()
        self.owners = owners
        self.alignment = alignment
        self.sparsity = sparsity
        self.ridge = ridge
        self.A = np.zeros((len(y), len(D)))
        # With weights of zeros the labels do not count: the codes of the samples alone.
        self.W = np.zeros((len(D), y.max() + 1))
        self.fit_weights(self.fit_codes(**_EXACT))

    def improve(self, fista_iterations: int) -> float:
        """One iteration; the modality's part of the energy after it, not yet divided by N."""
        moments = self.fit_codes(_TOLERANCE, fista_iterations)
        self.fit_atoms(moments)
        self.fit_weights(moments)
        return self.energy(moments)

    def fit_codes(self, tolerance: float, iterations: int) -> "Moments":
        """Improve all codes, from where they are, and gather what the other steps need."""
        G = self.D @ self.D.T + self.alignment * self.W @ self.W.T
        coder = Fista(G, self.sparsity, tolerance=tolerance, iterations=iterations)
        moments = Moments(*self.D.shape, self.W.shape[1])
        for c, rows in _class_pieces(self.y):
            X = self.read(rows)
            there = X.any(axis=1)
            # A row of Q W' is the column of W that belongs to its class.
            C = X @ self.D.T + self.alignment * self.W[:, c]
            self.A[rows] = coder.codes(C * there[:, None], self.A[rows] * there[:, None])
            moments.add(X[there], self.A[rows][there], c, self.owners == c)
        return moments

    def fit_atoms(self, moments: "Moments") -> None:
        """Improve the atoms of each class for the samples of that class."""
        for c in range(self.W.shape[1]):
            own = self.owners == c
            self.D[own] = unit_atoms(
                self.D[own], moments.own_aa[np.ix_(own, own)], moments.own_ax[own]
            )

    def fit_weights(self, moments: "Moments") -> None:
        """W = (A'A + (λ3 / λ1) I)⁻¹ A'Q."""
        gram = moments.aa + self.ridge / self.alignment * np.eye(len(self.D))
        self.W = solve(gram, moments.aq, assume_a="pos")

    def energy(self, moments: "Moments") -> float:
        """Of the present D and W, and the codes that the moments are of."""
        m = moments
        left = m.xx - 2 * np.vdot(m.ax, self.D) + np.vdot(m.aa, self.D @ self.D.T)
        wrong = m.count - 2 * np.vdot(m.aq, self.W) + np.vdot(m.aa, self.W @ self.W.T)
        return float(
            0.5 * left
            + 0.5 * self.alignment * wrong
            + self.sparsity * m.total
            + 0.5 * self.ridge * np.vdot(self.W, self.W)
        )


class Moments:
    """Sums over samples, of which D, W and the energy need no more.

    Attributes
    ----------
    aa, ax, aq : A'A (K, K), A'X (K, D_s), A'Q (K, C)
    own_aa, own_ax : the same, in the rows of an atom only over the samples of its class
    xx, total, count : Σ ‖x‖², Σ |A|, the number of samples
    """

    def __init__(self, K: int, D: int, C: int):
        self.aa, self.own_aa = np.zeros((2, K, K))
        self.ax, self.own_ax = np.zeros((2, K, D))
        self.aq = np.zeros((K, C))
        self.xx, self.total, self.count = 0.0, 0.0, 0

    def add(self, X: np.ndarray, A: np.ndarray, c: int, own: np.ndarray) -> None:
        """Some samples (n, D_s) of class c with their codes (n, K); its atoms are ``own``."""
        aa, ax = A.T @ A, A.T @ X
        self.aa += aa
        self.ax += ax
        self.own_aa[own] += aa[own]
        self.own_ax[own] += ax[own]
        self.aq[:, c] += A.sum(axis=0)
        self.xx += np.vdot(X, X)
        self.total += np.abs(A).sum()
        self.count += len(X)


def unit_atoms(D: np.ndarray, aa: np.ndarray, ax: np.ndarray) -> np.ndarray:
    """The atoms (k, D_s) of length one, each in turn the best for what the others leave.

    That is the direction of Σ_i α_ij (x_i − Σ_l≠j α_il d_l). An atom that no sample uses stays.

    Parameters
    ----------
    D : (k, D_s) the atoms before
    aa, ax : (k, k) Σ_i α_i' α_i, (k, D_s) Σ_i α_i' x_i
    """
    D = D.copy()
    for j in np.flatnonzero(aa.diagonal() > 0):
        direction = ax[j] - aa[j] @ D + aa[j, j] * D[j]
        length = np.linalg.norm(direction)
        if length > 0:
            D[j] = direction / length
    return D


def first_dictionaries(
    reads: Sequence[ReadOne], y: np.ndarray, atoms_per_class: int, rng: np.random.Generator
) -> tuple[list[np.ndarray], np.ndarray]:
    """A dictionary (K, D_s) of each modality, atoms of length one, and their classes (K,).

    Learned class by class, all modalities side by side. Where an atom is zero in a modality, it
    gets a random direction there: it would never be used.
    """
    classes = range(y.max() + 1)
    atoms = []
    for c in classes:
        rows = np.flatnonzero(y == c)
        samples = [read(rows) for read in reads]
        atoms.append(_learn_atoms(np.concatenate(samples, axis=1), atoms_per_class, rng))
    widths = [each.shape[1] for each in samples]
    dictionaries = np.split(np.concatenate(atoms), np.cumsum(widths)[:-1], axis=1)
    for D in dictionaries:
        empty = ~D.any(axis=1)
        D[empty] = rng.standard_normal((empty.sum(), D.shape[1]))
    return [unit_length(D) for D in dictionaries], np.repeat(classes, [len(d) for d in atoms])


def _learn_atoms(X: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """``count`` atoms, or the samples themselves if there are no more: (k, D)."""
    if len(X) <= count:
        return X
    epochs = -(-_FIRST_BATCHES // -(-len(X) // _FIRST_BATCH))
    learner = MiniBatchDictionaryLearning(
        count,
        alpha=_FIRST_SPARSITY,
        max_iter=epochs,
        batch_size=min(_FIRST_BATCH, len(X)),
        fit_algorithm="cd",  # as exact as LARS, and ten times as fast
        dict_init=unit_length(X[rng.choice(len(X), count, replace=False)]),
        random_state=int(rng.integers(2**31)),
    )
    return learner.fit(X).components_


def _class_pieces(y: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    """All rows, ascending within a class, each piece of one class."""
    for c in range(y.max() + 1):
        mine = np.flatnonzero(y == c)
        for some in in_pieces(len(mine)):
            yield c, mine[some]
