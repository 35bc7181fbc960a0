"""``python -m tfrepro.stale``: tables that are older than the code that makes them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tfrepro import stale
from tfrepro.evaluation.tables import CorpusFacts, build_table, write_table

ROOT = Path(__file__).parents[1]
CURRENT = {"stages/dare_table2": "aaa", "methods/sda": "bbb", "sounds/esc10": "ccc"}


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Run the command on ``tables`` (file -> content): exit code, stdout, stderr."""
    monkeypatch.setattr(stale, "current_code", lambda stages: CURRENT)
    monkeypatch.chdir(tmp_path)

    def run_command(tables, *options):
        Path("data/metrics").mkdir(parents=True, exist_ok=True)
        for name, content in tables.items():
            file = Path("data/metrics") / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content if isinstance(content, str) else json.dumps(content))
        code = stale.main(options)
        return code, *capsys.readouterr()

    return run_command


def table(**changes):
    return {"rows": {}, "code": [list(pair) for pair in (CURRENT | changes).items()]}


def test_tables_of_the_code_of_today_are_not_stale(run):
    tables = {"esc10/dare/table2.json": table(), "rendered/dare/table2.json": table()}
    assert run(tables) == (0, "2 tables, all made by the code as it is now\n", "")


def test_one_table_is_counted_as_one(run):
    assert run({"a.json": table()}) == (0, "1 table, made by the code as it is now\n", "")


def test_a_stale_table_is_a_line_with_the_parts_that_changed(run):
    tables = {
        "esc10/dare/table2.json": table(**{"methods/sda": "old", "stages/dare_table2": "old"}),
        "rendered/dare/table2.json": table(),
    }
    assert run(tables) == (
        1,
        "data/metrics/esc10/dare/table2.json: older than its code; "
        "changed since: stages/dare_table2, methods/sda\n",
        "",
    )


def test_parts_that_no_longer_exist_are_named_apart(run):
    code, out, _ = run({"a.json": table(**{"methods/sda": "old", "methods/left": "ddd"})})
    assert code == 1
    assert out == (
        "data/metrics/a.json: older than its code; "
        "changed since: methods/sda; no longer there: methods/left\n"
    )
    assert run({"a.json": table(**{"methods/left": "ddd"})})[1] == (
        "data/metrics/a.json: older than its code; no longer there: methods/left\n"
    )


def test_code_that_no_table_came_from_may_change(run):
    assert run({"a.json": {"code": [["methods/sda", "bbb"]]}})[0] == 0


def test_code_written_as_a_mapping_is_read_too(run):
    assert run({"a.json": {"code": CURRENT}})[0] == 0
    assert run({"a.json": {"code": CURRENT | {"methods/sda": "old"}}})[0] == 1


def test_files_that_say_nothing_of_their_code_are_left_out(run):
    tables = {"a.json": {"rows": {}}, "b.json": [1], "c.json": table()}
    assert run(tables)[1] == "1 table, made by the code as it is now\n"


def test_no_table_is_no_stale_table(run):
    assert run({}) == (0, "no table says which code made it\n", "")


def test_as_json_every_table_is_listed(run):
    code, out, _ = run({"a.json": table(), "b.json": table(**{"methods/sda": "old"})}, "--json")
    assert code == 1
    assert json.loads(out) == [
        {"file": "data/metrics/a.json", "changed": [], "gone": [], "stale": False},
        {"file": "data/metrics/b.json", "changed": ["methods/sda"], "gone": [], "stale": True},
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "data/metrics/a.json: cannot be read as JSON ("),
        ({"code": 5}, "data/metrics/a.json: code: must be a list of pairs [part, checksum]"),
        ({"code": ["stages"]}, "data/metrics/a.json: code: must be a list of pairs [part, "),
    ],
)
def test_a_file_that_cannot_be_understood_is_one_line_and_exit_code_2(run, content, said):
    code, out, err = run({"a.json": content})
    assert (code, out) == (2, "")
    assert err.startswith(said)
    assert len(err.splitlines()) == 1


def test_a_folder_that_is_not_there_is_one_line_and_exit_code_2(run):
    said = "none: not a folder; run this in the project's root folder\n"
    assert run({}, "--metrics", "none") == (2, "", said)


def test_a_folder_without_stages_is_one_line_and_exit_code_2(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert stale.main([]) == 2
    assert capsys.readouterr().err == (
        "stages: holds no stage scripts; run this in the project's root folder\n"
    )


def test_a_table_as_the_stages_write_it_is_fresh_until_its_code_changes(tmp_path):
    """The real command, on a real table, in a folder that is not the project's."""
    now = stale.current_code(ROOT / "stages")
    facts = CorpusFacts("toy", "A toy", None, {}, "0")
    built = build_table("dare", "table2", facts, {}, {}, code=now)
    write_table(tmp_path / "toy" / "dare" / "table2.json", built)
    arguments = [sys.executable, "-m", "tfrepro.stale", "--metrics", str(tmp_path)]
    arguments += ["--stages", str(ROOT / "stages")]

    def command():
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            arguments, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout

    assert command() == (0, "1 table, made by the code as it is now\n")
    built["code"][0][1] = "older"
    write_table(tmp_path / "toy" / "dare" / "table2.json", built)
    code, out = command()
    assert code == 1
    assert out.rstrip().endswith(f"changed since: {built['code'][0][0]}")
