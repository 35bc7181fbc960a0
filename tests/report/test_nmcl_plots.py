"""NMCL's figures as data."""

import numpy as np
import pandas as pd

from tfrepro.report.nmcl_plots import FUSED, answer_panels, cells, roc_panels


def test_a_roc_panel_is_an_average_and_a_curve_a_method():
    of = {"false_positive_rate": [0.0, 1.0], "micro": [0.5, 1.0], "macro": [0.25, 1.0]}
    made = roc_panels({"nmcl": of, "majority": of})
    assert list(made.columns) == ["panel", "curve", "x", "y", "order"]
    first = made[(made["panel"] == "macro-average") & (made["curve"] == "majority")]
    assert first[["x", "y"]].to_numpy().tolist() == [[0, 0.25], [1, 1]]
    assert made["order"].tolist() == list(range(8))


def test_epochs_have_a_curve_for_every_answer_and_for_all_together():
    history = pd.DataFrame(
        {
            "epoch": [1, 2, 1],
            "micro_f1": [0.2, 0.6, 0.4],
            "visual_micro_f1": [0.1, 0.5, 0.3],
            "macro_f1": [0.1, 0.1, 0.1],
        }
    )
    made = answer_panels(history, ["visual", "acoustic"])
    micro = made[made["panel"] == "Micro-F1, validation"]
    assert micro[["curve", "x"]].to_numpy().tolist() == [
        ["visual", 1], ["visual", 2], [FUSED, 1], [FUSED, 2],
    ]  # fmt: skip
    np.testing.assert_allclose(micro["y"], [0.2, 0.5, 0.3, 0.6])
    assert set(made["panel"]) == {"Micro-F1, validation", "Macro-F1, validation"}


def test_a_map_has_a_row_a_cell():
    made = cells(np.arange(4).reshape(2, 2), "ab", "cd", ("concept", "venue", "value"))
    assert made.to_dict("list") == {
        "concept": ["a", "a", "b", "b"],
        "venue": ["c", "d", "c", "d"],
        "value": [0, 1, 2, 3],
        "order": [0, 1, 2, 3],
    }
