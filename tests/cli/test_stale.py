"""``tfrepro stale``: tables that are older than the code that makes them."""

import json
from pathlib import Path

import pytest

from tfrepro.cli import stale as command
from tfrepro.evaluation.tables import CorpusFacts, build_table, write_table
from tfrepro.stale import current_code

ROOT = Path(__file__).parents[2]
CURRENT = {"stages/dare_table2": "aaa", "methods/sda": "bbb", "sounds/esc10": "ccc"}


@pytest.fixture
def ask(tmp_path, monkeypatch, run):
    """Run the command on ``tables`` (file -> content): exit code, stdout, lines on stderr."""
    monkeypatch.setattr(command, "current_code", lambda stages: CURRENT)
    monkeypatch.chdir(tmp_path)

    def ask_of(tables, *options):
        Path("data/metrics").mkdir(parents=True, exist_ok=True)
        for name, content in tables.items():
            file = Path("data/metrics") / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content if isinstance(content, str) else json.dumps(content))
        return run("stale", *options)

    return ask_of


def table(**changes):
    return {"rows": {}, "code": [list(pair) for pair in (CURRENT | changes).items()]}


def test_tables_of_the_code_of_today_are_not_stale(ask):
    tables = {"esc10/dare/table2.json": table(), "rendered/dare/table2.json": table()}
    assert ask(tables) == (0, "2 tables, all made by the code as it is now\n", [])


def test_one_table_is_counted_as_one(ask):
    assert ask({"a.json": table()}) == (0, "1 table, made by the code as it is now\n", [])


def test_a_stale_table_is_a_line_with_the_parts_that_changed(ask):
    tables = {
        "esc10/dare/table2.json": table(**{"methods/sda": "old", "stages/dare_table2": "old"}),
        "rendered/dare/table2.json": table(),
    }
    assert ask(tables) == (
        1,
        "data/metrics/esc10/dare/table2.json: older than its code; "
        "changed since: stages/dare_table2, methods/sda\n",
        [],
    )


def test_parts_that_no_longer_exist_are_named_apart(ask):
    code, out, _ = ask({"a.json": table(**{"methods/sda": "old", "methods/left": "ddd"})})
    assert code == 1
    assert out == (
        "data/metrics/a.json: older than its code; "
        "changed since: methods/sda; no longer there: methods/left\n"
    )
    assert ask({"a.json": table(**{"methods/left": "ddd"})})[1] == (
        "data/metrics/a.json: older than its code; no longer there: methods/left\n"
    )


def test_code_that_no_table_came_from_may_change(ask):
    assert ask({"a.json": {"code": [["methods/sda", "bbb"]]}})[0] == 0


def test_code_written_as_a_mapping_is_read_too(ask):
    assert ask({"a.json": {"code": CURRENT}})[0] == 0
    assert ask({"a.json": {"code": CURRENT | {"methods/sda": "old"}}})[0] == 1


def test_files_that_say_nothing_of_their_code_are_left_out(ask):
    tables = {"a.json": {"rows": {}}, "b.json": [1], "c.json": table()}
    assert ask(tables)[1] == "1 table, made by the code as it is now\n"


def test_no_table_is_no_stale_table(ask):
    assert ask({}) == (0, "no table says which code made it\n", [])


def test_as_json_every_table_is_listed(ask):
    code, out, _ = ask({"a.json": table(), "b.json": table(**{"methods/sda": "old"})}, "--json")
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
def test_a_file_that_cannot_be_understood_is_one_line_and_exit_code_2(ask, content, said):
    code, out, err = ask({"a.json": content})
    assert (code, out) == (2, "")
    assert err[0].startswith(f"error: {said}")
    assert len(err) == 1


def test_a_folder_that_is_not_there_is_one_line_and_exit_code_2(ask):
    said = "error: none: not a folder; run this in the project's root folder"
    assert ask({}, "--metrics", "none") == (2, "", [said])


def test_a_folder_without_stages_is_one_line_and_exit_code_2(tmp_path, monkeypatch, run):
    monkeypatch.chdir(tmp_path)
    said = "error: stages: holds no stage scripts; run this in the project's root folder"
    assert run("stale") == (2, "", [said])


def test_a_table_as_the_stages_write_it_is_fresh_until_its_code_changes(tmp_path, run):
    """The real command, on a real table, in a folder that is not the project's."""
    now = current_code(ROOT / "stages")
    facts = CorpusFacts("toy", "A toy", None, {}, "0")
    built = build_table("dare", "table2", facts, {}, {}, code=now)
    write_table(tmp_path / "toy" / "dare" / "table2.json", built)
    words = ("stale", "--metrics", tmp_path, "--stages", ROOT / "stages")
    assert run(*words)[:2] == (0, "1 table, made by the code as it is now\n")
    built["code"][0][1] = "older"
    write_table(tmp_path / "toy" / "dare" / "table2.json", built)
    code, out, _ = run(*words)
    assert code == 1
    assert out.rstrip().endswith(f"changed since: {built['code'][0][0]}")
