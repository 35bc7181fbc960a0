"""A paper at a glance as a picture: every method on every corpus, and the published figure."""

from collections.abc import Sequence
from typing import Any

from tfrepro.report.plots import PUBLISHED
from tfrepro.report.site.charts import picture
from tfrepro.report.site.glance import Glance

OTHER, OWN, BEST = "another method", "the paper's method", "the best row"
_ROLES = {
    OTHER: ("#8c98a4", "circle"),
    OWN: ("#4c84c4", "circle"),
    BEST: ("#3a9d8f", "diamond"),
    PUBLISHED: ("#e07b39", "M-.25,-1.6L.25,-1.6L.25,1.6L-.25,1.6Z"),
}


def glance_chart(paper: str, heading: str, glances: Sequence[Glance]) -> str:
    """An ``svg`` element; a row a corpus, the score from left to right in percent."""
    rows = [row for glance in glances for row in _marks(glance)]
    said = "; ".join(
        f"{glance.corpus}: best {glance.best} {100 * glance.scores[glance.best]:.1f}"
        for glance in glances
    )
    return picture(_spec(rows), f"{heading} of all methods in percent. {said}", f"glance-{paper}")


def _marks(glance: Glance) -> list[dict[str, Any]]:
    place = {"corpus": glance.corpus}
    marks = [
        {**place, "value": 100 * value, "role": _role(glance, method)}
        for method, value in glance.scores.items()
    ]
    if glance.published is not None:
        marks.append({**place, "value": 100 * glance.published, "role": PUBLISHED})
    return sorted(marks, key=lambda mark: list(_ROLES).index(mark["role"]))


def _role(glance: Glance, method: str) -> str:
    if method == glance.method:
        return OWN
    return BEST if method == glance.best else OTHER


def _spec(rows: list[dict[str, Any]]) -> dict[str, Any]:
    colours, shapes = zip(*_ROLES.values(), strict=True)
    domain = list(_ROLES)
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "data": {"values": rows},
        "width": 330,
        "height": {"step": 30},
        "mark": {"type": "point", "filled": True, "size": 90, "opacity": 0.9},
        "encoding": {
            "x": {
                "field": "value",
                "type": "quantitative",
                "title": "percent",
                "scale": {"domain": [0, 100]},
            },
            "y": {"field": "corpus", "type": "nominal", "sort": None, "title": None},
            "color": {
                "field": "role",
                "type": "nominal",
                "title": None,
                "scale": {"domain": domain, "range": list(colours)},
            },
            "shape": {
                "field": "role",
                "type": "nominal",
                "title": None,
                "scale": {"domain": domain, "range": list(shapes)},
            },
        },
    }
