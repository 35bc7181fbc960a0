"""The gallery: a page of queries and matches that no name can break."""

from html.parser import HTMLParser

import pytest

from tfrepro.report.gallery import Answer, Video, gallery_page

HORSE = Video("h1", ("Horse", "Music"), "https://example.org/watch?v=h1")
PIANO = Video("p1", ("Music", "Piano"), "")
GAME = Video("g1", ("Game",), "https://example.org/watch?v=g1&t=3")
ANSWER = Answer(HORSE, [(PIANO, 0.91234), (GAME, 0.5)])


class Page(HTMLParser):
    """What a browser would find in a page."""

    def __init__(self, html):
        super().__init__()
        self.open, self.texts, self.tags, self.links = [], [], [], {}
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.tags.append(tag)
        if tag != "meta":
            self.open.append((tag, attributes))

    def handle_endtag(self, tag):
        opened, _ = self.open.pop()
        assert opened == tag

    def handle_data(self, data):
        if not data.strip():
            return
        self.texts.append((data.strip(), self.open[-1][1].get("class")))
        if self.open[-1][0] == "a":
            self.links[data] = self.open[-1][1]["href"]

    def with_class(self, name):
        return [text for text, kind in self.texts if kind == name]


def page(*answers, title="Figure 2", facts=None, section="sounds"):
    return Page(gallery_page(title, facts or {}, {section: answers}))


def test_every_tag_is_closed():
    assert page(ANSWER, ANSWER, facts={"method": "toy"}).open == []


def test_each_section_is_a_table_and_each_query_a_row_of_it():
    html = gallery_page("Figure 2", {}, {"sounds": [ANSWER, ANSWER], "images": [ANSWER]})
    tags = Page(html).tags
    assert (tags.count("table"), tags.count("h2")) == (2, 2)
    assert tags.count("tr") == 2 + 3, "a head each, and the queries"
    assert html.index("sounds") < html.index("images")


def test_matches_stand_in_their_order_with_their_scores():
    assert page(ANSWER).with_class("score") == ["0.912", "0.500"]
    html = gallery_page("", {}, {"": [ANSWER]})
    assert html.index("h1") < html.index("p1") < html.index("g1")


def test_labels_shared_with_the_query_are_set_apart_and_no_others():
    assert page(ANSWER).with_class("shared") == ["Music"]


def test_a_query_shares_nothing_with_itself():
    assert page(Answer(HORSE, [])).with_class("shared") == []


def test_labels_are_shared_whole():
    query = Video("q", ("Video game",), "")
    assert page(Answer(query, [(GAME, 1.0)])).with_class("shared") == []


def test_links_are_only_where_a_page_is_known():
    assert page(ANSWER).links == {"h1": HORSE.page, "g1": GAME.page}


def test_the_facts_stand_on_top():
    facts = {"corpus": "toy", "videos": 1024}
    html = gallery_page("Figure 2", facts, {"sounds": [ANSWER]})
    assert "<li>corpus: toy</li>\n<li>videos: 1024</li>" in html
    assert html.index("1024") < html.index("<table>")


NASTY = """<b>"A" & 'B'</b><script>alert(1)</script>"""


@pytest.mark.parametrize(
    "shown",
    [
        page(ANSWER, title=NASTY),
        page(ANSWER, section=NASTY),
        page(ANSWER, facts={"method": NASTY}),
        page(ANSWER, facts={NASTY: ""}),
        page(Answer(Video(NASTY, (), ""), [])),
        page(Answer(Video("q", (NASTY,), ""), [])),
        page(Answer(HORSE, [(Video("m", (NASTY,), ""), 1.0)])),
        page(Answer(Video("q", (NASTY,), ""), [(Video("m", (NASTY,), ""), 1.0)])),
    ],
    ids=["title", "section", "fact", "key", "id", "concept", "match", "shared concept"],
)
def test_names_are_text_whatever_they_hold(shown):
    assert not {"b", "script"} & set(shown.tags)
    assert any(NASTY in text for text, _ in shown.texts)


def test_an_address_cannot_leave_its_attribute():
    shown = page(Answer(Video("q", (), 'x" onclick="alert(1)'), []))
    assert shown.links == {"q": 'x" onclick="alert(1)'}
