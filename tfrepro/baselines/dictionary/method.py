"""What all dictionary methods share: first the dictionary, then the classifier of its codes.

Inputs have length one in each modality. The dictionaries are learned without labels from a
start of training samples, the classifier from the codes of all training samples; a task-driven
method then tunes both together. Codes of all training samples are in memory, features never.
"""

from functools import partial

import numpy as np
import pandas as pd
from scipy.special import softmax

from tfrepro.baselines.dictionary.atoms import first_atoms
from tfrepro.baselines.dictionary.classifiers import Classifier, scores
from tfrepro.baselines.dictionary.coding import Coding
from tfrepro.baselines.dictionary.inputs import (
    Read,
    in_pieces,
    modality_rows,
)
from tfrepro.baselines.dictionary.task_driven import tune
from tfrepro.baselines.dictionary.unsupervised import learn_dictionaries
from tfrepro.baselines.linear import expand_classes
from tfrepro.features.feature_set import FeatureSet
from tfrepro.features.modalities import choose_modalities


class DictionaryMethod:
    """A classifier of joint-sparse codes; see its subclasses.

    Parameters
    ----------
    atoms_per_class : K is as many for each class that has training videos, or the number of
        training videos if there are fewer
    sparsity : λ > 0, of inputs of length one
    ridge : λ₂ ≥ 0
    weight_decay : ν ≥ 0, of the classifier
    epochs : of learning the dictionaries without labels
    batch : samples in a mini-batch
    iterations : the most that finding a code may take
    tolerance : how exact codes are, as part of λ
    seed : of the first atoms and of the batches

    Attributes
    ----------
    modalities_ : those of the training set
    classes_ : (C,) int, those with training videos
    dictionaries_ : D^s (K, D_s) of each modality
    weights_ : (S, K, C)
    history_ : ``epoch`` (1, 2, ...) and ``objective``, the mean that a code cost in it; in
        epochs of tuning instead ``loss``, the mean with the penalty of the weights
    """

    classifier: Classifier

    def __init__(
        self,
        atoms_per_class: int = 4,
        sparsity: float = 0.1,
        ridge: float = 0.0,
        weight_decay: float = 1e-3,
        epochs: int = 5,
        batch: int = 100,
        iterations: int = 1000,
        tolerance: float = 1e-4,
        seed: int = 0,
    ):
        self.atoms_per_class = atoms_per_class
        self.sparsity = sparsity
        self.ridge = ridge
        self.weight_decay = weight_decay
        self.epochs = epochs
        self.batch = batch
        self.iterations = iterations
        self.tolerance = tolerance
        self.seed = seed

    def fit(self, train: FeatureSet, valid: FeatureSet | None = None) -> "DictionaryMethod":
        """Learn from ``train``; ``valid`` is not used.

        Raises ValueError if a setting is out of its range, or if there is no modality.
        """
        self._check_settings()
        self.modalities_ = choose_modalities(train)
        self.classes_, y = np.unique(train.y, return_inverse=True)
        read, rng = self._reader(train), np.random.default_rng(self.seed)
        self.dictionaries_, objectives = learn_dictionaries(
            read,
            len(y),
            first_atoms(read, y, self.atoms_per_class, rng),
            self._coding(),
            epochs=self.epochs,
            batch=self.batch,
            rng=rng,
        )
        codes = self._coding().all_codes(read, len(y), self.dictionaries_)
        self.weights_ = self.classifier.fit(codes, y, len(self.classes_), self.weight_decay)
        self.history_ = pd.DataFrame({"objective": objectives})
        self._tune(read, y, rng)
        self.history_.insert(0, "epoch", np.arange(1, len(self.history_) + 1))
        return self

    def predict_proba(self, test: FeatureSet) -> np.ndarray:
        """Softmax of the scores Σ_s α^s W^s; 0 for classes without training videos: (N, K)."""
        read = self._reader(test)
        P = np.empty((len(test), len(self.classes_)))
        for rows in in_pieces(len(test)):
            codes = self._coding().codes(read(rows), self.dictionaries_)
            P[rows] = softmax(scores(codes, self.weights_), axis=1)
        return expand_classes(P, self.classes_, len(test.classes))

    def _reader(self, features: FeatureSet) -> Read:
        return partial(modality_rows, features, self.modalities_)

    def _tune(self, read: Read, y: np.ndarray, rng: np.random.Generator) -> None:
        """What a task-driven method does after all else; the others do nothing."""

    def _coding(self) -> Coding:
        return Coding(self.sparsity, self.ridge, self.tolerance, self.iterations)

    def _check_settings(self) -> None:
        for name in ("atoms_per_class", "epochs", "batch", "iterations"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} = {getattr(self, name)}: must be at least 1")
        for name in ("sparsity", "tolerance"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} = {getattr(self, name)}: must be above 0")
        for name in ("ridge", "weight_decay"):
            if not getattr(self, name) >= 0:
                raise ValueError(f"{name} = {getattr(self, name)}: must be at least 0")


class TaskDrivenMethod(DictionaryMethod):
    """One that tunes dictionaries and classifier together; see its subclasses.

    Parameters
    ----------
    rate : ρ > 0, of tuning
    tuning_epochs : of tuning, after ``epochs`` without labels
    settings : of :class:`DictionaryMethod`
    """

    def __init__(self, rate: float = 1.0, tuning_epochs: int = 10, **settings):
        super().__init__(**settings)
        self.rate = rate
        self.tuning_epochs = tuning_epochs

    def _tune(self, read: Read, y: np.ndarray, rng: np.random.Generator) -> None:
        self.dictionaries_, self.weights_, losses = tune(
            read,
            y,
            self.dictionaries_,
            self.weights_,
            self._coding(),
            self.classifier.loss,
            weight_decay=self.weight_decay,
            rate=self.rate,
            epochs=self.tuning_epochs,
            batch=self.batch,
            rng=rng,
        )
        tuned = pd.DataFrame({"loss": losses})
        self.history_ = pd.concat([self.history_, tuned], ignore_index=True)

    def _check_settings(self) -> None:
        super()._check_settings()
        if not self.rate > 0:
            raise ValueError(f"rate = {self.rate}: must be above 0")
        if self.tuning_epochs < 1:
            raise ValueError(f"tuning_epochs = {self.tuning_epochs}: must be at least 1")
