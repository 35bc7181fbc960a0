from tfrepro.report.text import table_text


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
    assert lines[4].split() == ["mean", "420.5000", "-"]


def test_a_stand_in_is_named_as_one():
    title = table_text(table("Freesound")).splitlines()[0]
    assert title == (
        "dare table2 on rendered (a stand-in for Freesound: not comparable with the published)"
    )


def test_a_count_of_one_beside_a_published_count_is_no_percentage():
    made = table(None)
    made["rows"]["sda"]["macro_f1"] |= {"mean": 1.0, "std": None, "published": 2.99}
    assert table_text(made).splitlines()[2].split() == ["sda", "1.0000", "2.99"]


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


def test_a_search_lists_what_was_tried():
    corpus = {"name": "rendered", "stands_in_for": "VENUE-188"}
    made = {"paper": "dare", "table": "search of dare", "corpus": corpus, "rows": {},
            "tried": [[[["batch", 32], ["scaling", "unit"]], 0.5, 0.25]]}  # fmt: skip
    title, line = table_text(made).splitlines()
    assert "VENUE-188" in title
    assert line.split() == ["50.00", "25.00", "batch", "32,", "scaling", "unit"]
