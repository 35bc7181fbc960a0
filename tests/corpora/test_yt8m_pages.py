"""Public pages: known for some videos, empty for the others."""

import json

import pytest

from tfrepro.corpora.yt8m_pages import pages_of, read_pages
from tfrepro.errors import UserError


@pytest.fixture
def file(tmp_path):
    """``file(lines)``: a file of these lines."""

    def write(*lines):
        path = tmp_path / "pages.jsonl"
        text = [line if isinstance(line, str) else json.dumps(line) for line in lines]
        path.write_text("\n".join(text) + "\n", encoding="utf-8")
        return path

    return write


def test_each_video_has_the_address_of_its_public_name(file):
    lines = {"id": "02aa", "youtube_id": "dQw4w9WgXcQ"}, {"id": "02AA", "youtube_id": "-_x"}
    assert read_pages(file(*lines)) == {
        "02aa": "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
        "02AA": "https://www.youtube.com/watch?v=-_x",
    }


def test_what_else_a_line_says_does_not_matter(file):
    found = read_pages(file({"id": "a", "youtube_id": "b", "captions": ["日本", 1], "n": None}))
    assert list(found) == ["a"]


def test_an_empty_file_knows_no_page(tmp_path):
    (tmp_path / "pages.jsonl").touch()
    assert read_pages(tmp_path / "pages.jsonl") == {}


@pytest.mark.parametrize(
    "line", ["no JSON", "[1, 2]", "7", "null", '{"id": "a"}', '{"youtube_id": "b"}', "", '{"id": ']
)
def test_a_line_that_gives_no_names_is_named(file, line):
    path = file({"id": "a", "youtube_id": "b"}, line)
    with pytest.raises(UserError) as caught:
        read_pages(path)
    assert str(caught.value).startswith(f"{path}: line 2 does not give id and youtube_id (")


def test_videos_without_a_page_have_an_empty_one_in_their_place():
    assert pages_of(["x", "a", "y"], {"a": "page of a", "b": "page of b"}) == ["", "page of a", ""]


@pytest.mark.real
def test_the_real_file_knows_1250_videos(real_data):
    pages = read_pages(real_data / "yt8m" / "yt8m_captions_1250.jsonl")
    assert len(pages) == len(set(pages.values())) == 1250
    assert all(page.startswith("https://www.youtube.com/watch?v=") for page in pages.values())


def test_a_video_whose_page_is_not_known_has_none(file):
    assert read_pages(file({"id": "a", "youtube_id": None})) == {}


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UserError, match=r"none\.jsonl: cannot be read"):
        read_pages(tmp_path / "none.jsonl")
