"""The published value beside one of ours: in fractions, or nothing."""

from dataclasses import dataclass
from decimal import Decimal

from tfrepro.errors import UserError
from tfrepro.published.reading import load
from tfrepro.published.schema import Qualifier, Row, Table, Unit


@dataclass(frozen=True)
class Cell:
    """A published value: percentages as fractions, counts and seconds as they are."""

    mean: float
    std: float | None
    qualifier: Qualifier = "exactly"


def cell(paper: str, table: str, row: str, score: str) -> Cell | None:
    """The published value of a method's score; None where the paper prints none.

    paper, table : as in ``data/metrics/<corpus>/<paper>/<table>.json``; an unknown one is a
        ``UserError``, since it is a slip of ours.
    row, score : a registry name and a score name; unknown ones give None, since a method or
        score of ours need not be in the paper.
    """
    found = _row(paper, table, row)
    if found is None or score not in found[1].cells:
        return None
    unit, printed = found[0].scores[score].unit, found[1].cells[score]
    std = None if printed.std is None else in_fractions(printed.std, unit)
    return Cell(in_fractions(printed.mean, unit), std, printed.qualifier)


def p_value(paper: str, table: str, row: str, score: str) -> float | None:
    """The published p-value of a method's score; None, or an error, where ``cell`` has one."""
    found = _row(paper, table, row)
    return None if found is None else found[1].p_values.get(score)


def in_fractions(value: float, unit: Unit) -> float:
    """A percentage as the fraction it was printed for: 12.74 is 0.1274 to the last bit."""
    return float(Decimal(repr(value)) / 100) if unit == "percent" else value


def _row(paper: str, table: str, row: str) -> tuple[Table, Row] | None:
    known = load(paper)
    if table in known.answers:
        return None
    if table not in known.tables:
        allowed = ", ".join(sorted([*known.tables, *known.answers]))
        raise UserError(f"{paper}: table = {table!r}: must be one of {allowed}")
    found = known.tables[table]
    return (found, found.rows[row]) if row in found.rows else None
