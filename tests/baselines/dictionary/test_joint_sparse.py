"""The joint-sparse code: its optimality conditions, and what it must agree with."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import ElasticNet, Lasso

from tfrepro.baselines.dictionary.joint_sparse import joint_sparse_codes, objective, violation

SPARSITY = 0.1


def make(rng, N=60, K=20, dims=(12, 9, 6), common=0.0):
    """Samples and dictionaries of unit length, with a direction in common to all atoms."""
    D = [rng.standard_normal((K, d)) + common * rng.standard_normal(d) for d in dims]
    D = [each / np.linalg.norm(each, axis=1, keepdims=True) for each in D]
    A = rng.standard_normal((N, len(dims), K)) * (rng.random((N, 1, K)) < 0.2)
    X = [
        a @ d + 0.1 * rng.standard_normal((N, d.shape[1]))
        for a, d in zip(A.swapaxes(0, 1), D, strict=True)
    ]
    return [x / np.linalg.norm(x, axis=1, keepdims=True) for x in X], D


@pytest.mark.parametrize("dims", [(12,), (12, 9, 6)])
@pytest.mark.parametrize("ridge", [0.0, 0.05])
@pytest.mark.parametrize("common", [0.0, 3.0])
def test_every_row_meets_its_optimality_condition(dims, ridge, common):
    X, D = make(np.random.default_rng(0), dims=dims, common=common)
    A = joint_sparse_codes(X, D, SPARSITY, ridge, tolerance=1e-11)
    for i in range(len(A)):
        pull = np.stack(
            [d @ (x[i] - A[i, s] @ d) for s, (x, d) in enumerate(zip(X, D, strict=True))]
        )
        pull -= ridge * A[i]
        length = np.linalg.norm(A[i], axis=0)
        active = length > 0
        assert active.any()
        np.testing.assert_allclose(
            pull[:, active], SPARSITY * A[i][:, active] / length[active], atol=1e-10
        )
        assert np.linalg.norm(pull[:, ~active], axis=0).max(initial=0) <= SPARSITY + 1e-10
    assert (A == 0).all(axis=1).mean() > 0.3


@pytest.mark.parametrize("ridge", [0.0, 0.1])
def test_one_modality_is_the_elastic_net(ridge):
    (X,), (D,) = make(np.random.default_rng(1), dims=(12,))
    A = joint_sparse_codes([X], [D], SPARSITY, ridge, tolerance=1e-10)[:, 0]
    alpha = (SPARSITY + ridge) / D.shape[1]
    settings = {"fit_intercept": False, "tol": 1e-14, "max_iter": 100_000}
    if ridge:
        theirs = ElasticNet(alpha, l1_ratio=SPARSITY / (SPARSITY + ridge), **settings)
    else:
        theirs = Lasso(alpha, **settings)
    np.testing.assert_allclose(A, theirs.fit(D.T, X.T).coef_, atol=1e-6)


def test_a_batch_gives_what_its_samples_give_one_by_one():
    X, D = make(np.random.default_rng(2), N=15)
    together = joint_sparse_codes(X, D, SPARSITY, tolerance=1e-11)
    alone = [
        joint_sparse_codes([x[[i]] for x in X], D, SPARSITY, tolerance=1e-11) for i in range(15)
    ]
    np.testing.assert_allclose(together, np.concatenate(alone), atol=1e-11)


def test_a_sample_of_zeros_has_a_code_of_zeros_and_changes_no_other():
    X, D = make(np.random.default_rng(3))
    padded = [np.concatenate([x, np.zeros((1, x.shape[1]))]) for x in X]
    A = joint_sparse_codes(padded, D, SPARSITY)
    assert not A[-1].any()
    np.testing.assert_allclose(A[:-1], joint_sparse_codes(X, D, SPARSITY), atol=1e-12)


def test_an_absent_modality_gets_no_code():
    X, D = make(np.random.default_rng(4))
    A = joint_sparse_codes([X[0], X[1], np.zeros_like(X[2])], D, SPARSITY, tolerance=1e-11)
    np.testing.assert_allclose(A[:, 2], 0, atol=1e-11)
    pair = joint_sparse_codes(X[:2], D[:2], SPARSITY, tolerance=1e-11)
    np.testing.assert_allclose(A[:, :2], pair, atol=1e-9)


def test_equal_and_empty_atoms_do_no_harm():
    X, D = make(np.random.default_rng(5))
    D = [np.concatenate([d, d, 0 * d]) for d in D]
    A = joint_sparse_codes(X, D, SPARSITY, tolerance=1e-9)
    assert violation(X, D, A, SPARSITY).max() < 1e-8
    assert not A[:, :, 40:].any()


def test_float32_stays_float32_and_comes_close():
    X, D = make(np.random.default_rng(6), common=2.0)
    low = joint_sparse_codes(
        [x.astype(np.float32) for x in X], [d.astype(np.float32) for d in D], SPARSITY
    )
    high = joint_sparse_codes(X, D, SPARSITY, tolerance=1e-10)
    assert low.dtype == np.float32
    excess = objective(X, D, low.astype(float), SPARSITY) - objective(X, D, high, SPARSITY)
    assert excess.max() < 1e-6


def test_a_start_leads_to_the_same_code():
    X, D = make(np.random.default_rng(7))
    start = np.random.default_rng(8).standard_normal((60, 3, 20))
    A = joint_sparse_codes(X, D, SPARSITY, start=start, tolerance=1e-10)
    np.testing.assert_allclose(A, joint_sparse_codes(X, D, SPARSITY, tolerance=1e-10), atol=1e-8)
    at_once = joint_sparse_codes(X, D, SPARSITY, start=A, tolerance=1e-9, iterations=1)
    np.testing.assert_array_equal(at_once, A)


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    dims=st.lists(st.integers(1, 8), min_size=1, max_size=3),
    atoms=st.integers(1, 30),
    sparsity=st.floats(0.01, 2),
    common=st.floats(0, 5),
)
def test_any_problem_is_solved(seed, dims, atoms, sparsity, common):
    X, D = make(np.random.default_rng(seed), 8, atoms, dims, common)
    rng = np.random.default_rng(seed)
    D = [d * rng.uniform(0.2, 1, (atoms, 1)) for d in D]
    A = joint_sparse_codes(X, D, sparsity, tolerance=1e-6)
    assert violation(X, D, A, sparsity).max() <= 1.01e-6 * sparsity


def test_settings_out_of_range_and_shapes_are_named():
    X, D = make(np.random.default_rng(9))
    with pytest.raises(ValueError, match="sparsity = 0"):
        joint_sparse_codes(X, D, 0)
    with pytest.raises(ValueError, match="ridge = -1"):
        joint_sparse_codes(X, D, 0.1, -1)
    with pytest.raises(ValueError, match="do not fit"):
        joint_sparse_codes(X, D[::-1], 0.1)
