"""What some tables hold beside their rows, as plain lists: searches, answers, steps, classes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tfrepro.report.searches import tried

_KNOWN = {"paper", "table", "corpus", "protocol", "rows", "code"}


@dataclass(frozen=True)
class Extra:
    """A small table.

    Attributes
    ----------
    title : what it is
    head : headings of its columns
    rows : text, as many cells each as there are headings
    """

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def extras(content: Mapping[str, Any]) -> list[Extra]:
    """The extras of a table file, in the order in which they should be read."""
    made = []
    if "tried" in content:
        made.append(_tried(content))
    if "answers" in content:
        made.append(_answers(content))
    rest = content.keys() - _KNOWN - {"tried", "grid", "best", "start", "answers", "truth"}
    made += [_plain(name, content[name]) for name in content if name in rest and content[name]]
    return [extra for extra in made if extra.rows]


def protocol_lines(content: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The protocol of a table, a line a key."""
    return [(key.replace("_", " "), _text(value)) for key, value in content["protocol"].items()]


def _tried(content: Mapping[str, Any]) -> Extra:
    """What each combination of settings, or each value of one, scored."""
    rows = [(said, *(f"{100 * score:.2f}" for score in scores)) for said, scores in tried(content)]
    return Extra("What was tried", ("settings", "Micro-F1", "Macro-F1"), tuple(rows))


def _answers(content: Mapping[str, Any]) -> Extra:
    """What every method takes some videos for, below what they are."""
    names, _, truths = zip(*content["truth"], strict=True)
    rows = [("(truth)", *truths), *map(tuple, content["answers"])]
    return Extra("Answers", ("method", *names), tuple(rows))


def _plain(name: str, value: Any) -> Extra:
    rows = [tuple(map(_text, row)) for row in _rows(value)]
    width = max(map(len, rows), default=0)
    padded = tuple(row + ("",) * (width - len(row)) for row in rows)
    return Extra(name.replace("_", " ").capitalize(), ("",) * width, padded)


def _rows(value: Any) -> Iterator[tuple]:
    if isinstance(value, Mapping):
        yield from value.items()
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for row in value:
            yield tuple(row) if isinstance(row, Sequence) and not isinstance(row, str) else (row,)
    else:
        yield (value,)


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key.replace('_', ' ')} {_text(one)}" for key, one in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return " ".join(map(_text, value))
    if isinstance(value, float):
        return f"{value:.4g}"
    return "-" if value is None else str(value)
