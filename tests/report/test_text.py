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
