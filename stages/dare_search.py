"""DARE: hyper-parameters of one method, searched on the validation part of one corpus."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from _code import code_of
from _paths import DATA
from _stage import log, run
from _tables import corpus_facts
from _train import train
from _venue_paths import files_of, sounds_of, videos_of
from _venue_settings import hyper_parameters

from tfrepro.evaluation.search import search
from tfrepro.evaluation.tables import build_table, write_table
from tfrepro.features.feature_set import FeatureSet
from tfrepro.settings.reading import read_section
from tfrepro.settings.shared import Compute
from tfrepro.settings.venues import Search, Venues

PREFIX = "dare.venues.methods"


def dare_search(corpus: str, method: str) -> None:
    paper = read_section(Venues, "dare.venues")
    how = read_section(Search, "dare.venues.search")
    sounds = sounds_of(corpus)
    values = hyper_parameters(
        method,
        paper.methods[method],
        paper.deep,
        paper.overrides[corpus],
        prefix=PREFIX,
        sounds=sounds,
    )
    train(
        method,
        values,
        videos_of(corpus),
        partial(_search, method, how.grids[method], seed=paper.seed, runs=how.runs),
        DATA / "metrics" / corpus / "dare" / "search" / f"{method}.json",
        stage="dare_search",
        compute=read_section(Compute, "compute"),
        salt=[paper.seed, how.runs, list(how.grids[method].items())],
        inputs=files_of(sounds),
    )


def _search(
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
    info: dict[str, Any],
    title: str,
) -> None:
    """The experiment: every combination of the method's grid."""
    found = search(make, features, grid, work, seed=seed, runs=runs, jobs=jobs, title=title)
    log.info("best: %s", found[0])
    table = build_table(
        "dare",
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
        code=info["code"] | code_of("stages/dare_search"),
    )
    # Lists, since DVC would show each value of a mapping as a metric.
    table["grid"] = [[name, list(values)] for name, values in grid.items()]
    table["best"] = {name: found[0][name] for name in ("micro_f1", "macro_f1")}
    table["tried"] = [
        [list(map(list, entry["values"].items())), entry["micro_f1"], entry["macro_f1"]]
        for entry in found
    ]
    write_table(file, table)


if __name__ == "__main__":
    run(dare_search)
