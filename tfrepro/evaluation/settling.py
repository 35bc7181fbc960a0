"""How long training takes until it hardly gains any more."""

import pandas as pd

RUN = ["protocol", "split"]


def epochs_to_settle(history: pd.DataFrame, score: str, within: float) -> pd.Series:
    """For each run, the first epoch whose score is as good as its best one, or nearly so.

    Parameters
    ----------
    history : of :class:`tfrepro.evaluation.runs.Run`, a row an epoch of a run
    score : a column of it, higher is better
    within : how far below the best a score may be

    Source: NMCL, Figure 5, of which the text says that curves are stable after some thirty
    iterations, and not what stable is.
    """
    best = history.groupby(RUN)[score].transform("max")
    settled = history[history[score] >= best - within]
    return settled.groupby(RUN)["epoch"].min().reset_index(drop=True)
