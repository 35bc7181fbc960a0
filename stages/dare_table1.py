"""DARE, Table 1 and Figure 3: one sound corpus in numbers."""

import pandas as pd
from _code import code_of
from _paths import metrics, plots, sound_corpus
from _stage import read, run, wrote

from tfrepro.corpora.sound_durations import read_durations
from tfrepro.corpora.sounds import checksum, read_sound_corpus
from tfrepro.evaluation.sound_statistics import (
    PRINTED_STEPS,
    concept_durations,
    sound_statistics,
)
from tfrepro.evaluation.tables import CorpusFacts, build_table, write_table
from tfrepro.files import read_json
from tfrepro.published import cell
from tfrepro.report.plots import write_plot
from tfrepro.settings.dare import Table1
from tfrepro.settings.reading import read_section


def dare_table1(corpus: str) -> None:
    settings = read_section(Table1, "dare.table1")
    folder = read(sound_corpus(corpus))
    clips, card = read_sound_corpus(folder)
    clips["duration"] = read_durations(folder, clips)
    harvest = folder / "harvest.json"
    procedure = read_json(harvest) if harvest.exists() else {"thresholds": {}, "counts": {}}
    table = build_table(
        "dare",
        "table1",
        CorpusFacts(
            name=card.name,
            title=card.title,
            stands_in_for=card.stands_in_for,
            sizes={"items": len(clips), "groups": int(clips["group"].nunique())},
            checksum=checksum(clips),
        ),
        {"thresholds": procedure["thresholds"]},
        {"external-sounds": pd.DataFrame([sound_statistics(clips)])},
        code=code_of("stages/dare_table1", "stages/sounds", f"sounds/{corpus}"),
    )
    table["steps"] = {
        step: {"count": count, "published": _printed(step)}
        for step, count in procedure["counts"].items()
    }
    write_table(metrics(corpus, "dare", "table1"), table)
    wrote(metrics(corpus, "dare", "table1"))
    examples = concept_durations(clips, settings.examples)
    examples["label"] = [
        f"{row.mean_duration_s:.1f} s, {row.clips} clips" for row in examples.itertuples()
    ]
    write_plot(plots(corpus, "dare", "figure3"), examples)
    wrote(plots(corpus, "dare", "figure3"))


def _printed(step: str) -> float | None:
    """What the paper has for a step, if anything."""
    if step not in PRINTED_STEPS:
        return None
    printed = cell("dare", "section3_2", *PRINTED_STEPS[step])
    return printed and printed.mean


if __name__ == "__main__":
    run(dare_table1)
