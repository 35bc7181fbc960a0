"""The contrastive model: its loss, its schedule, its members, and that it learns."""

import keras
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
from scipy.special import log_softmax

from tfrepro.evaluation.retrieval import recall_at_k
from tfrepro.features.feature_set import FeatureSet
from tfrepro.models.contrastive import (
    ContrastiveEmbedding,
    ContrastiveNetwork,
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


def test_batches_are_full_and_hold_partners():
    visual = np.arange(50, dtype=np.float32)[:, None]
    batches = paired_batches(visual, visual + 100, 16, 0)
    for _ in range(10):
        ((v, a),) = next(batches)
        assert len(set(v[:, 0])) == 16
        np.testing.assert_array_equal(a, v + 100)


class TestTraining:
    SETTINGS = SMALL | {"epochs": 60, "batch": 64, "learning_rate": 1e-2, "members": 2, "seed": 1}

    @pytest.fixture(scope="class")
    def fitted(self):
        return ContrastiveEmbedding(**(self.SETTINGS | PLAIN)).fit(videos())

    def test_it_learns_a_tiny_set_by_heart(self, fitted):
        made = fitted.embed(videos())
        for way in (made.audio_to_video, made.video_to_audio):
            assert recall_at_k(way.queries, way.candidates, (1,))[0] > 0.95

    def test_dropout_and_mixing_still_let_it_learn(self):
        settings = self.SETTINGS | {"members": 1, "epochs": 200}
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

    def test_members_differ(self, fitted):
        first, second = (network.visual_tower.weights[0] for network in fitted.networks_)
        assert np.abs(np.subtract(first, second)).max() > 0.01

    def test_the_same_seed_gives_the_same_embeddings(self):
        made = []
        for disturbance in (1, 99):
            keras.utils.set_random_seed(disturbance)
            settings = self.SETTINGS | {"members": 1, "epochs": 2}
            made.append(ContrastiveEmbedding(**settings).fit(videos()).embed(videos()))
        np.testing.assert_array_equal(
            made[0].video_to_audio.queries, made[1].video_to_audio.queries
        )

    def test_fewer_videos_than_a_batch_train_as_one_batch(self):
        settings = self.SETTINGS | {"members": 1, "epochs": 2, "batch": 1024}
        assert len(ContrastiveEmbedding(**settings).fit(videos(10)).history_) == 2
