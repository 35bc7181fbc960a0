from pathlib import Path

from tfrepro.files import read_json
from tfrepro.report.text import table_text

METRICS = Path(__file__).parents[2] / "data" / "metrics"


def table(stands_in_for, published=0.1274):
    value = {"mean": 0.4623, "std": 0.0866, "n": 10, "published": published}
    return {
        "paper": "dare",
        "table": "table2",
        "corpus": {"name": "rendered", "stands_in_for": stands_in_for},
        "rows": {
            "sda": {"macro_f1": value},
            "mfcc-mean": {"macro_f1": value | {"published": None}, "p_macro_f1": 0.03},
            "mean": {"macro_f1": value | {"mean": 420.5, "std": None, "published": None}},
        },
    }


def test_fractions_are_percentages_with_the_published_figure_beside():
    lines = table_text(table(None)).splitlines()
    assert lines[0] == "dare table2 on rendered"
    assert lines[1].split() == ["method", "macro_f1", "published", "p"]
    assert lines[2].split() == ["sda", "46.23", "±", "8.66", "12.74"]
    assert lines[3].split() == ["mfcc-mean", "46.23", "±", "8.66", "-", "0.03"]
    assert lines[4].split() == ["mean", "420.5", "-"]


def test_a_stand_in_is_named_as_one():
    title = table_text(table("Freesound")).splitlines()[0]
    assert title == (
        "dare table2 on rendered (a stand-in for Freesound: not comparable with the published)"
    )


def test_a_count_of_one_beside_a_published_count_is_no_percentage():
    made = table(None)
    made["rows"]["sda"]["macro_f1"] |= {"mean": 1.0, "std": None, "published": 2.99}
    assert table_text(made).splitlines()[2].split() == ["sda", "1", "2.99"]


def test_the_networks_behind_the_features_are_named_with_their_weights():
    weights = {"file": "net.tflite", "sha256": "0" * 64}
    extractors = {
        "visual": {"name": "tflite", "weights": weights},
        "visual_sequence": {"name": "tflite", "weights": weights},
        "acoustic": {"name": "alexnet", "weights": "random (seed 1)"},
    }
    lines = table_text(table(None) | {"extractors": extractors}).splitlines()
    assert lines[-2:] == [
        "visual, visual_sequence: tflite, weights: net.tflite",
        "acoustic: alexnet, weights: random (seed 1)",
    ]


def test_corrected_p_and_effect_stand_beside_p_where_there_are_any():
    cell = {"mean": 0.5, "std": 0.1, "n": 5, "published": None}
    row = {"micro_f1": cell, "p_micro_f1": 0.01, "q_micro_f1": 0.04, "effect_micro_f1": 1.5}
    corpus = {"name": "rendered", "stands_in_for": None}
    made = {"paper": "dare", "table": "table3", "corpus": corpus,
            "rows": {"trumann": row, "dare": {"micro_f1": cell}}}  # fmt: skip
    _, heading, first, second = table_text(made).splitlines()[:4]
    assert heading.split() == ["method", "micro_f1", "published", "p", "q", "d"]
    assert first.split() == ["trumann", "50.00", "±", "10.00", "-", "0.01", "0.04", "1.5"]
    assert second.split() == ["dare", "50.00", "±", "10.00", "-"]


def test_a_score_that_is_not_there_is_a_dash():
    cell = {"mean": None, "std": None, "n": 5, "published": None}
    corpus = {"name": "rendered", "stands_in_for": None}
    made = {"paper": "dare", "table": "table5", "corpus": corpus,
            "rows": {"dare": {"micro_f1_group_4": cell}}}  # fmt: skip
    assert table_text(made).splitlines()[2].split() == ["dare", "-", "-"]


def test_rows_may_have_scores_of_their_own():
    cell = {"mean": 64.0, "std": None, "n": 1, "published": 500.0}
    made = table(None) | {"rows": {"visual": {"lstm_units": cell}, "fusion": {"filters": cell}}}
    _, heading, visual, fusion = table_text(made).splitlines()
    assert heading.split()[1::3] == ["lstm_units", "filters"]
    assert visual.split() == ["visual", "64", "500", "-", "-"]
    assert fusion.split() == ["fusion", "-", "-", "64", "500"]


CORPUS = {"name": "rendered", "stands_in_for": "VENUE-188"}


def test_a_search_lists_what_was_tried():
    made = {"paper": "dare", "table": "search of dare", "corpus": CORPUS, "rows": {},
            "protocol": {},
            "tried": [[[["batch", 32], ["scaling", "unit"]], 0.5, 0.25]]}  # fmt: skip
    title, where, line = table_text(made).splitlines()
    assert "VENUE-188" in title
    assert where == "tried, on the validation part"
    assert line.split() == ["50.00", "25.00", "batch", "32,", "scaling", "unit"]


def test_a_search_of_one_size_after_the_other_lists_them_below_what_was_chosen():
    cell = {"mean": 64.0, "std": None, "n": 1, "published": 500.0}
    made = {"paper": "eastern", "table": "table4", "corpus": CORPUS,
            "rows": {"visual": {"lstm_units": cell}}, "protocol": {"scored_on": "a part"},
            "tried": [["visual", 64, 0.5, 0.25]]}  # fmt: skip
    _, _, chosen, where, line = table_text(made).splitlines()
    assert chosen.split() == ["visual", "64", "500"]
    assert where == "tried, on a part"
    assert line.split() == ["50.00", "25.00", "visual", "64"]


def test_answers_stand_below_the_truth():
    made = {"paper": "eastern", "table": "table5", "corpus": CORPUS, "rows": {},
            "truth": [["v1", "a.mp4", "Park"], ["v2", "b.mp4", "Gym"]],
            "answers": [["conv", "Park", "Zoo"]]}  # fmt: skip
    _, *lines = table_text(made).splitlines()
    assert [line.split() for line in lines] == [
        ["method", "v1", "v2"], ["(truth)", "Park", "Gym"], ["conv", "Park", "Zoo"],
    ]  # fmt: skip


def test_every_committed_table_can_be_printed():
    tables = [read_json(file) for file in sorted(METRICS.rglob("*.json"))]
    assert len(tables) > 50
    for made in tables:
        title = table_text(made).splitlines()[0]
        assert title.startswith(f"{made['paper']} {made['table']} on {made['corpus']['name']}")
