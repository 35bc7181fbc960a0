"""The batched lasso: its optimality conditions, and what it must agree with."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.decomposition import sparse_encode
from sklearn.linear_model import Lasso

from tfrepro.baselines.dictionary.joint_sparse import joint_sparse_codes, objective, violation
from tfrepro.baselines.dictionary.lasso import Fista, lasso_codes

SPARSITY = 0.1
EXACT = {"tolerance": 1e-9, "iterations": 50_000}


def make(seed=0, N=60, K=20, d=12, common=0.0):
    """Samples and atoms of unit length, with a direction in common to all atoms."""
    rng = np.random.default_rng(seed)
    D = rng.standard_normal((K, d)) + common * rng.standard_normal(d)
    D /= np.linalg.norm(D, axis=1, keepdims=True)
    X = (rng.standard_normal((N, K)) * (rng.random((N, K)) < 0.2)) @ D
    X += 0.1 * rng.standard_normal(X.shape)
    return X / np.linalg.norm(X, axis=1, keepdims=True), D


def costs(X, D, A, sparsity=SPARSITY):
    return objective([X], [D], A[:, None], sparsity)


@pytest.mark.parametrize("common", [0.0, 3.0])
def test_every_atom_meets_its_optimality_condition_and_many_are_exactly_zero(common):
    X, D = make(common=common)
    A = lasso_codes(X, D, SPARSITY, **EXACT)
    pull = (X - A @ D) @ D.T
    used = A != 0
    np.testing.assert_allclose(pull[used], SPARSITY * np.sign(A[used]), atol=1e-9)
    assert np.abs(pull[~used]).max() <= SPARSITY + 1e-9
    assert 0.3 < np.mean(~used) < 1


def test_it_agrees_with_scikit_learn():
    X, D = make(1, K=9)
    A = lasso_codes(X, D, SPARSITY, **EXACT)
    np.testing.assert_allclose(
        A, sparse_encode(X, D, algorithm="lasso_lars", alpha=SPARSITY), atol=1e-7
    )
    theirs = Lasso(SPARSITY / D.shape[1], fit_intercept=False, tol=1e-14, max_iter=100_000)
    np.testing.assert_allclose(A, theirs.fit(D.T, X.T).coef_, atol=1e-7)


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    atoms=st.integers(1, 30),
    d=st.integers(1, 10),
    sparsity=st.floats(0.01, 2),
    common=st.floats(0, 5),
)
def test_any_problem_is_solved_as_by_newtons_method(seed, atoms, d, sparsity, common):
    X, D = make(seed, 8, atoms, d, common)
    D *= np.random.default_rng(seed).uniform(0.2, 1, (atoms, 1))
    A = lasso_codes(X, D, sparsity, tolerance=1e-5, iterations=20_000)
    assert violation([X], [D], A[:, None], sparsity).max() <= 1.1e-5 * sparsity
    best = joint_sparse_codes([X], [D], sparsity, tolerance=1e-8)
    np.testing.assert_allclose(costs(X, D, A, sparsity), objective([X], [D], best, sparsity))


def test_what_is_stacked_adds_to_the_products():
    X, D = make(2)
    rng = np.random.default_rng(0)
    Q, W = rng.standard_normal((60, 4)), rng.standard_normal((20, 4))
    stacked = lasso_codes(
        np.hstack([X, np.sqrt(3) * Q]), np.hstack([D, np.sqrt(3) * W]), SPARSITY, **EXACT
    )
    coder = Fista(D @ D.T + 3 * W @ W.T, SPARSITY, **EXACT)
    np.testing.assert_allclose(coder.codes(X @ D.T + 3 * Q @ W.T), stacked, atol=1e-7)


def test_a_batch_gives_what_its_samples_give_one_by_one(monkeypatch):
    X, D = make(3, N=15, common=1.0)
    alone = np.concatenate([lasso_codes(x[None], D, SPARSITY) for x in X])
    np.testing.assert_allclose(lasso_codes(X, D, SPARSITY), alone, atol=1e-12)
    monkeypatch.setattr("tfrepro.baselines.dictionary.lasso._PIECE", 4)
    np.testing.assert_allclose(lasso_codes(X, D, SPARSITY), alone, atol=1e-12)


def test_a_start_leads_to_the_same_code_and_an_optimum_stays():
    X, D = make(4)
    A = lasso_codes(X, D, SPARSITY, **EXACT)
    start = np.random.default_rng(0).standard_normal(A.shape)
    np.testing.assert_allclose(lasso_codes(X, D, SPARSITY, start=start, **EXACT), A, atol=1e-7)
    again = lasso_codes(X, D, SPARSITY, start=A, tolerance=1e-8, iterations=1)
    np.testing.assert_array_equal(again, A)


@pytest.mark.parametrize("iterations", [1, 3, 20])
def test_a_few_steps_lower_the_objective(iterations):
    X, D = make(5, common=3.0)
    start = 0.1 * np.random.default_rng(0).standard_normal((60, 20))
    A = lasso_codes(X, D, SPARSITY, start=start, iterations=iterations)
    assert (costs(X, D, A) <= costs(X, D, start) + 1e-12).all()


def test_samples_and_atoms_of_zeros_have_codes_of_zeros():
    X, D = make(6)
    A = lasso_codes(np.vstack([X, 0 * X[:1]]), np.vstack([D, 0 * D[:1]]), SPARSITY)
    assert not A[-1].any()
    assert not A[:, -1].any()
    assert not lasso_codes(X, 0 * D, SPARSITY).any()
    assert lasso_codes(X[:0], D, SPARSITY).shape == (0, 20)


def test_float32_stays_float32_and_comes_close():
    X, D = make(7, common=2.0)
    low = lasso_codes(X.astype(np.float32), D.astype(np.float32), SPARSITY)
    assert low.dtype == np.float32
    excess = costs(X, D, low.astype(float)) - costs(X, D, lasso_codes(X, D, SPARSITY, **EXACT))
    assert excess.max() < 1e-6


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"sparsity": 0}, "sparsity = 0: must be above 0"),
        ({"tolerance": -1}, "tolerance = -1: must be at least 0"),
        ({"iterations": 0}, "iterations = 0: must be at least 1"),
        ({"start": np.zeros((60, 3))}, r"start \(60, 3\): must be \(60, 20\)"),
        ({"D": np.zeros((20, 5))}, "do not fit a dictionary"),
        ({"D": np.zeros((0, 12))}, "not empty"),
    ],
)
def test_settings_out_of_range_and_shapes_are_named(change, said):
    X, D = make(8)
    with pytest.raises(ValueError, match=said):
        lasso_codes(**{"X": X, "D": D, "sparsity": SPARSITY} | change)
    with pytest.raises(ValueError, match="do not fit 20 atoms"):
        Fista(D @ D.T, SPARSITY).codes(X)
