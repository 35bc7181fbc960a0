"""``tfrepro tables``."""

import json

import pytest

from tfrepro.evaluation.tables import CorpusFacts, build_table


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def write(folder, name):
    facts = CorpusFacts("toy", "A toy", "the real thing", {}, "0")
    file = folder / "data" / "metrics" / "toy" / "dare" / f"{name}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(build_table("dare", name, facts, {}, {}, code={})))
    return file


def test_all_tables_are_printed_or_those_that_are_named(run, tmp_path):
    first, _ = write(tmp_path, "table2"), write(tmp_path, "table3")
    code, out, err = run("tables")
    assert (code, err) == (0, [])
    assert "dare table2 on toy (a stand-in for the real thing" in out
    assert "dare table3 on toy" in out
    assert "table3" not in run("tables", first)[1]


def test_no_table_is_one_line_and_exit_code_2(run):
    said = "error: no tables here: run this in the project's root folder, or name files"
    assert run("tables") == (2, "", [said])


@pytest.mark.parametrize("content", [None, "{", "[]", "{}"])
def test_a_file_that_is_no_table_is_named(run, tmp_path, content):
    if content is not None:
        (tmp_path / "a.json").write_text(content)
    code, out, err = run("tables", "a.json")
    assert (code, out, len(err)) == (2, "", 1)
    assert err[0].startswith("error: a.json: not a table (")
