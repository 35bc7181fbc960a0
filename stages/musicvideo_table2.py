"""musicvideo, Table 2, and what videos on both sides of a split give away, on one corpus."""

import pandas as pd
from _code import code_of
from _music_video_paths import music_video_features
from _music_video_rows import Runs, mean_of, read_fitted, rows_of, write_all
from _stage import read, run
from _tables import corpus_facts

from tfrepro.corpora.music_videos.split import UNITS
from tfrepro.evaluation.comparison import add_comparisons
from tfrepro.evaluation.style_runs import SEGMENT, VIDEO, chunk_scores, share_of_style, unit_scores
from tfrepro.evaluation.tables import build_table, merge_code, rounded
from tfrepro.features.feature_set import FeatureSet, read_feature_set
from tfrepro.report.plots import bars
from tfrepro.settings.musicvideo import MusicVideoPaper, Styles
from tfrepro.settings.reading import read_section

FUSED = "multi-timescale"
SCORE = "average_precision"


def musicvideo_table2(corpus: str) -> None:
    paper = read_section(MusicVideoPaper, "musicvideo")
    styles = read_section(Styles, "musicvideo.styles")
    features = read_feature_set(read(music_video_features(corpus)))
    found = read_fitted(corpus, "styles", styles.methods)
    both = {method: found[method] for method in styles.torn[corpus]}
    tables = {"table2": _table2(paper, styles, features, found)}
    tables["splits"] = _splits(paper, features, both)
    write_all(corpus, tables.values(), {name: bars(table) for name, table in tables.items()})


def _table2(paper: MusicVideoPaper, styles: Styles, features: FeatureSet, found: Runs) -> dict:
    rows = rows_of(found, lambda run: chunk_scores(run, VIDEO))
    protocol = {
        "drawn": UNITS[VIDEO],
        "train_chunks": mean_of(found, "train", unit=VIDEO),
        "test_chunks": mean_of(found, "test", unit=VIDEO),
        "chance": rounded(sum(share_of_style(run, VIDEO) for run in found.values()) / len(found)),
        "fusion": f"learns from predictions of training chunks out of {styles.folds} folds; "
        "in-sample: from those of classifiers that know the chunk",
        "transductive": styles.transductive,
        "draws": f"{paper.runs}, of training chunks and of networks alike",
        "seed": paper.seed,
        "test": f"paired t-test over the draws, one-tailed: does {FUSED} score higher?",
    }
    reference = FUSED if paper.runs > 1 else None
    table = build_table(
        "musicvideo",
        "table2",
        corpus_facts(features),
        protocol,
        rows,
        reference=reference,
        code=_code(found),
    )
    return add_comparisons(table, rows, FUSED) if reference else table


def _splits(paper: MusicVideoPaper, features: FeatureSet, found: Runs) -> dict:
    """Tables 1 and 2 with draws of videos and, as in the paper, of chunks."""
    by_video, by_segment = (
        rows_of(found, lambda run, unit=unit: unit_scores(run, unit) | chunk_scores(run, unit))
        for unit in (VIDEO, SEGMENT)
    )
    protocol = {
        **{f"by_{unit}": said for unit, said in UNITS.items()},
        "torn_videos": mean_of(found, "torn_videos", unit=SEGMENT),
        "difference": "by segment less by video: what knowing a video gives away",
        "draws": paper.runs,
        "seed": paper.seed,
    }
    return build_table(
        "musicvideo",
        "splits",
        corpus_facts(features),
        protocol,
        {
            name: pd.DataFrame(
                {
                    f"{SCORE}_by_video": scores[SCORE],
                    f"{SCORE}_by_segment": by_segment[name][SCORE],
                    "difference": by_segment[name][SCORE] - scores[SCORE],
                }
            )
            for name, scores in by_video.items()
        },
        printed=False,
        code=_code(found),
    )


def _code(found: Runs) -> dict[str, str]:
    parts = [code_of("stages/musicvideo_table2"), *(run.info["code"] for run in found.values())]
    return merge_code(parts)


if __name__ == "__main__":
    run(musicvideo_table2)
