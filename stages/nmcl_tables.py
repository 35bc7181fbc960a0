"""NMCL, Tables 2 to 5 and Figures 4 and 5, and what the gate is worth, on one corpus."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from _code import code_of
from _paths import metrics, plots, runs
from _stage import read, run, wrote
from _tables import corpus_facts, read_rows
from _venue_paths import videos_of

from tfrepro.evaluation.answers import read_answers
from tfrepro.evaluation.comparison import add_comparisons
from tfrepro.evaluation.roc import areas, curves
from tfrepro.evaluation.runs import Run, read_run
from tfrepro.evaluation.settling import epochs_to_settle
from tfrepro.evaluation.tables import build_table, merge_code, write_table
from tfrepro.features.feature_set import FeatureSet, read_feature_set
from tfrepro.report.nmcl_plots import answer_panels, roc_panels
from tfrepro.report.plots import bars, write_plot
from tfrepro.settings.nmcl import NmclPaper
from tfrepro.settings.reading import read_section

METHOD = "nmcl"
PROTOCOL = "test"
TEST = "paired t-test over the initialisations, one-tailed: does nmcl score higher?"
SPLIT = "one split into train, valid and test: the corpus' own, or one that keeps groups together"
OF_TABLE = {
    "table4": {"scored": "each modality's answer alone, of networks trained on their mean"},
    "figure4": {"areas": "one class against the rest; macro over classes that have a curve"},
    "figure5": {"settled": "the first epoch nearly as good as the best, on the validation part"},
    "gate": {"rows": "nmcl with the gate frozen, rescaled, removed; without attention, divergence"},
}


def nmcl_tables(corpus: str) -> None:
    paper = read_section(NmclPaper, "nmcl")
    features = read_feature_set(read(videos_of(corpus)))
    rows = paper.rows.model_dump()
    found = read_rows(corpus, "nmcl", "venues", _each(rows.values()), read_run)
    folder = runs(corpus, "nmcl", "venues")
    answers = {name: read_answers(folder / name) for name in rows["table4"]}
    compared = {name: found[name] for name in rows["table2"]}
    scores = {
        **_scores(rows, found),
        "table4": {name: _of_answers(each) for name, each in answers.items()},
        "figure4": {name: _areas(run) for name, run in compared.items()},
        "figure5": {METHOD: _settling(found[METHOD], paper.curves.settled)},
    }
    code = merge_code(
        [code_of("stages/nmcl_tables"), *(run.info["code"] for run in found.values())]
    )
    tables = {name: _table(name, features, of, paper.seed, code) for name, of in scores.items()}
    for name, table in tables.items():
        write_table(metrics(corpus, "nmcl", name), table)
        wrote(metrics(corpus, "nmcl", name))
    drawn = {
        **{name: bars(tables[name]) for name in rows},
        "figure4": roc_panels(
            {m: _curves(run, paper.curves.points) for m, run in compared.items()}
        ),
        "figure5": answer_panels(found[METHOD].history, list(answers[METHOD])),
    }
    for name, data in drawn.items():
        write_plot(plots(corpus, "nmcl", name), data)
        wrote(plots(corpus, "nmcl", name))


def _scores(
    rows: Mapping[str, Iterable[str]], found: Mapping[str, Run]
) -> dict[str, dict[str, pd.DataFrame]]:
    """Table -> method -> its scores on every run."""
    scores = {name: run.scores(PROTOCOL) for name, run in found.items()}
    return {table: {name: scores[name] for name in names} for table, names in rows.items()}


def _each(tables: Iterable[Iterable[str]]) -> list[str]:
    """Every method once, in the order of the tables."""
    return list(dict.fromkeys(name for names in tables for name in names))


def _of_answers(answers: Mapping[str, Run]) -> pd.DataFrame:
    """Table 4: ``micro_f1_<answer>`` on every run."""
    return pd.DataFrame(
        {f"micro_f1_{name}": run.scores(PROTOCOL)["micro_f1"] for name, run in answers.items()}
    )


def _areas(run: Run) -> pd.DataFrame:
    """The areas under both curves on every run."""
    return pd.DataFrame(
        {
            split: areas(rows["y"].to_numpy(), run.probabilities[rows.index])
            for split, rows in run.predictions.groupby("split")
        }
    ).T


def _settling(run: Run, within: float) -> pd.DataFrame:
    """How many epochs every run took."""
    epochs = epochs_to_settle(run.history, "micro_f1", within)
    return pd.DataFrame({"iterations_to_settle": epochs})


def _curves(run: Run, points: int) -> dict[str, np.ndarray]:
    """The curves of a method, each the mean over its runs."""
    each = [
        curves(rows["y"].to_numpy(), run.probabilities[rows.index], points)
        for _, rows in run.predictions.groupby("split")
    ]
    return {name: np.mean([of_one[name] for of_one in each], axis=0) for name in each[0]}


def _table(
    name: str,
    features: FeatureSet,
    scores: Mapping[str, pd.DataFrame],
    seed: int,
    code: Mapping[str, str],
) -> dict[str, Any]:
    split = features.index["split"]
    protocol = {
        "splits": SPLIT,
        "videos": {part: int((split == part).sum()) for part in ("train", "valid", "test")},
        "initialisations": len(scores[METHOD]),
        "seed": seed,
        "test": TEST,
        **OF_TABLE.get(name, {}),
    }
    table = build_table(
        "nmcl",
        name,
        corpus_facts(features),
        protocol,
        scores,
        reference=METHOD,
        printed=name != "gate",
        code=code,
    )
    return add_comparisons(table, scores, METHOD)


if __name__ == "__main__":
    run(nmcl_tables)
