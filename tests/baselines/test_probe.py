"""Linear probes: what each modality tells, with nothing fitted outside the training part."""

import numpy as np
import pandas as pd
import pytest

from tfrepro.baselines.probe import PROBES, LinearProbe, MajorityClass, make_probe
from tfrepro.features.feature_set import FeatureSet

SETTINGS = {
    "Cs": (0.01, 1.0),
    "text": {"dimensions": 8, "window": 2, "min_count": 1, "epochs": 40, "seed": 0,
             "words_first": False},
    "completion": {"factors": 3, "ridge": 0.01, "seed": 0},
}  # fmt: skip


@pytest.fixture
def features():
    """Three classes: sight tells two of them apart, sound the third; words say which it is."""
    rng = np.random.default_rng(0)
    y = np.arange(150) % 3
    noise = rng.standard_normal((150, 8)).astype(np.float32)
    visual, acoustic = noise[:, :4].copy(), noise[:, 4:].copy()
    visual[:, 0] += 6 * (y == 0)
    acoustic[:, 1] += 6 * (y == 1)
    words = np.array(["apple pear", "tree leaf", "door room"])[y]
    index = pd.DataFrame(
        {
            "id": [str(row) for row in range(150)],
            "label": np.array(["a", "b", "c"])[y],
            "group": [str(row) for row in range(150)],
            "text": words,
            "has_visual": True,
            "has_acoustic": np.arange(150) % 10 != 9,
            "has_textual": True,
        }
    )
    acoustic[9::10] = 0
    return FeatureSet(index, {"visual": visual, "acoustic": acoustic}, {})


def accuracy(name, features):
    train, test = features.take(np.arange(100)), features.take(np.arange(100, 150))
    P = make_probe(name, SETTINGS, seed=0).fit(train).predict_proba(test)
    assert P.shape == (50, 3)
    np.testing.assert_allclose(P.sum(1), 1, rtol=1e-5)
    return (P.argmax(1) == test.y).mean()


def test_a_probe_finds_what_its_modality_knows(features):
    scores = {name: accuracy(name, features) for name in PROBES}
    assert scores["majority"] < 0.5
    assert 0.5 < scores["visual"] < 0.9
    assert 0.5 < scores["acoustic"] < 0.9
    assert scores["textual"] > 0.95
    assert scores["visual-acoustic"] > 0.9
    assert min(scores["all"], scores["all-completed"]) > 0.95


def test_words_of_the_test_part_are_not_learned(features):
    features.index.loc[100:, "text"] = "unheard words"
    probe = LinearProbe(("textual",), (1.0,), text=SETTINGS["text"])
    probe.fit(features.take(np.arange(100)))
    assert "unheard" not in probe.texts_.words_
    P = probe.predict_proba(features.take(np.arange(100, 150)))
    np.testing.assert_allclose(P, P[[0] * 50], rtol=1e-6)


def test_the_penalty_is_chosen_on_the_training_part(features):
    # Visual noise alone: the strongest penalty overfits least.
    rng = np.random.default_rng(1)
    features.arrays["visual"][:] = rng.standard_normal((150, 4))
    train = features.take(np.arange(100))
    chosen = LinearProbe(("visual",), (1e-4, 1e4), text={}, seed=0).fit(train).C_
    assert chosen in (1e-4, 1e4)
    one = LinearProbe(("visual",), (3.0,), text={}).fit(train)
    assert one.C_ == 3.0


def test_a_missing_modality_is_the_training_mean_or_completed(features):
    train = features.take(np.arange(100))
    plain = make_probe("all", SETTINGS, 0).fit(train)
    assert plain.completion_ is None
    filled = make_probe("all-completed", SETTINGS, 0).fit(train)
    assert filled.completion_.scales_.keys() == {"visual", "acoustic", "textual"}
    assert plain.scalers_["acoustic"].n_samples_seen_ == 90


def test_the_majority_class_is_that_of_the_training_part(features):
    train = features.take(np.r_[np.arange(20), [1] * 30])
    P = MajorityClass().fit(train).predict_proba(features.take([0, 1, 2]))
    np.testing.assert_array_equal(P, [[0, 1, 0]] * 3)


@pytest.mark.parametrize("name", list(PROBES))
def test_modalities_that_nobody_has_and_rare_words_are_left_out(features, name):
    features.index["has_acoustic"] = False
    features.arrays["acoustic"][:] = 0
    settings = SETTINGS | {"text": SETTINGS["text"] | {"min_count": 999}}
    train, test = features.take(np.arange(100)), features.take(np.arange(100, 150))
    probe = make_probe(name, settings, 0).fit(train)
    P = probe.predict_proba(test)
    np.testing.assert_allclose(P.sum(1), 1, rtol=1e-5)
    seen = "visual" in PROBES[name]
    assert getattr(probe, "modalities_", []) == (["visual"] if seen else [])
    assert ((P.argmax(1) == test.y).mean() > 0.5) == seen


def test_a_training_part_of_one_class_has_that_answer(features):
    train = features.take(np.arange(0, 90, 3))
    P = make_probe("all", SETTINGS, 0).fit(train).predict_proba(features.take([0, 1]))
    np.testing.assert_array_equal(P, [[1, 0, 0]] * 2)


def test_words_are_cut_as_the_settings_say(features):
    settings = SETTINGS | {"words": lambda text: text.upper().split()}
    probe = make_probe("textual", settings, 0).fit(features.take(np.arange(100)))
    assert set(probe.texts_.words_) == {"APPLE", "PEAR", "TREE", "LEAF", "DOOR", "ROOM"}
