"""Pages that other stages drew, in the dress of this site."""

from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path

from tfrepro.errors import UserError


@dataclass(frozen=True)
class Gallery:
    """A page of :mod:`tfrepro.report.gallery` or :mod:`tfrepro.report.case_page`.

    Attributes
    ----------
    paper, corpus : whose it is
    file : its place in the site
    title : plain text
    body : HTML, from its heading on
    """

    paper: str
    corpus: str
    file: str
    title: str
    body: str


def read_galleries(pages: Path) -> Iterator[Gallery]:
    """The pages ``<corpus>/<paper>/<name>.html`` under a folder.

    Raises UserError naming a page that has no title or no heading.
    """
    for file in sorted(pages.glob("*/*/*.html")):
        corpus, paper = file.relative_to(pages).parts[:2]
        text = file.read_text("utf-8")
        title = _between(text, "<title>", "</title>", file)
        body = _between(text, "</style>", "</html>", file)
        place = f"{paper}-{corpus}-{file.stem}.html"
        yield Gallery(paper, corpus, place, unescape(title), body.strip())


def _between(text: str, start: str, end: str, file: Path) -> str:
    _, found, rest = text.partition(start)
    inner, closed, _ = rest.partition(end)
    if not (found and closed):
        raise UserError(f"{file}: no page of a gallery: nothing between {start} and {end}")
    return inner
