"""musicvideo, Figure 3 and Table 1, on one corpus of music videos."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import pandas as pd
from _code import code_of
from _music_video_paths import music_video_features
from _music_video_rows import Runs, mean_of, read_fitted, rows_of, write_all
from _stage import read, run
from _tables import corpus_facts

from tfrepro.evaluation.comparison import add_comparisons
from tfrepro.evaluation.fits import FittedFrames
from tfrepro.evaluation.held_out_search import DIRECTIONS, MUSIC, search_scores
from tfrepro.evaluation.style_runs import VIDEO, share_of_style, unit_scores, units_of
from tfrepro.evaluation.success_at_n import area, chance
from tfrepro.evaluation.tables import build_table, merge_code, rounded
from tfrepro.features.feature_set import FeatureSet, read_feature_set
from tfrepro.report.musicvideo_plots import success_panels
from tfrepro.report.plots import bars
from tfrepro.settings.musicvideo import SEARCH, MusicVideoPaper, Retrieval, Styles
from tfrepro.settings.reading import read_section

SHARED = "shared-base-1"
TEST = "paired t-test over the draws, one-tailed: does {} score higher?"
BY_SOUND, BY_PICTURE = DIRECTIONS
Value = TypeVar("Value")


def musicvideo_tables(corpus: str) -> None:
    paper = read_section(MusicVideoPaper, "musicvideo")
    retrieval = read_section(Retrieval, "musicvideo.retrieval")
    styles = read_section(Styles, "musicvideo.styles")
    features = read_feature_set(read(music_video_features(corpus)))
    searched = read_fitted(corpus, "retrieval", retrieval.methods)
    found = read_fitted(corpus, "styles", styles.methods)
    figure3 = _figure3(paper, retrieval, features, searched)
    table1 = _table1(paper, styles, features, found)
    curves = _by_training(searched, _curves)
    drawn = {"figure3": success_panels(curves), "table1": bars(table1)}
    write_all(corpus, (figure3, table1), drawn)


def _figure3(
    paper: MusicVideoPaper, retrieval: Retrieval, features: FeatureSet, searched: Runs
) -> dict:
    rows = _by_training(searched, lambda run, training: _both_ways(run, training, retrieval.ns))
    candidates = int(mean_of(searched, "candidates"))
    by_chance = chance(candidates)
    protocol = {
        "direction": "a sound asks for its pictures; the area the other way round stands beside",
        "candidates": candidates,
        "queries": int(mean_of(searched, "queries")),
        "segments_trained_on": {
            training: mean_of(searched, "segments", training=training)
            for training in searched[SEARCH].costs["training"].unique()
        },
        "chance": {
            f"success_at_{n}": rounded(by_chance[n - 1]) for n in retrieval.ns if n <= candidates
        }
        | {"area": rounded(area(by_chance))},
        "area": "under the curve, where N goes from none to all of the candidates",
        "draws": f"{paper.runs}, of held-out videos and of networks alike",
        "seed": paper.seed,
        "test": TEST.format(SEARCH),
    }
    reference = SEARCH if paper.runs > 1 else None
    table = build_table(
        "musicvideo",
        "figure3",
        corpus_facts(features),
        protocol,
        rows,
        reference=reference,
        printed=False,
        code=_code(searched),
    )
    return add_comparisons(table, rows, SEARCH) if reference else table


def _table1(paper: MusicVideoPaper, styles: Styles, features: FeatureSet, found: Runs) -> dict:
    rows = rows_of(found, lambda run: unit_scores(run, VIDEO))
    units = rows_of(found, units_of)
    protocol = {
        "drawn": "whole videos: none is trained and tested on",
        "train_chunks": mean_of(found, "train", unit=VIDEO),
        "test_chunks": mean_of(found, "test", unit=VIDEO),
        "units_of_a_chunk": units,
        "chance": rounded(sum(share_of_style(run, VIDEO) for run in found.values()) / len(found)),
        "transductive": styles.transductive,
        "draws": f"{paper.runs}, of training chunks and of networks alike",
        "seed": paper.seed,
        "test": TEST.format(SHARED) + " Not of rows with other units, which do not compare.",
    }
    reference = SHARED if paper.runs > 1 else None
    table = build_table(
        "musicvideo",
        "table1",
        corpus_facts(features),
        protocol,
        rows,
        reference=reference,
        code=_code(found),
    )
    if reference is None:
        return table
    for name, row in table["rows"].items():
        if units[name] != units[SHARED]:
            del row["p_average_precision"]
    return add_comparisons(table, rows, SHARED)


def _by_training(searched: Runs, give: Callable[[FittedFrames, str], Value]) -> dict[str, Value]:
    """``<method>``, trained on music videos, and ``<method>-all`` where it was on all as well."""
    return {
        method if training == MUSIC else f"{method}-{training}": give(run, training)
        for method, run in searched.items()
        for training in run.costs["training"].unique()
    }


def _both_ways(run: FittedFrames, training: str, ns: Sequence[int]) -> pd.DataFrame:
    """The scores of sounds that ask, and the area of pictures that do."""
    other = search_scores(run, training, (), BY_PICTURE)
    scores = search_scores(run, training, ns, BY_SOUND)
    return scores.assign(**{f"{BY_PICTURE}_area": other["area"]})


def _curves(run: FittedFrames, training: str) -> pd.DataFrame:
    curves = run.frames["curves"]
    return curves[curves["training"] == training]


def _code(runs: Runs) -> dict[str, str]:
    parts = [code_of("stages/musicvideo_tables"), *(run.info["code"] for run in runs.values())]
    return merge_code(parts)


if __name__ == "__main__":
    run(musicvideo_tables)
