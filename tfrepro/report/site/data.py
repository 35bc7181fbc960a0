"""What the page on data says: corpora and what they stand in for, sources and their licences."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tfrepro.corpora import registry
from tfrepro.report.numbers import size
from tfrepro.report.site.corpora import Kind, kind_of, order_of
from tfrepro.report.site.tables import CORPUS_TABLE, Table
from tfrepro.sources import load, names


@dataclass(frozen=True)
class Corpus:
    """A corpus that something was measured on.

    Attributes
    ----------
    sizes : in words
    papers : whose tables there are
    """

    name: str
    title: str
    stands_in_for: str | None
    kind: Kind
    sizes: str
    papers: tuple[str, ...]


@dataclass(frozen=True)
class Origin:
    """A source of the registry; ``used_by`` are the corpora that are built from it."""

    name: str
    title: str
    holds: str
    licence: str
    homepage: str
    citation: str
    files: int
    size: str
    used_by: tuple[str, ...]


def corpora(tables: Iterable[Table]) -> list[Corpus]:
    """Every corpus behind a table, once for each thing that has its name."""
    found: dict[tuple[str, str], list[Table]] = {}
    for table in tables:
        found.setdefault((table.corpus["name"], table.corpus["title"]), []).append(table)
    made = [_corpus(some) for some in found.values()]
    return sorted(made, key=lambda corpus: order_of(vars(corpus)))


def origins() -> list[Origin]:
    """Every source of the registry."""
    users = _users()
    made = []
    for name in names():
        source = load(name)
        made.append(
            Origin(
                name,
                source.title,
                source.holds,
                source.licence,
                str(source.homepage),
                source.citation,
                len(source.files),
                size(source.size),
                tuple(users.get(name, ())),
            )
        )
    return made


def _corpus(tables: list[Table]) -> Corpus:
    corpus = max((table.corpus for table in tables), key=lambda corpus: len(corpus["sizes"]))
    papers = dict.fromkeys(table.paper for table in tables if table.paper != CORPUS_TABLE)
    return Corpus(
        corpus["name"],
        corpus["title"],
        corpus["stands_in_for"],
        kind_of(corpus),
        ", ".join(f"{count:,} {what.replace('_', ' ')}" for what, count in corpus["sizes"].items()),
        tuple(papers),
    )


def _users() -> Mapping[str, list[str]]:
    """Source -> the corpora that are built from it."""
    users: dict[str, list[str]] = {}
    for entries in (
        registry.SOUND_CORPORA,
        registry.VIDEO_CORPORA,
        registry.MICRO_VIDEO_CORPORA,
        registry.MUSIC_VIDEO_CORPORA,
    ):
        for corpus, entry in entries.items():
            for source in entry.sources:
                users.setdefault(source, []).append(corpus)
    return users
