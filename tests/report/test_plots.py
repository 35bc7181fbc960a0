"""Tables and runs as the CSV files that DVC draws."""

import os

import numpy as np
import pandas as pd
import pytest

from tfrepro.evaluation.runs import Run
from tfrepro.report.plots import autoencoder_curves, bars, confusion, write_plot

TABLE = {
    "corpus": {"name": "toy"},
    "rows": {
        "zebra": {
            "micro_f1": {"mean": 0.5, "std": 0.125, "n": 3, "published": 0.25},
            "macro_f1": {"mean": 0.25, "std": None, "n": 1, "published": None},
            "p_micro_f1": 0.01,
            "published_p_micro_f1": 1e-9,
            "overstatement_micro_f1": 0.1,
        },
        "ape": {"micro_f1": {"mean": 0.75, "std": 0.0, "n": 3, "published": None}},
    },
}


def run(protocols, history=()):
    """A run that answers b, c, a for clips of a, b, c in each of the protocols."""
    predictions = pd.DataFrame(
        [
            {"protocol": protocol, "split": "fold-01", "id": f"clip-{k}", "y": k}
            for protocol in protocols
            for k in range(3)
        ]
    )
    probabilities = np.tile(np.eye(3, dtype=np.float32)[[1, 2, 0]], (len(protocols), 1))
    return Run(predictions, probabilities, pd.DataFrame(history), {"classes": ["a", "b", "c"]})


def epochs(protocol, split, losses):
    """The history of a split: layer -> loss of each epoch."""
    return [
        {"protocol": protocol, "split": split, "layer": layer, "epoch": epoch, "loss": loss}
        for layer, values in losses.items()
        for epoch, loss in enumerate(values, 1)
    ]


def test_bars_have_a_row_a_method_and_score_in_the_tables_order():
    drawn = bars(TABLE)
    assert drawn.to_dict("list") == {
        "corpus": ["toy", "toy", "toy"],
        "order": [0, 0, 1],
        "method": ["zebra", "zebra", "ape"],
        "score": ["micro_f1", "macro_f1", "micro_f1"],
        "mean": [0.5, 0.25, 0.75],
        "low": [0.375, 0.25, 0.75],
        "high": [0.625, 0.25, 0.75],
    }


def test_confusion_names_the_classes_of_one_protocol_only():
    shown = confusion(run(["grouped", "random"]), "random")
    assert shown.to_dict("list") == {"actual": ["a", "b", "c"], "predicted": ["b", "c", "a"]}


def test_confusion_keeps_every_prediction():
    assert len(confusion(run(["random"] * 4), "random")) == 12


def test_curves_are_averaged_over_splits_one_a_run_and_layer():
    history = [
        *epochs("random", "fold-01", {1: [4.0, 2.0], 2: [1.0, 0.5]}),
        *epochs("random", "fold-02", {1: [6.0, 4.0], 2: [2.0, 1.5]}),
        *epochs("grouped", "fold-01", {1: [100.0, 100.0]}),
    ]
    drawn = autoencoder_curves({"sda": run(["random"], history)}, "random")
    assert drawn.to_dict("list") == {
        "curve": ["sda, layer 1", "sda, layer 1", "sda, layer 2", "sda, layer 2"],
        "epoch": [1, 2, 1, 2],
        "loss": [5.0, 3.0, 1.5, 1.0],
    }


def test_curves_of_several_runs_stand_below_one_another():
    runs = {
        name: run(["random"], epochs("random", "fold-01", {1: [loss]}))
        for name, loss in (("sda", 1.0), ("sda-fast", 2.0))
    }
    drawn = autoencoder_curves(runs, "random")
    assert dict(zip(drawn["curve"], drawn["loss"], strict=True)) == {
        "sda, layer 1": 1.0,
        "sda-fast, layer 1": 2.0,
    }


def test_without_a_trained_run_there_are_columns_and_no_rows():
    assert list(autoencoder_curves({}, "random").columns) == ["curve", "epoch", "loss"]
    assert autoencoder_curves({}, "random").empty


def test_a_plot_is_written_with_a_head_line_and_five_digits(tmp_path):
    write_plot(tmp_path / "dare" / "a.csv", pd.DataFrame({"x": ["a"], "y": [1 / 3]}))
    assert (tmp_path / "dare" / "a.csv").read_text() == "x,y\na,0.33333\n"


def test_an_empty_plot_still_has_its_head_line(tmp_path):
    write_plot(tmp_path / "a.csv", autoencoder_curves({}, "random"))
    assert (tmp_path / "a.csv").read_text() == "curve,epoch,loss\n"


def test_a_plot_that_cannot_be_written_leaves_the_older_one(tmp_path):
    class Unprintable:
        def __str__(self):
            raise RuntimeError("cannot be printed")

    write_plot(tmp_path / "a.csv", pd.DataFrame({"x": [1]}))
    with pytest.raises(RuntimeError):
        write_plot(tmp_path / "a.csv", pd.DataFrame({"x": [Unprintable()]}))
    assert os.listdir(tmp_path) == ["a.csv"]
    assert (tmp_path / "a.csv").read_text() == "x\n1\n"
