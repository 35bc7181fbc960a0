"""Mirror first, then the cache, then the network; every file verified."""

import hashlib

import pytest

from tfrepro.errors import UserError
from tfrepro.sources import Source, resolve

FILES = {"a.txt": b"first", "b c/d.txt": b"second"}


@pytest.fixture
def folders(tmp_path):
    """The two folder arguments of ``resolve``."""
    return {"mirrors": [tmp_path / "mirror"], "cache": tmp_path / "cache"}


def put(folder, files):
    for path, content in files.items():
        target = folder / "toy" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def listing(folder):
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


def test_a_mirror_is_used_in_place_and_nothing_is_copied_or_asked(server, make_source, folders):
    put(folders["mirrors"][0], FILES)
    resolved = resolve(make_source(FILES, server), **folders)
    assert resolved.path("b c/d.txt") == folders["mirrors"][0] / "toy" / "b c/d.txt"
    assert list(resolved.paths) == list(FILES)
    assert not folders["cache"].exists()
    assert server.seen == []


def test_a_mirror_goes_before_the_cache(make_source, folders):
    put(folders["mirrors"][0], FILES)
    put(folders["cache"], FILES)
    path = resolve(make_source(FILES), **folders).path("a.txt")
    assert path.is_relative_to(folders["mirrors"][0])


def test_the_first_mirror_that_holds_a_file_is_used(tmp_path, make_source):
    put(tmp_path / "two", FILES)
    put(tmp_path / "three", FILES)
    mirrors = [tmp_path / "one", tmp_path / "two", tmp_path / "three"]
    resolved = resolve(make_source(FILES), mirrors=mirrors, cache=tmp_path / "cache")
    assert resolved.path("a.txt").is_relative_to(tmp_path / "two")


def test_what_a_mirror_lacks_is_downloaded_into_the_cache(server, make_source, folders):
    put(folders["mirrors"][0], {"a.txt": FILES["a.txt"]})
    resolved = resolve(make_source(FILES, server), **folders)
    assert resolved.path("b c/d.txt") == folders["cache"] / "toy" / "b c/d.txt"
    assert resolved.path("b c/d.txt").read_bytes() == b"second"
    assert listing(folders["cache"]) == ["toy/b c/d.txt"]
    assert server.seen == [("b c/d.txt", None)]


def test_a_cached_file_is_not_asked_for_again(server, make_source, folders):
    source = make_source(FILES, server)
    resolve(source, **folders)
    server.seen.clear()
    assert resolve(source, **folders, offline=True).path("a.txt").read_bytes() == b"first"
    assert server.seen == []


@pytest.mark.parametrize("wrong", [b"other", b"fir", b""])
def test_a_wrong_file_in_the_cache_is_fetched_again(server, make_source, folders, wrong):
    put(folders["cache"], {"a.txt": wrong})
    resolved = resolve(make_source({"a.txt": b"first"}, server), **folders)
    assert resolved.path("a.txt").read_bytes() == b"first"


def test_a_wrong_file_in_the_cache_is_gone_even_if_it_cannot_be_fetched(make_source, folders):
    put(folders["cache"], {"a.txt": b"other"})
    with pytest.raises(UserError):
        resolve(make_source({"a.txt": b"first"}), **folders)
    assert listing(folders["cache"]) == []


def test_a_mirror_file_with_wrong_bytes_is_an_error_and_stays(server, make_source, folders):
    put(folders["mirrors"][0], {"a.txt": b"FIRST"})
    expected, found = (hashlib.sha256(b).hexdigest() for b in (b"first", b"FIRST"))
    with pytest.raises(UserError) as error:
        resolve(make_source({"a.txt": b"first"}, server), **folders)
    mirror = folders["mirrors"][0]
    assert str(error.value) == (
        f"toy: {mirror}/toy/a.txt: SHA-256 {found}, expected {expected}: mend or remove that "
        f"file, or take {mirror} out of sources.mirrors in params.yaml"
    )
    assert (mirror / "toy" / "a.txt").read_bytes() == b"FIRST"
    assert server.seen == []


def test_a_truncated_mirror_file_is_an_error_with_both_sizes(make_source, folders):
    put(folders["mirrors"][0], {"a.txt": b"fir"})
    with pytest.raises(UserError, match=r"toy: .*a\.txt: 3 bytes, expected 5: mend or remove"):
        resolve(make_source({"a.txt": b"first"}), **folders)


def test_without_mirror_and_network_the_error_says_what_to_do(server, make_source, folders):
    with pytest.raises(UserError) as error:
        resolve(make_source(FILES, server), **folders, offline=True)
    assert str(error.value) == (
        f"toy: a.txt and 1 more: not in {folders['mirrors'][0]}, {folders['cache']}, and the "
        "network is not to be used: set sources.mirrors in params.yaml to a folder that holds "
        "toy/a.txt, or run again with a network"
    )
    assert server.seen == []


def test_a_file_without_an_address_is_asked_of_the_person(server, make_source, folders):
    source = make_source(FILES, server).model_dump()
    source["files"][1].update(url=None, note="packed by hand")
    with pytest.raises(UserError) as error:
        resolve(Source.model_validate(source), **folders)
    assert str(error.value) == (
        "toy: b c/d.txt: no public address known (packed by hand) and not in "
        f"{folders['mirrors'][0]}, {folders['cache']}: place it in a mirror folder as "
        "<mirror>/toy/b c/d.txt and name that folder in sources.mirrors in params.yaml"
    )
    assert server.seen == [], "nothing is downloaded that would be of no use"


def test_files_that_are_not_asked_for_need_not_be_there(make_source, folders):
    put(folders["mirrors"][0], {"a.txt": FILES["a.txt"]})
    resolved = resolve(make_source(FILES), **folders, files="a.*")
    assert list(resolved.paths) == ["a.txt"]
    with pytest.raises(UserError, match=r"toy: 'b c/d\.txt' is not among the files resolved"):
        resolved.path("b c/d.txt")


def test_errors_are_one_line(make_source, folders):
    with pytest.raises(UserError) as error:
        resolve(make_source(FILES), **folders)
    assert "\n" not in str(error.value)


def test_resolving_needs_no_tensorflow():
    import subprocess
    import sys

    code = "import sys, tfrepro.sources; assert 'tensorflow' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
