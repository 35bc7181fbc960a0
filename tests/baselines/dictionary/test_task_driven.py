"""Learning of dictionaries: gradients against finite differences, atoms, objectives."""

import numpy as np
import pytest

from tfrepro.baselines.dictionary.atoms import first_atoms, project_to_ball
from tfrepro.baselines.dictionary.classifiers import (
    QUADRATIC,
    SOFTMAX,
    quadratic_loss,
    softmax_loss,
)
from tfrepro.baselines.dictionary.coding import Coding
from tfrepro.baselines.dictionary.task_driven import loss_and_gradients, tune
from tfrepro.baselines.dictionary.unsupervised import learn_dictionaries

EXACT = Coding(0.1, 0.01, tolerance=1e-13)


def unit(X):
    return X / np.linalg.norm(X, axis=1, keepdims=True)


@pytest.fixture
def problem():
    """Four samples, 20 atoms, three modalities, and weights of three classes."""
    rng = np.random.default_rng(0)
    D = [unit(rng.standard_normal((20, d))) for d in (11, 8, 7)]
    X = [unit(rng.standard_normal((4, d.shape[1]))) for d in D]
    return X, np.array([0, 2, 1, 2]), D, rng.standard_normal((3, 20, 3))


@pytest.mark.parametrize("loss", [quadratic_loss, softmax_loss])
@pytest.mark.parametrize("modalities", [1, 3])
@pytest.mark.parametrize("ridge", [0.0, 0.01])
def test_gradients_are_those_of_finite_differences(problem, loss, modalities, ridge):
    X, y, D, W = problem
    X, D, W = X[:modalities], D[:modalities], W[:modalities]
    coding = Coding(0.1, ridge, tolerance=1e-13)

    def mean_loss(D, W):
        return loss_and_gradients(X, y, D, W, coding, loss)[0].mean()

    _, to_D, to_W = loss_and_gradients(X, y, D, W, coding, loss)
    h, rng = 1e-5, np.random.default_rng(1)
    for s in range(modalities):
        for _ in range(3):
            move = unit(rng.standard_normal(D[s].shape))
            up, down = ([*D[:s], D[s] + sign * h * move, *D[s + 1 :]] for sign in (1, -1))
            slope = (mean_loss(up, W) - mean_loss(down, W)) / (2 * h)
            assert abs(slope - np.vdot(to_D[s], move)) < 1e-7
    move = rng.standard_normal(W.shape)
    slope = (mean_loss(D, W + h * move) - mean_loss(D, W - h * move)) / (2 * h)
    assert abs(slope - np.vdot(to_W, move)) < 1e-7


@pytest.mark.parametrize("classifier", [QUADRATIC, SOFTMAX])
def test_fitted_weights_have_no_gradient(problem, classifier):
    X, y, D, W = problem
    codes = EXACT.codes(X, D)
    W = classifier.fit(codes, y, 3, 0.01)
    assert np.abs(classifier.loss(codes, W, y)[2] + 0.01 * W).max() < 1e-5


def test_unsupervised_objective_falls_and_atoms_stay_in_the_ball():
    rng = np.random.default_rng(2)
    D = [unit(rng.standard_normal((10, d))) for d in (12, 8)]
    A = rng.standard_normal((200, 2, 10)) * (rng.random((200, 1, 10)) < 0.2)
    X = [unit(A[:, s] @ D[s] + 0.01) for s in range(2)]
    start = first_atoms(lambda rows: [x[rows] for x in X], np.arange(200) % 5, 2, rng)
    learned, objectives = learn_dictionaries(
        lambda rows: [x[rows] for x in X], 200, start, EXACT, epochs=6, batch=50, rng=rng
    )
    assert np.all(np.diff(objectives) < 0)
    before, after = (EXACT.objective(X, d, EXACT.codes(X, d)).mean() for d in (start, learned))
    assert after < 0.9 * before
    assert max(np.linalg.norm(d, axis=1).max() for d in learned) <= 1 + 1e-12


def test_tuning_lowers_the_loss_within_the_ball(problem):
    X, y, D, W = problem
    tuned, _, losses = tune(
        lambda rows: [x[rows] for x in X],
        y,
        D,
        0 * W,
        EXACT,
        quadratic_loss,
        weight_decay=1e-4,
        rate=0.5,
        epochs=40,
        batch=4,
        rng=np.random.default_rng(0),
    )
    assert losses[-1] < 0.5 * losses[0]
    assert max(np.linalg.norm(d, axis=1).max() for d in tuned) <= 1 + 1e-12


def test_first_atoms_are_samples_of_each_class_and_never_empty():
    X = np.eye(10)
    X[9] = 0
    y = np.array([0] * 8 + [1, 1])
    (D,) = first_atoms(lambda rows: [X[rows]], y, 2, np.random.default_rng(0))
    assert len(D) == 4
    np.testing.assert_allclose(np.linalg.norm(D, axis=1), 1)
    assert D[2, 8] == 1
    (everything,) = first_atoms(lambda rows: [X[rows]], y, 50, np.random.default_rng(0))
    assert len(everything) == 10


def test_projection_only_shortens():
    D = np.array([[3.0, 4.0], [0.3, 0.4], [0.0, 0.0]])
    np.testing.assert_allclose(project_to_ball(D), [[0.6, 0.8], [0.3, 0.4], [0, 0]])
