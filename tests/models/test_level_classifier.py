"""Level classifiers and their fusion: what is learned, and from whose predictions."""

import numpy as np
import pytest
from keras import ops

from tfrepro.models import recycling
from tfrepro.models.level_classifier import (
    FeedForwardClassifier,
    LogisticNetwork,
    MultiTimescaleClassifier,
    decision_vectors,
    fit_units,
    out_of_fold,
    predict_units,
    stopping_rows,
)

QUICK = {"hidden": 8, "learning_rate": 2e-2, "epochs": 40, "batch": 64}


@pytest.fixture(autouse=True)
def _nothing_is_kept(monkeypatch):
    monkeypatch.setattr(recycling, "_kept", None)


def chunks(videos=40, seed=0):
    """Two chunks a video: levels of units that show the label faintly, labels and videos."""
    rng = np.random.default_rng(seed)
    y = np.repeat(np.arange(videos) % 4 == 0, 2)
    units = {n: 10 // n for n in (1, 2, 5, 10)}
    levels = {
        n: (rng.standard_normal((len(y), P, 3)) + 0.7 * y[:, None, None]).astype(np.float32)
        for n, P in units.items()
    }
    return levels, y, np.repeat([f"v{i}" for i in range(videos)], 2)


def folds_of(videos, k=4):
    return np.unique(videos, return_inverse=True)[1] % k


class Memory:
    """Says 1 of the source videos it was trained on, 0 of all others."""

    def fit(self, X, y, groups):
        self.seen = set(X[:, 0])
        return self

    def predict(self, X):
        return np.array([float(x in self.seen) for x in X[:, 0]])


class TestOutOfFold:
    def test_predictions_never_saw_their_own_video(self):
        videos = np.repeat(np.arange(12), 3)
        units = np.repeat(videos[:, None, None], 5, axis=1).astype(float)
        y = videos % 2 == 0
        assert predict_units(fit_units(Memory(), units, y, videos), units).all()
        P = out_of_fold(Memory, units, y, videos, folds_of(videos))
        assert P.shape == (36, 5)
        assert not P.any()

    def test_they_stand_where_their_units_stand(self):
        class Echo:
            def fit(self, X, y, groups):
                return self

            def predict(self, X):
                return X[:, 0]

        levels, y, videos = chunks()
        P = out_of_fold(Echo, levels[2], y, videos, folds_of(videos))
        np.testing.assert_allclose(P, levels[2][..., 0])

    def test_units_have_the_label_and_the_video_of_their_chunk(self):
        class Listening:
            def fit(self, X, y, groups):
                self.heard = X, y, groups
                return self

        levels, y, videos = chunks()
        X, labels, groups = fit_units(Listening(), levels[5], y, videos).heard
        np.testing.assert_array_equal(X.reshape(levels[5].shape), levels[5])
        np.testing.assert_array_equal(labels, np.repeat(y, 2))
        np.testing.assert_array_equal(groups, np.repeat(videos, 2))

    @pytest.mark.parametrize("folds", [[0, 0, 0, 0], [0, 1, 0, 1]])
    def test_folds_that_share_a_video_or_are_one_are_refused(self, folds):
        with pytest.raises(ValueError, match="must be two or more, and have no source video"):
            out_of_fold(
                Memory, np.zeros((4, 1, 1)), np.zeros(4, bool), list("aabb"), np.array(folds)
            )


class TestFeedForward:
    def test_the_network_is_the_formula(self):
        network = LogisticNetwork(6, 1e-2, seed=0)
        x = np.random.default_rng(0).standard_normal((5, 4)).astype(np.float32)
        y = np.float32([0, 1, 1, 0, 1])
        logits = ops.convert_to_numpy(network(x))[:, 0]
        W, b, w, c = (ops.convert_to_numpy(v) for v in network.trainable_variables)
        assert (W.shape, w.shape) == ((4, 6), (6, 1))
        expected = (1 / (1 + np.exp(-x @ W - b)) @ w + c)[:, 0]
        np.testing.assert_allclose(logits, expected, rtol=1e-5)
        p = 1 / (1 + np.exp(-np.float64(logits)))
        loss = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
        loss += 1e-2 * ((W**2).sum() + (w**2).sum())
        assert float(network.compute_loss(y=y, y_pred=network(x))) == pytest.approx(loss, rel=1e-5)

    def test_it_tells_classes_apart_and_stops_by_held_out_rows(self):
        rng = np.random.default_rng(0)
        X = rng.standard_normal((400, 4)).astype(np.float32)
        y = X[:, 0] + X[:, 1] > 1
        model = FeedForwardClassifier(**{**QUICK, "epochs": 100}, patience=5).fit(
            X, y, np.arange(400)
        )
        assert np.mean((model.predict(X) > 0.5) == y) > 0.95
        history = model.history_
        assert history.columns.tolist() == ["epoch", "loss", "log_likelihood"]
        assert history["loss"].iloc[-1] < history["loss"].iloc[0]
        best = history["log_likelihood"].idxmax()
        assert len(history) == 100 or len(history) - best == 6

    def test_labels_without_pattern_stop_it_early_with_the_base_rate(self):
        rng = np.random.default_rng(0)
        X, y = rng.standard_normal((300, 4)), rng.random(300) < 0.2
        model = FeedForwardClassifier(**{**QUICK, "epochs": 200}, patience=5)
        model.fit(X, y, np.arange(300))
        assert len(model.history_) < 100
        assert model.predict(X).mean() == pytest.approx(0.2, abs=0.12)

    def test_the_seed_decides_it(self):
        levels, y, videos = chunks(12)
        X = levels[10][:, 0]
        made = [
            FeedForwardClassifier(4, epochs=3, seed=seed).fit(X, y, videos).predict(X)
            for seed in (0, 0, 1)
        ]
        np.testing.assert_array_equal(made[0], made[1])
        assert (made[0] != made[2]).any()


class TestStopping:
    def test_a_tenth_of_each_class_is_held_out_and_videos_stay_whole(self):
        y, videos = np.repeat(np.arange(100) < 20, 4), np.repeat(np.arange(100), 4)
        kept, watched = stopping_rows(y, videos, 0.1, seed=0)
        assert (len(watched), y[watched].sum()) == (40, 8)
        assert sorted([*kept, *watched]) == list(range(400))
        assert not set(videos[kept]) & set(videos[watched])

    def test_of_a_small_set_one_video_is_held_out(self):
        y, videos = np.zeros(12, bool), np.repeat(np.arange(6), 2)
        kept, watched = stopping_rows(y, videos, 0.1, seed=0)
        assert (len(kept), len(set(videos[watched]))) == (10, 1)


class TestFusion:
    def test_a_decision_vector_has_eighteen_predictions_finest_first(self):
        local = {n: np.full((3, 10 // n), float(n)) for n in (10, 2, 1, 5)}
        vectors = decision_vectors(local)
        assert vectors.shape == (3, 18)
        assert vectors[0].tolist() == [1.0] * 10 + [2.0] * 5 + [5.0] * 2 + [10.0]

    def test_the_fusion_does_better_than_one_level(self):
        levels, y, videos = chunks()
        model = MultiTimescaleClassifier(level=QUICK, fusion={**QUICK, "hidden": 16}, seed=1)
        model.fit(levels, y, videos, folds_of(videos, 2))
        assert model.fusion_.network_.hidden.kernel.shape == (18, 16)
        new, truth, _ = chunks(60, seed=1)
        local = model.predict_local(new)
        assert {n: P.shape for n, P in local.items()} == {
            1: (120, 10),
            2: (120, 5),
            5: (120, 2),
            10: (120, 1),
        }
        fused = model.predict(new)
        assert fused.shape == (120,)

        def separation(P):
            return np.mean(P[truth][:, None] > P[~truth][None])

        assert separation(fused) > 0.9
        assert separation(fused) > separation(local[10][:, 0])

    def test_out_of_fold_and_in_sample_predictions_differ_and_level_classifiers_do_not(self):
        levels, y, videos = chunks(12)
        levels = {10: levels[10], 5: levels[5]}
        arguments = {"level": {**QUICK, "epochs": 5}, "fusion": {"epochs": 5}, "seed": 2}
        clean = MultiTimescaleClassifier(**arguments).fit(levels, y, videos, folds_of(videos, 2))
        leaky = MultiTimescaleClassifier(**arguments, in_sample=True).fit(levels, y, videos)
        for level in levels:
            np.testing.assert_allclose(
                clean.predict_local(levels)[level], leaky.predict_local(levels)[level], rtol=1e-5
            )
        assert (clean.predict(levels) != leaky.predict(levels)).any()

    def test_predictions_out_of_fold_need_folds(self):
        levels, y, videos = chunks(12)
        with pytest.raises(ValueError, match="folds: needed for predictions out of fold"):
            MultiTimescaleClassifier().fit(levels, y, videos)
