"""A paper's search of one method's hyper-parameters: the experiment, and the file it leaves."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from _code import code_of
from _stage import log
from _tables import corpus_facts

from tfrepro.evaluation.search import search
from tfrepro.evaluation.tables import build_table, write_table
from tfrepro.features.feature_set import FeatureSet


def search_grid(
    paper: str,
    method: str,
    grid: Mapping[str, Sequence[Any]],
    make: Any,
    features: FeatureSet,
    work: Path,
    file: Path,
    *,
    seed: int,
    runs: int,
    jobs: int,
    info: Mapping[str, Any],
    title: str,
) -> None:
    """Try every combination of a grid on the validation part, see :func:`_train.train`."""
    found = search(make, features, grid, work, seed=seed, runs=runs, jobs=jobs, title=title)
    log.info("best: %s", found[0])
    table = build_table(
        paper,
        f"search of {method}",
        corpus_facts(features),
        {
            "scored_on": "the validation part; the test part is not looked at",
            "initialisations": runs,
            "seed": seed,
            "chosen_by": "micro_f1",
        },
        {},
        printed=False,
        code=info["code"] | code_of(f"stages/{paper}_search"),
    )
    # Lists, since DVC would show each value of a mapping as a metric.
    table["grid"] = [[name, list(values)] for name, values in grid.items()]
    table["best"] = {name: found[0][name] for name in ("micro_f1", "macro_f1")}
    table["tried"] = [
        [list(map(list, entry["values"].items())), entry["micro_f1"], entry["macro_f1"]]
        for entry in found
    ]
    write_table(file, table)
