"""What holds of every paper's file."""

from collections.abc import Iterator
from importlib.resources import files

import pytest
import yaml

from tfrepro.published import load, papers
from tfrepro.published.schema import AnswerRow, Row

PAPERS = ("crossmodal", "dare", "eastern", "musicvideo", "nmcl")


def _text(paper: str) -> str:
    return (files("tfrepro.published") / f"{paper}.yaml").read_text(encoding="utf-8")


def _rows(paper: str) -> Iterator[Row | AnswerRow]:
    read = load(paper)
    for table in (*read.tables.values(), *read.answers.values()):
        yield from table.rows.values()


def _mappings(node: yaml.Node) -> Iterator[yaml.MappingNode]:
    if isinstance(node, yaml.MappingNode):
        yield node
    children = node.value if isinstance(node.value, list) else []
    for child in children:
        for each in child if isinstance(child, tuple) else (child,):
            yield from _mappings(each)


def test_there_are_five_papers():
    assert papers() == PAPERS


@pytest.mark.parametrize("paper", PAPERS)
def test_every_file_loads_and_says_which_paper_it_is(paper):
    read = load(paper)
    assert read.key == paper
    assert read.title
    assert read.authors
    assert read.venue
    assert 2014 <= read.year <= 2020


@pytest.mark.parametrize(
    ("paper", "scored", "answered"),
    [
        (
            "dare",
            {"table1", "table2", "table3", "table4", "table5", "figure1", "figure5", "section3_2"},
            set(),
        ),
        ("eastern", {"table1", "table2", "table3", "table4"}, {"table5"}),
        (
            "nmcl",
            {"table1", "table2", "table3", "table4", "table5", "figure4", "figure5"},
            set(),
        ),
        ("musicvideo", {"table1", "table2"}, set()),
        ("crossmodal", {"table1", "table2"}, set()),
    ],
)
def test_every_printed_table_is_there(paper, scored, answered):
    assert set(load(paper).tables) == scored
    assert set(load(paper).answers) == answered


@pytest.mark.parametrize("paper", PAPERS)
def test_every_row_has_the_name_the_paper_prints(paper):
    assert all(row.printed_as for row in _rows(paper))


@pytest.mark.parametrize("paper", PAPERS)
def test_no_key_of_a_file_has_a_dot_or_an_at_sign(paper):
    keys = [key.value for node in _mappings(yaml.compose(_text(paper))) for key, _ in node.value]
    assert keys
    assert not [key for key in keys if "." in key or "@" in key]


@pytest.mark.parametrize("paper", PAPERS)
def test_no_key_is_written_twice_where_yaml_would_keep_the_last(paper):
    for node in _mappings(yaml.compose(_text(paper))):
        keys = [key.value for key, _ in node.value]
        assert sorted(keys) == sorted(set(keys))


@pytest.mark.parametrize("paper", PAPERS)
def test_every_score_a_table_declares_is_printed_in_some_row(paper):
    for table in load(paper).tables.values():
        assert set(table.scores) == {score for row in table.rows.values() for score in row.cells}


@pytest.mark.parametrize("paper", PAPERS)
def test_the_method_the_others_are_tested_against_has_no_p_value(paper):
    for table in load(paper).tables.values():
        if table.p_values:
            without = [name for name, row in table.rows.items() if not row.p_values]
            assert without == [table.p_values.against]
