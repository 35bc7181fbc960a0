"""Hyper-parameters searched one at a time."""

from functools import partial

import numpy as np
import pandas as pd

from tfrepro.evaluation.one_at_a_time import search_one_at_a_time
from tfrepro.features.feature_set import FeatureSet

INDEX = pd.DataFrame(
    {"id": range(8), "label": list("ababab") + list("ab"), "split": ["train"] * 2 + ["valid"] * 6}
)
FEATURES = FeatureSet(INDEX, {"visual": np.arange(8, dtype=np.float32)[:, None]}, {})


class Peak:
    """Right on as many of six videos as its settings are near width 3 and depth 2."""

    def __init__(self, width, depth, seed):
        self.width, self.depth = width, depth

    def fit(self, train, valid=None):
        assert (train.index["split"] == "train").all()
        return self

    def predict_proba(self, test):
        right = max(0, 6 - abs(self.width - 3) - abs(self.depth - 2))
        answers = np.where(np.arange(len(test)) < right, test.y, 1 - test.y)
        return np.eye(2, dtype=np.float32)[answers]


def make(values):
    return partial(Peak, values["width"], values["depth"])


def test_each_is_varied_with_those_before_it_at_their_best(tmp_path):
    best, tried = search_one_at_a_time(
        make,
        {"width": 1, "depth": 1},
        {"width": [1, 3, 4], "depth": [1, 2, 3]},
        FEATURES,
        tmp_path,
        seed=0,
        runs=1,
    )
    assert best == {"width": 3, "depth": 2}
    assert [(entry.name, entry.value) for entry in tried] == [
        ("width", 1), ("width", 3), ("width", 4), ("depth", 1), ("depth", 2), ("depth", 3),
    ]  # fmt: skip
    right = [round(6 * entry.micro_f1) for entry in tried]
    assert right == [3, 5, 4, 5, 6, 5]


def test_of_equals_the_first_is_best(tmp_path):
    best, _ = search_one_at_a_time(
        make, {"width": 3, "depth": 9}, {"depth": [3, 1]}, FEATURES, tmp_path, seed=0, runs=2
    )
    assert best == {"width": 3, "depth": 3}
