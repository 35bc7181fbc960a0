"""Classifiers of several time scales, and their fusion.

Conventions
-----------
C chunks of a minute. ``levels`` maps a level n (1, 2, 5, 10) to its units' representations
``(C, P_n, D_n)``, in the order of time; P_n is 10, 5, 2 and 1. Units have their chunk's label
``y : (C,)``, true or false, and belong to its source video ``videos : (C,)``.

Source: musicvideo, sections 3.3 and 4.2. The paper gives no size, loss or optimiser; those here
are this reproduction's.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

import keras
import numpy as np
from keras import ops
from scipy.special import expit

from tfrepro.corpora.microvideo_split import resamplings
from tfrepro.layers.towers import glorot
from tfrepro.models.autoencoder import apply_in_batches
from tfrepro.models.batches import shuffled_batches, steps_per_epoch
from tfrepro.models.early_stopping import BestEpoch
from tfrepro.models.layer_recycling import compiled
from tfrepro.models.recycling import train_watched


class Classifier(Protocol):
    """Whatever tells positive rows from others."""

    def fit(self, X: np.ndarray, y: np.ndarray, groups: np.ndarray) -> "Classifier":
        """Learn from rows (N, D), labels (N,) and the groups (N,) that belong together."""
        ...

    def predict(self, X: np.ndarray) -> np.ndarray:
        """(N,), the higher the more likely positive."""
        ...


class LogisticNetwork(keras.Model):
    """One hidden layer of sigmoids and a logistic output: (B, D) -> (B, 1) logits.

    Parameters
    ----------
    hidden : units
    penalty : λ of λ ‖W‖², of both matrices
    seed : of the initial weights
    """

    def __init__(self, hidden: int, penalty: float, seed: int, **kwargs):
        super().__init__(**kwargs)
        self.penalty = penalty
        self.hidden = keras.layers.Dense(
            hidden, activation="sigmoid", kernel_initializer=glorot(seed, 0)
        )
        self.output_layer = keras.layers.Dense(1, kernel_initializer=glorot(seed, 1))

    def call(self, x):
        return self.output_layer(self.hidden(x))

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """The mean cross entropy of ``y : (B,)`` in nats, and the penalty."""
        logits = y_pred[:, 0]
        squares = sum(
            ops.sum(ops.square(layer.kernel)) for layer in (self.hidden, self.output_layer)
        )
        return ops.mean(ops.softplus(logits) - y * logits) + self.penalty * squares


class FeedForwardClassifier:
    """Tells positive rows from others by a network with one hidden layer, trained by Adam.

    A share of the rows, whose groups stay whole, is held out; the weights are those of the epoch
    with the least cross entropy there.

    Parameters
    ----------
    hidden : units of the hidden layer: 256 on a level, 16 for the fusion
    learning_rate, batch : of Adam
    penalty : of the squared weights
    held_out : share of the rows to stop by, at least as many as the largest group has; None to
        train for all epochs
    epochs : the most there are
    patience : epochs without a better one, after which training stops
    seed : of weights, batches and of what is held out

    Attributes
    ----------
    network_ : :class:`LogisticNetwork`
    history_ : a row an epoch: ``epoch``, ``loss`` and ``log_likelihood`` of a held-out row, nats
    """

    def __init__(
        self,
        hidden: int = 256,
        *,
        learning_rate: float = 1e-3,
        batch: int = 128,
        penalty: float = 1e-4,
        held_out: float | None = 0.1,
        epochs: int = 200,
        patience: int | None = 10,
        seed: int = 0,
    ):
        self.hidden = hidden
        self.learning_rate = learning_rate
        self.batch = batch
        self.penalty = penalty
        self.held_out = held_out
        self.epochs = epochs
        self.patience = patience
        self.seed = seed

    def fit(self, X: np.ndarray, y: np.ndarray, groups: np.ndarray) -> "FeedForwardClassifier":
        """Learn from rows (N, D), labels (N,) bool and groups (N,).

        Raises UserError if there are too few groups to hold any out.
        """
        X, target = np.asarray(X, np.float32), np.asarray(y, np.float32)
        kept, best = np.arange(len(X)), None
        if self.held_out is not None:
            kept, watched = stopping_rows(y, groups, self.held_out, self.seed)
            best = BestEpoch(
                lambda: {"log_likelihood": self._log_likelihood(X[watched], target[watched])},
                by="log_likelihood",
                patience=self.patience,
            )
        steps = steps_per_epoch(len(kept), self.batch)
        fresh = LogisticNetwork(self.hidden, self.penalty, self.seed)
        fresh(ops.zeros((1, X.shape[1])))
        self.network_ = compiled(
            fresh,
            keras.optimizers.Adam(self.learning_rate),
            steps,
            kind=(type(self), self.hidden, self.learning_rate, self.penalty, X.shape[1]),
            owner=self,
        )
        batches = _batches(X, target, kept, self.batch, self.seed)
        self.history_ = train_watched(self.network_, batches, steps, self.epochs, best)
        return self

    def predict(self, X: np.ndarray) -> np.ndarray:
        """The probability that a row is positive: (N, D) -> (N,)."""
        return expit(self._logits(X))

    def _logits(self, X: np.ndarray) -> np.ndarray:
        return apply_in_batches(self.network_, np.asarray(X, np.float32))[:, 0]

    def _log_likelihood(self, X: np.ndarray, y: np.ndarray) -> float:
        logits = self._logits(X)
        return float(np.mean(y * logits - np.logaddexp(0, logits)))


def stopping_rows(
    y: np.ndarray, groups: np.ndarray, share: float, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Row numbers to learn from, and to stop by: of each class about that share, groups whole.

    Raises UserError if there are too few groups.
    """
    largest = int(np.unique(groups, return_counts=True)[1].max())
    count = max(largest, round(share * len(y)))
    return resamplings(np.asarray(y, int), 1, count, seed, groups, stratified=True)[0]


# No method: what feeds a network outlives its training, and must not keep its owner alive.
def _batches(
    X: np.ndarray, y: np.ndarray, rows: np.ndarray, batch: int, seed: int
) -> Iterator[tuple]:
    for (drawn,) in shuffled_batches(rows, batch, seed):
        yield X[drawn], y[drawn]


def fit_units(
    classifier: Classifier, units: np.ndarray, y: np.ndarray, videos: np.ndarray
) -> Classifier:
    """Train on all units (C, P, D), which have the labels and the videos of their chunks."""
    C, P, D = units.shape
    return classifier.fit(units.reshape(C * P, D), np.repeat(y, P), np.repeat(videos, P))


def predict_units(classifier: Classifier, units: np.ndarray) -> np.ndarray:
    """Local predictions: (C, P, D) -> (C, P)."""
    C, P, D = units.shape
    return classifier.predict(units.reshape(C * P, D)).reshape(C, P)


def out_of_fold(
    make: Callable[[], Classifier],
    units: np.ndarray,
    y: np.ndarray,
    videos: np.ndarray,
    folds: np.ndarray,
) -> np.ndarray:
    """Predictions of the units of each fold by a classifier that learned from the others: (C, P).

    Parameters
    ----------
    make : an untrained classifier
    units, y, videos : (C, P, D), (C,), (C,)
    folds : (C,) the number of each chunk's fold

    Raises ValueError if a source video is in two folds, or there is one fold only.
    """
    pairs = np.unique(
        np.stack([np.unique(a, return_inverse=True)[1] for a in (videos, folds)]), axis=1
    )
    if len(np.unique(folds)) < 2 or len(pairs.T) != len(np.unique(videos)):
        raise ValueError("folds: must be two or more, and have no source video in common")
    P = np.empty(units.shape[:2])
    for fold in np.unique(folds):
        rest, own = folds != fold, folds == fold
        P[own] = predict_units(fit_units(make(), units[rest], y[rest], videos[rest]), units[own])
    return P


def decision_vectors(local: Mapping[int, np.ndarray]) -> np.ndarray:
    """All local predictions of a chunk, finest level first: (C, Σ P_n), 18 on four levels.

    Source: musicvideo, section 4.2: "10 local predictions by the base-1 classifier, ...".
    """
    return np.concatenate([local[level] for level in sorted(local)], axis=1)


class MultiTimescaleClassifier:
    """One classifier for each level, and a small network that decides by all their predictions.

    The level classifiers used on new chunks learn from all training chunks. What the fusion learns
    from are predictions of training chunks: by default those of classifiers that have not seen
    the chunk's source video. In-sample ones, which the paper may have used, are surer than any
    that the fusion will see again.

    Parameters
    ----------
    level, fusion : arguments of :class:`FeedForwardClassifier`; the fusion has 16 hidden units
        unless told otherwise
    in_sample : whether the fusion learns from in-sample predictions
    seed : of all networks

    Attributes
    ----------
    levels_ : level -> its classifier
    fusion_ : the classifier of :func:`decision_vectors`

    Source: musicvideo, sections 3.3 and 4.2.
    """

    def __init__(
        self,
        *,
        level: Mapping[str, Any] | None = None,
        fusion: Mapping[str, Any] | None = None,
        in_sample: bool = False,
        seed: int = 0,
    ):
        self.level = level
        self.fusion = fusion
        self.in_sample = in_sample
        self.seed = seed

    def fit(
        self,
        levels: Mapping[int, np.ndarray],
        y: np.ndarray,
        videos: np.ndarray,
        folds: np.ndarray | None = None,
    ) -> "MultiTimescaleClassifier":
        """Train level by level, then the fusion.

        Parameters
        ----------
        levels : level -> (C, P_n, D_n)
        y, videos : (C,) labels and source videos
        folds : (C,) see :func:`out_of_fold`; not needed for in-sample predictions
        """
        if folds is None and not self.in_sample:
            raise ValueError("folds: needed for predictions out of fold")
        self.levels_, seen = {}, {}
        for level, units in levels.items():
            if not self.in_sample:
                seen[level] = out_of_fold(self._make_level, units, y, videos, folds)
            self.levels_[level] = fit_units(self._make_level(), units, y, videos)
            if self.in_sample:
                seen[level] = predict_units(self.levels_[level], units)
        fusion = FeedForwardClassifier(**{"hidden": 16, **(self.fusion or {})}, seed=self.seed)
        self.fusion_ = fusion.fit(decision_vectors(seen), y, videos)
        return self

    def predict_local(self, levels: Mapping[int, np.ndarray]) -> dict[int, np.ndarray]:
        """What each level's classifier says of its units: level -> (C, P_n)."""
        return {
            level: predict_units(classifier, levels[level])
            for level, classifier in self.levels_.items()
        }

    def predict(self, levels: Mapping[int, np.ndarray]) -> np.ndarray:
        """The fused probability that a chunk is positive: (C,)."""
        return self.fusion_.predict(decision_vectors(self.predict_local(levels)))

    def _make_level(self) -> FeedForwardClassifier:
        return FeedForwardClassifier(**(self.level or {}), seed=self.seed)
