"""EASTERN and its deep rivals as methods: what they learn, and from what."""

import numpy as np
import pandas as pd
import pytest

from tfrepro.features.feature_set import FeatureSet
from tfrepro.models.eastern import Eastern
from tfrepro.models.recurrent import Conv, LstmDl, Lstms

UNITS = {"visual": 10, "acoustic": 8, "textual": 6}
TRAINING = {"learning_rate": 2e-2, "batch": 16, "epochs": 30, "seed": 1}
DICTIONARY = {"common": 10, "atoms": 12}


def eastern(**changes):
    return Eastern(units=UNITS, **DICTIONARY, **(TRAINING | changes))


def conv(**changes):
    return Conv(**DICTIONARY, **(TRAINING | changes))


METHODS = {
    "eastern": eastern,
    "lstms": lambda **changes: Lstms(units=UNITS, **(TRAINING | changes)),
    "lstm-dl": lambda **changes: LstmDl(**DICTIONARY, **(TRAINING | changes)),
    "conv": conv,
}


def videos(N=32, seed=0, noise=1.0):
    """Two classes of three; the third is in no video. Some lack their words."""
    rng = np.random.default_rng(seed)
    y = np.arange(N) % 2
    means = {"visual_sequence": 6, "acoustic": 4, "textual_sequence": 5}
    planted = np.random.default_rng(99)
    arrays = {}
    for name, D in means.items():
        shape = (N, 2, D) if "sequence" in name else (N, D)
        direction = planted.standard_normal(D)
        sign = np.where(y, 1, -1).reshape(-1, *[1] * (len(shape) - 1))
        arrays[name] = (sign * direction + noise * rng.standard_normal(shape)).astype(np.float32)
    index = pd.DataFrame(
        {
            "id": np.arange(N),
            "label": np.array(["a", "b"])[y],
            "visual_sequence_length": rng.integers(1, 3, N),
            "textual_sequence_length": rng.integers(0, 3, N),
        }
    )
    return FeatureSet(index, arrays, {}, ("a", "b", "c"))


def order_alone(pairs=32, seed=0):
    """Videos of one class are those of the other, backwards."""
    rng = np.random.default_rng(seed)
    D = 4
    forwards = 0.5 * rng.standard_normal((pairs, 2, D)) + np.array([[1.0], [-1.0]])
    array = np.concatenate([forwards, forwards[:, ::-1]]).astype(np.float32)
    index = pd.DataFrame(
        {
            "id": np.arange(2 * pairs),
            "label": np.repeat(["forwards", "backwards"], pairs),
            "visual_sequence_length": 2,
        }
    )
    return FeatureSet(index, {"visual_sequence": array}, {})


def accuracy(method, features):
    return (method.predict_proba(features).argmax(axis=1) == features.y).mean()


@pytest.mark.parametrize("name", METHODS)
def test_a_method_learns_a_tiny_set_by_heart(name):
    features = videos(noise=3.0)
    method = METHODS[name]().fit(features)
    P = method.predict_proba(features)
    assert accuracy(method, features) == 1.0
    assert (P.shape, P.dtype) == ((32, 3), np.float32)
    np.testing.assert_allclose(P.sum(axis=1), 1, atol=1e-5)
    assert method.history_["epoch"].tolist() == list(range(1, 31))
    assert method.history_["loss"].iloc[-1] < method.history_["loss"].iloc[0] / 3
    assert method.predict_proba(features.take([])).shape == (0, 3)


class TestOrder:
    def test_eastern_learns_it(self):
        method = eastern(epochs=20).fit(order_alone())
        assert accuracy(method, order_alone(seed=1)) > 0.95

    def test_conv_stays_at_chance(self):
        method = conv(epochs=20).fit(order_alone())
        assert accuracy(method, order_alone(seed=1)) == pytest.approx(0.5, abs=0.05)


def test_shuffled_labels_teach_nothing_of_others():
    train, test = videos(64, noise=1.0), videos(200, seed=1, noise=1.0)
    assert accuracy(conv().fit(train), test) > 0.9
    shuffled = np.random.default_rng(0).permutation(train.index["label"])
    lied = FeatureSet(train.index.assign(label=shuffled), train.arrays, {}, train.classes)
    assert accuracy(conv().fit(lied), test) == pytest.approx(0.5, abs=0.2)


class TestModalities:
    def test_only_those_asked_for_are_looked_at(self):
        train, test = videos(), videos(seed=1)
        method = conv(modalities=("acoustic", "visual")).fit(train)
        assert method.modalities_ == ("visual", "acoustic")
        without_words = FeatureSet(
            test.index,
            {n: a for n, a in test.arrays.items() if "textual" not in n},
            {},
            test.classes,
        )
        np.testing.assert_array_equal(
            method.predict_proba(test), method.predict_proba(without_words)
        )

    def test_eastern_does_with_those_that_there_are(self):
        features = videos()
        features = FeatureSet(features.index, {"acoustic": features.arrays["acoustic"]}, {})
        method = eastern().fit(features)
        assert method.modalities_ == ("acoustic",)
        assert accuracy(method, features) > 0.9

    def test_one_that_is_not_there_is_refused(self):
        features = FeatureSet(videos().index, {"acoustic": np.ones((32, 2), np.float32)}, {})
        with pytest.raises(ValueError, match="no modality 'visual'"):
            eastern(modalities=("visual",)).fit(features)

    def test_one_that_no_training_video_has_does_no_harm(self):
        features = videos()
        features.index["textual_sequence_length"] = 0
        method = conv().fit(features)
        assert accuracy(method, features) > 0.9
        assert np.isfinite(method.predict_proba(videos(seed=1))).all()


class TestValidation:
    def test_the_best_epoch_on_it_is_kept(self):
        train, valid = videos(noise=3.0), videos(40, seed=1, noise=3.0)
        method = conv(epochs=12).fit(train, valid)
        scores = method.history_
        assert scores.columns.tolist() == ["epoch", "loss", "micro_f1", "macro_f1"]
        assert accuracy(method, valid) == pytest.approx(scores["micro_f1"].max())

    def test_training_stops_when_it_gets_no_better(self):
        train, valid = videos(noise=0.1), videos(40, seed=1, noise=0.1)
        history = conv(epochs=30, patience=3).fit(train, valid).history_
        assert len(history) == history["micro_f1"].idxmax() + 4 < 30


def test_the_same_seed_gives_the_same_answers():
    features, few = videos(), {"epochs": 2, "modalities": ("visual",)}
    answers = [eastern(**few).fit(features).predict_proba(features) for _ in range(2)]
    np.testing.assert_array_equal(*answers)
    other = eastern(**few, seed=2).fit(features).predict_proba(features)
    assert np.abs(other - answers[0]).max() > 1e-3


@pytest.mark.parametrize("standardise", [True, False])
def test_the_unit_of_the_inputs_counts_only_if_they_are_not_standardised(standardise):
    features, answers = videos(), []
    for scale, shift in ((1, 0), (8, 4)):
        arrays = {name: scale * array + shift for name, array in features.arrays.items()}
        given = FeatureSet(features.index, arrays, {}, features.classes)
        method = conv(epochs=3, standardise=standardise).fit(given)
        answers.append(method.predict_proba(given))
    difference = np.abs(answers[1] - answers[0]).max()
    assert difference < 1e-3 if standardise else difference > 0.1
