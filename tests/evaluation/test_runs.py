"""A run comes back from its folder as it went in, and scores itself."""

import os

import numpy as np
import pandas as pd
import pytest

from tfrepro.errors import UserError
from tfrepro.evaluation.runs import Run, read_run, write_run
from tfrepro.evaluation.scores import evaluate

SPLITS = [("random", "fold-01"), ("random", "fold-02"), ("grouped", "fold-01")]
ROWS = 5


@pytest.fixture
def run():
    """Three splits of five predictions over three classes, with training curves."""
    rng = np.random.default_rng(0)
    predictions = pd.DataFrame(
        [
            {"protocol": protocol, "split": split, "id": f"clip-{i}", "y": int(rng.integers(3))}
            for protocol, split in SPLITS
            for i in range(ROWS)
        ]
    )
    history = pd.DataFrame(
        [
            {"epoch": epoch, "loss": 1 / epoch, "protocol": protocol, "split": split}
            for protocol, split in SPLITS
            for epoch in (1, 2, 3)
        ]
    )
    info = {"method": "toy", "classes": ["a", "b", "c"], "seed": 7, "costs": [{"seconds": 0.5}]}
    probabilities = rng.dirichlet(np.ones(3), len(predictions)).astype(np.float32)
    return Run(predictions, probabilities, history, info)


def test_a_run_comes_back_as_it_was(run, tmp_path):
    write_run(tmp_path / "toy", run)
    back = read_run(tmp_path / "toy")
    pd.testing.assert_frame_equal(back.predictions, run.predictions)
    pd.testing.assert_frame_equal(back.history, run.history)
    np.testing.assert_array_equal(back.probabilities, run.probabilities)
    assert back.probabilities.dtype == np.float32
    assert back.info == run.info


def test_a_run_without_curves_comes_back(run, tmp_path):
    silent = Run(run.predictions, run.probabilities, pd.DataFrame(), run.info)
    write_run(tmp_path / "toy", silent)
    assert read_run(tmp_path / "toy").history.empty


def test_the_folder_holds_what_the_module_says(run, tmp_path):
    write_run(tmp_path / "toy", run)
    assert sorted(os.listdir(tmp_path / "toy")) == [
        "history.parquet",
        "predictions.parquet",
        "probabilities.npy",
        "run.json",
    ]


def test_scores_are_those_of_each_split_by_itself(run, tmp_path):
    write_run(tmp_path / "toy", run)
    scores = read_run(tmp_path / "toy").scores("random")
    assert list(scores.index) == ["fold-01", "fold-02"]
    for number, split in enumerate(scores.index):
        rows = slice(ROWS * number, ROWS * (number + 1))
        expected = evaluate(run.predictions["y"].to_numpy()[rows], run.probabilities[rows])
        assert scores.loc[split].to_dict() == expected


def test_scores_do_not_mix_protocols(run):
    assert list(run.scores("grouped").index) == ["fold-01"]
    expected = evaluate(run.predictions["y"].to_numpy()[-ROWS:], run.probabilities[-ROWS:])
    assert run.scores("grouped").loc["fold-01"].to_dict() == expected


def test_predictions_without_probabilities_are_not_written(run, tmp_path):
    short = Run(run.predictions, run.probabilities[1:], run.history, run.info)
    with pytest.raises(ValueError, match="15 predictions, 14 rows of probabilities"):
        write_run(tmp_path / "toy", short)
    assert os.listdir(tmp_path) == []


def test_a_run_that_cannot_be_written_leaves_the_older_one(run, tmp_path):
    write_run(tmp_path / "toy", run)
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_run(
            tmp_path / "toy",
            Run(run.predictions, run.probabilities, run.history, {"seconds": float("nan")}),
        )
    assert read_run(tmp_path / "toy").info == run.info


@pytest.mark.parametrize(
    "file", ["predictions.parquet", "probabilities.npy", "history.parquet", "run.json"]
)
def test_a_missing_file_is_named(run, tmp_path, file):
    write_run(tmp_path / "toy", run)
    (tmp_path / "toy" / file).unlink()
    with pytest.raises(UserError) as caught:
        read_run(tmp_path / "toy")
    assert str(caught.value) == f"{tmp_path / 'toy' / file}: missing; run `dvc repro` to train it"


def test_a_missing_folder_is_an_error_that_says_what_to_do(tmp_path):
    with pytest.raises(UserError, match=r"none/predictions\.parquet: missing; run `dvc repro`"):
        read_run(tmp_path / "none")
