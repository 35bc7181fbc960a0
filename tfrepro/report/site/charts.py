"""Charts as pictures in the page: what ``dvc plots show`` draws, without its script.

A chart's template and its properties are those of ``dvc.yaml``, filled in by DVC's own library,
so that both show the same. vl-convert draws it as SVG. Panels that stand side by side there
become pictures of their own, which wrap on a narrow screen; text and lines take the page's
colours, so that they can be seen in the dark.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd
import vl_convert
from dvc_render import VegaRenderer
from dvc_render.exceptions import DvcRenderError

from tfrepro.errors import UserError

TEMPLATES = Path(".dvc/plots")
VEGA_LITE = "5.20"
REVISION = "rev"  # what DVC calls a commit; there is but one here
# Hues that can be told apart by people who see red and green alike, on white and on black.
COLOURS = ["#4c84c4", "#e07b39", "#3a9d8f", "#c2529a", "#b59a00", "#7d6ccf", "#d1495b", "#6b7f8f"]
COLOURS += ["#8a5a3c", "#4f9e3f", "#d98fb4", "#5bb3d9", "#a3a33a", "#9b4f96", "#e0a458", "#3f6f5f"]
_INK, _GRID = "#010203", "#040506"  # stand for the page's own
_CONFIG = {
    "background": None,
    "font": "DejaVu Sans, sans-serif",
    # Wherever it is looked at in another font, labels may be wider than was reckoned here.
    "padding": {"left": 12, "right": 12, "top": 5, "bottom": 5},
    "view": {"stroke": None},
    "range": {"category": COLOURS},
    "axis": {
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "labelColor": _INK,
        "titleColor": _INK,
        "gridColor": _GRID,
        "domainColor": _GRID,
        "tickColor": _GRID,
        "labelLimit": 240,
    },
    "legend": {
        "orient": "bottom",
        "columns": 2,
        "columnPadding": 28,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "labelColor": _INK,
        "titleColor": _INK,
        "labelLimit": 220,
        "symbolLimit": 60,
    },
    "title": {"fontSize": 13, "color": _INK, "anchor": "start"},
    "header": {"labelColor": _INK, "titleColor": _INK, "labelFontSize": 12},
}
_PAGE_COLOURS = {
    _INK: "currentColor",
    "#333333": "currentColor",
    _GRID: "var(--line)",
}


@dataclass(frozen=True)
class Panel:
    """One picture.

    Attributes
    ----------
    title : what sets it apart from the others of its chart; empty for the only one
    svg : an element to put into a page
    """

    title: str
    svg: str


def draw(file: Path, properties: Mapping[str, Any], key: str) -> list[Panel]:
    """The panels of a plot.

    Parameters
    ----------
    file : CSV, see :mod:`tfrepro.report.plots`
    properties : ``template``, ``x``, ``y``, ``title`` and labels, as ``dvc.yaml`` has them
    key : a name that no other chart of the page has

    Raises UserError if the template and the file do not fit together.
    """
    data = pd.read_csv(file, keep_default_na=False, na_values=[""])
    if data.empty:
        return []
    rows = json.loads(data.assign(**{REVISION: ""}).to_json(orient="records"))
    given = {name: value for name, value in properties.items() if name != "cache"}
    try:
        renderer = VegaRenderer(rows, file.stem, **given, template_dir=str(TEMPLATES))
        spec = json.loads(json.dumps(renderer.get_filled_template(), default=str))
    except DvcRenderError as error:
        template = properties.get("template")
        raise UserError(f"{file}: cannot be drawn by {template!r}: {error}") from None
    title = str(given.get("title", file.stem))
    return [
        Panel(name, picture(panel, f"{title}: {name}" if name else title, f"{key}-{number}"))
        for number, (name, panel) in enumerate(_panels(spec))
    ]


def picture(spec: Mapping[str, Any], label: str, key: str) -> str:
    """A Vega-Lite chart as an ``svg`` element, as wide as it needs and no wider than the page.

    label : what a screen reader says of it
    key : a name that no other picture of the page has
    """
    svg = vl_convert.vegalite_to_svg(
        json.dumps({**spec, "config": _CONFIG}), vl_version=VEGA_LITE, allowed_base_urls=[]
    )
    return _for_the_page(svg, label, key)


def _panels(spec: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """A chart's facets as charts by themselves, each with its name."""
    spec.pop("title", None)
    spec.pop("params", None)
    facets = spec.pop("facet", None)
    if facets is None:
        yield "", spec
        return
    rows = spec.pop("data")["values"]
    inner, shared = spec.pop("spec"), {"$schema": spec["$schema"]}
    independent = "independent" in json.dumps(spec.get("resolve", {}))
    if not independent:
        _share_scale(inner, rows)
    named = [facet["field"] for facet in facets.values() if "field" in facet]
    fields = [field for field in named if len({row.get(field) for row in rows}) > 1]
    for channel, encoded in list(inner.get("encoding", {}).items()):
        if encoded.get("field") == REVISION:
            del inner["encoding"][channel]
    if "layer" in inner:
        inner["layer"] = [layer for layer in inner["layer"] if not _is_interactive(layer)]
    for values in dict.fromkeys(tuple(row[field] for field in fields) for row in rows):
        some = [row for row in rows if tuple(row[field] for field in fields) == values]
        yield ", ".join(map(str, values)), {**shared, "data": {"values": some}, **inner}


def _is_interactive(layer: Mapping[str, Any]) -> bool:
    """Whether a layer only shows when a mouse is over it, or a box is ticked."""
    text = json.dumps(layer)
    return '"selection"' in text or '"param"' in text


def _share_scale(inner: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    """Let all panels have the same range of y, where it is a number."""
    y = inner.get("encoding", {}).get("y", {})
    if y.get("type") != "quantitative" or "domain" in y.get("scale", {}):
        return
    values = [row[y["field"]] for row in rows if row.get(y["field"]) is not None]
    low = min(values) if y.get("scale", {}).get("zero") is False else min(0, *values)
    y["scale"] = {**y.get("scale", {}), "domain": [low, max(values)], "nice": True}


def _for_the_page(svg: str, label: str, key: str) -> str:
    head, _, body = svg.partition(">")
    width = re.search(r'width="([\d.]+)"', head).group(1)
    box = re.search(r'viewBox="[^"]*"', head).group(0)
    # One picture with one name: its parts would be read out one by one.
    body = re.sub(r' (?:role|aria-[a-z]+)="[^"]*"', "", body)
    body = re.sub(r"\d+\.\d{3,}", lambda found: f"{float(found.group(0)):.2f}", body)
    body = re.sub(r'\bid="', f'id="{key}-', body)
    body = re.sub(r'url\(#|href="#', lambda found: f"{found.group(0)}{key}-", body)
    for colour, of_page in _PAGE_COLOURS.items():
        body = body.replace(f'"{colour}"', f'"{of_page}"')
    style = f"width:{float(width):.0f}px"
    return f'<svg {box} style="{style}" role="img" aria-label="{escape(label)}">{body}'
