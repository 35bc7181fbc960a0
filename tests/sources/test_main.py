"""``python -m tfrepro.sources``."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tfrepro.sources import __main__ as command
from tfrepro.sources import load, names

ROOT = Path(__file__).parents[2]


@pytest.fixture
def run(capsys, tmp_path, monkeypatch):
    """Run the command in an empty folder: exit code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)

    def run_command(*arguments):
        code = command.main(arguments)
        return code, *capsys.readouterr()

    return run_command


@pytest.fixture
def toy(monkeypatch, make_source):
    """The command sees one source, with one small file."""
    source = make_source({"a b/c.txt": b"hello"})
    monkeypatch.setattr(command, "names", lambda: ("toy",))
    monkeypatch.setattr(command, "load", lambda name: source)
    return source


def put(folder):
    target = Path(folder, "toy", "a b", "c.txt")
    target.parent.mkdir(parents=True)
    target.write_bytes(b"hello")


def test_the_list_has_a_line_for_every_source(run):
    code, out, err = run()
    lines = out.splitlines()
    assert (code, err) == (0, "")
    assert lines[0].split() == ["name", "files", "size", "present", "licence"]
    assert [line.split()[0] for line in lines[1:]] == list(names())
    assert all("missing" in line for line in lines[1:])


def test_the_columns_of_the_list_are_aligned(run):
    _, out, _ = run()
    lines = out.splitlines()
    start = lines[0].index("licence")
    for line, name in zip(lines[1:], names(), strict=True):
        assert line[start:] == load(name).licence


def test_the_list_as_json_has_exact_sizes(run):
    _, out, _ = run("--json")
    rows = {row["name"]: row for row in json.loads(out)}
    assert list(rows) == list(names())
    assert rows["esc10"]["files"] == 401
    assert rows["esc10"]["size"] == load("esc10").size
    assert rows["esc10"]["licence"] == load("esc10").licence
    assert rows["vine"]["without_address"] == 20


@pytest.mark.usefixtures("toy")
def test_the_list_says_where_a_source_is(run, tmp_path):
    assert run()[1].splitlines()[1].split() == ["toy", "1", "5", "B", "missing", "CC0-1.0"]
    put("data/sources")
    assert "cache" in run()[1]
    put("there")
    assert "mirror" in run("--mirror", "here", "--mirror", "there")[1]


@pytest.mark.usefixtures("toy")
def test_the_default_mirror_is_shared_data_beside_the_project(run, tmp_path, monkeypatch):
    put(tmp_path / "shared" / "data")
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path / "project")
    assert "mirror" in run()[1]
    assert "missing" in run("--mirror", "elsewhere")[1]


@pytest.mark.usefixtures("toy")
@pytest.mark.parametrize(
    "arguments", [("--mirror", "m", "fetch", "toy"), ("fetch", "toy", "--mirror", "m")]
)
def test_fetch_says_where_the_verified_files_are(run, arguments):
    put("m")
    assert run(*arguments) == (0, "toy: 1 file verified: 1 in m/toy\n", "")


def test_fetch_downloads_into_the_cache(run, server, make_source, monkeypatch):
    source = make_source({"a b/c.txt": b"hello", "d": b"x"}, server)
    monkeypatch.setattr(command, "load", lambda name: source)
    assert run("fetch", "toy", "--cache", "c") == (0, "toy: 2 files verified: 2 in c/toy\n", "")
    assert Path("c/toy/a b/c.txt").read_bytes() == b"hello"


@pytest.mark.usefixtures("toy")
def test_fetch_can_be_limited_to_some_files(run):
    put("m")
    assert run("fetch", "toy", "*.txt", "--mirror", "m")[0] == 0
    assert run("fetch", "toy", "*.csv", "--mirror", "m")[0] == 2


@pytest.mark.parametrize("arguments", [("fetch", "nothing"), ("fetch", "text", "--offline")])
def test_a_mistake_is_one_line_on_stderr_and_exit_code_2(run, arguments):
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 1


def test_the_command_runs_as_a_module():
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    arguments = [sys.executable, "-m", "tfrepro.sources", "--json"]
    out = subprocess.run(arguments, env=environment, capture_output=True, check=True).stdout
    assert len(json.loads(out)) == len(names())


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (41_600_000, "41.6 MB"), (2.5e12, "2500.0 GB")],
)
def test_sizes_are_written_for_people(size, text):
    assert command._human(size) == text
