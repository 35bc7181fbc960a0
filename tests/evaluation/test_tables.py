"""A table is data: measured beside published, in a shape that DVC can flatten."""

import json
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfrepro.errors import UserError
from tfrepro.evaluation.significance import paired_t_test
from tfrepro.evaluation.tables import (
    CorpusFacts,
    build_table,
    merge_code,
    rounded,
    write_table,
)

CORPUS = CorpusFacts(
    name="toy",
    title="A toy",
    stands_in_for="the real thing",
    sizes={"items": 10, "classes": 2},
    checksum="c0ffee",
)
CODE = {"stages/dare_table2": "2b", "methods/sda": "1a"}
SCORES = {
    "mfcc-max": pd.DataFrame({"micro_f1": [0.5, 0.25, 0.75], "macro_f1": [0.25, 0.5, 0.25]}),
    "sda": pd.DataFrame({"micro_f1": [0.75, 0.5, 0.75], "macro_f1": [0.5, 0.5, 0.75]}),
    "ours": pd.DataFrame({"micro_f1": [0.5, 0.5, 0.5], "macro_f1": [0.25, 0.25, 0.25]}),
}


def table(**changes):
    arguments = {"reference": "sda", "code": CODE, "scores": SCORES, "table": "table2"} | changes
    return build_table(
        "dare",
        arguments.pop("table"),
        CORPUS,
        {"splits": "3 folds"},
        arguments.pop("scores"),
        **arguments,
    )


def keys_of(value):
    """Every key of nested mappings."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from keys_of(inner)


def test_a_table_has_exactly_the_agreed_shape():
    built = table()
    assert list(built) == ["paper", "table", "corpus", "protocol", "rows", "code"]
    assert (built["paper"], built["table"]) == ("dare", "table2")
    assert built["corpus"] == {
        "name": "toy",
        "title": "A toy",
        "stands_in_for": "the real thing",
        "sizes": {"items": 10, "classes": 2},
        "checksum": "c0ffee",
    }
    assert built["protocol"] == {"splits": "3 folds"}
    assert list(built["rows"]) == list(SCORES), "rows keep their order"
    assert set(built["rows"]["mfcc-max"]) == {
        "micro_f1",
        "macro_f1",
        "p_micro_f1",
        "p_macro_f1",
        "published_p_macro_f1",
    }
    assert set(built["rows"]["sda"]) == {"micro_f1", "macro_f1"}
    for row in built["rows"].values():
        for score in ("micro_f1", "macro_f1"):
            assert list(row[score]) == ["mean", "std", "n", "published"]
    assert built["code"] == [["methods/sda", "1a"], ["stages/dare_table2", "2b"]]


def test_a_cell_is_the_mean_and_the_sample_deviation_over_splits():
    cell = table()["rows"]["mfcc-max"]["micro_f1"]
    assert cell == {"mean": 0.5, "std": 0.25, "n": 3, "published": 0.1572}


def test_published_cells_stand_beside_ours_as_fractions():
    rows = table()["rows"]
    assert rows["sda"]["macro_f1"]["published"] == 0.1274
    assert rows["sda"]["micro_f1"]["published"] == 0.1709
    assert rows["mfcc-max"]["published_p_macro_f1"] == 4.2e-3
    assert "published_p_macro_f1" not in rows["sda"]


def test_a_row_the_paper_does_not_have_is_published_as_null():
    row = table()["rows"]["ours"]
    assert row["micro_f1"]["published"] is None
    assert not [key for key in row if key.startswith("published_p_")]


def test_every_row_but_the_reference_is_tested_against_it():
    rows = table()["rows"]
    for method in ("mfcc-max", "ours"):
        for score in ("micro_f1", "macro_f1"):
            expected = paired_t_test(
                SCORES["sda"][score].to_numpy(), SCORES[method][score].to_numpy()
            )
            assert rows[method][f"p_{score}"] == pytest.approx(expected, rel=1e-5)
            assert rows[method][f"p_{score}"] < 0.5, "the reference does score higher"


def test_without_a_reference_nothing_is_tested():
    assert not [key for key in keys_of(table(reference=None)) if key.startswith("p_")]


def test_a_single_run_has_no_deviation_and_no_test():
    row = table(scores={name: frame[:1] for name, frame in SCORES.items()})["rows"]["mfcc-max"]
    assert row["micro_f1"] == {"mean": 0.5, "std": None, "n": 1, "published": 0.1572}
    assert row["p_micro_f1"] is None


def test_a_table_the_paper_does_not_have_is_an_error_only_if_it_should_be_printed():
    with pytest.raises(UserError, match="dare: table = 'table2_grouped': must be one of"):
        table(table="table2_grouped")
    rows = table(table="table2_grouped", printed=False)["rows"]
    assert {row[s]["published"] for row in rows.values() for s in ("micro_f1", "macro_f1")} == {
        None
    }


def test_keys_hold_neither_dots_nor_at_signs_which_dvc_would_take_apart():
    assert [key for key in keys_of(table()) if re.search(r"[.@]", key)] == []


def test_a_table_is_written_as_json_that_reads_back(tmp_path):
    write_table(tmp_path / "dare" / "table2.json", table())
    assert json.loads((tmp_path / "dare" / "table2.json").read_text()) == table()


@pytest.mark.parametrize(
    ("value", "six_digits"),
    [
        (0.12345678, 0.123457),
        (1.8345678e-9, 1.83457e-9),
        (0.0, 0.0),
        (-0.0, 0.0),
        (1.0, 1.0),
        (123456789.0, 123457000.0),
        (float("nan"), None),
        (float("inf"), None),
    ],
)
def test_values_are_rounded_to_six_significant_digits(value, six_digits):
    assert rounded(value) == six_digits
    assert str(rounded(value)) == str(six_digits), "minus nought is nought"


@given(st.floats(1e-300, 1e300))
def test_rounding_changes_little_and_only_once(value):
    assert rounded(value) == pytest.approx(value, rel=5e-6)
    assert rounded(rounded(value)) == rounded(value)
    assert rounded(np.float64(-value)) == -rounded(value)


def test_code_of_several_results_is_merged():
    assert merge_code([{"a": "1"}, {"b": "2", "a": "1"}, {}]) == {"a": "1", "b": "2"}


def test_results_of_two_versions_of_the_same_code_do_not_mix():
    with pytest.raises(ValueError, match=r"^a: results were made by two versions of this code$"):
        merge_code([{"a": "1"}, {"a": "2"}])
