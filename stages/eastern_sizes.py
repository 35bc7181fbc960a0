"""EASTERN, Table 4: sizes of the network, searched one at a time on one corpus."""

from collections.abc import Callable, Mapping
from dataclasses import astuple, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from _paths import DATA, plots
from _stage import log, run, wrote
from _tables import corpus_facts
from _train import train
from _venue_paths import videos_of
from _venue_settings import hyper_parameters

from tfrepro.evaluation.hold_out import hold_out, resampled
from tfrepro.evaluation.method import Method
from tfrepro.evaluation.one_at_a_time import Tried, search_one_at_a_time
from tfrepro.evaluation.tables import build_table, write_table
from tfrepro.evaluation.variants import with_parameters
from tfrepro.features.feature_set import FeatureSet
from tfrepro.report.plots import write_plot
from tfrepro.report.venue_plots import value_panels
from tfrepro.settings.eastern import EasternPaper, NetworkSizes, Splits
from tfrepro.settings.reading import read_section
from tfrepro.settings.shared import Compute

METHOD = "eastern"
LSTMS = ("visual", "acoustic", "textual")
# The paper's rows, and what each tells of which size.
ROWS = {
    "visual": {"lstm_units": "visual"},
    "audio": {"lstm_units": "acoustic"},
    "text": {"lstm_units": "textual"},
    "fusion": {"embedding_units": "common", "filters": "atoms"},
}
SCORED_ON = {
    "hold_out": "a part of the training videos of the first draw; its test videos are not seen",
    "test": "the test videos of the first draw, as in the paper, which overstates what was found",
}


def eastern_sizes(corpus: str) -> None:
    paper = read_section(EasternPaper, "eastern")
    splits = read_section(Splits, "eastern.splits")
    sizes = read_section(NetworkSizes, "eastern.sizes")
    values = hyper_parameters(
        METHOD,
        paper.methods[METHOD],
        paper.deep,
        paper.overrides[corpus],
        prefix="eastern.methods",
    )
    start = {**values.units.model_dump(), "common": values.common, "atoms": values.atoms}
    train(
        METHOD,
        values,
        videos_of(corpus),
        partial(_search, splits, sizes, start, corpus, seed=paper.seed),
        DATA / "metrics" / corpus / "eastern" / "table4.json",
        stage="eastern_sizes",
        compute=read_section(Compute, "compute"),
        salt=[splits.model_dump(mode="json"), sizes.model_dump(mode="json"), paper.seed],
    )


def _search(
    splits: Splits,
    sizes: NetworkSizes,
    start: Mapping[str, int],
    corpus: str,
    make: Any,
    features: FeatureSet,
    work: Path,
    file: Path,
    *,
    seed: int,
    jobs: int,
    info: dict[str, Any],
    title: str,
) -> None:
    """The experiment: each size in turn, and the table of those that did best."""
    best, tried = search_one_at_a_time(
        partial(_with_sizes, make),
        start,
        {name: sizes.values[name] for name in (*LSTMS, "common", "atoms") if name in sizes.values},
        _watched(features, splits, corpus, sizes.scored_on, seed),
        work,
        seed=seed,
        runs=sizes.runs,
        jobs=jobs,
        title=title,
    )
    log.info("best: %s", best)
    table = build_table(
        "eastern",
        "table4",
        corpus_facts(features),
        {
            "scored_on": SCORED_ON[sizes.scored_on],
            "varied": "one at a time, those before it at their best, those after as they start",
            "initialisations": sizes.runs,
            "seed": seed,
            "chosen_by": "micro_f1",
        },
        {
            row: pd.DataFrame([{score: best[name] for score, name in cells.items()}])
            for row, cells in ROWS.items()
        },
        code=info["code"],
    )
    # Lists, since DVC would show each value of a mapping as a metric.
    table["start"] = list(map(list, start.items()))
    table["tried"] = [list(astuple(entry)) for entry in tried]
    write_table(file, table)
    _plot(corpus, tried)


def _plot(corpus: str, tried: list[Tried]) -> None:
    write_plot(plots(corpus, "eastern", "table4"), value_panels(pd.DataFrame(tried)))
    wrote(plots(corpus, "eastern", "table4"))


def _with_sizes(make: Callable[[int], Method], sizes: Mapping[str, int]) -> Callable[[int], Method]:
    """``make`` of networks of those sizes."""
    units = {name: sizes[name] for name in LSTMS}
    return with_parameters(make, units=units, common=sizes["common"], atoms=sizes["atoms"])


def _watched(
    features: FeatureSet, splits: Splits, corpus: str, scored_on: str, seed: int
) -> FeatureSet:
    """The set with ``split`` saying ``train`` and ``valid``, where ``valid`` is scored on."""
    if corpus in splits.official:
        split = features.index["split"].to_numpy().copy()
        if scored_on == "test":
            split = np.where(split == "test", "valid", "train")
        return replace(features, index=features.index.assign(split=split))
    (draw,) = resampled(features, 1, splits.test, seed)
    split = np.full(len(features), "", dtype=object)
    split[draw.train] = "train"
    if scored_on == "test":
        split[draw.test] = "valid"
    else:
        _, watched = hold_out(features.take(draw.train), splits.hold_out or splits.test, seed)
        split[draw.train[watched]] = "valid"
    return replace(features, index=features.index.assign(split=split))


if __name__ == "__main__":
    run(eastern_sizes)
