"""The whole site, made of the committed tables: nothing is lost, nothing is broken."""

import re
from collections import Counter
from html.parser import HTMLParser
from urllib.parse import urldefrag

import pytest

from tests.report.site.built import PAGES, TABLES
from tests.report.site.shown import make_table, value
from tfrepro.published import papers
from tfrepro.report import numbers
from tfrepro.report.site.pages import Measured, write_site
from tfrepro.report.site.tables import cells

VOID = {"meta", "link", "img", "br", "path", "rect", "line", "circle", "input", "hr"}


class Read(HTMLParser):
    """What a page holds: names, links, text, and the tags that are never closed."""

    def __init__(self, text: str):
        super().__init__()
        self.ids, self.links, self.loaded, self.tags = Counter(), [], [], Counter()
        self.open: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.tags[tag] += 1
        if tag not in VOID:
            self.open.append(tag)
        if "id" in given:
            self.ids[given["id"]] += 1
        if tag == "a":
            self.links.append(given["href"])
        elif "href" in given and tag == "link":
            self.loaded.append(given["href"])
        if "src" in given:
            self.loaded.append(given["src"])

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag, f"{tag} closes another"

    def handle_data(self, data):
        self.text += data


@pytest.fixture(scope="module")
def pages(site):
    return {file.name: Read(file.read_text("utf-8")) for file in site.glob("*.html")}


def test_there_is_a_page_for_everything(pages):
    assert set(PAGES) <= set(pages)
    assert {f"{paper}.html" for paper in papers()} <= set(pages)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_whole_and_has_no_name_twice(pages, page):
    assert pages[page].open == []
    assert [name for name, count in pages[page].ids.items() if count > 1] == []
    assert pages[page].tags["h1"] == pages[page].tags["main"] == 1


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(pages, page):
    for link in pages[page].links:
        file, anchor = urldefrag(link)
        if file.startswith("https://"):
            continue
        found = pages[file or page]
        assert not anchor or anchor in found.ids, f"{page}: {link}"


@pytest.mark.parametrize("page", PAGES)
def test_a_page_loads_nothing_from_elsewhere_and_has_no_script(pages, page):
    assert pages[page].tags["script"] == 0
    others = [name for name in pages[page].loaded if not name.startswith("data:")]
    assert others == ["style.css"]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.file)
def test_every_measured_and_published_figure_is_on_its_papers_page(pages, table):
    text = pages[f"{table.paper}.html" if table.paper in papers() else "data.html"].text
    assert table.corpus["title"] in text
    for method, row in table.content["rows"].items():
        assert method in text
        for cell in cells(row).values():
            assert cell["mean"] is None or numbers.measured(cell) in text
            if cell["published"] is not None:
                assert f"published {numbers.published(cell)}" in text


def test_every_block_on_a_stand_in_says_so(site):
    for page in PAGES:
        text = (site / page).read_text("utf-8")
        for kind in ("made", "real"):
            blocks = len(re.findall(rf'<div class="block {kind}">', text))
            badges = len(re.findall(rf'<h3>[^<]+<span class="badge {kind}">', text))
            assert blocks == badges


def test_published_figures_beside_a_stand_in_are_never_shown_as_comparable(site):
    for page in PAGES:
        for block in (site / page).read_text("utf-8").split('<div class="block ')[1:]:
            if block.startswith("paper") or 'class="published"' not in block:
                continue
            assert "not comparable" in block


def test_the_start_page_has_every_paper_with_its_best_row(site, pages):
    start = pages["index.html"]
    assert start.tags["svg"] == len(papers())
    for paper in papers():
        assert f"{paper}.html" in start.links


def test_on_the_papers_own_data_figures_are_comparable(tmp_path):
    own = make_table(corpus="venue188", stands_in_for=None)
    write_site(tmp_path / "site", Measured([own], [], []))
    text = (tmp_path / "site" / "dare.html").read_text("utf-8")
    assert '<div class="block paper">' in text
    assert "not comparable" not in text.partition("<footer>")[0]


def test_a_site_without_anything_measured_says_what_to_do(tmp_path):
    write_site(tmp_path / "site", Measured([], [], []))
    assert "Not measured yet" in (tmp_path / "site" / "index.html").read_text("utf-8")


def test_names_in_tables_are_text_and_no_markup(tmp_path):
    rows = {"<b>bold</b>": {"micro_f1": value(0.5)}}
    write_site(tmp_path / "site", Measured([make_table(rows=rows)], [], []))
    text = (tmp_path / "site" / "dare.html").read_text("utf-8")
    assert "&lt;b&gt;bold" in text
    assert "<b>bold" not in text


def test_a_site_is_replaced_as_a_whole_or_not_at_all(tmp_path):
    write_site(tmp_path / "site", Measured([make_table()], [], []))
    before = (tmp_path / "site" / "index.html").read_text("utf-8")
    broken = make_table(rows={"dare": {"micro_f1": {"mean": 0.5}}})
    with pytest.raises(KeyError):
        write_site(tmp_path / "site", Measured([broken], [], []))
    assert (tmp_path / "site" / "index.html").read_text("utf-8") == before
    assert [path.name for path in tmp_path.iterdir()] == ["site"]
