"""Lookups give fractions, or None, or one clear error."""

import pytest

from tfrepro.errors import UserError
from tfrepro.published import Cell, cell, load, p_value
from tfrepro.published.lookup import in_fractions


def test_a_percentage_becomes_the_fraction_it_was_printed_for():
    assert cell("dare", "table2", "sda", "macro_f1") == Cell(mean=0.1274, std=0.0062)
    assert cell("eastern", "table1", "trumann", "micro_f1") == Cell(mean=0.5332, std=None)
    assert cell("crossmodal", "table1", "crossmodal", "recall_at_1_pool_256") == Cell(0.215, None)


def test_every_percentage_of_two_decimals_becomes_the_nearest_fraction():
    assert all(
        in_fractions(hundredths / 100, "percent") == float(f"0.{hundredths:04d}")
        for hundredths in range(10_000)
    )


def test_fractions_counts_and_seconds_stay_as_they_are():
    assert cell("musicvideo", "table2", "multi-timescale", "average_precision") == Cell(0.79, None)
    assert cell("dare", "table1", "external-sounds", "clips") == Cell(43868, None)
    assert cell("dare", "table1", "external-sounds", "mean_duration_s") == Cell(14.99, None)


def test_a_cell_keeps_the_papers_caution():
    assert cell("nmcl", "figure4", "nmcl", "auc_micro") == Cell(0.96, None, "above")
    assert cell("nmcl", "figure4", "dare", "auc_micro") == Cell(0.9512, None, "exactly")


def test_a_p_value_is_as_printed():
    assert p_value("dare", "table3", "mdl", "macro_f1") == 2.01e-7


@pytest.mark.parametrize(
    ("row", "score"),
    [("our-own-method", "micro_f1"), ("mdl", "our_own_score"), ("dare", "auc_micro")],
)
def test_what_the_paper_does_not_print_is_none(row, score):
    assert cell("dare", "table3", row, score) is None
    assert p_value("dare", "table3", row, score) is None


def test_a_model_has_no_p_value_against_itself():
    assert cell("dare", "table3", "dare", "micro_f1") is not None
    assert p_value("dare", "table3", "dare", "micro_f1") is None


def test_a_gap_in_a_printed_table_is_none():
    assert cell("nmcl", "table4", "nmcl-at", "micro_f1_visual") is None


def test_a_table_of_answers_has_no_scores():
    assert cell("eastern", "table5", "lstms", "micro_f1") is None
    assert p_value("eastern", "table5", "lstms", "micro_f1") is None


@pytest.mark.parametrize("lookup", [cell, p_value])
def test_an_unknown_paper_is_an_error_that_lists_the_papers(lookup):
    with pytest.raises(UserError, match="paper = 'dari': must be one of crossmodal, dare, eastern"):
        lookup("dari", "table3", "mdl", "micro_f1")


@pytest.mark.parametrize("lookup", [cell, p_value])
def test_an_unknown_table_is_an_error_that_lists_the_tables(lookup):
    with pytest.raises(UserError, match=r"eastern: table = 'table6': must be one of .*, table5"):
        lookup("eastern", "table6", "lstms", "micro_f1")


def test_a_path_is_not_a_paper():
    with pytest.raises(UserError, match="must be one of"):
        load("../published/dare")


def test_a_loaded_paper_cannot_be_changed():
    dare = load("dare")
    assert load("dare") is dare
    with pytest.raises(TypeError):
        dare.tables["table3"].rows["ours"] = None
    with pytest.raises(ValueError, match="frozen"):
        dare.tables["table3"].rows["dare"].cells["micro_f1"].mean = 99.0
