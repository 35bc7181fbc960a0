"""Figure 3 of the music videos as the small CSV file that ``dvc plots show`` draws."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from tfrepro.evaluation.success_at_n import chance
from tfrepro.report.venue_plots import _ordered

CHANCE = "chance"
POINTS = 60
PANELS = {"audio_to_video": "music asks for pictures", "video_to_audio": "pictures ask for music"}


def success_panels(curves: Mapping[str, pd.DataFrame], points: int = POINTS) -> pd.DataFrame:
    """Success@N against N: a panel a direction, a curve a row, each the mean over the draws.

    Parameters
    ----------
    curves : row -> columns ``direction``, ``seed``, ``n`` and ``success``
    points : of a curve, at most, closer together where N is small
    """
    rows = []
    for direction, panel in PANELS.items():
        for name, curve in curves.items():
            means = curve[curve["direction"] == direction].groupby("n")["success"].mean()
            rows += [(panel, name, n, means[n]) for n in _some(len(means), points)]
        expected = chance(len(means))
        rows += [(panel, CHANCE, n, expected[n - 1]) for n in _some(len(means), points)]
    return _ordered(rows)


def _some(most: int, points: int) -> list[int]:
    """Whole numbers from 1 to ``most``, about as far apart on a scale of logarithms."""
    return sorted({round(n) for n in np.geomspace(1, most, points)})
