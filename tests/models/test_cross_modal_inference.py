"""Missing units from known ones: beside enumeration, and through a whole network."""

import itertools

import keras
import numpy as np
import pytest
from scipy.special import expit

from tfrepro.layers.rbm import BernoulliRbm
from tfrepro.models.cross_modal_inference import CrossModalInference, gibbs, mean_field, other
from tfrepro.models.dbn import MultimodalDbn
from tfrepro.models.rbm import RbmSettings

V, H = 5, 4
MISSING = slice(3, 5)
KNOWN = np.array([[1.0, 0.0, 1.0]])


def joint(scale, seed=0):
    """A machine of five visible units, of which two are another modality's."""
    rng = np.random.default_rng(seed)
    rbm = BernoulliRbm(H, seed)
    rbm.build((None, V))
    for weight in rbm.trainable_variables:
        weight.assign(scale * rng.standard_normal(weight.shape))
    return rbm


def with_missing(known, value=0.5, missing=MISSING):
    rows = np.full((len(known), V), value, np.float32)
    rows[:, [i for i in range(V) if not missing.start <= i < missing.stop]] = known
    return rows


def exact(rbm, known=KNOWN, missing=MISSING):
    """E[m | known] by enumeration of the missing units; the hidden ones are summed out."""
    size = missing.stop - missing.start
    states = np.array(list(itertools.product([0.0, 1.0], repeat=size)))
    rows = with_missing(np.repeat(known, len(states), axis=0), missing=missing)
    rows[:, missing] = states
    F = np.array(rbm.free_energy(rows), np.float64)
    p = np.exp(-F + F.min())
    return p @ states / p.sum()


class TestMeanField:
    @pytest.mark.parametrize("missing", [slice(3, 5), slice(0, 2)])
    @pytest.mark.parametrize("seed", [0, 1, 2])
    def test_it_is_close_to_the_exact_conditional_of_weak_weights(self, seed, missing):
        rbm = joint(0.5, seed)
        found = np.array(mean_field(rbm, with_missing(KNOWN, missing=missing), missing))
        expected = exact(rbm, missing=missing)
        np.testing.assert_allclose(found[0, missing], expected, atol=0.02)

    def test_it_ends_where_both_conditionals_agree(self):
        rbm = joint(0.7)
        rows = np.array(mean_field(rbm, with_missing(KNOWN), MISSING, steps=60))
        again = np.array(rbm.visible_mean(rbm(rows)))
        np.testing.assert_allclose(again[:, MISSING], rows[:, MISSING], atol=1e-5)

    def test_a_step_is_up_and_down_once(self):
        rbm = joint(1.0)
        W, a, b = (np.array(w) for w in (rbm.kernel, rbm.visible_bias, rbm.hidden_bias))
        rows = with_missing(KNOWN)
        expected = expit(expit(rows @ W + b) @ W.T + a)
        found = np.array(mean_field(rbm, rows, MISSING, steps=1))
        np.testing.assert_allclose(found[:, MISSING], expected[:, MISSING], rtol=1e-5)

    def test_what_stands_for_the_missing_units_is_not_looked_at(self):
        rbm = joint(1.0)
        np.testing.assert_array_equal(
            mean_field(rbm, with_missing(KNOWN, 0.9), MISSING),
            mean_field(rbm, with_missing(KNOWN, 0.1), MISSING),
        )


class TestGibbs:
    def test_its_mean_is_the_exact_conditional_even_of_strong_weights(self):
        rbm = joint(1.5)
        n = 4_000
        rows = with_missing(np.repeat(KNOWN, n, axis=0))
        found = np.array(gibbs(rbm, rows, MISSING, steps=50, seed=1))[:, MISSING]
        # Five standard errors, as if each row's ten steps were one.
        atol = 5 * 0.5 / np.sqrt(n)
        np.testing.assert_allclose(found.mean(axis=0), exact(rbm), atol=atol)

    def test_only_the_last_steps_count(self):
        rbm, rows = joint(1.0), with_missing(KNOWN)
        three = [np.array(gibbs(rbm, rows, MISSING, steps, last=1, seed=2)) for steps in (3, 4, 5)]
        together = np.array(gibbs(rbm, rows, MISSING, 5, last=3, seed=2))
        np.testing.assert_allclose(together, np.mean(three, axis=0), rtol=1e-5)

    def test_the_seed_decides(self):
        rbm, rows = joint(1.0), with_missing(KNOWN)
        keras.utils.set_random_seed(1)
        one = np.array(gibbs(rbm, rows, MISSING, seed=3))
        keras.utils.set_random_seed(2)
        np.testing.assert_array_equal(gibbs(rbm, rows, MISSING, seed=3), one)
        assert (np.array(gibbs(rbm, rows, MISSING, seed=4)) != one).any()

    @pytest.mark.parametrize("last", [0, 6])
    def test_no_more_steps_can_count_than_there_are(self, last):
        with pytest.raises(ValueError, match=f"last = {last}: must be from 1 to .* 5"):
            gibbs(joint(1.0), with_missing(KNOWN), MISSING, steps=5, last=last)


@pytest.mark.parametrize("fill_in", [mean_field, gibbs])
@pytest.mark.parametrize("missing", [slice(3, 5), slice(0, 2)])
def test_what_is_known_never_changes(fill_in, missing):
    known = np.random.default_rng(0).random((20, 3)).astype(np.float32)
    rows = with_missing(known, missing=missing)
    found = np.array(fill_in(joint(2.0), rows, missing))
    kept = np.delete(np.arange(V), np.arange(missing.start, missing.stop))
    np.testing.assert_array_equal(found[:, kept], known)
    assert ((found[:, missing] > 0) & (found[:, missing] < 1)).all()
    assert found.shape == (20, V)


def standard(X):
    return ((X - X.mean(axis=0)) / X.std(axis=0)).astype(np.float32)


@pytest.fixture(scope="module")
def pairs():
    """Two modalities of 600 segments, made of the same three causes."""
    rng = np.random.default_rng(0)
    causes = 2.0 * (rng.random((600, 3)) < 0.5) - 1
    return tuple(
        standard(causes @ rng.standard_normal((3, D)) + 0.3 * rng.standard_normal((600, D)))
        for D in (9, 7)
    )


@pytest.fixture(scope="module")
def dbn(pairs):
    training = {"batch": 50, "weight_decay": 1e-4, "momentum_steps": 300, "reports": 1}
    stack = (
        RbmSettings(16, 0.02, steps=1_000, **training),
        RbmSettings(12, 0.1, steps=1_000, **training),
    )
    made = MultimodalDbn(stack, stack, RbmSettings(16, 0.1, steps=2_000, **training), seed=1)
    return made.fit(*(X[:500] for X in pairs))


class TestNetwork:
    @pytest.mark.parametrize("method", ["mean-field", "gibbs"])
    @pytest.mark.parametrize("query", ["visual", "acoustic"])
    def test_held_out_partners_are_nearer_than_others(self, dbn, pairs, query, method):
        asked, sought = pairs if query == "visual" else pairs[::-1]
        found = CrossModalInference(dbn, method).features(query, asked[500:])
        assert found.shape == sought[500:].shape
        error = np.square(found - sought[500:]).mean()
        assert error < 0.6 * np.square(sought[500:]).mean()
        assert error < 0.5 * np.square(found - np.roll(sought[500:], 1, axis=0)).mean()

    def test_deep_representations_go_through_the_level_asked_for(self, dbn, pairs):
        visual, acoustic = (
            dbn.deep(name, X).reshape(-1, 2, 12)
            for name, X in zip(("visual", "acoustic"), pairs, strict=True)
        )
        dbn.fit_level(2, visual, acoustic)
        found = CrossModalInference(dbn).deep("acoustic", acoustic, level=2)
        assert found.shape == (300, 24)
        made = dbn.levels_[2]
        rows = np.concatenate([np.full((300, 24), 0.5), acoustic.reshape(300, 24)], axis=1)
        expected = mean_field(made.machine_.rbm_, rows.astype(np.float32), slice(0, 24))
        np.testing.assert_array_equal(found, np.array(expected)[:, :24])

    def test_the_steps_are_the_methods_unless_given(self, dbn, pairs):
        def features(**given):
            return CrossModalInference(dbn, **given).features("visual", pairs[0][:5])

        np.testing.assert_array_equal(features(), features(steps=10))
        assert (features(steps=1) != features()).any()
        gibbs_of = {"method": "gibbs", "seed": 5}
        np.testing.assert_array_equal(features(**gibbs_of), features(**gibbs_of, steps=50, last=10))

    def test_what_is_unknown_is_refused(self, dbn, pairs):
        with pytest.raises(ValueError, match="method = 'exact': must be one of mean-field, gibbs"):
            CrossModalInference(dbn, "exact")
        with pytest.raises(ValueError, match="modality = 'text': must be one of visual, acoustic"):
            other("text")
