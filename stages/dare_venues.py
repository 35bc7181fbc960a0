"""DARE, Tables 3 to 5 and Figures 4 and 5, on one corpus of micro-videos."""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
from _code import code_of
from _paths import metrics, plots, runs
from _stage import read, run, wrote
from _tables import corpus_facts, read_rows
from _venue_paths import videos_of

from tfrepro.evaluation.comparison import add_comparisons
from tfrepro.evaluation.popularity_groups import group_scores, popularity_groups
from tfrepro.evaluation.runs import Run, read_run
from tfrepro.evaluation.tables import build_table, merge_code, write_table
from tfrepro.features.feature_set import FeatureSet, read_feature_set
from tfrepro.report.plots import bars, write_plot
from tfrepro.report.venue_plots import epoch_panels, group_panels, sweep_panels
from tfrepro.settings.reading import read_section
from tfrepro.settings.venues import Venues

METHOD = "dare"
PROTOCOL = "test"
TEST = "paired t-test over the initialisations, one-tailed: does dare score higher?"
SPLIT = "one split into train, valid and test: the corpus' own, or one that keeps groups together"
# Table 4 has its own name for the method of the other tables.
ONE_LAYER = "dare-1"


def dare_venues(corpus: str) -> None:
    paper = read_section(Venues, "dare.venues")
    features = read_feature_set(read(videos_of(corpus)))
    rows = dict.fromkeys(name for names in paper.rows.model_dump().values() for name in names)
    found = read_rows(corpus, "dare", "venues", rows, read_run)
    sweeps = {name: _sweep(corpus, name) for name in ("concepts", "dropout")}
    facts = _Facts(paper, features, found, sweeps)
    scores = {name: run.scores(PROTOCOL) for name, run in found.items()}
    tables = {
        "table3": facts.table("table3", _of(scores, paper.rows.table3), METHOD),
        "table4": facts.table("table4", _layers(_of(scores, paper.rows.table4)), ONE_LAYER),
        "table5": facts.table("table5", facts.by_popularity(paper.rows.table5), METHOD),
        "figure4": facts.table("figure4", _values(sweeps["concepts"]), None),
        "figure5": facts.table("figure5", _values(sweeps["dropout"]), None),
    }
    for name, table in tables.items():
        write_table(metrics(corpus, "dare", name), table)
        wrote(metrics(corpus, "dare", name))
    drawn = {
        "table3": bars(tables["table3"]),
        "table5": group_panels(tables["table5"]),
        "figure4": sweep_panels(tables["figure4"]),
        "figure5": epoch_panels(found[METHOD].history),
        "figure5_dropout": sweep_panels(tables["figure5"]),
    }
    for name, data in drawn.items():
        write_plot(plots(corpus, "dare", name), data)
        wrote(plots(corpus, "dare", name))


class _Facts:
    """What all tables of a corpus say, and how one is made."""

    def __init__(
        self,
        paper: Venues,
        features: FeatureSet,
        found: Mapping[str, Run],
        sweeps: Mapping[str, Mapping[str, Run]],
    ):
        self._features, self._found = features, found
        self._seed = paper.seed
        every = [*found.values(), *(run for runs in sweeps.values() for run in runs.values())]
        self._code = merge_code([code_of("stages/dare_venues"), *(r.info["code"] for r in every)])

    def table(self, name: str, scores: Mapping[str, pd.DataFrame], reference: str | None) -> dict:
        split = self._features.index["split"]
        protocol = {
            "splits": SPLIT,
            "videos": {part: int((split == part).sum()) for part in ("train", "valid", "test")},
            "initialisations": max(map(len, scores.values())),
            "seed": self._seed,
        }
        compared = reference in scores
        if compared:
            protocol["test"] = TEST
        table = build_table(
            "dare",
            name,
            corpus_facts(self._features),
            protocol,
            scores,
            reference=reference if compared else None,
            printed=name in ("table3", "table4", "table5"),
            code=self._code,
        )
        return add_comparisons(table, scores, reference) if compared else table

    def by_popularity(self, methods: Iterable[str]) -> dict[str, pd.DataFrame]:
        """Scores of each group of classes, on every run."""
        train = (self._features.index["split"] == "train").to_numpy()
        groups = popularity_groups(
            self._features.y[train], self._features.classes, min(4, len(self._features.classes))
        )
        return {name: _group_scores(self._found[name], groups) for name in methods}


def _group_scores(run: Run, groups: list[np.ndarray]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            split: group_scores(rows["y"].to_numpy(), run.probabilities[rows.index], groups)
            for split, rows in run.predictions.groupby("split")
        }
    ).T


def _sweep(corpus: str, name: str) -> dict[str, Run]:
    """Value -> its run, in the order of the values."""
    folder = read(runs(corpus, "dare", f"{name}_sweep"))
    values = sorted((path.name for path in folder.iterdir() if path.is_dir()), key=float)
    return {value: read_run(folder / value) for value in values}


def _values(sweep: Mapping[str, Run]) -> dict[str, pd.DataFrame]:
    """A row a value; a key may hold no dot, which DVC takes for a step into a mapping."""
    return {value.replace(".", "_"): run.scores(PROTOCOL) for value, run in sweep.items()}


def _of(scores: Mapping[str, pd.DataFrame], names: Iterable[str]) -> dict[str, pd.DataFrame]:
    return {name: scores[name] for name in names}


def _layers(scores: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    return {ONE_LAYER if name == METHOD else name: frame for name, frame in scores.items()}


if __name__ == "__main__":
    run(dare_venues)
