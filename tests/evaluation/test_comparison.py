"""Effect sizes and corrected p-values of a table."""

import copy
import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfrepro.evaluation.comparison import add_comparisons, corrected_p, effect_size
from tfrepro.evaluation.tables import CorpusFacts, build_table, write_table

CORPUS = CorpusFacts("toy", "A toy", None, {"items": 10}, "c0ffee")
RNG = np.random.default_rng(0)
SCORES = {
    name: pd.DataFrame(
        {score: mean + 0.05 * RNG.standard_normal(5) for score in ("micro_f1", "macro_f1")}
    )
    for name, mean in {"mfcc-max": 0.5, "ours": 0.6, "spectrum-max": 0.4, "majority": 0.1}.items()
}


def table(scores=SCORES, **changes):
    arguments = {"reference": "ours", "code": {}} | changes
    return build_table("dare", "table2", CORPUS, {}, scores, **arguments)


def test_every_p_has_an_effect_and_a_q_beside_it():
    built = table()
    before = copy.deepcopy(built)
    compared = add_comparisons(built, SCORES, "ours")
    assert built == before
    assert list(compared) == list(built)
    for method, row in compared["rows"].items():
        keys = list(row)
        for score in ("micro_f1", "macro_f1"):
            assert (f"effect_{score}" in row) == (method != "ours")
            if method != "ours":
                place = keys.index(f"p_{score}")
                assert keys[place + 1 : place + 3] == [f"effect_{score}", f"q_{score}"]
        assert {key: row[key] for key in built["rows"][method]} == built["rows"][method]
    row = compared["rows"]["mfcc-max"]
    assert "published_p_macro_f1" in row
    assert not any("published" in key for key in row if key.startswith(("effect_", "q_")))


def test_effects_are_the_mean_difference_in_deviations():
    row = add_comparisons(table(), SCORES, "ours")["rows"]["majority"]
    difference = SCORES["ours"]["micro_f1"] - SCORES["majority"]["micro_f1"]
    assert row["effect_micro_f1"] == pytest.approx(difference.mean() / difference.std(), rel=1e-5)
    assert row["effect_micro_f1"] > 0, "the reference is better"


def test_the_effect_behind_dares_table_3():
    """A lead of 19.81 with a deviation of 0.22 is d = 90; t is √5 times that."""
    z = np.random.default_rng(0).standard_normal(5)
    z = (z - z.mean()) / z.std(ddof=1)
    assert effect_size(19.81 + 0.22 * z, np.zeros(5)) == pytest.approx(19.81 / 0.22)


def test_q_is_that_of_benjamini_and_yekutieli():
    """q_(i) = min over j >= i of p_(j) n/j (1 + 1/2 + ... + 1/n), and 1 at most."""
    rows = {"a": {"p_f": 0.01}, "b": {"p_f": 0.5}, "c": {"p_f": 0.02}, "d": {}, "e": {"p_f": None}}
    harmonic = 1 + 1 / 2 + 1 / 3
    assert corrected_p(rows, "f") == {
        "a": pytest.approx(0.02 * 3 / 2 * harmonic),
        "b": pytest.approx(0.5 * harmonic),
        "c": pytest.approx(0.02 * 3 / 2 * harmonic),
    }
    assert corrected_p({"a": {"p_f": 0.03}}, "f") == {"a": pytest.approx(0.03)}
    assert corrected_p({"a": {"p_f": 0.0}, "b": {"p_f": 1.0}}, "f") == {"a": 0, "b": 1}
    assert corrected_p({"a": {}}, "f") == {}


def test_columns_are_corrected_apart():
    rows = add_comparisons(table(), SCORES, "ours")["rows"]
    for score in ("micro_f1", "macro_f1"):
        p, q = ([rows[m][f"{k}_{score}"] for m in rows if m != "ours"] for k in "pq")
        assert np.all(np.array(q) >= p)
        ranked = np.sort(p) * 3 / np.arange(1, 4) * (11 / 6)
        assert min(q) == pytest.approx(min(1, ranked.min()), rel=1e-5)


@given(st.lists(st.tuples(st.integers(0, 100), st.integers(0, 100)), min_size=2, max_size=8))
def test_what_is_an_effect_for_one_is_the_opposite_for_the_other(pairs):
    better, other = np.array(pairs).T / 100
    there, back = effect_size(better, other), effect_size(other, better)
    assert there == pytest.approx(-back, nan_ok=True)


@pytest.mark.parametrize(
    ("lead", "effect"), [([0.0, 0.0, 0.0], 0.0), ([0.5, 0.5, 0.5], None), ([0.5], None)]
)
def test_what_has_no_deviation_is_no_number_but_json(lead, effect, tmp_path):
    other = np.array([0.25, 0.5, 0.125][: len(lead)])
    scores = {"ours": pd.DataFrame({"f": other + lead}), "b": pd.DataFrame({"f": other})}
    compared = add_comparisons(table(scores, printed=False), scores, "ours")
    row = compared["rows"]["b"]
    assert row["effect_f"] == effect
    assert (row["q_f"] is None) == (len(lead) == 1)
    write_table(tmp_path / "t.json", compared)
    assert json.loads((tmp_path / "t.json").read_text())["rows"]["b"] == row


def test_leads_that_are_equal_but_for_rounding_have_no_deviation_either():
    other = np.array([0.3, 0.7, 0.11])
    assert np.ptp(other + 0.1 - other) > 0
    assert np.isnan(effect_size(other + 0.1, other))


def test_a_table_without_tests_stays_as_it_is():
    built = table(reference=None)
    assert add_comparisons(built, SCORES, "ours") == built


def test_methods_without_scores_are_named():
    with pytest.raises(ValueError, match="'sda'"):
        add_comparisons(table(), SCORES, "sda")
    with pytest.raises(ValueError, match="'majority'"):
        add_comparisons(table(), {k: v for k, v in SCORES.items() if k != "majority"}, "ours")
    with pytest.raises(ValueError, match=r"must both be \(n,\)"):
        effect_size(np.ones(3), np.ones(2))
