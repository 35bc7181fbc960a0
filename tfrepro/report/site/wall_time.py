"""How long every method took, from the runs that are here."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tfrepro.files import read_json


def fit_seconds(runs: Path) -> dict[tuple[str, str], dict[str, float]]:
    """Corpus, paper -> method -> seconds of all its fits, predictions included.

    runs : folder with ``<corpus>/<paper>/<table>/.../<method>/run.json``

    Committed tables of corpora that were not run here have no runs, and so no times.
    """
    found: dict[tuple[str, str], dict[str, float]] = {}
    for file in sorted(runs.glob("*/*/*/**/run.json")):
        corpus, paper = file.relative_to(runs).parts[:2]
        seconds = _seconds(read_json(file))
        if seconds is not None:
            # A method's own folder comes before those of sweeps, which are named by a value.
            found.setdefault((corpus, paper), {}).setdefault(file.parent.name, seconds)
    return found


def _seconds(info: Mapping[str, Any]) -> float | None:
    costs = info.get("costs", [])
    return sum(cost["seconds"] for cost in costs) if costs else None
