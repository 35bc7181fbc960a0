"""``tfrepro sources``."""

import hashlib
import json
from pathlib import Path

import pytest

from tfrepro.cli import sources as command
from tfrepro.report import numbers
from tfrepro.sources import Source, SourceFile, load, names


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """Commands are run in an empty folder."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def toy(monkeypatch):
    """The command sees one source, with one small file."""
    content = b"hello"
    sha256 = hashlib.sha256(content).hexdigest()
    source = Source(
        name="toy",
        title="Toy",
        holds="Nothing much.",
        licence="CC0-1.0",
        homepage="https://example.org",
        files=(SourceFile(path="a b/c.txt", size=len(content), sha256=sha256),),
    )
    monkeypatch.setattr(command, "names", lambda: ("toy",))
    monkeypatch.setattr(command, "load", lambda name: source)
    return source


def put(folder):
    target = Path(folder, "toy", "a b", "c.txt")
    target.parent.mkdir(parents=True)
    target.write_bytes(b"hello")


def test_the_list_has_a_line_for_every_source(run):
    code, out, err = run("sources")
    lines = out.splitlines()
    assert (code, err) == (0, [])
    assert lines[0].split() == ["name", "files", "size", "present", "licence"]
    assert [line.split()[0] for line in lines[1:]] == list(names())
    assert all("missing" in line for line in lines[1:])


def test_the_columns_of_the_list_are_aligned(run):
    _, out, _ = run("sources")
    lines = out.splitlines()
    start = lines[0].index("licence")
    for line, name in zip(lines[1:], names(), strict=True):
        assert line[start:] == load(name).licence


def test_the_list_as_json_has_exact_sizes(run):
    _, out, _ = run("sources", "list", "--json")
    rows = {row["name"]: row for row in json.loads(out)}
    assert list(rows) == list(names())
    assert rows["esc10"]["files"] == 401
    assert rows["esc10"]["size"] == load("esc10").size
    assert rows["esc10"]["licence"] == load("esc10").licence
    assert rows["vine"]["without_address"] == 20


@pytest.mark.usefixtures("toy")
def test_the_list_says_where_a_source_is(run, tmp_path):
    assert run("sources")[1].splitlines()[1].split() == ["toy", "1", "5", "B", "missing", "CC0-1.0"]
    put("data/sources")
    assert "cache" in run("sources")[1]
    put("there")
    assert "mirror" in run("sources", "list", "--mirror", "here", "--mirror", "there")[1]


@pytest.mark.usefixtures("toy")
def test_the_default_mirror_is_shared_data_beside_the_project(run, tmp_path, monkeypatch):
    put(tmp_path / "shared" / "data")
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path / "project")
    assert "mirror" in run("sources")[1]
    assert "missing" in run("sources", "list", "--mirror", "elsewhere")[1]


@pytest.mark.usefixtures("toy")
@pytest.mark.parametrize("option", ["--mirror", "--cache"])
def test_fetch_says_where_the_verified_files_are(run, option):
    put("m")
    said = "toy: 1 file verified: 1 in m/toy\n"
    assert run("sources", "fetch", "toy", option, "m") == (0, said, [])


@pytest.mark.usefixtures("toy")
def test_fetch_can_be_limited_to_some_files(run):
    put("m")
    assert run("sources", "fetch", "toy", "*.txt", "--mirror", "m")[0] == 0
    assert run("sources", "fetch", "toy", "*.csv", "--mirror", "m")[0] == 2


@pytest.mark.parametrize("arguments", [("fetch", "nothing"), ("fetch", "text", "--offline")])
def test_a_mistake_is_one_line_on_stderr_and_exit_code_2(run, arguments):
    code, out, err = run("sources", *arguments)
    assert (code, out, len(err)) == (2, "", 1)


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (41_600_000, "41.6 MB"), (2.5e12, "2500.0 GB")],
)
def test_sizes_are_written_for_people(size, text):
    assert numbers.size(size) == text
