"""The paper's model: its sizes, each term of its loss, its optimiser, and that it learns."""

import keras
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from tfrepro.evaluation.retrieval import recall_at_k
from tfrepro.features.feature_set import FeatureSet
from tfrepro.models.crossmodal import (
    CrossModalEmbedding,
    CrossModalNetwork,
    label_cross_entropy,
    label_penalty,
    mispairing_loss,
    paper_optimizer,
)

SMALL = {"visual_units": (32, 16), "acoustic_units": (24, 16)}
RNG = np.random.default_rng(0)


def videos(n=48, classes=6, seed=0):
    """Two views of the same hidden causes, which decide the label too; as many as ``classes``."""
    rng = np.random.default_rng(seed)
    causes = rng.standard_normal((n, 8))
    arrays = {
        "visual": np.tanh(causes @ rng.standard_normal((8, 20))).astype(np.float32),
        "acoustic": np.tanh(causes @ rng.standard_normal((8, 10))).astype(np.float32),
    }
    labels = [[int(row[:classes].argmax())] for row in causes]
    index = pd.DataFrame({"id": [f"{i}" for i in range(n)], "label": "x", "labels": labels})
    return FeatureSet(index, arrays, {})


def dense_cross_entropy(P, labels, epsilon=1e-5):
    Y = np.zeros_like(P)
    for row, numbers in enumerate(labels):
        Y[row, numbers[numbers >= 0]] = 1
    return -np.sum(Y * np.log(P + epsilon) + (1 - Y) * np.log(1 - P + epsilon), axis=1)


def some_labels(rng, rows=5, classes=9, most=4):
    labels = np.full((rows, most), -1)
    for row in labels:
        count = rng.integers(1, most + 1)
        row[:count] = rng.choice(classes, count, replace=False)
    return labels


class TestSizes:
    def test_the_network_has_the_papers_parameters(self):
        network = CrossModalNetwork(4716)
        network.build([(None, 1024), (None, 128)])
        assert network.visual_tower.count_params() == 8_118_650
        assert network.acoustic_tower.count_params() == 441_650
        assert network.classifier.count_params() == 1_183_716
        assert network.count_params() == 9_744_016

    def test_one_classifier_serves_both_embeddings(self):
        network = CrossModalNetwork(7, **SMALL)
        for embedding in network((np.ones((2, 20), "float32"), np.ones((2, 10), "float32"))):
            assert embedding.shape == (2, 16)
            logits = embedding @ network.classifier.kernel + network.classifier.bias
            np.testing.assert_allclose(
                network.classify(embedding), 1 / (1 + np.exp(-logits)), rtol=1e-5
            )

    def test_layers_start_from_different_weights(self):
        same = {"visual_units": (8, 8), "acoustic_units": (8, 8)}
        network = CrossModalNetwork(8, **same)
        network.build([(None, 8), (None, 8)])
        kernels = [w.numpy() for w in network.trainable_variables if len(w.shape) == 2]
        assert len({kernel.tobytes() for kernel in kernels}) == 5


class TestMispairingLoss:
    def test_a_positive_costs_one_less_its_cosine(self):
        loss = mispairing_loss(np.float32([0.0, 0.3, 1.0]), np.float32([0, 0, 0]), 0.2)
        np.testing.assert_allclose(loss, [1.0, 0.7, 0.0], atol=1e-7)

    def test_a_negative_costs_one_at_worst_and_nothing_up_to_the_margin(self):
        loss = mispairing_loss(np.float32([0.0, 0.2, 0.6, 1.0]), np.float32([1, 1, 1, 1]), 0.2)
        np.testing.assert_allclose(loss, [0.0, 0.0, 0.5, 1.0], atol=1e-7)

    def test_its_gradient_is_that_of_finite_differences(self):
        cosine = np.array([0.1, 0.5, 0.9, 0.1, 0.5, 0.9])
        negative = np.array([0.0, 0, 0, 1, 1, 1])
        variable = tf.Variable(cosine)
        with tf.GradientTape() as tape:
            total = tf.reduce_sum(mispairing_loss(variable, negative, 0.2))
        np.testing.assert_allclose(
            tape.gradient(total, variable), [-1, -1, -1, 0, 1.25, 1.25], atol=1e-12
        )


class TestLabelLoss:
    @settings(max_examples=40, deadline=None)
    @given(seed=st.integers(0, 9999))
    def test_it_is_the_cross_entropy_of_every_label(self, seed):
        rng = np.random.default_rng(seed)
        P, labels = rng.random((5, 9)), some_labels(rng)
        np.testing.assert_allclose(
            label_cross_entropy(P, labels), dense_cross_entropy(P, labels), rtol=1e-9
        )

    def test_its_gradient_is_that_of_finite_differences(self):
        P, labels = 0.05 + 0.9 * RNG.random((5, 9)), some_labels(RNG)
        variable = tf.Variable(P)
        with tf.GradientTape() as tape:
            total = tf.reduce_sum(label_cross_entropy(1.0 * variable, labels))
        analytic = tape.gradient(total, variable).numpy()
        for i, j in np.ndindex(*P.shape):
            step = np.zeros_like(P)
            step[i, j] = 1e-6
            up, down = dense_cross_entropy(P + step, labels), dense_cross_entropy(P - step, labels)
            assert analytic[i, j] == pytest.approx((up - down).sum() / 2e-6, rel=1e-5, abs=1e-5)

    def test_the_penalty_is_the_root_of_both_means(self):
        penalty = label_penalty(np.array([1.0, 3.0]), np.array([4.0, 10.0]))
        assert float(penalty) == pytest.approx(3.0)

    def test_a_perfect_answer_costs_next_to_nothing_and_is_a_number(self):
        P = np.array([[1.0, 0.0, 0.0]], "float32")
        perfect = label_cross_entropy(P, np.array([[0]]))
        variable = tf.Variable(np.asarray(perfect))
        with tf.GradientTape() as tape:
            penalty = label_penalty(variable, variable)
        assert 0 <= float(penalty) < 1e-3
        assert np.isfinite(tape.gradient(penalty, variable)).all()


class TestLoss:
    """Of the whole network, against the formula in NumPy."""

    def loss(self, step, **changes):
        network = CrossModalNetwork(6, **SMALL, label_start=10, weight_decay=1e-2, **changes)
        network.compile(optimizer=paper_optimizer(1e-4, 8))
        x = tuple(array[:8] for array in videos().arrays.values())
        labels = some_labels(np.random.default_rng(1), 8, 6, 3)
        y = {
            "negative": np.float32([1, 0, 1, 0, 0, 1, 1, 0]),
            "visual_labels": labels,
            "acoustic_labels": labels[::-1].copy(),
        }
        out = network(x)
        network.optimizer.iterations.assign(step)
        return float(network.compute_loss(x, y, out)), network, y, out

    def expected(self, network, y, out, weight):
        cosine = np.sum(np.float64(out[0]) * out[1], axis=1)
        apart = np.maximum(0, cosine - 0.2) / 0.8
        pairing = np.where(y["negative"] == 1, apart, 1 - cosine).mean()
        entropies = [
            dense_cross_entropy(np.float64(network.classify(embedding)), labels).mean()
            for embedding, labels in zip(
                out, (y["visual_labels"], y["acoustic_labels"]), strict=True
            )
        ]
        kernels = [w.numpy() for w in network.trainable_variables if len(w.shape) == 2]
        decay = sum(1e-2 * 0.5 * np.sum(np.float64(kernel) ** 2) for kernel in kernels)
        return pairing + weight * np.sqrt(sum(entropies)) + decay

    @pytest.mark.parametrize(("step", "weight"), [(9, 0.0), (10, 0.02)])
    def test_it_is_the_papers_with_labels_from_their_step_on(self, step, weight):
        loss, *rest = self.loss(step)
        assert loss == pytest.approx(self.expected(*rest, weight), rel=1e-5)

    def test_the_step_is_read_while_training_not_once_before(self):
        """The published code would have kept λ = 0 in its restored graph."""
        model = CrossModalEmbedding(
            6, **SMALL, batch=24, steps=12, label_start=6, label_weight=5.0, learning_rate=0.0
        )
        history = model.fit(videos()).history_
        extra = history["loss"] - history["pairing"]
        np.testing.assert_allclose(extra[:3], 0, atol=1e-3)
        np.testing.assert_allclose(extra[3:], 5 * history["labelling"][3:], rtol=1e-3)
        assert (history["labelling"][3:] > 1).all()


class TestInputs:
    def embedding(self, visual, acoustic, **settings):
        network = CrossModalNetwork(3, **SMALL, **settings)
        return [np.asarray(part) for part in network((visual, acoustic))]

    def test_both_are_scaled_side_by_side(self):
        v, a = videos().arrays.values()
        once, again = self.embedding(v, a), self.embedding(5 * v, 5 * a)
        np.testing.assert_allclose(once[0], again[0], atol=1e-6)
        np.testing.assert_allclose(once[1], again[1], atol=1e-6)

    def test_joint_scaling_lets_an_image_hear_its_sound(self):
        """A finding, not a wish: the embedding of an image depends on the sound's loudness."""
        v, a = videos().arrays.values()
        network = CrossModalNetwork(3, **SMALL)
        network.build([(None, 20), (None, 10)])
        for weight in network.visual_tower.trainable_variables:
            if len(weight.shape) == 1:
                weight.assign(RNG.standard_normal(weight.shape))
        silent, loud = (np.asarray(network((v, s * a))[0]) for s in (0.1, 10))
        assert np.abs(silent - loud).max() > 0.01

    def test_joint_scaling_alone_gives_every_pair_away(self):
        """No network, nothing learned: partners' squared lengths add up to one."""
        rng = np.random.default_rng(0)
        v, a = rng.standard_normal((256, 40)), rng.standard_normal((256, 12))
        both = np.linalg.norm(np.hstack([v, a]), axis=1)
        v2, a2 = ((np.linalg.norm(x, axis=1) / both) ** 2 for x in (v, a))
        nearest = np.abs(v2[:, None] + a2[None, :] - 1).argmin(axis=1)
        np.testing.assert_array_equal(nearest, np.arange(256))

    def test_scaled_apart_neither_knows_of_the_other(self):
        v, a = videos().arrays.values()
        once = self.embedding(v, a, joint_length=False)
        again = self.embedding(v, 7 * a[::-1], joint_length=False)
        np.testing.assert_allclose(once[0], again[0], atol=1e-6)
        np.testing.assert_allclose(once[1], again[1][::-1], atol=1e-6)


class TestOptimiser:
    def test_its_rate_falls_by_five_percent_every_four_million_examples(self):
        schedule = paper_optimizer(1e-4, 1024)._learning_rate
        steps = [0, 3906, 3907, 7812, 7813]
        expected = [1e-4, 1e-4, 0.95e-4, 0.95e-4, 0.9025e-4]
        np.testing.assert_allclose([schedule(step) for step in steps], expected, rtol=1e-6)

    def test_each_variables_gradient_is_clipped_by_itself(self):
        optimizer = paper_optimizer(1e-4, 1024)
        clipped = optimizer._clip_gradients([tf.constant([3.0, 4.0]), tf.constant([0.3, 0.4])])
        np.testing.assert_allclose(clipped[0], [0.6, 0.8], rtol=1e-6)
        np.testing.assert_allclose(clipped[1], [0.3, 0.4], rtol=1e-6)


class TestTraining:
    SETTINGS = SMALL | {"batch": 48, "steps": 300, "learning_rate": 3e-3, "seed": 1}

    @pytest.fixture(scope="class")
    def fitted(self):
        return CrossModalEmbedding(6, **self.SETTINGS, label_start=0).fit(videos())

    def test_it_learns_a_tiny_set_by_heart(self):
        features = videos()
        features.index["labels"] = [[i] for i in range(48)]  # so that any two may be mispaired
        units = {"visual_units": (256, 256), "acoustic_units": (256, 256)}
        settings = self.SETTINGS | units | {"learning_rate": 1e-3, "steps": 400}
        made = CrossModalEmbedding(48, **settings).fit(features).embed(features)
        for way in (made.audio_to_video, made.video_to_audio):
            assert recall_at_k(way.queries, way.candidates, (1,))[0] > 0.9

    def test_it_learns_the_labels_too(self, fitted):
        labelling = fitted.history_["labelling"]
        assert labelling.iloc[-1] < 0.8 * labelling.iloc[0]

    def test_the_history_has_every_epoch(self, fitted):
        assert {"epoch", "loss", "pairing", "labelling"} <= set(fitted.history_.columns)
        assert fitted.history_["epoch"].tolist() == list(range(1, 301))

    @pytest.mark.parametrize(("steps", "epochs"), [(1, 1), (8, 3)])
    def test_steps_are_rounded_to_whole_epochs_at_least_one(self, steps, epochs):
        model = CrossModalEmbedding(6, **SMALL, batch=20, steps=steps)  # 48 videos: 3 batches
        assert len(model.fit(videos()).history_) == epochs
        assert int(model.network_.optimizer.iterations) == 3 * epochs

    def test_embeddings_are_unit_vectors_without_negative_values(self, fitted):
        way = fitted.embed(videos(seed=5)).video_to_audio
        for vectors in (way.queries, way.candidates):
            assert vectors.dtype == np.float32
            assert (vectors >= 0).all()
            length = np.linalg.norm(vectors, axis=1)
            # A video whose last layer is silent has an embedding of zeros.
            assert ((np.abs(length - 1) < 1e-4) | (length == 0)).all()

    def test_the_same_seed_gives_the_same_embeddings(self):
        made = []
        for disturbance in (1, 99):
            keras.utils.set_random_seed(disturbance)
            model = CrossModalEmbedding(6, **SMALL, batch=20, steps=6, seed=3).fit(videos())
            made.append(model.embed(videos()).video_to_audio.queries)
        np.testing.assert_array_equal(*made)

    def test_an_unknown_label_is_refused(self):
        with pytest.raises(ValueError, match=r"label \d: must lie in 0 ... 1"):
            CrossModalEmbedding(2, **SMALL).fit(videos())

    def test_a_saved_network_embeds_the_same(self, fitted, tmp_path):
        fitted.network_.save(tmp_path / "network.keras")
        again = keras.saving.load_model(tmp_path / "network.keras")
        pair = tuple(videos(seed=2).arrays.values())
        np.testing.assert_allclose(again(pair)[0], fitted.network_(pair)[0], atol=1e-6)
