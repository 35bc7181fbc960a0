"""A method over all splits: resumable, the same on any number of processes, never shown a test."""

import os
import signal
import subprocess
import sys
from functools import partial

import numpy as np
import pandas as pd
import pytest

from tfrepro.evaluation.experiment import run_method
from tfrepro.evaluation.protocols import given_folds, stratified_folds
from tfrepro.evaluation.runs import read_run
from tfrepro.features.feature_set import FeatureSet
from tfrepro.methods import make_method
from tfrepro.settings.methods import Softmax

K = 4


def clips(n=120, seed=0):
    """Clips of four classes that their spectrum tells apart, in no order, in five folds."""
    rng = np.random.default_rng(seed)
    y = rng.permutation(np.arange(n) % K)
    index = pd.DataFrame(
        {
            "id": rng.permutation([f"clip-{i:03d}" for i in range(n)]),
            "label": np.array(["bell", "cat", "dog", "rain"])[y],
            "fold": 1 + np.arange(n) % 5,
        }
    )
    x = 4 * np.eye(K, 6)[y] + rng.standard_normal((n, 6))
    return FeatureSet(index, {"spectrum_mean": x.astype(np.float32)}, {})


def shuffled(features):
    """The same clips with labels that have nothing to do with them."""
    order = np.random.default_rng(1).permutation(len(features))
    index = features.index.assign(label=features.index["label"].to_numpy()[order])
    return FeatureSet(index, features.arrays, features.meta)


def random_folds(features, folds=5):
    return {"random": stratified_folds(features.y, folds, seed=0)}


class Memoriser:
    """The class of the nearest row it was fitted on: right wherever it saw the answer."""

    def __init__(self, seed):
        pass

    def fit(self, train, valid=None):
        self.x, self.y = train.arrays["spectrum_mean"], train.y
        return self

    def predict_proba(self, test):
        distance = ((test.arrays["spectrum_mean"][:, None] - self.x) ** 2).sum(axis=2)
        return np.eye(K)[self.y[distance.argmin(axis=1)]]


class Cheat(Memoriser):
    """Reads the labels of the rows it is to predict."""

    def predict_proba(self, test):
        return np.eye(K)[test.y]


class Logger(Memoriser):
    """Leaves the seed and the number of training rows as its history."""

    def __init__(self, seed):
        self.seed = seed

    def fit(self, train, valid=None):
        self.history_ = pd.DataFrame([{"seed": self.seed, "rows": len(train)}])
        return super().fit(train)


@pytest.fixture
def accuracy(tmp_path):
    """``accuracy(make, features)``: mean over random folds."""

    def measure(make, features):
        run = run_method(make, features, random_folds(features), tmp_path, seed=0)
        return run.scores("random")["micro_f1"].mean()

    return measure


def softmax():
    return partial(make_method, "spectrum-mean", Softmax(C=1.0))


@pytest.mark.parametrize("make", [Memoriser, softmax()], ids=["memoriser", "softmax"])
def test_a_method_learns_what_there_is_to_learn(accuracy, make):
    assert accuracy(make, clips()) > 0.9


@pytest.mark.parametrize("make", [Memoriser, softmax()], ids=["memoriser", "softmax"])
def test_on_shuffled_labels_a_method_is_at_chance(accuracy, make):
    # 400 answers at chance have a deviation of 2.2 %.
    assert abs(accuracy(make, shuffled(clips(400))) - 1 / K) < 0.1


def test_a_method_that_looks_at_test_labels_is_found_out_by_shuffling_them(accuracy):
    assert accuracy(Cheat, shuffled(clips(400))) == 1


def test_predictions_keep_the_ids_and_the_labels_of_their_rows(tmp_path):
    features = clips()
    protocols = random_folds(features) | {"grouped": given_folds(features.index["fold"])}
    run = run_method(Memoriser, features, protocols, tmp_path, seed=0)
    labels = features.index.set_index("id")["label"]
    assert len(run.predictions) == len(run.probabilities) == 2 * len(features)
    for name, splits in protocols.items():
        rows = run.predictions[run.predictions["protocol"] == name]
        assert sorted(rows["id"]) == sorted(features.index["id"]), "each is tested once"
        classes = np.array(run.info["classes"])
        assert (classes[rows["y"]] == labels[rows["id"]].to_numpy()).all()
        for split in splits:
            expected = features.index["id"].to_numpy()[split.test]
            assert rows.loc[rows["split"] == split.name, "id"].tolist() == expected.tolist()


def test_probabilities_stand_in_the_row_of_their_prediction(tmp_path):
    features = clips()
    run = run_method(Cheat, features, random_folds(features), tmp_path, seed=0)
    assert (run.probabilities.argmax(axis=1) == run.predictions["y"]).all()


def test_every_split_has_a_seed_of_its_own_and_every_protocol_the_same_ones(tmp_path):
    features = clips()
    protocols = random_folds(features, 3) | {"grouped": given_folds(features.index["fold"])}
    run = run_method(Logger, features, protocols, tmp_path, seed=40)
    seeds = run.history.groupby("protocol")["seed"].apply(list)
    assert seeds["random"] == [40, 41, 42]
    assert seeds["grouped"] == [40, 41, 42, 43, 44]
    assert run.info["seed"] == 40
    rows = run.history.loc[run.history["protocol"] == "grouped", "rows"].tolist()
    assert rows == [len(split.train) for split in protocols["grouped"]]


def test_a_run_says_what_it_took(tmp_path):
    features = clips()
    run = run_method(
        Memoriser, features, random_folds(features), tmp_path, seed=0, info={"method": "toy"}
    )
    assert run.info["method"] == "toy"
    assert run.info["classes"] == ["bell", "cat", "dog", "rain"]
    assert [cost["split"] for cost in run.info["costs"]] == [f"fold-0{i}" for i in range(1, 6)]
    for cost in run.info["costs"]:
        assert 0 <= cost["seconds"] < 60
        assert 1 < cost["peak_mb"] < 1e6


def test_one_and_two_processes_give_the_same_run(tmp_path):
    features = clips()
    runs = [
        run_method(
            softmax(), features, random_folds(features), tmp_path / str(jobs), seed=3, jobs=jobs
        )
        for jobs in (1, 2)
    ]
    pd.testing.assert_frame_equal(runs[0].predictions, runs[1].predictions)
    np.testing.assert_array_equal(runs[0].probabilities, runs[1].probabilities)


KILLED_IN_MID_RUN = """
import os, signal, sys
from pathlib import Path

import numpy as np
import pandas as pd

from tfrepro.evaluation.experiment import run_method
from tfrepro.evaluation.protocols import stratified_folds
from tfrepro.evaluation.runs import write_run
from tfrepro.features.feature_set import FeatureSet

folder, victim = Path(sys.argv[1]), int(sys.argv[2])


class Toy:
    def __init__(self, seed):
        self.seed = seed

    def fit(self, train, valid=None):
        with open(folder / "fits", "a") as log:
            log.write(f"{self.seed}\\n")
        if self.seed == victim:
            os.kill(os.getpid(), signal.SIGKILL)
        self.history_ = pd.DataFrame({"epoch": [1, 2], "loss": [0.5, self.seed / 3]})
        return self

    def predict_proba(self, test):
        return np.random.default_rng(self.seed).dirichlet(np.ones(2), len(test))


y = np.arange(40) % 2
index = pd.DataFrame({"id": y.cumsum().astype(str), "label": y.astype(str)})
features = FeatureSet(index, {"x": np.zeros((40, 1), np.float32)}, {})
protocols = {"random": stratified_folds(y, 5, 0)}
write_run(folder / "run", run_method(Toy, features, protocols, folder / "work", seed=0))
"""


def test_a_run_killed_in_the_middle_goes_on_and_ends_as_if_it_had_not_been(tmp_path):
    def start(folder, victim):
        folder.mkdir(exist_ok=True)
        arguments = [sys.executable, "-c", KILLED_IN_MID_RUN, str(folder), str(victim)]
        return subprocess.run(arguments, check=False, stderr=subprocess.DEVNULL).returncode

    def fits(folder):
        return [int(line) for line in (folder / "fits").read_text().split()]

    assert start(tmp_path / "killed", victim=2) == -signal.SIGKILL
    assert "run" not in os.listdir(tmp_path / "killed"), "half a run does not appear"
    assert start(tmp_path / "killed", victim=-1) == 0
    assert fits(tmp_path / "killed") == [0, 1, 2, 2, 3, 4], "only the unfinished are done again"

    assert start(tmp_path / "unhindered", victim=-1) == 0
    assert fits(tmp_path / "unhindered") == [0, 1, 2, 3, 4]
    killed, unhindered = (read_run(tmp_path / n / "run") for n in ("killed", "unhindered"))
    pd.testing.assert_frame_equal(killed.predictions, unhindered.predictions)
    pd.testing.assert_frame_equal(killed.history, unhindered.history)
    np.testing.assert_array_equal(killed.probabilities, unhindered.probabilities)


def test_a_method_that_fails_names_its_error_and_keeps_finished_splits(tmp_path):
    class Fails(Memoriser):
        def __init__(self, seed):
            if seed == 2:
                raise RuntimeError("no third split")

    features = clips()
    with pytest.raises(RuntimeError, match="no third split"):
        run_method(Fails, features, random_folds(features), tmp_path, seed=0)
    assert sorted(os.listdir(tmp_path)) == ["random-fold-01.npz", "random-fold-02.npz"]
