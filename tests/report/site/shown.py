"""A table as the pipeline writes it, to be shown."""

from typing import Any

from tfrepro.report.site.tables import Table


def value(mean: float | None, published: float | None = None, std: float | None = 0.01) -> dict:
    return {"mean": mean, "std": std, "n": 5, "published": published}


def make_table(
    paper: str = "dare",
    name: str = "table3",
    corpus: str = "rendered",
    stands_in_for: str | None = "VENUE-188",
    seconds: dict[str, float] | None = None,
    **content: Any,
) -> Table:
    """DARE's Table 3 of three methods, or whatever ``content`` says instead."""
    rows = {
        "majority": {"micro_f1": value(0.144, 0.114), "p_micro_f1": 1.3e-5, "q_micro_f1": 6e-4},
        "dare": {"micro_f1": value(0.526, 0.3121)},
        "logistic": {"micro_f1": value(0.536), "p_micro_f1": 0.9, "effect_micro_f1": -0.5},
    }
    made = {
        "paper": paper,
        "table": name,
        "corpus": {
            "name": corpus,
            "title": "Videos drawn here",
            "stands_in_for": stands_in_for,
            "sizes": {"items": 320, "classes": 8},
            "checksum": "0bf2",
        },
        "protocol": {"seed": 1, "videos": {"train": 155, "test": 97}},
        "rows": rows,
        "code": [["stages/dare_venues", "abc"]],
    }
    file = f"data/metrics/{corpus}/{paper}/{name}.json"
    return Table(file, made | content, seconds=seconds or {})
