"""DARE and the early fusions: sizes, objectives, and what they learn from what."""

from dataclasses import replace
from itertools import pairwise

import keras
import numpy as np
import pandas as pd
import pytest

from tests.controls import assert_at_chance
from tfrepro.errors import UserError
from tfrepro.features.feature_set import FeatureSet, read_feature_set, write_feature_set
from tfrepro.features.rows import part
from tfrepro.methods import METHODS
from tfrepro.models.dare import Dare, load_dare
from tfrepro.models.dare_objectives import (
    JointObjective,
    SoundTransfer,
    VenueEstimation,
    VenueSimilarity,
    transfer_loss,
)
from tfrepro.models.early_fusion import EarlyFusion
from tfrepro.models.venue_network import VenueNetwork

DIMENSIONS = {"visual": 8, "acoustic": 6, "textual": 4}
CONCEPTS = tuple(f"concept-{k}" for k in range(5))
CLASSES = ("a", "b", "c", "d")
TRAINING = {
    "units": 8,
    "dropout": 0.1,
    "scaling": "standard",
    "init_std": None,
    "learning_rate": 0.3,
    "batch": 16,
    "epochs": 40,
    "seed": 1,
}
WORLD = {
    name: np.random.default_rng(number).standard_normal((len(CONCEPTS), size))
    for number, (name, size) in enumerate(DIMENSIONS.items())
}


def videos(N=24, seed=0, noise=1.0, names=tuple(DIMENSIONS)):
    """Videos of a, b and c, none of d; a class has its direction in each modality."""
    rng = np.random.default_rng(seed)
    y = np.arange(N) % 3
    arrays = {
        name: (2 * WORLD[name][y] + noise * rng.standard_normal((N, D))).astype(np.float32)
        for name, D in DIMENSIONS.items()
    }
    index = pd.DataFrame({"id": np.arange(N), "label": np.array(CLASSES)[y]})
    return FeatureSet(index, {name: arrays[name] for name in names}, {}, CLASSES)


@pytest.fixture(scope="module")
def sounds(tmp_path_factory):
    """A folder of 40 clips of one or two concepts, with the acoustic directions of these."""
    rng = np.random.default_rng(7)
    tags = np.zeros((40, len(CONCEPTS)), bool)
    for _ in range(2):
        tags[np.arange(40), rng.integers(len(CONCEPTS), size=40)] = True
    x = tags @ WORLD["acoustic"] + 0.1 * rng.standard_normal((40, DIMENSIONS["acoustic"]))
    named = [[name for name, has in zip(CONCEPTS, row, strict=True) if has] for row in tags]
    index = pd.DataFrame({"id": np.arange(40), "label": [row[0] for row in named]})
    index["concepts"] = named
    folder = tmp_path_factory.mktemp("sounds") / "set"
    meta = {"modalities": {"acoustic": {}}}
    write_feature_set(folder, FeatureSet(index, {"acoustic": x.astype(np.float32)}, meta))
    return folder


def dare(sounds=None, layers=1, **changes):
    return Dare(layers, sounds=sounds, acoustic_units=5, textual_units=3, **(TRAINING | changes))


def early_fusion(layers=1, **changes):
    return EarlyFusion(layers, **(TRAINING | changes))


def accuracy(method, features):
    return (method.predict_proba(features).argmax(axis=1) == features.y).mean()


def tags_of(sounds):
    """ã of all clips, (40, 5)."""
    index = read_feature_set(sounds).index
    return np.array([[name in row for name in CONCEPTS] for row in index["concepts"]], float)


class TestSizes:
    def test_at_the_papers_sizes_the_tower_has_4_913_340_parameters(self):
        network = VenueNetwork(
            {"visual": 4096, "acoustic": 200, "textual": 100},
            188,
            mapped={"acoustic": 313, "textual": 200},
            hidden=[1024],
            dropout=0.1,
            init_std=1.0,
            seed=0,
        )
        network.build()
        counts = {name: layer.count_params() for name, layer in network.mappings.items()}
        assert counts == {"acoustic": 200 * 313, "textual": 100 * 200}
        assert sum(layer.count_params() for layer in network.tower) == 4_913_340
        assert network.count_params() == 4_913_340 + sum(counts.values())
        assert np.asarray(network.tower[0].kernels[0]).std() == pytest.approx(1, rel=1e-2)

    def test_no_two_weights_start_alike(self):
        network = small_network(init_std=1.0)
        kernels = [np.ravel(w) for w in network.get_weights() if w.ndim == 2]
        for number, one in enumerate(kernels):
            for other in kernels[:number]:
                few = min(len(one), len(other))
                assert np.abs(one[:few] - other[:few]).max() > 1e-3


def small_network(dropout=0.0, init_std=0.5):
    network = VenueNetwork(
        DIMENSIONS,
        len(CLASSES),
        mapped={"acoustic": 5, "textual": 3},
        hidden=[7],
        dropout=dropout,
        init_std=init_std,
        seed=0,
    )
    network.build()
    return network


TAUGHT = np.array([1, 0, 1, 1, 0], bool)
KEPT = {  # what the objectives are given in the tests of their values
    "clips": videos(9, seed=1).arrays["acoustic"],
    "tags": np.random.default_rng(3).integers(0, 2, (9, 5)).astype(np.float32),
    "left": videos(6, seed=2).arrays,
    "right": videos(6, seed=3).arrays,
    "gamma": np.float32([1, 1, 1, -1, -1, -1]),
    "videos": videos(6, seed=4).arrays,
    "y": np.array([0, 1, 2, 3, 0, 1]),
}


def weights_of(network):
    """D^a and D^t, and the tower's weights, in double precision."""
    D = {name: np.float64(mapping.kernel) for name, mapping in network.mappings.items()}
    return D, [[np.float64(w) for w in layer.get_weights()] for layer in network.tower]


def concepts(D, x):
    return {name: np.float64(x[name]) @ D[name] if name in D else np.float64(x[name]) for name in x}


def transfer(D, tower):
    apart = np.float64(KEPT["clips"]) @ D["acoustic"] - KEPT["tags"]
    return (apart**2)[:, TAUGHT].sum() / len(apart)


def similarity(D, tower):
    left, right = (np.hstack(list(concepts(D, KEPT[side]).values())) for side in ("left", "right"))
    return -np.log(1 / (1 + np.exp(-KEPT["gamma"] * (left * right).sum(axis=1)))).sum()


def probabilities(D, tower, x):
    (*W, b), (W_out, b_out) = tower
    e = np.maximum(np.hstack(list(concepts(D, x).values())) @ np.vstack(W) + b, 0)
    exponentials = np.exp(e @ W_out + b_out)
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def estimation(D, tower):
    P = probabilities(D, tower, KEPT["videos"])
    return 0.5 * ((np.eye(len(CLASSES))[KEPT["y"]] - P) ** 2).sum()


def everything(D, tower):
    return transfer(D, tower) + similarity(D, tower) + estimation(D, tower)


def objective_of(network, name):
    """An objective of the network, its inputs and its targets."""
    if name == "transfer":
        return SoundTransfer(network.mappings["acoustic"], TAUGHT), KEPT["clips"], KEPT["tags"]
    if name == "similarity":
        objective = VenueSimilarity(network, "sum")
        return objective, objective.pair_inputs(KEPT["left"], KEPT["right"]), KEPT["gamma"]
    if name == "estimation":
        return VenueEstimation(network, "squared", "sum"), KEPT["videos"], KEPT["y"]
    parts = {n: objective_of(network, n) for n in ("transfer", "similarity", "estimation")}
    models, inputs, targets = ({n: of_one[k] for n, of_one in parts.items()} for k in range(3))
    return JointObjective(models), inputs, targets


def step_of(network, name, rate=1.0):
    """One step of plain gradient descent: the loss before it."""
    objective, x, y = objective_of(network, name)
    objective.compile(optimizer=keras.optimizers.SGD(rate))
    return float(objective.train_on_batch(x, y))


BY_HAND = {
    "transfer": transfer,
    "similarity": similarity,
    "estimation": estimation,
    "everything": everything,
}


@pytest.mark.parametrize("name", BY_HAND)
class TestObjectives:
    def test_their_values_are_those_of_the_papers_formulas(self, name):
        network = small_network()
        expected = BY_HAND[name](*weights_of(network))
        assert step_of(network, name, rate=0.0) == pytest.approx(expected, rel=1e-5)

    def test_their_gradients_are_those_of_finite_differences(self, name):
        network, step = small_network(), 1e-5
        D, tower = weights_of(network)
        step_of(network, name)
        stepped, _ = weights_of(network)
        for modality, kernel in D.items():
            slopes = np.zeros_like(kernel)
            for place in np.ndindex(*kernel.shape):
                sides = []
                for way in (step, -step):
                    moved = kernel.copy()
                    moved[place] += way
                    sides.append(BY_HAND[name](D | {modality: moved}, tower))
                slopes[place] = (sides[0] - sides[1]) / (2 * step)
            np.testing.assert_allclose(kernel - stepped[modality], slopes, rtol=1e-3, atol=1e-5)
            if name != "transfer" or modality == "acoustic":
                assert np.abs(slopes).max() > 0.01, "nothing to be seen"


class TestReach:
    """Which weights an objective changes."""

    @staticmethod
    def changed(network, name):
        before = {w.path: np.array(w) for w in network.trainable_variables}
        step_of(network, name)
        return {
            w.path.split("/", 1)[-1]
            for w in network.trainable_variables
            if np.abs(np.asarray(w) - before[w.path]).max() > 0
        }

    def test_similarity_reaches_the_mappings_only(self):
        expected = {"acoustic_mapping/kernel", "textual_mapping/kernel"}
        assert self.changed(small_network(), "similarity") == expected

    def test_transfer_reaches_the_taught_columns_of_the_acoustic_mapping_only(self):
        network = small_network()
        before = np.array(network.mappings["acoustic"].kernel)
        assert self.changed(network, "transfer") == {"acoustic_mapping/kernel"}
        moved = np.abs(network.mappings["acoustic"].kernel - before).max(axis=0) > 0
        np.testing.assert_array_equal(moved, TAUGHT)

    def test_estimation_reaches_all(self):
        network = small_network()
        assert len(self.changed(network, "estimation")) == len(network.trainable_variables)


def test_transfer_is_a_mean_over_clips_and_a_sum_over_taught_concepts():
    tags, predicted = np.zeros((3, 5), np.float32), np.full((3, 5), 2, np.float32)
    assert float(transfer_loss(tags, predicted, np.float32(TAUGHT))) == 4 * TAUGHT.sum()


def test_reduction_is_the_sum_or_the_mean():
    network, losses = small_network(), []
    for reduction in ("sum", "mean"):
        objective = VenueEstimation(network, "squared", reduction)
        objective.compile(optimizer=keras.optimizers.SGD(0.0))
        losses.append(float(objective.train_on_batch(KEPT["videos"], KEPT["y"])))
    assert losses[0] == pytest.approx(6 * losses[1])


def test_dropout_is_of_training_only():
    network, x = small_network(dropout=0.5), KEPT["videos"]
    P = probabilities(*weights_of(network), x)
    np.testing.assert_allclose(network(x), P, atol=1e-6)
    assert np.abs(network(x, training=True) - P).max() > 1e-3


NAMES = ("dare", "dare-sparsity", "dare-no-sounds", *(f"early-fusion-{L}" for L in range(4)))
TRACKED = {
    "dare": ["transfer", "similarity", "estimation"],
    "dare-sparsity": ["transfer", "estimation"],
    "dare-no-sounds": ["similarity", "estimation"],
}


@pytest.mark.parametrize("name", NAMES)
def test_a_method_learns_a_tiny_set_by_heart(name, sounds):
    features, fixed = videos(noise=2.0), METHODS[name].fixed
    method = dare(sounds, **fixed) if name in TRACKED else early_fusion(**fixed)
    P = method.fit(features).predict_proba(features)
    assert accuracy(method, features) == 1.0
    assert (P.shape, P.dtype) == ((24, 4), np.float32)
    np.testing.assert_allclose(P.sum(axis=1), 1, atol=1e-5)
    tracked = TRACKED.get(name, ["loss"])
    assert set(method.history_.columns) == {"epoch", "loss", *tracked}
    assert method.history_["epoch"].tolist() == list(range(1, 41))
    np.testing.assert_allclose(method.history_["loss"], method.history_[tracked].sum(axis=1))


@pytest.mark.parametrize("steps", ["alternating", "joint"])
def test_every_objective_is_lower_after_training(steps, sounds):
    features, clips = videos(), read_feature_set(sounds)
    same = np.equal.outer(features.y, features.y)

    def losses(epochs):
        method = dare(sounds, steps=steps, epochs=epochs).fit(features)
        D, tower = weights_of(method.network_)
        x = {name: method.scaling_(name, X) for name, X in features.arrays.items()}
        heard = method.scaling_("acoustic", clips.arrays["acoustic"])
        a = np.hstack(list(concepts(D, x).values()))
        Y = np.eye(len(CLASSES))[features.y]
        return np.array(
            [
                ((heard @ D["acoustic"] - tags_of(sounds)) ** 2).sum(axis=1).mean(),
                np.logaddexp(0, -np.where(same, 1, -1) * (a @ a.T)).mean(),
                ((Y - probabilities(D, tower, x)) ** 2).sum(axis=1).mean(),
            ]
        )

    before, after = losses(0), losses(40)
    assert (after < 0.9 * before).all(), (before, after)


class TestConcepts:
    def taught(self, sounds, **how):
        method = dare(sounds, epochs=0, **how).fit(videos())
        assert method.concepts_ == CONCEPTS
        return method.taught_

    def test_fewer_are_a_part_of_more(self, sounds):
        taught = [self.taught(sounds, concepts=n) for n in range(6)]
        assert [t.sum() for t in taught] == list(range(6))
        for fewer, more in pairwise(taught):
            assert (more >= fewer).all()
        assert self.taught(sounds).all()
        others = [self.taught(sounds, concepts=2, seed=seed) for seed in range(2, 8)]
        assert any((other != taught[2]).any() for other in others)

    def test_without_any_there_is_no_transfer(self, sounds):
        method = dare(sounds, concepts=0, epochs=1).fit(videos())
        assert "transfer" not in method.history_
        assert method.network_.settings["mapped"]["acoustic"] == len(CONCEPTS)

    def test_without_sounds_the_size_is_given(self):
        method = dare(None, epochs=1, similarity=False).fit(videos())
        assert method.history_.columns.tolist() == ["epoch", "loss", "estimation"]
        assert (method.concepts_, method.taught_.tolist()) == ((), [False] * 5)
        assert method.concept_scores(videos(7)).shape == (7, 5)

    def test_clips_without_a_taught_concept_are_left_out(self, sounds):
        method = dare(sounds, concepts=1, epochs=0, batch=40).fit(videos())
        _, make = method._transfer()
        x, tags = make({}, None)
        has = tags_of(sounds)[:, method.taught_].any(axis=1)
        assert len(x) == has.sum() < 40
        assert (tags[:, method.taught_] == 1).all()

    def test_those_that_are_there_are_heard(self, sounds):
        method = dare(sounds, similarity=False, scaling="none").fit(videos())
        scores, tags = method.concept_scores(read_feature_set(sounds)), tags_of(sounds) > 0
        assert scores[tags].mean() > 0.5 + scores[~tags].mean()


def test_sounds_are_shuffled_only_among_themselves(sounds):
    batches = {}
    for shuffle in (False, True):
        method = dare(sounds, shuffle=shuffle, epochs=0, batch=40).fit(videos())
        _, make = method._transfer()
        batches[shuffle] = make({}, None)
    (clips, tags), (same, others) = batches.values()
    np.testing.assert_array_equal(clips, same)
    assert (tags != others).any(axis=1).sum() > 10
    np.testing.assert_array_equal(*(np.sort(t @ 2 ** np.arange(5)) for t in (tags, others)))


class TestValidation:
    def test_the_best_epoch_on_it_is_kept(self, sounds):
        train, valid = videos(noise=3.0), videos(45, seed=1, noise=3.0)
        method = dare(sounds, epochs=12).fit(train, valid)
        scores = method.history_
        expected = ["epoch", "loss", "transfer", "similarity", "estimation"]
        assert scores.columns.tolist() == [*expected, "micro_f1", "macro_f1"]
        assert accuracy(method, valid) == pytest.approx(scores["micro_f1"].max())
        assert scores["micro_f1"].iloc[-1] < scores["micro_f1"].max(), "any epoch would do"

    def test_training_stops_when_it_gets_no_better(self):
        train, valid = videos(noise=0.1), videos(45, seed=1, noise=0.1)
        history = early_fusion(epochs=40, patience=3).fit(train, valid).history_
        assert len(history) == history["micro_f1"].idxmax() + 4 < 40


@pytest.mark.parametrize("names", [("acoustic",), ("visual", "textual"), ("visual",)])
def test_it_does_with_the_modalities_that_there_are(names, sounds):
    features = videos(noise=0.5, names=names)
    method = dare(sounds, epochs=15).fit(features)
    assert set(method.network_.mappings) == set(names) - {"visual"}
    assert ("transfer" in method.history_) == ("acoustic" in names)
    assert ("similarity" in method.history_) == (names != ("visual",))
    assert accuracy(method, features) > 0.9
    # What else a test set has is not looked at.
    np.testing.assert_array_equal(
        method.predict_proba(features), method.predict_proba(videos(noise=0.5))
    )


@pytest.mark.parametrize("make", [dare, early_fusion])
def test_a_set_without_any_modality_is_refused(make):
    with pytest.raises(ValueError, match="no modality: this set has"):
        make().fit(videos(names=()))


def test_a_saved_model_gives_the_same_answers(sounds, tmp_path):
    features, test = videos(), videos(10, seed=1)
    method = dare(sounds, epochs=2).fit(features)
    method.save(tmp_path / "model", {"micro_f1": 0.5})
    loaded = load_dare(tmp_path / "model")
    np.testing.assert_array_equal(loaded.predict_proba(test), method.predict_proba(test))
    np.testing.assert_array_equal(loaded.concept_scores(test), method.concept_scores(test))
    assert (loaded.classes_, loaded.concepts_) == (CLASSES, CONCEPTS)
    assert method.predict_proba(test.take([])).shape == (0, len(CLASSES))


@pytest.mark.parametrize("name", ["model.json", "scaling.npz", "network.keras"])
def test_a_saved_model_without_one_of_its_files_is_refused(name, tmp_path):
    dare(epochs=0).fit(videos()).save(tmp_path / "model", {})
    (tmp_path / "model" / name).unlink()
    with pytest.raises(UserError, match=f"{name}: missing; .* is no DARE model"):
        load_dare(tmp_path / "model")


def test_rows_on_disk_teach_what_rows_in_memory_do(sounds, tmp_path):
    features, rows = videos(60, noise=2.0), np.arange(0, 60, 2)
    meta = {"modalities": {name: {} for name in DIMENSIONS}}
    write_feature_set(tmp_path / "set", replace(features, meta=meta))
    disk = replace(read_feature_set(tmp_path / "set"), classes=CLASSES)
    answers = [
        dare(sounds, epochs=3).fit(train, valid).predict_proba(disk)
        for train, valid in (
            (part(disk, rows), part(disk, rows + 1)),
            (features.take(rows), features.take(rows + 1)),
        )
    ]
    np.testing.assert_array_equal(*answers)


def test_the_seed_decides(sounds):
    features = videos(noise=2.0)
    first, again, other = (
        dare(sounds, epochs=2, seed=seed).fit(features).predict_proba(features)
        for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 1e-3


def test_it_learns_in_half_precision(sounds):
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        method = dare(sounds, epochs=3).fit(videos(), videos(seed=1))
        P = method.predict_proba(videos(seed=1))
    finally:
        keras.config.set_dtype_policy("float32")
    assert P.dtype == np.float32
    np.testing.assert_allclose(P.sum(axis=1), 1, atol=1e-3)
    assert np.isfinite(method.history_[["transfer", "similarity", "estimation"]]).all(axis=None)


def test_shuffled_labels_teach_nothing_of_other_videos(sounds):
    train, test = videos(48), videos(90, seed=1)
    assert_at_chance(lambda: dare(sounds, epochs=8), train, test, shuffles=4, within=0.15)
