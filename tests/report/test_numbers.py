from tfrepro.report import numbers


def value(mean, published=None, std=None):
    return {"mean": mean, "std": std, "n": 5, "published": published}


def test_fractions_are_read_as_percentages_and_counts_as_counts():
    assert numbers.measured(value(0.52577, std=0.0123)) == "52.58 ± 1.23"
    assert numbers.measured(value(3991.0, 43868.0)) == "3,991"
    assert numbers.measured(value(13.8182, 140.15)) == "13.8182"
    assert numbers.published(value(13.8182, 140.15)) == "140.15"
    assert numbers.measured(value(None)) == numbers.published(value(0.5)) == "-"


def test_a_difference_is_measured_less_published_with_its_sign():
    assert numbers.difference(value(0.3, 0.2)) == "+10.00"
    assert numbers.difference(value(0.1, 0.2)) == f"{numbers.MINUS}10.00"
    assert numbers.difference(value(11.0, 313.0)) == f"{numbers.MINUS}302"
    assert numbers.difference(value(0.1)) == numbers.difference(value(None, 0.1)) == ""


def test_durations_and_sizes_are_as_exact_as_anybody_needs():
    said = [numbers.duration(s) for s in (0.44, 37.6, 59.7, 125, 3599.7, 3780)]
    assert said == ["0.4 s", "38 s", "1 min 0 s", "2 min 5 s", "1 h 0 min", "1 h 3 min"]
    assert [numbers.size(n) for n in (12, 41_600, 41_600_000, 2.5e9)] == [
        "12 B",
        "41.6 kB",
        "41.6 MB",
        "2.5 GB",
    ]
