"""Methods with replaced hyper-parameters, searches, and validation parts."""

import numpy as np
import pandas as pd
import pytest

from tfrepro.evaluation.search import combinations, search
from tfrepro.evaluation.validated import initialisations, validated
from tfrepro.evaluation.variants import with_parameters
from tfrepro.features.feature_set import FeatureSet


class Guess:
    """Answers with one class; keeps what it was given."""

    def __init__(self, seed=0):
        self.seed, self.answer = seed, 0

    def fit(self, train, valid=None):
        self.train, self.valid = train, valid
        return self

    def predict_proba(self, test):
        return np.eye(len(test.classes), dtype=np.float32)[[self.answer] * len(test)]


def a_set():
    parts = ["train"] * 5 + ["valid"] * 4 + ["test"] * 3
    labels = list("aabbc" + "bbba" + "ccc")
    index = pd.DataFrame({"id": range(12), "label": labels, "split": parts})
    return FeatureSet(index, {"visual": np.arange(12, dtype=np.float32)[:, None]}, {})


def test_hyper_parameters_are_replaced_by_name():
    assert with_parameters(Guess, answer=2)(7).answer == 2
    assert with_parameters(Guess, answer=2)(7).seed == 7
    with pytest.raises(ValueError, match="no hyper-parameter 'answers'"):
        with_parameters(Guess, answers=2)(7)


def test_a_method_is_given_the_validation_part_and_never_the_test_part():
    features = a_set()
    [split] = initialisations(features.index["split"].to_numpy(), 1)
    method = validated(Guess)(3).fit(features.take(split.train)).method
    assert method.seed == 3
    assert method.train.index["id"].tolist() == [0, 1, 2, 3, 4]
    assert method.valid.index["id"].tolist() == [5, 6, 7, 8]
    assert np.asarray(method.valid.arrays["visual"]).ravel().tolist() == [5, 6, 7, 8]
    assert features.index["id"][split.test].tolist() == [9, 10, 11]


def test_all_combinations_of_a_grid():
    made = list(combinations({"a": [1, 2], "b": ["x", "y"]}))
    assert made == [{"a": a, "b": b} for a in (1, 2) for b in "xy"]


def test_a_search_is_decided_by_the_validation_part(tmp_path):
    # The test part is all of class 2, the training part mostly of 0 and 1.
    found = search(Guess, a_set(), {"answer": [0, 1, 2]}, tmp_path, seed=1, runs=2)
    assert [entry["values"]["answer"] for entry in found] == [1, 0, 2]
    assert found[0]["micro_f1"] == 0.75
    assert len(list(tmp_path.glob("*.json"))) == 6
