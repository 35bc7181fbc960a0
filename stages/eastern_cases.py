"""EASTERN, Table 5 and Figures 7 and 8: some test videos and every method's answer."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from _code import code_of
from _micro_video_paths import micro_videos
from _paths import metrics
from _report_paths import report
from _sequence_splits import PROTOCOL
from _stage import log, read, run, wrote
from _tables import corpus_facts, read_rows
from _venue_paths import videos_of

from tfrepro.corpora.microvideos.table import read_micro_videos
from tfrepro.evaluation.case_study import Case, choose_cases
from tfrepro.evaluation.runs import Run, read_run
from tfrepro.evaluation.tables import build_table, merge_code, write_table
from tfrepro.features.feature_set import read_feature_set
from tfrepro.files import atomic_file
from tfrepro.media.errors import MediaError
from tfrepro.media.excerpt import key_frame_jpeg, sound_wav
from tfrepro.report.case_page import ShownCase, case_page
from tfrepro.settings.eastern import Cases, SequenceRows
from tfrepro.settings.microvideos import MicroVideos, section_of
from tfrepro.settings.reading import read_section

METHOD = "eastern"
CHOICE = "test videos of the first draw: placed well by eastern and by the fewest others; "
CHOICE += "not placed well by eastern, and by the fewest others"


def eastern_cases(corpus: str) -> None:
    settings = read_section(Cases, "eastern.cases")
    rows = read_section(SequenceRows, "eastern.rows")
    features = read_feature_set(read(videos_of(corpus)))
    methods = list(dict.fromkeys([*rows.table1, *rows.table2]))
    found = read_rows(corpus, "eastern", "venues", methods, read_run)
    first = found[METHOD].predictions["split"].iloc[0]
    asked = {name: _answers(run, first) for name, run in found.items()}
    videos, y = asked[METHOD][0]["id"].to_numpy(), asked[METHOD][0]["y"].to_numpy()
    P = {name: probabilities for name, (_, probabilities) in asked.items()}
    cases = choose_cases(y, P, METHOD, settings.right, settings.wrong)
    parts = [code_of("stages/eastern_cases"), *(run.info["code"] for run in found.values())]
    table = build_table(
        "eastern",
        "table5",
        corpus_facts(features),
        {"videos": CHOICE},
        {},
        printed=False,
        code=merge_code(parts),
    )
    names = features.classes
    table["truth"] = [[case.name, videos[case.row], names[case.truth]] for case in cases]
    table["answers"] = [[m, *(names[case.answers[m]] for case in cases)] for m in methods]
    write_table(metrics(corpus, "eastern", "table5"), table)
    wrote(metrics(corpus, "eastern", "table5"))
    _write_page(corpus, table, [_shown(corpus, case, videos[case.row], names) for case in cases])


def _answers(run: Run, split: str) -> tuple[pd.DataFrame, np.ndarray]:
    """The test videos of a split, and what the run says of them."""
    chosen = (run.predictions["split"] == split) & (run.predictions["protocol"] == PROTOCOL)
    return run.predictions[chosen], run.probabilities[chosen.to_numpy()]


def _shown(corpus: str, case: Case, video: str, names: tuple[str, ...]) -> ShownCase:
    """A case with its picture, sound and words, as far as the corpus has them."""
    folder = micro_videos(corpus)
    videos, _ = read_micro_videos(folder)
    entry = videos.set_index("id").loc[video]
    file = _media_folder(corpus, folder) / entry["file"] if entry["file"] else None
    return ShownCase(
        case.name,
        video,
        names[case.truth],
        {method: names[answer] for method, answer in case.answers.items()},
        case.right,
        entry["text"],
        _excerpt(key_frame_jpeg, file),
        _excerpt(sound_wav, file),
    )


def _media_folder(corpus: str, folder: Path) -> Path:
    """Where a corpus' own files are: with it, or where its settings say."""
    settings = section_of(read_section(MicroVideos, "microvideos"), corpus)
    return Path(getattr(settings, "folder", None) or folder)


def _excerpt(read_excerpt: Any, file: Path | None) -> bytes | None:
    """Part of a file; None if there is none, or if it cannot be had."""
    if file is None:
        return None
    try:
        return read_excerpt(file)
    except MediaError as error:
        log.warning("%s %s", file, error)
        return None


def _write_page(corpus: str, table: dict[str, Any], cases: list[ShownCase]) -> None:
    facts = {
        "corpus": table["corpus"]["title"],
        "stands in for": table["corpus"]["stands_in_for"] or "nothing",
        "videos": table["protocol"]["videos"],
    }
    file = report(corpus, "eastern", "cases")
    with atomic_file(file) as part:
        page = case_page(f"EASTERN, Table 5 and Figures 7 and 8 on {corpus}", facts, cases)
        part.write_text(page, "utf-8")
    wrote(file)


if __name__ == "__main__":
    run(eastern_cases)
