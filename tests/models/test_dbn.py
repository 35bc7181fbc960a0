"""Stacks, shared machines and levels: shapes, what is passed up, and what is found there."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from tfrepro.models.dbn import (
    ACOUSTIC,
    SHARED,
    VISUAL,
    DeepBeliefNetwork,
    MultimodalDbn,
    SharedRepresentation,
    side_by_side,
)
from tfrepro.models.rbm import RbmSettings

TRAINING = {"batch": 50, "weight_decay": 1e-4, "momentum_steps": 200, "reports": 2}
VISUAL_SMALL = (
    RbmSettings(12, 0.01, steps=400, **TRAINING),
    RbmSettings(6, 0.05, steps=400, **TRAINING),
)
ACOUSTIC_SMALL = (
    RbmSettings(8, 0.01, steps=400, **TRAINING),
    RbmSettings(5, 0.05, steps=400, **TRAINING),
)
SHARED_SMALL = RbmSettings(7, 0.05, steps=400, **TRAINING)


@pytest.fixture(scope="module")
def segments():
    """Standardised features of 500 segments, whose mood shows in both modalities, and the mood."""
    rng = np.random.default_rng(0)
    mood = rng.random(500) < 0.5
    causes = np.stack([mood, rng.random(500) < 0.5], axis=1)
    made = []
    for D in (10, 6):
        X = (2 * causes - 1) @ rng.standard_normal((2, D)) + 0.4 * rng.standard_normal((500, D))
        made.append(((X - X.mean(axis=0)) / X.std(axis=0)).astype(np.float32))
    return *made, mood


@pytest.fixture(scope="module")
def fitted(segments):
    X_v, X_a, _ = segments
    dbn = MultimodalDbn(VISUAL_SMALL, ACOUSTIC_SMALL, SHARED_SMALL, seed=3)
    return dbn.fit(X_v[:400], X_a[:400], (X_v[400:], X_a[400:]))


class TestSettings:
    def test_the_sizes_are_those_of_the_published_code(self):
        assert [layer.units for layer in VISUAL] == [2048, 1024]
        assert [layer.units for layer in ACOUSTIC] == [1024, 1024]
        assert SHARED.units == 2048
        assert [layer.learning_rate for layer in (*VISUAL, *ACOUSTIC, SHARED)] == [
            0.001,
            0.05,
            0.001,
            0.01,
            0.01,
        ]
        assert SHARED.sparsity_target is None


class TestStack:
    def test_the_lowest_machine_is_gaussian_and_the_next_takes_its_probabilities(self, fitted):
        stack = fitted.stacks_["visual"]
        assert [machine.visibles for machine in stack.machines_] == ["gaussian", "bernoulli"]
        assert [tuple(m.rbm_.kernel.shape) for m in stack.machines_] == [(10, 12), (12, 6)]

    def test_the_deep_representation_is_the_machines_one_after_the_other(self, fitted, segments):
        X = segments[0][:9]
        first, second = fitted.stacks_["visual"].machines_
        deep = fitted.deep("visual", X)
        np.testing.assert_array_equal(deep, second.hidden(first.hidden(X)))
        assert (deep.shape, deep.dtype) == ((9, 6), np.float32)
        assert ((deep > 0) & (deep < 1)).all()

    def test_the_way_down_is_the_way_up_turned_over(self, fitted, segments):
        deep = fitted.deep("visual", segments[0][:9])
        first, second = fitted.stacks_["visual"].machines_
        features = fitted.features("visual", deep)
        np.testing.assert_array_equal(features, first.visible(second.visible(deep)))
        assert features.shape == (9, 10)

    def test_features_come_back_better_than_as_their_mean(self, fitted, segments):
        for name, X in zip(("visual", "acoustic"), segments, strict=False):
            back = fitted.features(name, fitted.deep(name, X[400:]))
            assert np.square(back - X[400:]).mean() < 0.7 * np.square(X[400:]).mean()

    def test_a_stack_needs_a_layer(self, segments):
        with pytest.raises(ValueError, match="one machine at least"):
            DeepBeliefNetwork(()).fit(segments[0])


class TestShared:
    def test_it_is_the_shared_machine_on_both_deep_representations(self, fitted, segments):
        X_v, X_a, _ = segments
        both = np.concatenate([fitted.deep("visual", X_v), fitted.deep("acoustic", X_a)], axis=1)
        found = fitted.shared(X_v, X_a)
        np.testing.assert_allclose(found, fitted.levels_[1].machine_.hidden(both), rtol=1e-6)
        assert found.shape == (500, 7)
        assert fitted.levels_[1].blocks_ == {"visual": slice(0, 6), "acoustic": slice(6, 11)}

    def test_what_both_modalities_show_can_be_read_from_it(self, fitted, segments):
        X_v, X_a, mood = segments
        H = fitted.shared(X_v, X_a)
        probe = LogisticRegression().fit(H[:400], mood[:400])
        assert probe.score(H[400:], mood[400:]) > 0.9

    def test_the_history_tells_the_machines_apart(self, fitted):
        history = fitted.history_
        assert history["layer"].unique().tolist() == [
            "visual 1",
            "visual 2",
            "acoustic 1",
            "acoustic 2",
            "shared 1",
        ]
        assert np.isfinite(history["free_energy_gap"]).all()
        assert (history.groupby("layer")["step"].max() == 400).all()

    def test_no_two_machines_have_the_same_seed(self, fitted):
        machines = [m for stack in fitted.stacks_.values() for m in stack.machines_]
        machines.append(fitted.levels_[1].machine_)
        assert len({machine.seed for machine in machines}) == 5

    def test_two_modalities_of_different_length_are_refused(self, segments):
        with pytest.raises(ValueError, match="500 visual rows, but 499 acoustic ones"):
            MultimodalDbn().fit(segments[0], segments[1][1:])


class TestLevels:
    def test_a_row_is_the_visual_segments_and_then_the_acoustic_ones(self):
        visual, acoustic = np.arange(12).reshape(1, 2, 6), 100 + np.arange(10).reshape(1, 2, 5)
        joined = side_by_side(visual, acoustic)
        assert joined.tolist() == [[*range(12), *range(100, 110)]]
        flat = side_by_side(visual.reshape(1, 12), acoustic.reshape(1, 10))
        np.testing.assert_array_equal(flat, joined)

    @pytest.mark.parametrize("level", [2, 5])
    def test_a_level_has_as_many_visible_units_as_its_segments_deep_ones(
        self, fitted, segments, level
    ):
        visual = fitted.deep("visual", segments[0]).reshape(-1, level, 6)
        acoustic = fitted.deep("acoustic", segments[1]).reshape(-1, level, 5)
        brief = RbmSettings(7, 0.05, steps=10, reports=1)
        made = SharedRepresentation(brief).fit(visual, acoustic)
        assert made.machine_.rbm_.kernel.shape[0] == level * (6 + 5)
        assert made.blocks_["acoustic"] == slice(level * 6, level * 11)
        assert made.shared(visual, acoustic).shape == (500 // level, 7)

    def test_levels_stand_beside_each_other_on_the_same_stacks(self, segments):
        X_v, X_a, _ = segments
        brief = [RbmSettings(units, 0.01, steps=10, reports=1) for units in (6, 5, 7)]
        dbn = MultimodalDbn(brief[:1], brief[1:2], brief[2]).fit(X_v, X_a)
        base = dbn.shared(X_v, X_a)
        pairs = [dbn.deep("visual", X_v).reshape(250, 12), dbn.deep("acoustic", X_a)]
        pairs[1] = pairs[1].reshape(250, 10)
        dbn.fit_level(2, *pairs)
        assert sorted(dbn.levels_) == [1, 2]
        assert dbn.shared_of(2, *pairs).shape == (250, 7)
        np.testing.assert_array_equal(dbn.shared(X_v, X_a), base)
        assert dbn.history_["layer"].iloc[-1] == "shared 2"
