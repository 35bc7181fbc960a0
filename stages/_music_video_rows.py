"""What the stages that write tables on music videos share."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

import pandas as pd
from _paths import metrics, plots
from _stage import wrote
from _tables import read_rows

from tfrepro.evaluation.fits import FittedFrames, read_fits
from tfrepro.evaluation.tables import write_table
from tfrepro.report.plots import write_plot

# Methods whose rows have the paper's names as they are; those of others have their own behind.
AS_PRINTED = ("initial", "dbn")
Runs = Mapping[str, FittedFrames]
Value = TypeVar("Value")


def read_fitted(corpus: str, part: str, methods: Iterable[str]) -> dict[str, FittedFrames]:
    """The run of each method, for Figure 3 (``retrieval``) or for the tables (``styles``)."""
    return read_rows(corpus, "musicvideo", part, methods, read_fits)


def rows_of(found: Runs, give: Callable[[FittedFrames], Mapping[str, Value]]) -> dict[str, Value]:
    """What is given of each method's rows, by its name in a table: ``video-deep-dbn-tuned``."""
    return {
        row if method in AS_PRINTED else f"{row}-{method}": value
        for method, run in found.items()
        for row, value in give(run).items()
    }


def mean_of(found: Runs, fact: str, **where: str) -> float:
    """The mean of what was noted of each fit, over those that are asked for."""
    costs = pd.concat([run.costs for run in found.values()])
    for column, value in where.items():
        costs = costs[costs[column] == value]
    return round(float(costs[fact].mean()), 2)


def write_all(
    corpus: str, tables: Iterable[Mapping[str, Any]], drawn: Mapping[str, pd.DataFrame]
) -> None:
    """Write tables by their own names, and the data of plots."""
    for table in tables:
        write_table(metrics(corpus, "musicvideo", table["table"]), table)
        wrote(metrics(corpus, "musicvideo", table["table"]))
    for name, data in drawn.items():
        write_plot(plots(corpus, "musicvideo", name), data)
        wrote(plots(corpus, "musicvideo", name))
