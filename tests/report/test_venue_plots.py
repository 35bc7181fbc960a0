"""Curves of methods on micro-videos."""

import pandas as pd
import pytest

from tfrepro.report.venue_plots import (
    epoch_panels,
    group_panels,
    score_panels,
    sweep_panels,
    value_panels,
)


def cell(mean, std=0.1):
    return {"mean": mean, "std": std, "n": 2, "published": None}


def test_a_sweep_has_a_panel_a_score_and_its_deviation():
    rows = {"0_1": {"micro_f1": cell(0.5), "macro_f1": cell(0.4, None)}}
    made = sweep_panels({"rows": rows})
    assert made["x"].eq(0.1).all()
    assert made[["panel", "curve", "y"]].to_numpy().tolist() == [
        ["Micro-F1", "mean", 0.5],
        ["Micro-F1", "mean - std", 0.4],
        ["Micro-F1", "mean + std", 0.6],
        ["Macro-F1", "mean", 0.4],
        ["Macro-F1", "mean - std", 0.4],
        ["Macro-F1", "mean + std", 0.4],
    ]


def test_epochs_are_averaged_over_the_runs_that_came_so_far():
    history = pd.DataFrame(
        {"protocol": "test", "split": ["a", "a", "b"], "epoch": [1, 2, 1],
         "loss": [3.0, 2.0, 5.0], "transfer": [1.0, 1.0, 1.0], "micro_f1": [0.1, 0.2, 0.3]}
    )  # fmt: skip
    made = epoch_panels(history)
    loss = made[(made["panel"] == "loss") & (made["curve"] == "loss")]
    assert loss[["x", "y"]].to_numpy().tolist() == [[1, 4], [2, 2]]
    assert "Micro-F1, validation" in set(made["panel"])
    assert set(made["curve"]) == {"loss", "transfer", "mean"}


def test_groups_are_numbered_from_the_most_popular_and_empty_ones_left_out():
    row = {"micro_f1_group_1": cell(0.5), "accuracy_group_1": cell(0.6),
           "micro_f1_group_2": cell(None)}  # fmt: skip
    made = group_panels({"rows": {"dare": row}})
    assert made[["curve", "x", "y"]].to_numpy().tolist() == [["dare", 1, 0.5]]


def test_scores_by_epoch_are_means_over_splits_one_curve_a_method():
    two = pd.DataFrame({"epoch": [1, 2, 1], "loss": 1.0, "micro_f1": [0.2, 0.6, 0.4]})
    found = score_panels({"lstms": two, "tmdl": pd.DataFrame({"epoch": [1], "energy": [3.0]})})
    assert found.to_dict("list") == {
        "panel": ["Micro-F1, validation"] * 2,
        "curve": ["lstms"] * 2,
        "x": [1, 2],
        "y": pytest.approx([0.3, 0.6]),
        "order": [0, 1],
    }


def test_what_was_tried_is_a_panel_a_hyper_parameter_and_a_curve_a_score():
    tried = pd.DataFrame(
        {"name": ["units", "atoms"], "value": [8, 4], "micro_f1": [0.5, 0.6], "macro_f1": 0.1}
    )
    found = value_panels(tried)
    assert found["panel"].tolist() == ["units", "units", "atoms", "atoms"]
    assert found["curve"].tolist() == ["Micro-F1", "Macro-F1"] * 2
    assert found["y"].tolist() == [0.5, 0.1, 0.6, 0.1]
