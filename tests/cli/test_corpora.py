"""``tfrepro corpora``."""

import json

import pytest

from tfrepro.cli import corpora
from tfrepro.cli.corpora import BESIDES, KINDS


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def rows():
    from pathlib import Path

    return list(corpora._rows([Path("nowhere")], Path("nowhere")))


def test_every_corpus_of_the_registry_is_there(rows):
    expected = [(kind, name) for kind, (_, entries) in KINDS.items() for name in entries]
    assert [(row["kind"], row["name"]) for row in rows] == expected


def test_each_says_what_it_is_and_what_it_stands_in_for(rows):
    by_name = {(row["kind"], row["name"]): row for row in rows}
    assert by_name["micro-videos", "rendered"]["stands_in_for"].startswith("the Vine collections")
    assert by_name["micro-videos", "venue188"]["stands_in_for"] is None
    assert all(row["title"] and row["licence"] for row in rows)


def test_each_says_what_it_needs(rows):
    needs = {(row["kind"], row["name"]): row["needs"] for row in rows}
    assert needs["sounds", "rendered"] == []
    assert needs["sounds", "esc10"] == ["esc10 (missing)"]
    assert needs["micro-videos", "own"] == ["your files"]
    assert needs["sounds", "freesound"] == ["english-wordnet (missing)", BESIDES["freesound"]]


def test_what_is_needed_besides_is_of_corpora_that_there_are():
    assert set(BESIDES) <= {name for _, entries in KINDS.values() for name in entries}


def test_a_corpus_that_is_built_has_a_size(run, tmp_path):
    file = tmp_path / "data" / "corpora" / "microvideos" / "rendered" / "media" / "a.mp4"
    file.parent.mkdir(parents=True)
    file.write_bytes(bytes(1500))
    code, out, err = run("corpora")
    assert (code, err) == (0, [])
    lines = [line.split() for line in out.splitlines()]
    assert ["rendered", "1.5", "kB", "nothing:", "made", "here"] in lines
    assert ["own", "no", "your", "files"] in lines
    assert max(map(len, out.splitlines())) <= 80
    rows = json.loads(run("corpora", "--json")[1])
    assert {row["name"]: row["bytes"] for row in rows if row["built"]} == {"rendered": 1500}
