"""What a paper's file may say: the shape of ``<paper>.yaml``.

A file holds a paper's bibliography and its tables. Most tables hold scores::

    tables:
      table3:                      # or figure4, section3_2
        title: ...
        protocol: ...              # on what data, how split, how often
        runs: 5                    # how many results a mean is over, where the paper says
        spread: std                # what stands behind ±; left out where nothing does
        p_values: {test: ..., tails: one, against: dare}
        scores:
          micro_f1: {unit: percent, printed_as: Micro-F1}
        rows:
          mdl:                     # the method's name in our registry
            printed_as: MDL        # its name in the paper
            micro_f1: {mean: 20.46, std: 0.49}
            p_micro_f1: 3.39e-8

and some hold answers instead (``answers``). Numbers stand as printed, in the unit printed.
What is wrong with a printed number is said, in our words, in a ``remark``.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

Key = TypeVar("Key")
Value = TypeVar("Value")
# Loaded papers are cached and shared, so their mappings must not change either.
ReadOnly = Annotated[Mapping[Key, Value], AfterValidator(MappingProxyType)]
Filled = Annotated[ReadOnly[Key, Value], Field(min_length=1)]

# DVC flattens a metrics file with dots and reads `@` as a stage's item: neither may be in a name.
RowName = Annotated[str, StringConstraints(pattern="^[a-z0-9]+(-[a-z0-9]+)*$")]
ScoreName = Annotated[str, StringConstraints(pattern="^[a-z][a-z0-9]*(_[a-z0-9]+)*$")]
TableName = Annotated[str, StringConstraints(pattern="^(table|figure|section)[0-9]+(_[0-9]+)?$")]

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Number = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Probability = Annotated[float, Field(gt=0, le=1)]
Unit = Literal["percent", "fraction", "count", "seconds"]
Qualifier = Literal["exactly", "about", "above"]

CEILING = {"percent": 100, "fraction": 1}


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class Printed(_Part):
    """One printed value, in the unit of its score."""

    mean: Number
    std: Number | None = None
    qualifier: Qualifier = "exactly"


class Score(_Part):
    """A column: its unit and its printed heading."""

    unit: Unit
    printed_as: Text


class PValues(_Part):
    """What the p-values of a table mean; ``tails`` is null where it cannot be known."""

    test: Text
    tails: Literal["one", "two"] | None
    against: RowName
    remark: Text | None = None


class Row(_Part):
    """One method's printed values, and its p-values, by score."""

    printed_as: Text
    remark: Text | None = None
    cells: Filled[ScoreName, Printed]
    p_values: ReadOnly[ScoreName, Probability]

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, row: Any) -> Any:
        """Sort the flat keys of the file into cells (``<score>``) and p-values (``p_<score>``)."""
        if not isinstance(row, dict):
            return row
        sorted_row: dict[str, Any] = {"cells": {}, "p_values": {}}
        for key, value in row.items():
            if key in ("printed_as", "remark"):
                sorted_row[key] = value
            elif str(key).startswith("p_"):
                sorted_row["p_values"][str(key)[2:]] = value
            else:
                sorted_row["cells"][str(key)] = value
        return sorted_row


class Table(_Part):
    """A table, figure or section of scores: ``rows[method].cells[score]``."""

    title: Text
    protocol: Text
    runs: Annotated[int, Field(ge=1)] | None = None
    spread: Literal["std"] | None = None
    p_values: PValues | None = None
    remark: Text | None = None
    scores: Filled[ScoreName, Score]
    rows: Filled[RowName, Row]

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.p_values and self.p_values.against not in self.rows:
            raise _wrong("p_values.against", self.p_values.against, "must be one of the rows")
        for name, row in self.rows.items():
            for score, printed in row.cells.items():
                self._check_cell(f"rows.{name}.{score}", score, printed)
            for score, p in row.p_values.items():
                if self.p_values is None:
                    raise _wrong(f"rows.{name}.p_{score}", p, "the table has no p_values")
                if score not in row.cells:
                    raise _wrong(f"rows.{name}.p_{score}", p, f"the row has no {score}")
        return self

    def _check_cell(self, key: str, score: str, printed: Printed) -> None:
        if score not in self.scores:
            known = ", ".join(self.scores)
            raise _wrong(key, printed.mean, f"must be one of the table's scores: {known}")
        unit = self.scores[score].unit
        if printed.mean > CEILING.get(unit, float("inf")):
            allowed = f"must lie in [0, {CEILING[unit]}], the unit is {unit}"
            raise _wrong(f"{key}.mean", printed.mean, allowed)
        if printed.std is not None and self.spread is None:
            raise _wrong(f"{key}.std", printed.std, "the table has no spread")


class AnswerRow(_Part):
    """One method's answers, by item."""

    printed_as: Text
    answers: Filled[ScoreName, Text]


class AnswerTable(_Part):
    """A table whose cells are names: what each method answered, and the truth."""

    title: Text
    protocol: Text
    remark: Text | None = None
    truth: Filled[ScoreName, Text]
    rows: Filled[RowName, AnswerRow]

    @model_validator(mode="after")
    def _same_items(self) -> Self:
        items = set(self.truth)
        for name, row in self.rows.items():
            if set(row.answers) != items:
                key, allowed = f"rows.{name}.answers", f"must answer {', '.join(self.truth)}"
                raise _wrong(key, sorted(row.answers), allowed)
        return self


class Paper(_Part):
    """A paper's bibliography and printed numbers: ``tables[name]``, ``answers[name]``."""

    key: Annotated[str, StringConstraints(pattern="^[a-z0-9]+$")]
    title: Text
    authors: tuple[Text, ...] = Field(min_length=1, strict=False)
    venue: Text
    year: Annotated[int, Field(ge=1900, le=2100)]
    doi: Annotated[str, StringConstraints(pattern=r"^10\.\d+/\S+$")] | None = None
    tables: Filled[TableName, Table]
    answers: ReadOnly[TableName, AnswerTable] = Field(default={}, validate_default=True)


def _wrong(key: str, value: object, allowed: str) -> ValueError:
    return ValueError(f"{key} = {value!r}: {allowed}")
