"""A table as a page shows it: rows of cells, each with its published figure and its tests."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tfrepro.published import cell, load, papers
from tfrepro.published.schema import Row as PrintedRow
from tfrepro.report import numbers
from tfrepro.report.site.tables import Table, cells, score_names

# Where more is better. Of counts, sizes and errors no best one is set apart.
_HIGHER = ("micro_f1", "macro_f1", "accuracy", "auc_", "average_precision", "precision_at")
_HIGHER += ("recall_at", "success_at", "area", "audio_to_video", "video_to_audio")
_NAMES = {"micro_f1": "Micro-F1", "macro_f1": "Macro-F1", "auc": "AUC", "rmse": "RMSE"}


@dataclass(frozen=True)
class Cell:
    """One score of one method, in words.

    Attributes
    ----------
    measured : mean and deviation
    published, difference : the paper's figure, and measured less published; empty if none
    tests : ``p``, ``q``, ``d`` and the published p, those that there are
    best : whether no other method scores higher
    """

    measured: str
    published: str = ""
    difference: str = ""
    tests: tuple[tuple[str, str], ...] = ()
    best: bool = False


@dataclass(frozen=True)
class Row:
    """A method: its name, the paper's name for it, its cells by score, and its time."""

    method: str
    printed_as: str
    cells: Mapping[str, Cell]
    seconds: str = ""


@dataclass(frozen=True)
class View:
    """What a page shows of a table.

    Attributes
    ----------
    scores : key -> heading
    rows : measured ones, then those that only the paper has
    printed : whether any cell has a published figure
    tested : whether any cell has a p-value
    timed : whether any row has a time
    """

    scores: Mapping[str, str]
    rows: tuple[Row, ...]
    printed: bool
    tested: bool
    timed: bool


def view(table: Table) -> View:
    """The view of a table; without rows for tables that hold answers, or a search."""
    names = score_names(table)
    best = {name: _best(table, name) for name in names}
    rows = [_row(table, method, row, best) for method, row in table.content["rows"].items()]
    rows += _not_measured(table, names)
    return View(
        {name: heading(name) for name in names},
        tuple(rows),
        printed=any(cell.published for row in rows for cell in row.cells.values()),
        tested=any(cell.tests for row in rows for cell in row.cells.values()),
        timed=any(row.seconds for row in rows),
    )


def heading(score: str) -> str:
    """``recall_at_10_pool_256`` as ``Recall@10 of 256``, ``auc_micro`` as ``AUC micro``."""
    score = re.sub(r"_at_(\d+)", r"@\1", score)
    score = re.sub(r"_pool_(\d+)", r" of \1", score)
    for start, name in _NAMES.items():
        if score == start or score.startswith(f"{start}_"):
            return name + score.removeprefix(start).replace("_", " ")
    return score[:1].upper() + score[1:].replace("_", " ")


def _row(table: Table, method: str, row: Mapping[str, Any], best: Mapping[str, float]) -> Row:
    seconds = table.seconds.get(method)
    return Row(
        method,
        _printed_as(table, method),
        {name: _cell(name, value, row, best.get(name)) for name, value in cells(row).items()},
        "" if seconds is None else numbers.duration(seconds),
    )


def _cell(name: str, value: Mapping[str, Any], row: Mapping[str, Any], best: float | None) -> Cell:
    tests = {
        "p": row.get(f"p_{name}"),
        "q": row.get(f"q_{name}"),
        "d": row.get(f"effect_{name}"),
        "published p": row.get(f"published_p_{name}"),
    }
    published = numbers.published(value)
    return Cell(
        numbers.measured(value),
        "" if published == "-" else published,
        numbers.difference(value),
        tuple((key, numbers.significance(x)) for key, x in tests.items() if x is not None),
        best=best is not None and value["mean"] == best,
    )


def _best(table: Table, score: str) -> float | None:
    """The highest mean; None where none is the best, or there is nothing to choose from."""
    if not score.startswith(_HIGHER):
        return None
    values = [cells(row).get(score, {}).get("mean") for row in table.content["rows"].values()]
    values = [value for value in values if value is not None]
    return max(values) if len(values) > 1 else None


def _printed_as(table: Table, method: str) -> str:
    """What the paper calls a method; empty where it has none of that name."""
    found = _printed_rows(table).get(method)
    return found.printed_as if found else ""


def _not_measured(table: Table, names: list[str]) -> list[Row]:
    """Rows that the paper has and this table has not."""
    rows = []
    for method, row in _printed_rows(table).items():
        if method in table.content["rows"]:
            continue
        found = {name: cell(table.paper, table.name, method, name) for name in names}
        made = {
            name: Cell("-", numbers.published({"mean": None, "published": value.mean}))
            for name, value in found.items()
            if value is not None
        }
        if made:
            rows.append(Row(method, row.printed_as, made))
    return rows


def _printed_rows(table: Table) -> Mapping[str, PrintedRow]:
    """What the paper prints of this table; nothing of a table of ours."""
    printed = load(table.paper).tables.get(table.name) if table.paper in papers() else None
    return printed.rows if printed else {}
