"""What a source accepts, and how its files are chosen."""

import pydantic
import pytest

from tfrepro.errors import UserError
from tfrepro.sources import SourceFile

SHA = "0" * 64


@pytest.mark.parametrize(
    "path",
    ["../a", "a/../../b", "a/..", "..", "/etc/passwd", ".", "", "a//b", "./a", "a/", "a\\b", "a\n"],
)
def test_a_path_that_leaves_its_source_is_refused(path):
    with pytest.raises(pydantic.ValidationError):
        SourceFile(path=path, size=1, sha256=SHA)


def test_a_path_cannot_take_the_name_of_an_unfinished_download():
    with pytest.raises(pydantic.ValidationError, match=r"\.part"):
        SourceFile(path="a.part", size=1, sha256=SHA)


@pytest.mark.parametrize("path", ["a", "a b/c - d.ogg", "x..y", ".hidden", "a/b/c"])
def test_a_plain_relative_path_is_accepted(path):
    assert SourceFile(path=path, size=1, sha256=SHA).path == path


@pytest.mark.parametrize(
    "url",
    ["http://example.org/a", "ftp://example.org/a", "file:///a", "https://", "http://127.0.0.1.x/"],
)
def test_an_address_that_is_not_https_is_refused(url):
    with pytest.raises(pydantic.ValidationError, match="https"):
        SourceFile(path="a", size=1, sha256=SHA, url=url)


@pytest.mark.parametrize(
    "url", ["https://example.org/a", "http://127.0.0.1:80/a", "http://localhost/", "http://[::1]/"]
)
def test_https_and_loopback_addresses_are_accepted(url):
    assert SourceFile(path="a", size=1, sha256=SHA, url=url).url == url


@pytest.mark.parametrize("sha256", ["", "0" * 63, "G" * 64, "0" * 64 + "\n"])
def test_a_checksum_must_be_64_hexadecimal_digits(sha256):
    with pytest.raises(pydantic.ValidationError):
        SourceFile(path="a", size=1, sha256=sha256)


def test_a_source_cannot_list_a_file_twice(make_source):
    source = make_source({"a": b"1"})
    with pytest.raises(pydantic.ValidationError, match="'a' is listed twice"):
        type(source)(**source.model_dump(exclude={"files"}), files=source.files * 2)


def test_a_source_cannot_be_changed(make_source):
    with pytest.raises(pydantic.ValidationError, match="frozen"):
        make_source({"a": b"1"}).name = "other"


def test_files_are_chosen_by_path_or_glob_in_the_order_of_the_source(make_source):
    source = make_source({"b/1.txt": b"1", "a/2.txt": b"22", "a/3.csv": b"333"})
    chosen = [file.path for file in source.select(["a/3.csv", "*.txt"])]
    assert chosen == ["b/1.txt", "a/2.txt", "a/3.csv"]
    assert source.select() == source.files
    assert source.size == 6


def test_a_path_with_brackets_is_itself_before_it_is_a_glob(make_source):
    source = make_source({"[a].txt": b"1", "a.txt": b"2"})
    assert [file.path for file in source.select("[a].txt")] == ["[a].txt"]


def test_a_pattern_without_a_file_is_an_error_that_repeats_it(make_source):
    with pytest.raises(UserError, match=r"toy: files = '\*\.wav': no file"):
        make_source({"a": b"1"}).select(["a", "*.wav"])
