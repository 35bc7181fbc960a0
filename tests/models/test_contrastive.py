"""The contrastive model: its loss, its schedule, its members, and that it learns."""

import keras
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
from scipy.special import expit, log_softmax

from tfrepro.evaluation.retrieval import recall_at_k
from tfrepro.features.feature_set import FeatureSet
from tfrepro.models.contrastive import (
    LABEL_SCALE,
    ContrastiveEmbedding,
    ContrastiveNetwork,
    frequent_labels,
    paired_batches,
    symmetric_info_nce,
    warmed_up_optimizer,
)

SMALL = {"visual_hidden": (32,), "acoustic_hidden": (24,), "dimensions": 16}
PLAIN = SMALL | {
    "visual_input_dropout": 0.0,
    "visual_dropout": 0.0,
    "acoustic_dropout": 0.0,
    "mixing": 0.0,
}
RNG = np.random.default_rng(0)


def videos(n=64, seed=0):
    """Two views of the same hidden causes, on different scales."""
    rng = np.random.default_rng(seed)
    causes = rng.standard_normal((n, 8))
    arrays = {
        "visual": (100 + 9 * np.tanh(causes @ rng.standard_normal((8, 20)))).astype(np.float32),
        "acoustic": np.tanh(causes @ rng.standard_normal((8, 10))).astype(np.float32),
    }
    return FeatureSet(pd.DataFrame({"id": [f"{i}" for i in range(n)], "label": "x"}), arrays, {})


def unit(x):
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def closed_form(v, a, scale):
    logits = scale * v @ a.T
    both = np.diag(log_softmax(logits, axis=1)) + np.diag(log_softmax(logits, axis=0))
    return -0.5 * both.mean()


class TestLoss:
    V, A = unit(RNG.standard_normal((6, 4))), unit(RNG.standard_normal((6, 4)))

    def test_it_is_the_cross_entropy_of_partners_both_ways(self):
        assert float(symmetric_info_nce(self.V, self.A, 5.0)) == pytest.approx(
            closed_form(self.V, self.A, 5.0)
        )

    def test_embeddings_that_know_nothing_cost_log_b(self):
        same = np.ones((6, 4)) / 2
        assert float(symmetric_info_nce(same, same, 5.0)) == pytest.approx(np.log(6))

    def test_its_gradients_are_those_of_finite_differences(self):
        v, scale = tf.Variable(self.V), tf.Variable(np.float64(5.0))
        with tf.GradientTape() as tape:
            loss = symmetric_info_nce(v, self.A, scale)
        by_v, by_scale = tape.gradient(loss, [v, scale])
        for i, j in np.ndindex(*self.V.shape):
            step = np.zeros_like(self.V)
            step[i, j] = 1e-6
            difference = closed_form(self.V + step, self.A, 5.0) - closed_form(
                self.V - step, self.A, 5.0
            )
            assert by_v.numpy()[i, j] == pytest.approx(difference / 2e-6, abs=1e-7)
        difference = closed_form(self.V, self.A, 5 + 1e-6) - closed_form(self.V, self.A, 5 - 1e-6)
        assert float(by_scale) == pytest.approx(difference / 2e-6, abs=1e-7)


class TestNetwork:
    def make(self, **changes):
        network = ContrastiveNetwork(**(PLAIN | changes), temperature=0.07, seed=0)
        network.adapt(*videos().arrays.values())
        return network

    def test_the_temperature_starts_where_it_is_told_and_is_learned(self):
        network = self.make()
        network.build([(None, 20), (None, 10)])
        assert np.exp(-float(network.log_scale)) == pytest.approx(0.07, rel=1e-5)
        assert any(network.log_scale is weight for weight in network.trainable_variables)

    def test_the_scale_of_the_inputs_does_not_matter(self):
        pair = tuple(videos().arrays.values())
        scaled = (pair[0] * 3 - 7, pair[1] * 100)
        one, other = self.make(), ContrastiveNetwork(**PLAIN, temperature=0.07, seed=0)
        other.adapt(*scaled)
        np.testing.assert_allclose(one(pair)[0], other(scaled)[0], atol=1e-4)

    def test_examples_are_mixed_while_training_only(self):
        pair = tuple(videos().arrays.values())
        network = self.make(mixing=0.5)
        np.testing.assert_array_equal(network(pair)[0], network(pair)[0])
        drawn = [np.asarray(network(pair, training=True)[0]) for _ in range(2)]
        assert np.abs(np.subtract(*drawn)).max() > 0.01

    def test_a_saved_network_embeds_the_same(self, tmp_path):
        pair = tuple(videos().arrays.values())
        network = self.make()
        expected = network(pair)
        network.save(tmp_path / "network.keras")
        again = keras.saving.load_model(tmp_path / "network.keras")
        np.testing.assert_allclose(again(pair)[0], expected[0], atol=1e-6)
        np.testing.assert_allclose(again(pair)[1], expected[1], atol=1e-6)


class TestLabels:
    """The second task: both embeddings tell the labels through one classifier."""

    LABELS = np.array([[0, 2], [1, -1], [-1, -1], [2, -1]], np.int32)

    def make(self, weight):
        network = ContrastiveNetwork(
            **PLAIN, temperature=0.07, classes=3, label_weight=weight, seed=0
        )
        network.build([(None, 20), (None, 10)])
        return network

    def test_the_loss_is_the_pairing_and_the_labels_cross_entropies(self):
        network = self.make(0.3)
        v, a = (unit(RNG.standard_normal((4, 16))).astype(np.float32) for _ in range(2))
        expected = closed_form(v, a, 1 / 0.07)
        kernel, bias = map(np.asarray, network.classifier.weights)
        Y = np.array([[1, 0, 1], [0, 1, 0], [0, 0, 0], [0, 0, 1]])
        for embedding in (v, a):
            P = expit(LABEL_SCALE * embedding @ kernel + bias)
            entropy = -(Y * np.log(P + 1e-5) + (1 - Y) * np.log(1 - P + 1e-5)).sum(axis=1)
            expected += 0.3 * entropy.mean()
        loss = network.compute_loss(y=self.LABELS, y_pred=(v, a))
        assert float(loss) == pytest.approx(expected, rel=1e-5)

    def test_without_weight_or_labels_there_is_no_classifier(self):
        assert self.make(0.0).classifier is None
        data = videos(12)
        data.index["labels"] = [[row] for row in range(12)]  # none is frequent
        settings = SMALL | PLAIN | {"steps": 1, "batch": 6, "seed": 1}
        model = ContrastiveEmbedding(**settings, label_weight=0.5).fit(data)
        assert model.networks_[0].classifier is None

    LISTS = ([7, 2], [2], [7, 9, 2], [9], [], [7])

    @pytest.mark.parametrize(
        ("least", "kept", "expected"),
        [
            (1, 3, [[0, 1], [0], [0, 1, 2], [2], [], [1]]),
            (3, 2, [[0, 1], [0], [0, 1], [], [], [1]]),
            (4, 0, [[], [], [], [], [], []]),
        ],
    )
    def test_those_of_enough_videos_are_numbered_anew(self, least, kept, expected):
        lists, classes = frequent_labels(self.LISTS, least)
        assert classes == kept
        assert [sorted(row[row >= 0]) for row in lists] == expected

    def test_a_network_with_a_classifier_is_saved_too(self, tmp_path):
        network = self.make(0.3)
        pair = tuple(videos().arrays.values())
        expected = network(pair)[0]
        network.save(tmp_path / "network.keras")
        again = keras.saving.load_model(tmp_path / "network.keras")
        np.testing.assert_allclose(again(pair)[0], expected, atol=1e-6)
        np.testing.assert_allclose(again.classify(expected), network.classify(expected), atol=1e-6)

    def test_labels_are_learned_along_with_the_pairs(self):
        data = videos(64)
        data.index["labels"] = [[0] if row % 2 else [1, 5] for row in range(64)]
        settings = SMALL | {"steps": 150, "batch": 64, "learning_rate": 1e-2, "seed": 1}
        model = ContrastiveEmbedding(**(settings | PLAIN), label_weight=0.5).fit(data)
        network = model.networks_[0]
        probabilities = np.asarray(network.classify(model.embed(data).video_to_audio.queries))
        assert probabilities.shape == (64, 3)
        assert ((probabilities[:, 0] > 0.5) == (np.arange(64) % 2 == 1)).mean() > 0.95


class TestOptimiser:
    def test_the_rate_climbs_then_falls_to_nothing(self):
        schedule = warmed_up_optimizer(1e-3, 0.1, 100)._learning_rate
        rates = [float(schedule(step)) for step in (0, 5, 10, 55, 100)]
        np.testing.assert_allclose(rates, [0, 5e-4, 1e-3, 5e-4, 0], atol=1e-8)

    def test_only_kernels_decay(self):
        network = ContrastiveNetwork(**PLAIN, temperature=0.07, seed=0)
        network.build([(None, 20), (None, 10)])
        optimizer = warmed_up_optimizer(1e-3, 0.1, 100)
        decaying = [w for w in network.trainable_variables if optimizer._use_weight_decay(w)]
        kernels = [w for w in network.trainable_variables if len(w.shape) == 2]
        assert [w.path for w in decaying] == [w.path for w in kernels]


def test_batches_are_full_and_hold_partners_and_their_labels():
    visual = np.arange(50, dtype=np.float32)[:, None]
    batches = paired_batches(visual, visual + 100, np.arange(50)[:, None], 16, 0)
    for _ in range(10):
        (v, a), labels = next(batches)
        assert len(set(v[:, 0])) == 16
        np.testing.assert_array_equal(a, v + 100)
        np.testing.assert_array_equal(labels, v)


class TestTraining:
    SETTINGS = SMALL | {"steps": 60, "batch": 64, "learning_rate": 1e-2, "members": 2, "seed": 1}

    @pytest.fixture(scope="class")
    def fitted(self):
        return ContrastiveEmbedding(**(self.SETTINGS | PLAIN)).fit(videos())

    def test_it_learns_a_tiny_set_by_heart(self, fitted):
        made = fitted.embed(videos())
        for way in (made.audio_to_video, made.video_to_audio):
            assert recall_at_k(way.queries, way.candidates, (1,))[0] > 0.95

    def test_dropout_and_mixing_still_let_it_learn(self):
        settings = self.SETTINGS | {"members": 1, "steps": 200}
        made = ContrastiveEmbedding(**settings).fit(videos()).embed(videos())
        way = made.audio_to_video
        assert recall_at_k(way.queries, way.candidates, (1,))[0] > 0.5

    def test_the_history_has_every_member_and_epoch(self, fitted):
        history = fitted.history_
        assert history.columns.tolist() == ["member", "epoch", "loss"]
        for _, curve in history.groupby("member"):
            assert curve["epoch"].tolist() == list(range(1, 61))
            assert curve["loss"].iloc[-1] < 0.2 * curve["loss"].iloc[0]

    def test_dot_products_are_the_mean_of_the_members_cosines(self, fitted):
        way = fitted.embed(videos(seed=2)).audio_to_video
        assert way.queries.shape == (64, 2 * 16)
        pair = tuple(videos(seed=2).arrays.values())
        cosines = []
        for network in fitted.networks_:
            v, a = map(np.asarray, network(pair))
            cosines.append(a @ v.T)
        np.testing.assert_allclose(
            way.queries @ way.candidates.T, np.mean(cosines, axis=0), atol=1e-5
        )

    def test_hubs_are_corrected_by_the_training_videos(self):
        settings = self.SETTINGS | PLAIN | {"members": 1, "steps": 20}
        plain = ContrastiveEmbedding(**settings).fit(videos())
        corrected = ContrastiveEmbedding(**settings, hub_scale=5.0).fit(videos())
        test = videos(seed=3)
        expected = plain.embed(test).without_hubs(plain.embed(videos()), 5.0)
        way, same = corrected.embed(test).audio_to_video, expected.audio_to_video
        np.testing.assert_allclose(way.queries, same.queries, atol=1e-5)
        np.testing.assert_allclose(way.candidates, same.candidates, atol=1e-5)

    def test_members_differ(self, fitted):
        first, second = (network.visual_tower.weights[0] for network in fitted.networks_)
        assert np.abs(np.subtract(first, second)).max() > 0.01

    def test_the_same_seed_gives_the_same_embeddings(self):
        made = []
        for disturbance in (1, 99):
            keras.utils.set_random_seed(disturbance)
            settings = self.SETTINGS | {"members": 1, "steps": 2}
            made.append(ContrastiveEmbedding(**settings).fit(videos()).embed(videos()))
        np.testing.assert_array_equal(
            made[0].video_to_audio.queries, made[1].video_to_audio.queries
        )

    def test_fewer_videos_than_a_batch_train_as_one_batch(self):
        settings = self.SETTINGS | {"members": 1, "steps": 2, "batch": 1024}
        assert len(ContrastiveEmbedding(**settings).fit(videos(10)).history_) == 2

    @pytest.mark.parametrize(("steps", "epochs"), [(1, 1), (8, 3)])
    def test_steps_are_rounded_to_whole_epochs_at_least_one(self, steps, epochs):
        settings = self.SETTINGS | {"members": 1, "steps": steps, "batch": 20}
        model = ContrastiveEmbedding(**settings).fit(videos())  # 64 videos: 3 full batches
        assert len(model.history_) == epochs
        assert int(model.networks_[0].optimizer.iterations) == 3 * epochs
