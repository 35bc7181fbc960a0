"""musicvideo: what it gives away when minutes of one video are trained and tested on."""

from collections.abc import Iterable

import pandas as pd
from _code import code_of
from _music_video_paths import music_video_features
from _music_video_rows import Runs, mean_of, read_fitted, rows_of, write_all
from _music_video_styles import train_styles
from _stage import read, run
from _tables import corpus_facts

from tfrepro.corpora.music_videos.split import UNITS
from tfrepro.evaluation.fits import FittedFrames
from tfrepro.evaluation.style_runs import SEGMENT, VIDEO, chunk_scores, unit_scores
from tfrepro.evaluation.tables import build_table, merge_code
from tfrepro.features.feature_set import FeatureSet, read_feature_set
from tfrepro.report.plots import bars
from tfrepro.settings.musicvideo import MusicVideoPaper, Splits, Styles
from tfrepro.settings.reading import read_section
from tfrepro.settings.shared import Compute

SCORE = "average_precision"


def musicvideo_splits(corpus: str) -> None:
    paper = read_section(MusicVideoPaper, "musicvideo")
    styles = read_section(Styles, "musicvideo.styles")
    methods = read_section(Splits, "musicvideo.splits").methods
    train_styles(
        paper,
        styles,
        corpus,
        methods,
        SEGMENT,
        "splits",
        stage="musicvideo_splits",
        compute=read_section(Compute, "compute"),
    )
    features = read_feature_set(read(music_video_features(corpus)))
    apart, torn = (read_fitted(corpus, part, methods) for part in ("styles", "splits"))
    table = _splits(paper, features, apart, torn)
    write_all(corpus, [table], {"splits": bars(table)})


def _splits(paper: MusicVideoPaper, features: FeatureSet, apart: Runs, torn: Runs) -> dict:
    """Tables 1 and 2 with draws of videos and, as in the paper, of minutes."""
    by_video, by_segment = (
        rows_of(found, lambda run, unit=unit: unit_scores(run, unit) | chunk_scores(run, unit))
        for found, unit in ((apart, VIDEO), (torn, SEGMENT))
    )
    protocol = {
        **{f"by_{unit}": said for unit, said in UNITS.items()},
        "torn_videos": mean_of(torn, "torn_videos"),
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
        code=_code([*apart.values(), *torn.values()]),
    )


def _code(found: Iterable[FittedFrames]) -> dict[str, str]:
    parts = [code_of("stages/musicvideo_splits"), *(run.info["code"] for run in found)]
    return merge_code(parts)


if __name__ == "__main__":
    run(musicvideo_splits)
