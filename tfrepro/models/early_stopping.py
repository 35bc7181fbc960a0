"""Training that is watched on held-out rows, and ends with the weights that did best there."""

from collections.abc import Callable, Iterator, Mapping

import keras
import numpy as np
import pandas as pd
from sklearn.metrics import f1_score

from tfrepro.models.training import _feed, compile_network


class BestEpoch(keras.callbacks.Callback):
    """Scores a network after each epoch, and in the end gives back its best weights.

    One object serves one training, by ``fit`` or by a loop of one's own::

        best.set_model(network)
        for epoch in range(epochs):
            ...
            best.on_epoch_end(epoch, {"loss": loss})
            if best.stopped:
                break
        best.on_train_end()

    Parameters
    ----------
    score : gives the scores of the network as it is, higher is better
    by : the score that decides; of equals the first epoch is best, and NaN never is
    patience : epochs in a row without a better score, after which training stops; None for
        all epochs

    Attributes
    ----------
    history_ : for each epoch, ``epoch`` (1, 2, ...), what training logged and the scores
    best_epoch_ : whose weights are given back; None as long as there is none, and then the
        last weights stay
    """

    def __init__(
        self,
        score: Callable[[], Mapping[str, float]],
        by: str = "micro_f1",
        patience: int | None = None,
    ):
        super().__init__()
        if patience is not None and patience < 1:
            raise ValueError(f"patience = {patience}: must be at least 1, or None")
        self.score = score
        self.by = by
        self.patience = patience
        self.history_: list[dict[str, float]] = []
        self.best_epoch_: int | None = None
        self._best_score = -np.inf
        self._best_weights: list[np.ndarray] = []

    @property
    def stopped(self) -> bool:
        """Whether there has been no better epoch for as long as ``patience`` allows."""
        if self.patience is None:
            return False
        return len(self.history_) - (self.best_epoch_ or 0) >= self.patience

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        """Score the epoch; ``epoch`` counts from 0, as Keras does."""
        # With JAX a network has its trained weights only once its callback asks for it.
        network = self.model
        scores = self.score()
        self.history_.append({"epoch": epoch + 1, **(logs or {}), **scores})
        if scores[self.by] > self._best_score:
            self.best_epoch_ = epoch + 1
            self._best_score = scores[self.by]
            self._best_weights = network.get_weights()
        if self.stopped:
            network.stop_training = True

    def on_train_end(self, logs: Mapping[str, float] | None = None) -> None:
        """Go back to the best weights."""
        if self.best_epoch_ is not None:
            self.model.set_weights(self._best_weights)
            self._best_weights = []


def train_with_validation(
    network: keras.Model,
    optimizer: keras.optimizers.Optimizer,
    batches: Iterator[tuple],
    steps: int,
    epochs: int,
    best: BestEpoch | None,
) -> pd.DataFrame:
    """:func:`tfrepro.models.training.train_network`, watched by ``best`` where there is one.

    Parameters
    ----------
    epochs : the most there are
    best : None for all epochs, and the last weights

    Returns
    -------
    A row an epoch: ``epoch`` (1, 2, ...), ``loss`` and whatever else was tracked or scored.
    """
    compile_network(network, optimizer, steps)
    fitted = network.fit(
        _feed(batches),
        steps_per_epoch=steps,
        epochs=epochs,
        shuffle=False,
        verbose=0,
        callbacks=[best] if best else [],
    )
    if best:
        return pd.DataFrame(best.history_)
    return pd.DataFrame({"epoch": range(1, epochs + 1), **fitted.history})


def f1_scores(y: np.ndarray, P: np.ndarray) -> dict[str, float]:
    """What methods are watched by: ``micro_f1`` and ``macro_f1`` over all K classes.

    Parameters
    ----------
    y : (N,) true classes
    P : (N, K) probabilities
    """
    guess, classes = P.argmax(axis=1), np.arange(P.shape[1])
    return {
        f"{average}_f1": float(f1_score(y, guess, labels=classes, average=average, zero_division=0))
        for average in ("micro", "macro")
    }
