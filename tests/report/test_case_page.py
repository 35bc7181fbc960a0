"""The page of cases: everything of a video in one file, and words for what there is not."""

from base64 import b64decode
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from tfrepro.report.case_page import ShownCase, case_page

PNG, JPEG, WAV = b"\x89PNG\r\n\x1a\n-p", b"\xff\xd8\xff-j", b"RIFF\x04\0\0\0WAVE"
STATION = ShownCase(
    name="v1",
    video="clip7",
    truth="Train Station",
    answers={"TMDL": "Museum", "EASTERN": "Train Station", "CNN": "Train"},
    right=True,
    text="off we go",
    picture=PNG,
    sound=WAV,
)
BARE = ShownCase("v2", "clip8", "Gym", {"EASTERN": "Park"}, right=False)


class Page(HTMLParser):
    """What a browser would find in a page."""

    def __init__(self, html):
        super().__init__()
        self.open, self.texts, self.tags, self.sources = [], [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.tags.append(tag)
        if "src" in attributes:
            self.sources.append((tag, attributes["src"]))
        if tag not in {"meta", "img"}:
            self.open.append((tag, attributes.get("class")))

    def handle_endtag(self, tag):
        opened, _ = self.open.pop()
        assert opened == tag

    def handle_data(self, data):
        if data.strip():
            self.texts.append((data.strip(), self.open[-1][1]))


def page(*cases, title="Figures 7 and 8", facts=None):
    return Page(case_page(title, facts or {}, cases))


def said(shown):
    return [text for text, _ in shown.texts]


@pytest.mark.parametrize("cases", [(), (STATION,), (STATION, BARE, BARE)])
def test_every_tag_is_closed_and_there_is_one_page(cases):
    shown = page(*cases, facts={"corpus": "toy"})
    assert shown.open == []
    assert shown.tags.count("html") == 1


def test_the_facts_stand_on_top_and_each_case_in_its_figure():
    html = case_page("On toy", {"corpus": "toy", "stands in for": "Vine"}, [BARE, STATION])
    order = [
        "<h1>On toy</h1>",
        "<li>stands in for: Vine</li>",
        "Figure 7: videos placed well",
        "v1 (clip7), true class: Train Station",
        "Figure 8: videos not placed well",
        "v2 (clip8), true class: Gym",
    ]
    assert sorted(order, key=html.index) == order


def test_right_answers_are_set_apart_and_no_others():
    shown = page(STATION)
    assert [text for text, kind in shown.texts if kind == "shared"] == ["Train Station"]
    assert {"TMDL", "Museum", "EASTERN", "CNN", "Train"} <= set(said(shown))


@pytest.mark.parametrize(("picture", "kind"), [(PNG, "image/png"), (JPEG, "image/jpeg")])
def test_picture_and_sound_are_in_the_page(picture, kind):
    (img, seen), (audio, heard) = page(replace(STATION, picture=picture)).sources
    assert (img, audio) == ("img", "audio")
    assert seen.startswith(f"data:{kind};base64,")
    assert heard.startswith("data:audio/wav;base64,")
    assert [b64decode(source.partition(",")[2]) for source in (seen, heard)] == [picture, WAV]


def test_what_a_case_lacks_is_said():
    lacking = {"no picture", "no sound", "no text"}
    assert lacking <= set(said(page(BARE)))
    assert lacking <= set(said(page(replace(BARE, text=" \n"))))
    assert not lacking & set(said(page(STATION)))
    assert said(page()).count("There are none.") == 2


def test_a_picture_of_another_format_is_refused():
    with pytest.raises(ValueError, match="b'GIF89a' starts no PNG, JPEG or WAV file"):
        page(replace(BARE, picture=b"GIF89a"))


NASTY = """<b>"A" & 'B'</b><script>alert(1)</script>"""


@pytest.mark.parametrize(
    "shown",
    [
        page(title=NASTY),
        page(facts={NASTY: NASTY}),
        page(replace(STATION, name=NASTY)),
        page(replace(BARE, video=NASTY)),
        page(replace(BARE, truth=NASTY)),
        page(replace(BARE, text=NASTY)),
        page(replace(BARE, answers={NASTY: "Gym"})),
        page(replace(BARE, answers={"EASTERN": NASTY})),
    ],
    ids=["title", "fact", "name", "video", "truth", "text", "method", "answer"],
)
def test_names_are_text_whatever_they_hold(shown):
    assert not {"b", "script"} & set(shown.tags)
    assert any(NASTY in text for text in said(shown))
