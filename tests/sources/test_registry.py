"""The registry's pages and their reading."""

import pytest

from tfrepro.errors import UserError
from tfrepro.sources import load, names
from tfrepro.sources.registry import read_page

PAGE = """
name: toy
title: Toy
holds: Nothing much.
licence: CC0-1.0
homepage: https://example.org
origins:
  - repository: someone/thing
    commit: 0123abc
    files:
      - {path: a.txt, size: 1, sha256: SHA}
""".replace("SHA", "0a" * 32)


@pytest.fixture
def read(tmp_path):
    def read_text(text):
        page = tmp_path / "toy.yaml"
        page.write_text(text)
        return read_page(page)

    return read_text


@pytest.mark.parametrize("name", names())
def test_every_page_is_valid_and_says_what_it_holds_and_under_which_licence(name):
    source = load(name)
    assert source.name == name
    assert source.title
    assert source.holds
    assert source.licence


@pytest.mark.parametrize("name", names())
def test_a_file_without_an_address_says_where_it_is_from(name):
    assert all(file.url or file.note for file in load(name).files)


def test_a_page_is_read_once():
    assert load("text") is load("text")


def test_an_unknown_name_is_answered_with_all_names():
    with pytest.raises(UserError, match=r"source = 'esc50': must be one of .*esc10.*yt8m"):
        load("esc50")


def test_a_name_cannot_reach_outside_the_registry():
    with pytest.raises(UserError, match="must be one of"):
        load("../registry/text")


def test_addresses_are_percent_encoded():
    file = load("esc10").select("001 - Dog bark/1-100032-A.ogg")[0]
    assert file.url == (
        "https://raw.githubusercontent.com/karoldvl/ESC-10/"
        "553c8f1743b9dba6b282e1323c3ca8fa76923448/001%20-%20Dog%20bark/1-100032-A.ogg"
    )


def test_a_file_may_have_another_name_at_its_origin():
    (file,) = load("text").files
    assert file.path == "nltk_stopwords.zip"
    assert file.url.endswith("/packages/corpora/stopwords.zip")


def test_an_origin_is_a_repository_at_a_commit(read):
    url = "https://raw.githubusercontent.com/someone/thing/0123abc/a.txt"
    assert read(PAGE).files[0].url == url


def test_an_origin_may_be_any_https_address(read):
    page = PAGE.replace("repository: someone/thing", "base: https://example.org/x/")
    page = page.replace("commit: 0123abc", "folder: some folder")
    assert read(page).files[0].url == "https://example.org/x/some%20folder/a.txt"


def test_an_origin_without_an_address_gives_none(read):
    page = PAGE.replace("repository: someone/thing", "note: made here")
    file = read(page.replace("    commit: 0123abc\n", "")).files[0]
    assert file.url is None
    assert file.note == "made here"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("path: a.txt", "path: ../a.txt", r"origins\.0\.files\.0\.path = '\.\./a\.txt'"),
        ("path: a.txt", "path: /a.txt", r"origins\.0\.files\.0\.path = '/a\.txt'"),
        ("path: a.txt", "path: a.txt, remote: ../b", r"remote = '\.\./b'"),
        ("size: 1", "size: 0", r"size = 0"),
        ("licence:", "license:", "licence"),
        ("    commit: 0123abc\n", "", "repository and commit must come together"),
        ("repository: someone/thing", "repository: nothing", "repository = 'nothing'"),
        ("name: toy", "name: Toy", "name = 'Toy'"),
        ("title: Toy", "title: [", "not YAML"),
    ],
)
def test_a_mistake_on_a_page_is_named_with_its_key(read, old, new, message):
    with pytest.raises(UserError, match=rf"^toy\.yaml: .*{message}"):
        read(PAGE.replace(old, new, 1))


def test_a_page_cannot_run_code(read):
    with pytest.raises(UserError, match="not YAML"):
        read("!!python/object/apply:os.getcwd []")
