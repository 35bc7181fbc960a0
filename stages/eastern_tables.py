"""EASTERN, Tables 1 to 3 and Figure 6, on one corpus of micro-videos."""

from collections.abc import Iterable

from _code import code_of
from _paths import metrics, plots
from _sequence_splits import PROTOCOL, facts_of
from _stage import read, run, wrote
from _tables import corpus_facts, read_rows
from _venue_paths import videos_of

from tfrepro.evaluation.comparison import add_comparisons
from tfrepro.evaluation.runs import read_run
from tfrepro.evaluation.tables import build_table, merge_code, write_table
from tfrepro.features.feature_set import read_feature_set
from tfrepro.report.plots import bars, write_plot
from tfrepro.report.venue_plots import score_panels
from tfrepro.settings.eastern import EasternPaper, SequenceRows, Splits
from tfrepro.settings.reading import read_section

METHOD = "eastern"
TEST = "paired t-test over the draws, one-tailed: does eastern score higher?"


def eastern_tables(corpus: str) -> None:
    paper = read_section(EasternPaper, "eastern")
    rows = read_section(SequenceRows, "eastern.rows")
    splits = read_section(Splits, "eastern.splits")
    features = read_feature_set(read(videos_of(corpus)))
    tables = {"table1": rows.table1, "table2": rows.table2, "table3": rows.table3}
    found = read_rows(corpus, "eastern", "venues", _each(tables.values()), read_run)
    scores = {name: run.scores(PROTOCOL) for name, run in found.items()}
    parts = [code_of("stages/eastern_tables"), *(run.info["code"] for run in found.values())]
    for name, methods in tables.items():
        own = {method: scores[method] for method in methods}
        table = build_table(
            "eastern",
            name,
            corpus_facts(features),
            facts_of(splits, corpus, paper.seed) | {"test": TEST},
            own,
            reference=METHOD,
            code=merge_code(parts),
        )
        write_table(metrics(corpus, "eastern", name), add_comparisons(table, own, METHOD))
        wrote(metrics(corpus, "eastern", name))
        write_plot(plots(corpus, "eastern", name), bars(table))
        wrote(plots(corpus, "eastern", name))
    # The paper's own figure has these and no row of the other tables.
    deep = {name: found[name].history for name in _each([rows.table1, rows.table2])}
    write_plot(plots(corpus, "eastern", "figure6"), score_panels(deep))
    wrote(plots(corpus, "eastern", "figure6"))


def _each(tables: Iterable[Iterable[str]]) -> list[str]:
    """Every method once, in the order of the tables."""
    return list(dict.fromkeys(name for names in tables for name in names))


if __name__ == "__main__":
    run(eastern_tables)
