"""DARE, Table 2: acoustic features beside one another, on one sound corpus."""

from _code import code_of
from _paths import metrics, plots, sound_features
from _stage import read, run, wrote
from _tables import corpus_facts, read_rows

from tfrepro.evaluation.runs import Run, read_run
from tfrepro.evaluation.tables import build_table, merge_code, rounded, write_table
from tfrepro.features.feature_set import read_feature_set
from tfrepro.report.plots import autoencoder_curves, bars, confusion, write_plot
from tfrepro.settings.dare import Table2
from tfrepro.settings.reading import read_section

REFERENCE = "sda"
TEST = "paired t-test over the folds, one-tailed: does sda score higher?"


def dare_table2(corpus: str) -> None:
    settings = read_section(Table2, "dare.table2")
    features = read_feature_set(read(sound_features(corpus)))
    transfers = [f"sda-on-{name}" for name in settings.pretrain_on]
    found = read_rows(corpus, "dare", "table2/rows", settings.methods, read_run)
    if transfers:
        found |= read_rows(corpus, "dare", "table2/transfers", transfers, read_run)
    code = merge_code(
        [code_of("stages/dare_table2"), *(run.info["code"] for run in found.values())]
    )
    random = build_table(
        "dare",
        "table2",
        corpus_facts(features),
        {
            "splits": f"{settings.folds} random stratified folds",
            "seed": settings.seed,
            "test": TEST,
        },
        {name: run.scores("random") for name, run in found.items()},
        reference=REFERENCE if REFERENCE in found else None,
        code=code,
    )
    grouped = build_table(
        "dare",
        "table2_grouped",
        corpus_facts(features),
        {
            "splits": "folds that keep the clips of a recording together",
            "overstatement": "score of table2 less score of this table",
            "test": TEST,
        },
        {name: run.scores("grouped") for name, run in found.items()},
        reference=REFERENCE if REFERENCE in found else None,
        printed=False,
        code=code,
    )
    for name, row in grouped["rows"].items():
        for score in ("micro_f1", "macro_f1"):
            difference = random["rows"][name][score]["mean"] - row[score]["mean"]
            row[f"overstatement_{score}"] = rounded(difference)
    for table in (random, grouped):
        file = metrics(corpus, "dare", table["table"])
        write_table(file, table)
        wrote(file)
    _write_plots(corpus, random, found)


def _write_plots(corpus: str, table: dict, found: dict[str, Run]) -> None:
    best = max(found, key=lambda name: table["rows"][name]["macro_f1"]["mean"])
    trained = {name: run for name, run in found.items() if "layer" in run.history}
    for name, data in {
        "table2": bars(table),
        "table2_confusion": confusion(found[best], "random").assign(best=best),
        "table2_training": autoencoder_curves(trained, "random"),
    }.items():
        file = plots(corpus, "dare", name)
        write_plot(file, data)
        wrote(file)


if __name__ == "__main__":
    run(dare_table2)
