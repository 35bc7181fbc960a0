"""The page of a paper: every table and figure it has, printed or measured, in the paper's order."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tfrepro.published import AnswerTable, Paper
from tfrepro.published import Table as PrintedTable
from tfrepro.report.numbers import duration
from tfrepro.report.site.corpora import Kind, kind_of, order_of
from tfrepro.report.site.extras import Extra, extras, protocol_lines
from tfrepro.report.site.figures import Figure
from tfrepro.report.site.tables import Table
from tfrepro.report.site.view import View, view

_PRINTED = re.compile(r"(table|figure|section)(\d+)(?:_(\d+))?$")
# Ours beside the papers'.
_TITLES = {
    "table2_grouped": "Table 2, clips of a recording kept together",
    "autoencoder": "The denoising autoencoder and its rivals",
    "effects": "Planted effects, up and down",
    "order": "The order of events: planted, shuffled, left out",
    "gate": "What the gate, the attention and the divergence are worth",
    "splits": "Videos apart, and minutes at random as in the paper",
    "training_videos": "What the number of training videos does",
    "clips": "Search among micro-videos, by a file of one's own",
    "recall": "Recall against the number of candidates",
    "training": "Training",
}


@dataclass(frozen=True)
class Block:
    """A section on one corpus.

    Attributes
    ----------
    corpus : its name
    kind : what it is to the paper
    table, view : what was measured; None for a chart alone
    total : time of all fits, in words; empty if not known
    figures : its charts
    protocol, extras : what the table says besides
    """

    corpus: str
    kind: Kind
    table: Table | None = None
    view: View | None = None
    total: str = ""
    figures: tuple[Figure, ...] = ()
    protocol: tuple[tuple[str, str], ...] = ()
    extras: tuple[Extra, ...] = ()


@dataclass(frozen=True)
class Section:
    """A table, a figure or a study, on every corpus it was measured on.

    Attributes
    ----------
    key : ``table3``
    title : ``Table 3``
    printed : what the paper says of it; None for one of ours
    blocks : real corpora first; none for what was printed and not measured
    searches : searches of settings are folded away
    """

    key: str
    title: str
    printed: PrintedTable | AnswerTable | None
    blocks: tuple[Block, ...] = field(default=())

    @property
    def is_search(self) -> bool:
        return self.key.startswith("search")


def sections(paper: Paper, tables: Iterable[Table], figures: Iterable[Figure]) -> list[Section]:
    """The sections of a paper's page: the printed ones in their order, then ours, then searches."""
    measured = [table for table in tables if table.paper == paper.key]
    names = {*paper.tables, *paper.answers, *(table.name for table in measured)}
    drawn: dict[str, list[Figure]] = {}
    for figure in figures:
        if figure.paper == paper.key:
            home = _home(figure.name, names)
            drawn.setdefault(home, []).append(figure)
    made = []
    for name in sorted({*names, *drawn}, key=_place):
        here = [table for table in measured if table.name == name]
        made.append(
            Section(
                _anchor(name),
                title_of(name),
                paper.tables.get(name) or paper.answers.get(name),
                tuple(_blocks(here, drawn.get(name, []))),
            )
        )
    return made


def title_of(name: str) -> str:
    """``table2`` as ``Table 2``, ``section3_2`` as ``Section 3.2``."""
    found = _PRINTED.match(name)
    if found:
        kind, number, part = found.groups()
        return f"{kind.capitalize()} {number}" + (f".{part}" if part else "")
    return _TITLES.get(name) or name[:1].upper() + name[1:].replace("_", " ")


def _blocks(tables: Iterable[Table], figures: Iterable[Figure]) -> Iterable[Block]:
    of_corpus: Mapping[str, list[Figure]] = {}
    for figure in figures:
        of_corpus.setdefault(figure.corpus, []).append(figure)
    for table in sorted(tables, key=lambda table: order_of(table.corpus)):
        corpus = table.corpus["name"]
        yield Block(
            corpus,
            kind_of(table.corpus),
            table,
            view(table),
            duration(sum(table.seconds.values())) if table.seconds else "",
            tuple(of_corpus.pop(corpus, ())),
            tuple(protocol_lines(table.content)),
            tuple(extras(table.content)),
        )
    for corpus, left in of_corpus.items():
        # A chart says no more of its corpus than the name; it stands for nobody's own data.
        kind = kind_of({"name": corpus, "stands_in_for": ""})
        yield Block(corpus, kind, figures=tuple(left))


def _home(figure: str, names: Iterable[str]) -> str:
    """The table that a chart belongs to: the longest name that its own begins with."""
    fitting = [name for name in names if figure == name or figure.startswith(f"{name}_")]
    return max(fitting, key=len, default=figure)


def _place(name: str) -> tuple:
    """Tables, figures, sections, each by number; then ours; then searches."""
    found = _PRINTED.match(name)
    if found:
        kind, number, part = found.groups()
        return 0, ("table", "figure", "section").index(kind), int(number), int(part or 0), name
    return (2 if name.startswith("search") else 1), 0, 0, 0, name


def _anchor(name: str) -> str:
    return name.replace(" ", "-").replace("_", "-")
