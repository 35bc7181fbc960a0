"""Vectors scaled before a network sees them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.preprocessing import StandardScaler

from tfrepro.features.scaling import Scaling

RNG = np.random.default_rng(0)


def test_as_they_are():
    X = RNG.standard_normal((5, 3)).astype(np.float32)
    np.testing.assert_array_equal(Scaling("none").fit({"visual": X})("visual", X), X)


def test_to_length_one_but_zeros():
    X = RNG.standard_normal((5, 3)) * 100
    X[2] = 0
    made = Scaling("unit").fit({"visual": X})("visual", X)
    np.testing.assert_allclose(np.linalg.norm(made, axis=1), [1, 1, 0, 1, 1], atol=1e-6)


@given(shift=st.floats(-100, 100), size=st.floats(1e-2, 1e3))
def test_standardised_as_scikit_learn_does_in_blocks(monkeypatch_block, shift, size):
    X = shift * size + size * np.random.default_rng(1).standard_normal((50, 4))
    X[:, 3] = 7
    made = Scaling("standard").fit({"acoustic": X})("acoustic", X[:10])
    expected = StandardScaler().fit(X).transform(X[:10])
    np.testing.assert_allclose(made, expected, atol=1e-3)


@pytest.fixture(scope="module", autouse=True)
def monkeypatch_block():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tfrepro.features.scaling._BLOCK", 16)
        yield


def test_what_was_learned_can_be_kept(tmp_path):
    X = RNG.standard_normal((20, 3))
    made = Scaling("standard").fit({"visual": X, "textual": 2 * X})
    made.save(tmp_path / "scaling.npz")
    again = Scaling.load("standard", tmp_path / "scaling.npz")
    for name in ("visual", "textual"):
        np.testing.assert_array_equal(again(name, X), made(name, X))


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="must be one of none, unit, standard"):
        Scaling("length")
