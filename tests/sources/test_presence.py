"""Where files are, by their sizes."""

import pytest

from tfrepro.sources import status

FILES = {"a.txt": b"1", "b/c.txt": b"22"}


def put(folder, source, files):
    for path in files:
        target = folder / source.name / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(FILES[path])


@pytest.mark.parametrize(
    ("mirrored", "cached", "answer"),
    [
        (["a.txt", "b/c.txt"], [], "mirror"),
        (["a.txt", "b/c.txt"], ["a.txt"], "mirror"),
        ([], ["a.txt", "b/c.txt"], "cache"),
        (["a.txt"], ["b/c.txt"], "cache"),
        (["a.txt"], [], "partly"),
        ([], ["b/c.txt"], "partly"),
        ([], [], "missing"),
    ],
)
def test_status_says_where_all_files_are(tmp_path, make_source, mirrored, cached, answer):
    source = make_source(FILES)
    put(tmp_path / "mirror", source, mirrored)
    put(tmp_path / "cache", source, cached)
    assert status(source, [tmp_path / "mirror"], tmp_path / "cache") == answer


def test_two_mirrors_may_share_a_source(tmp_path, make_source):
    source = make_source(FILES)
    put(tmp_path / "one", source, ["a.txt"])
    put(tmp_path / "two", source, ["b/c.txt"])
    mirrors = [tmp_path / "one", tmp_path / "two"]
    assert status(source, mirrors, tmp_path / "cache") == "mirror"


def test_a_file_of_another_size_is_not_there(tmp_path, make_source):
    source = make_source(FILES)
    put(tmp_path, source, FILES)
    (tmp_path / "toy" / "a.txt").write_bytes(b"more")
    assert status(source, [tmp_path], tmp_path / "cache") == "partly"


def test_an_unfinished_download_is_not_there(tmp_path, make_source):
    source = make_source({"a.txt": b"1"})
    (tmp_path / "toy").mkdir()
    (tmp_path / "toy" / "a.txt.part").write_bytes(b"1")
    assert status(source, [], tmp_path) == "missing"
