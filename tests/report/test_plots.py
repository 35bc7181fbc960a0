"""Tables and runs as the CSV files that DVC draws."""

import os

import numpy as np
import pandas as pd
import pytest

from tfrepro.evaluation.runs import Run
from tfrepro.report.plots import (
    PUBLISHED,
    autoencoder_curves,
    bars,
    confusion,
    loss_curves,
    recall_panels,
    training_size_panels,
    write_plot,
)

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


def test_a_loss_curve_is_averaged_over_seeds_and_members():
    histories = {
        "one": pd.DataFrame(
            {"seed": [1, 1, 2, 2], "epoch": [1, 2, 1, 2], "loss": [4.0, 2.0, 6.0, 3.0]}
        ),
        "two": pd.DataFrame({"member": [1, 2], "epoch": [1, 1], "loss": [1.0, 2.0]}),
    }
    assert loss_curves(histories).to_dict("list") == {
        "curve": ["one", "one", "two"],
        "epoch": [1, 2, 1],
        "loss": [5.0, 2.5, 1.5],
    }


@pytest.mark.parametrize("columns", [[], ["training", "seed"], ["epoch", "accuracy"], ["loss"]])
def test_a_method_that_logs_no_loss_has_no_curve(columns):
    silent, one = pd.DataFrame(columns=columns), pd.DataFrame({"epoch": [1], "loss": [4.0]})
    assert loss_curves({"silent": silent, "one": one})["curve"].tolist() == ["one"]
    only = loss_curves({"silent": silent})
    assert (list(only), len(only)) == (["curve", "epoch", "loss"], 0)


def recall(mean, published=None):
    return {"mean": mean, "std": 0.01, "n": 3, "published": published}


RECALLS = {
    "corpus": {"name": "toy"},
    "rows": {
        "ours": {
            "recall_at_1_pool_256": recall(0.25),
            "recall_at_5_pool_512": recall(0.5),
            "p_recall_at_1_pool_256": 0.01,
        },
        "paper": {
            "recall_at_1_pool_256": recall(0.125, 0.215),
            "published_p_recall_at_1_pool_256": 1e-9,
        },
    },
}


def test_recalls_have_a_curve_a_method_and_one_of_what_was_published():
    drawn = recall_panels({"audio_to_video": RECALLS})
    assert drawn.to_dict("list") == {
        "corpus": ["toy"] * 4,
        "direction": ["audio to video"] * 4,
        "panel": ["Recall@1", "Recall@5", "Recall@1", "Recall@1"],
        "curve": ["ours", "ours", "paper", PUBLISHED],
        "pool": [256, 512, 256, 256],
        "recall": [0.25, 0.5, 0.125, 0.215],
        "order": [0, 1, 2, 3],
    }


def test_each_direction_has_panels_of_its_own():
    other = {"corpus": {"name": "toy"}, "rows": {"ours": {"recall_at_1_pool_256": recall(0.75)}}}
    drawn = recall_panels({"audio_to_video": RECALLS, "video_to_audio": other})
    assert drawn["curve"].tolist()[-1] == PUBLISHED, "after all that was measured"
    assert drawn[drawn["direction"] == "video to audio"]["recall"].tolist() == [0.75]
    assert len(drawn) == 5


def test_recall_against_training_videos_has_a_curve_a_method():
    table = {
        "corpus": {"name": "toy"},
        "rows": {
            "cca-256": {
                "audio_to_video_recall_at_10_pool_512": recall(0.25),
                "video_to_audio_recall_at_10_pool_512": recall(0.5),
            },
            "crossmodal-apart-1024": {"audio_to_video_recall_at_1_pool_256": recall(0.75)},
        },
    }
    assert training_size_panels(table).to_dict("list") == {
        "corpus": ["toy"] * 3,
        "direction": ["audio to video", "video to audio", "audio to video"],
        "panel": ["Recall@10 in 512", "Recall@10 in 512", "Recall@1 in 256"],
        "curve": ["cca", "cca", "crossmodal-apart"],
        "videos": [256, 256, 1024],
        "recall": [0.25, 0.5, 0.75],
        "order": [0, 1, 2],
    }


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
