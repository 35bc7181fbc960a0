"""Answers of a method that fuses several: each is kept, row for row beside what they say."""

import numpy as np
import pandas as pd
import pytest

from tfrepro.errors import UserError
from tfrepro.evaluation.answers import FILE, answering, keep_answers, read_answers
from tfrepro.evaluation.experiment import run_method
from tfrepro.evaluation.runs import read_run, write_run
from tfrepro.evaluation.validated import initialisations, validated
from tfrepro.features.feature_set import FeatureSet

CLASSES = ("x", "y")


class TwoAnswers:
    """One answer says the number of the seed in a thousand, the other always a half."""

    def __init__(self, seed):
        self.seed = seed

    def fit(self, train, valid=None):
        self.history_ = pd.DataFrame({"epoch": [1], "loss": [float(self.seed)]})
        return self

    def predict_each(self, test):
        first = np.full(len(test), self.seed / 1000) + test.arrays["visual"][:, 0] / 100
        return {
            "visual": np.stack([first, 1 - first], axis=1),
            "textual": np.full((len(test), 2), 0.5),
        }

    def predict_proba(self, test):
        return np.mean(list(self.predict_each(test).values()), axis=0)


@pytest.fixture
def features():
    split = np.array(["train", "valid", "test"] * 4)
    index = pd.DataFrame({"id": np.arange(12), "label": ["x", "y"] * 6, "split": split})
    arrays = {"visual": np.arange(12, dtype=np.float32)[:, None]}
    return FeatureSet(index, arrays, {}, CLASSES)


@pytest.fixture
def train(features, tmp_path):
    """Train twice, with the answers kept; the folder of the run."""

    def trained():
        make = validated(answering(TwoAnswers, tmp_path / "work"))
        splits = initialisations(features.index["split"].to_numpy(), 2)
        run = run_method(make, features, {"test": splits}, tmp_path / "work", seed=7, jobs=1)
        write_run(tmp_path / "run", run)
        keep_answers(tmp_path / "run", tmp_path / "work", range(7, 9))
        return tmp_path / "run"

    return trained


def test_every_answer_is_kept_row_for_row_beside_what_they_say(train):
    folder = train()
    run, answers = read_run(folder), read_answers(folder)
    assert list(answers) == ["visual", "textual"]
    expected = np.repeat([0.007, 0.008], 4) + np.tile([2, 5, 8, 11], 2) / 100
    np.testing.assert_allclose(answers["visual"].probabilities[:, 0], expected, rtol=1e-6)
    assert answers["visual"].probabilities.dtype == np.float32
    mean = np.mean([each.probabilities for each in answers.values()], axis=0)
    np.testing.assert_allclose(run.probabilities, mean, rtol=1e-6)
    pd.testing.assert_frame_equal(answers["textual"].predictions, run.predictions)
    assert run.history["loss"].tolist() == [7, 8]
    assert answers["textual"].scores("test")["micro_f1"].tolist() == [0.5, 0.5]


def test_fits_that_were_finished_before_a_kill_keep_their_answers(train):
    first = read_answers(train())["visual"].probabilities
    np.testing.assert_array_equal(read_answers(train())["visual"].probabilities, first)


def test_a_run_without_answers_says_what_to_do(train):
    folder = train()
    (folder / FILE).unlink()
    with pytest.raises(UserError, match=r"answers\.npz: missing; run `dvc repro`"):
        read_answers(folder)


def test_a_method_without_answers_is_refused(features, tmp_path):
    class OneAnswer:
        def fit(self, train, valid=None):
            return self

        def predict_proba(self, test):
            return np.full((len(test), 2), 0.5)

    method = answering(lambda seed: OneAnswer(), tmp_path)(1).fit(features)
    with pytest.raises(AttributeError, match="predict_each"):
        method.predict_proba(features)
    assert method.history_.empty
    assert not list(tmp_path.iterdir())
