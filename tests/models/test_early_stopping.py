"""Training that ends with the weights that did best on held-out rows."""

from itertools import repeat

import keras
import numpy as np
import pytest

from tfrepro.evaluation.scores import evaluate
from tfrepro.models.early_stopping import BestEpoch, f1_scores, train_with_validation


class Counting(keras.Model):
    """Its weight counts the steps it was trained for."""

    def __init__(self):
        super().__init__()
        self.count = self.add_weight(shape=(), initializer="zeros")

    def call(self, x):
        return x

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        return -self.count * keras.ops.mean(x)


def train(scores, *, patience=None, steps=2):
    """Train on as many epochs as there are scores to come."""
    network, left = Counting(), iter(scores)
    best = BestEpoch(lambda: {"micro_f1": next(left), "other": 0.5}, patience=patience)
    ones = repeat((np.ones((3, 1), np.float32),))
    history = train_with_validation(
        network, keras.optimizers.SGD(1.0), ones, steps, len(scores), best
    )
    return float(network.count), best, history


@pytest.mark.parametrize(
    ("scores", "epoch"),
    [([0.1, 0.9, 0.2], 2), ([0.5, 0.5], 1), ([0.1, 0.2], 2), ([np.nan, 0.0], 2)],
)
def test_the_weights_are_those_of_the_first_of_the_best_epochs(scores, epoch):
    count, best, _ = train(scores)
    assert best.best_epoch_ == epoch
    assert count == 2 * epoch


def test_without_a_number_among_the_scores_the_last_weights_stay():
    count, best, _ = train([np.nan, np.nan])
    assert (count, best.best_epoch_) == (4, None)


@pytest.mark.parametrize(
    ("scores", "patience", "epochs"),
    [
        ([0.5, 0.4, 0.6, 0.1, 0.1, 0.9], 2, 5),
        ([0.5, 0.4, 0.6], 1, 2),
        ([np.nan, np.nan, np.nan], 2, 2),
        ([0.3, 0.2, 0.1], None, 3),
    ],
)
def test_training_stops_after_so_many_epochs_without_a_better_one(scores, patience, epochs):
    _, best, history = train(scores, patience=patience)
    assert len(history) == epochs
    assert best.stopped == (patience is not None)


def test_the_history_has_what_was_logged_and_scored():
    _, _, history = train([0.1, 0.3])
    assert history["epoch"].tolist() == [1, 2]
    assert history["micro_f1"].tolist() == [0.1, 0.3]
    np.testing.assert_allclose(history["loss"], [-0.5, -2.5])
    assert "other" in history


def test_unwatched_training_keeps_the_last_weights():
    network, ones = Counting(), repeat((np.ones((3, 1), np.float32),))
    history = train_with_validation(network, keras.optimizers.SGD(1.0), ones, 2, 3, None)
    assert float(network.count) == 6
    assert history["epoch"].tolist() == [1, 2, 3]


def test_scores_are_of_the_weights_at_the_end_of_each_epoch():
    network = Counting()
    best = BestEpoch(lambda: {"micro_f1": float(network.count)})
    ones = repeat((np.ones((3, 1), np.float32),))
    history = train_with_validation(network, keras.optimizers.SGD(1.0), ones, 2, 3, best)
    assert history["micro_f1"].tolist() == [2, 4, 6]


def test_a_loop_of_ones_own_is_watched_alike():
    network, scores = Counting(), iter([0.1, 0.4, 0.2, 0.2, 0.9])
    best = BestEpoch(lambda: {"accuracy": next(scores)}, by="accuracy", patience=2)
    best.set_model(network)
    for epoch in range(5):
        network.count.assign_add(1.0)
        best.on_epoch_end(epoch, {"loss": -1.0})
        if best.stopped:
            break
    best.on_train_end()
    assert [row["epoch"] for row in best.history_] == [1, 2, 3, 4]
    assert float(network.count) == best.best_epoch_ == 2


def test_patience_is_at_least_one():
    with pytest.raises(ValueError, match="patience = 0: must be at least 1"):
        BestEpoch(dict, patience=0)


def test_the_scores_are_those_of_the_evaluation():
    rng = np.random.default_rng(0)
    y, P = rng.integers(0, 3, 50), rng.dirichlet(np.ones(5), 50)
    assert f1_scores(y, P) == pytest.approx(evaluate(y, P))
