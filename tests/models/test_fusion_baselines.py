"""Late fusion, and attention before or after it: sizes, objectives, and what they learn."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import log_softmax

from tests.controls import assert_at_chance
from tfrepro.features.feature_set import FeatureSet, write_feature_set
from tfrepro.features.feature_set import read_feature_set as read
from tfrepro.models import recycling
from tfrepro.models.early_stopping import f1_scores
from tfrepro.models.fusion_baselines import (
    EarlyAttention,
    EarlyAttentionNetwork,
    LateAttention,
    LateAttentionNetwork,
    LateFusion,
    LateFusionNetwork,
)

PAPER = {"visual": 2048, "acoustic": 200, "textual": 100}
DIMENSIONS = {"visual": 8, "acoustic": 6, "textual": 4}
CLASSES = ("a", "b", "c", "d")
TRAINING = {"units": 16, "dropout": 0.1, "learning_rate": 2e-2, "batch": 24, "seed": 1}
METHODS = {"late-fusion": LateFusion, "early-att": EarlyAttention, "late-att": LateAttention}
NETWORKS = {
    "late-fusion": LateFusionNetwork,
    "early-att": EarlyAttentionNetwork,
    "late-att": LateAttentionNetwork,
}


def videos(N=24, seed=0, noise=1.0, names=tuple(DIMENSIONS)):
    """Videos of a, b and c, none of d; a class has its direction in each modality."""
    rng = np.random.default_rng(seed)
    y = np.arange(N) % 3
    arrays = {}
    for number, (name, size) in enumerate(DIMENSIONS.items()):
        directions = np.random.default_rng(number).standard_normal((3, size))
        array = 2 * directions[y] + noise * rng.standard_normal((N, size))
        arrays[name] = array.astype(np.float32)
    index = pd.DataFrame({"id": np.arange(N), "label": np.array(CLASSES)[y]})
    meta = {"modalities": {name: {} for name in names}}
    return FeatureSet(index, {name: arrays[name] for name in names}, meta, CLASSES)


def make(name, **changes):
    return METHODS[name](**(TRAINING | {"epochs": 60} | changes))


def accuracy(method, features):
    return (method.predict_proba(features).argmax(axis=1) == features.y).mean()


def built(name, dimensions=DIMENSIONS, classes=4, units=16, dropout=0.0, seed=0):
    return NETWORKS[name](dimensions, classes, units, dropout, seed).make_weights()


def batch(N=5, seed=3):
    rng = np.random.default_rng(seed)
    return {n: rng.standard_normal((N, D)).astype(np.float32) for n, D in DIMENSIONS.items()}


class TestNetworks:
    def test_at_the_papers_sizes(self):
        F, H, K = sum(PAPER.values()), 256, 188
        late = sum(
            (D + 1) * H + deeper * (H + 1) * H + (H + 1) * K
            for D, deeper in zip(PAPER.values(), (2, 1, 0), strict=True)
        )
        expected = {
            "late-fusion": late,
            "early-att": F * K + F * H + (H + 1) * H + K * H,
            "late-att": F * K + F * H + 3 * K * H,
        }
        for name, count in expected.items():
            assert built(name, PAPER, K, H).count_params() == count, name

    @pytest.mark.parametrize("name", NETWORKS)
    def test_no_two_weights_start_alike(self, name):
        kernels = [np.ravel(w)[:8] for w in built(name).get_weights() if w.ndim == 2]
        kernels = [kernel for kernel in kernels if np.ptp(kernel)]  # but Ω, which are ones
        directions = np.array([kernel / np.linalg.norm(kernel) for kernel in kernels])
        assert (np.abs(directions @ directions.T) > 1 - 1e-6).sum() == len(kernels) >= 3

    def test_late_attention_scores_a_class_from_its_representations_side_by_side(self):
        network, x = built("late-att"), batch()
        theta, vectors = [], []
        for name, net in network.attention.items():
            of_one, _ = net(x[name])
            theta.append(np.asarray(of_one))
            vectors.append(np.asarray(network.vectors[name]))
        joined = np.concatenate(theta, axis=2), np.concatenate(vectors, axis=1)
        logits = np.einsum("kbh,kh->bk", *joined)
        np.testing.assert_allclose(network(x)[:, 0], log_softmax(logits, axis=1), atol=1e-5)

    def test_early_attention_has_three_dense_layers(self):
        network, x = built("early-att"), batch()
        side_by_side = np.concatenate(list(x.values()), axis=1)
        theta = np.maximum(side_by_side @ np.asarray(network.attention.kernel), 0)
        hidden = np.maximum(theta @ np.asarray(network.kernel) + network.bias, 0)
        logits = hidden @ np.asarray(network.vectors).T
        np.testing.assert_allclose(network(x)[:, 0], log_softmax(logits, axis=1), atol=1e-5)

    def test_the_loss_is_the_cross_entropy_of_the_mean_of_answers(self):
        network, y = built("early-att"), np.array([0, 1, 2])
        P = np.random.default_rng(0).dirichlet(np.ones(4), (3, 2)).astype(np.float32)
        loss = float(network.compute_loss(y=y, y_pred=np.log(P)))
        assert loss == pytest.approx(-np.log(P.mean(axis=1)[range(3), y]).mean(), rel=1e-5)

    def test_late_fusions_is_that_of_every_answer(self):
        network, y = built("late-fusion"), np.array([0, 1, 2])
        P = np.random.default_rng(0).dirichlet(np.ones(4), (3, 3)).astype(np.float32)
        loss = float(network.compute_loss(y=y, y_pred=np.log(P)))
        assert loss == pytest.approx(-np.log(P[range(3), :, y]).sum(axis=1).mean(), rel=1e-5)


@pytest.mark.parametrize("name", METHODS)
def test_a_method_learns_a_tiny_set_by_heart(name):
    features = videos(noise=3.0)
    method = make(name).fit(features)
    P = method.predict_proba(features)
    assert accuracy(method, features) == 1.0
    assert (P.shape, P.dtype) == ((24, 4), np.float32)
    np.testing.assert_allclose(P.sum(axis=1), 1, atol=1e-5)
    assert method.history_.columns.tolist() == ["epoch", "loss"]
    assert method.history_["loss"].iloc[-1] < method.history_["loss"].iloc[0] / 3
    assert method.predict_proba(features.take([])).shape == (0, 4)


@pytest.mark.parametrize("names", [("acoustic",), ("visual", "textual")])
def test_it_does_with_the_modalities_that_there_are(names):
    features = videos(noise=0.5, names=names)
    method = make("late-fusion", epochs=20).fit(features)
    assert method.modalities_ == method.answers_ == names
    assert accuracy(method, features) > 0.9
    # What else a test set has is not looked at.
    np.testing.assert_array_equal(
        method.predict_proba(features), method.predict_proba(videos(noise=0.5))
    )


def test_modalities_may_be_chosen_and_one_that_is_not_there_is_refused():
    method = make("early-att", modalities=("textual", "visual"), epochs=1).fit(videos())
    assert method.network_.dimensions == {"visual": 8, "textual": 4}
    with pytest.raises(ValueError, match="no modality 'visual': this set has acoustic"):
        make("late-att", modalities=("visual",)).fit(videos(names=("acoustic",)))
    with pytest.raises(ValueError, match="no modality: this set has"):
        make("late-att").fit(videos(names=()))


class TestValidation:
    def test_the_best_epoch_on_it_is_kept_and_every_answer_scored(self):
        train, valid = videos(noise=3.0), videos(45, seed=1, noise=3.0)
        method = make("late-fusion", epochs=12).fit(train, valid)
        history = method.history_
        scores = [f"{name}_f1" for name in ("micro", "macro")]
        each = [f"{name}_{score}" for name in DIMENSIONS for score in scores]
        assert history.columns.tolist() == ["epoch", "loss", *scores, *each]
        best = history.loc[history["micro_f1"].idxmax()]
        assert accuracy(method, valid) == pytest.approx(best["micro_f1"])
        answers = method.predict_each(valid)
        for name, P in answers.items():
            assert f1_scores(valid.y, P)["micro_f1"] == pytest.approx(best[f"{name}_micro_f1"])
        together = sum(answers.values()) / 3
        np.testing.assert_allclose(method.predict_proba(valid), together, atol=1e-6)

    def test_training_stops_when_it_gets_no_better(self):
        train, valid = videos(noise=0.1), videos(45, seed=1, noise=0.1)
        history = make("early-att", epochs=60, patience=3).fit(train, valid).history_
        assert len(history) == history["micro_f1"].idxmax() + 4 < 60


def test_rows_on_disk_teach_what_rows_in_memory_do(tmp_path):
    features = videos(30, noise=2.0)
    write_feature_set(tmp_path / "set", features)
    disk = FeatureSet(features.index, read(tmp_path / "set").arrays, {}, CLASSES)
    answers = [
        make("late-att", epochs=2).fit(train).predict_proba(disk) for train in (disk, features)
    ]
    np.testing.assert_array_equal(*answers)


def test_the_seed_decides():
    features = videos(noise=2.0)
    first, again, other = (
        make("early-att", epochs=2, batchwise=False, seed=seed)
        .fit(features)
        .predict_proba(features)
        for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 1e-3


def test_a_method_that_is_gone_leaves_its_network_to_the_next_of_its_kind(monkeypatch):
    monkeypatch.setattr(recycling, "_kept", None)
    train, valid, test = videos(noise=2.0), videos(30, seed=1), videos(30, seed=2)
    arguments = {"epochs": 3, "batch": 10, "dropout": 0.5}
    alone = make("late-att", **arguments, seed=2).fit(train, valid).predict_proba(test)
    first = make("late-att", **arguments).fit(train, valid)
    kept, network = first.predict_proba(test), first.network_
    beside = make("late-att", **arguments, seed=2).fit(train, valid)
    np.testing.assert_array_equal(beside.predict_proba(test), alone)
    np.testing.assert_array_equal(first.predict_proba(test), kept)
    networks = {id(network), id(beside.network_)}
    del first, beside
    again = make("late-att", **arguments).fit(train, valid)
    assert id(again.network_) in networks
    np.testing.assert_array_equal(again.predict_proba(test), kept)
    assert make("late-att", **arguments, initial="glorot").fit(train).network_ is not again.network_


def test_shuffled_labels_teach_nothing_of_other_videos():
    train, test = videos(48), videos(90, seed=1)
    assert_at_chance(lambda: make("early-att", epochs=8), train, test, shuffles=4, within=0.15)


def test_hyper_parameters_are_stored_untouched():
    method = LateAttention(modalities=("visual",), initial="glorot", at_once=3, epochs=2, seed=9)
    assert (method.modalities, method.initial, method.at_once) == (("visual",), "glorot", 3)
    assert (method.units, method.dropout, method.batch, method.seed) == (256, 0.5, 128, 9)
