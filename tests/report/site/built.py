"""What the tests of the whole site build it from: the committed tables and plots."""

import os
from pathlib import Path

from tfrepro.published import papers
from tfrepro.report.gallery import Answer, Video, gallery_page
from tfrepro.report.site.figures import read_figures
from tfrepro.report.site.galleries import read_galleries
from tfrepro.report.site.history import Origin
from tfrepro.report.site.pages import Measured, write_site
from tfrepro.report.site.tables import read_tables

ROOT = Path(__file__).parents[3]
GALLERY = "crossmodal-rendered-figure2.html"
PAGES = ["index.html", *(f"{paper}.html" for paper in papers()), "data.html", "methods.html"]
PAGES += [GALLERY]


def _tables():
    here = Path.cwd()
    try:
        os.chdir(ROOT)
        return read_tables(Path("data/metrics"), {}, {})
    finally:
        os.chdir(here)


TABLES = _tables()


def build(folder: Path, work: Path) -> None:
    """Write the site; the current folder must be the project's."""
    origins = {table.file: Origin("0123abc", "2026-11-28") for table in TABLES}
    seconds = {(t.corpus["name"], t.paper): dict.fromkeys(t.content["rows"], 75) for t in TABLES}
    tables = read_tables(Path("data/metrics"), origins, seconds)
    figures = list(read_figures(Path("dvc.yaml"), Path("data/plots")))
    page = work / "rendered" / "crossmodal" / "figure2.html"
    page.parent.mkdir(parents=True)
    matches = [(Video("b7", ("rain", "wind"), "https://example.org/b7"), 0.5)]
    answer = Answer(Video("a1", ("rain",), ""), matches)
    page.write_text(
        gallery_page("crossmodal, Figure 2 on rendered", {"corpus": "Videos"}, {"Asks": [answer]})
    )
    write_site(folder, Measured(tables, figures, list(read_galleries(work))))
