"""Figure 3 as data."""

import numpy as np
import pandas as pd

from tfrepro.report.musicvideo_plots import CHANCE, success_panels


def curve(N, seeds=(1, 2)):
    """Perfect with one seed, chance with the other, both ways."""
    return pd.concat(
        pd.DataFrame(
            {
                "direction": direction,
                "seed": seed,
                "n": np.arange(1, N + 1),
                "success": 1.0 if seed == 1 else np.arange(1, N + 1) / N,
            }
        )
        for direction in ("audio_to_video", "video_to_audio")
        for seed in seeds
    )


def test_a_curve_is_the_mean_over_draws_beside_chance():
    made = success_panels({"shared-dbn": curve(4), "random": curve(4, (2,))})
    assert list(made.columns) == ["panel", "curve", "x", "y", "order"]
    assert made["order"].tolist() == list(range(24))
    first = made[made["panel"] == "music asks for pictures"]
    of = {name: rows["y"].tolist() for name, rows in first.groupby("curve")}
    assert of == {
        "shared-dbn": [0.625, 0.75, 0.875, 1],
        "random": [0.25, 0.5, 0.75, 1],
        CHANCE: [0.25, 0.5, 0.75, 1],
    }
    assert first["x"].tolist() == [1, 2, 3, 4] * 3


def test_a_long_curve_has_few_points_closer_together_where_n_is_small():
    made = success_panels({"random": curve(2000)}, points=20)
    x = made[made["panel"] == made["panel"][0]].query("curve == 'random'")["x"].to_numpy()
    assert len(x) <= 20
    assert (x[0], x[-1]) == (1, 2000)
    assert (np.diff(x) > 0).all()
    assert np.diff(x)[0] < np.diff(x)[-1]
