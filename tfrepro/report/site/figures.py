"""Which charts there are: the plots of ``dvc.yaml`` whose data lies under ``data/plots``."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tfrepro.errors import UserError
from tfrepro.report.site.charts import Panel, draw

_CORPUS = "${item.corpus}"


@dataclass(frozen=True)
class Figure:
    """A chart of a paper on a corpus.

    Attributes
    ----------
    paper, corpus : whose it is
    name : ``table3``, ``figure5_dropout``, ``recall``: its file's
    title : what it shows
    panels : its pictures
    """

    paper: str
    corpus: str
    name: str
    title: str
    panels: tuple[Panel, ...]


def read_figures(pipeline: Path, plots: Path) -> Iterator[Figure]:
    """Every chart whose data is there, in the order of the pipeline.

    Parameters
    ----------
    pipeline : ``dvc.yaml``
    plots : folder with ``<corpus>/<paper>/<name>.csv``

    Raises UserError if a plot's data cannot be drawn.
    """
    for pattern, properties in _declared(pipeline):
        place = re.escape(pattern).replace(re.escape(_CORPUS), "(?P<corpus>[^/]+)")
        for file in sorted(plots.rglob("*.csv")):
            found = re.fullmatch(place, file.as_posix())
            if found:
                yield _figure(file, found["corpus"], properties)


def _figure(file: Path, corpus: str, properties: Mapping[str, Any]) -> Figure:
    filled = {
        name: value.replace(_CORPUS, corpus) if isinstance(value, str) else value
        for name, value in properties.items()
    }
    paper = file.parent.name
    panels = draw(file, filled, f"{corpus}-{paper}-{file.stem}".replace("_", "-"))
    return Figure(paper, corpus, file.stem, str(filled.get("title", file.stem)), tuple(panels))


def _declared(pipeline: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Path, and how it is drawn, of each plot that a stage declares."""
    try:
        stages = yaml.safe_load(pipeline.read_text("utf-8"))["stages"]
    except FileNotFoundError:
        raise UserError(f"{pipeline}: missing; run this in the project's root folder") from None
    for stage in stages.values():
        for plot in stage.get("plots", []):
            if isinstance(plot, dict):
                yield from plot.items()
