"""The site as a folder of pages, made from what a project has measured."""

import importlib.metadata
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2

from tfrepro.files import atomic_folder
from tfrepro.methods import METHODS
from tfrepro.published import Paper, load, papers
from tfrepro.report.numbers import MINUS
from tfrepro.report.site.corpora import Kind
from tfrepro.report.site.data import corpora, origins
from tfrepro.report.site.figures import Figure
from tfrepro.report.site.galleries import Gallery
from tfrepro.report.site.glance import HEADLINES, glances
from tfrepro.report.site.glance_chart import glance_chart
from tfrepro.report.site.history import Origin
from tfrepro.report.site.papers import Section, sections, title_of
from tfrepro.report.site.tables import CORPUS_TABLE, Table
from tfrepro.report.site.view import heading

NAMES: Mapping[str, str] = {
    "dare": "DARE",
    "eastern": "EASTERN",
    "nmcl": "NMCL",
    "musicvideo": "Music videos",
    "crossmodal": "Cross-modal embeddings",
}
TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Page:
    """A page of the menu."""

    file: str
    name: str


@dataclass(frozen=True)
class Measured:
    """All that the site is made from.

    Attributes
    ----------
    tables, figures, galleries : what was measured and drawn
    head : the commit that is checked out; None if that cannot be known
    """

    tables: Sequence[Table]
    figures: Sequence[Figure]
    galleries: Sequence[Gallery]
    head: Origin | None = None


def write_site(folder: Path, measured: Measured) -> None:
    """Write the site, whole or not at all; ``index.html`` is where to start."""
    pages = {paper: _sections(paper, measured) for paper in NAMES}
    with atomic_folder(folder) as part:
        writer = _Writer(part, measured.head)
        shutil.copyfile(TEMPLATES / "style.css", part / "style.css")
        writer.write("index.html", "start.html", "Start", **_start(measured))
        for paper in NAMES:
            content = _paper(paper, pages[paper], measured)
            writer.write(f"{paper}.html", "paper.html", NAMES[paper], **content)
        writer.write("data.html", "data.html", "The data", **_data(pages, measured))
        writer.write("methods.html", "methods.html", "Add a method", methods=METHODS)
        for gallery in measured.galleries:
            writer.write(gallery.file, "gallery.html", gallery.title, body=gallery.body)


class _Writer:
    """Fills templates and writes pages."""

    def __init__(self, folder: Path, head: Origin | None):
        self._folder = folder
        self._environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters |= {"percent": _percent, "points": _points}
        self._environment.globals |= {
            "pages": _menu(),
            "version": importlib.metadata.version("tfrepro"),
            "head": head,
            "kinds": Kind,
        }

    def write(self, file: str, template: str, title: str, **content: Any) -> None:
        text = self._environment.get_template(template).render(title=title, here=file, **content)
        (self._folder / file).write_text(text, "utf-8")


def _menu() -> list[Page]:
    of_papers = [Page(f"{paper}.html", name) for paper, name in NAMES.items()]
    rest = [Page("data.html", "The data"), Page("methods.html", "Add a method")]
    return [Page("index.html", "Start"), *of_papers, *rest]


def _sections(paper: str, measured: Measured) -> list[Section]:
    return sections(load(paper), measured.tables, measured.figures)


def _start(measured: Measured) -> dict[str, Any]:
    return {
        "cards": [_card(paper, measured.tables) for paper in NAMES],
        "tables": sum(table.paper in papers() for table in measured.tables),
        "corpora": len(corpora(measured.tables)),
    }


def _card(paper: str, tables: Iterable[Table]) -> dict[str, Any]:
    headline, found = HEADLINES[paper], glances(paper, tables)
    title = heading(headline.score)
    return {
        "paper": load(paper),
        "name": NAMES[paper],
        "heading": title,
        "table": title_of(headline.table),
        "method": headline.method,
        "glances": found,
        "chart": glance_chart(paper, title, found) if found else "",
    }


def _paper(paper: str, made: Sequence[Section], measured: Measured) -> dict[str, Any]:
    return {
        "name": NAMES[paper],
        "paper": load(paper),
        "sections": made,
        "searches": any(section.is_search for section in made),
        "galleries": [gallery for gallery in measured.galleries if gallery.paper == paper],
    }


def _data(pages: Mapping[str, Sequence[Section]], measured: Measured) -> dict[str, Any]:
    # No paper, but shown as one: the corpora themselves.
    probes = sections(_NO_PAPER, measured.tables, measured.figures)
    return {
        "corpora": corpora(measured.tables),
        "sources": origins(),
        "probes": [block for section in probes for block in section.blocks],
        "unmeasured": [
            (NAMES[paper], f"{paper}.html", section)
            for paper, made in pages.items()
            for section in made
            if section.printed and not section.blocks
        ],
    }


_NO_PAPER = Paper.model_construct(key=CORPUS_TABLE, tables={}, answers={})


def _percent(fraction: float) -> str:
    return f"{100 * fraction:.2f}"


def _points(fraction: float) -> str:
    return f"{100 * fraction:+.2f}".replace("-", MINUS)
