"""musicvideo, Table 2, on one corpus of music videos."""

from _code import code_of
from _music_video_paths import music_video_features
from _music_video_rows import Runs, mean_of, read_fitted, rows_of, write_all
from _stage import read, run
from _tables import corpus_facts

from tfrepro.corpora.music_videos.split import UNITS
from tfrepro.evaluation.comparison import add_comparisons
from tfrepro.evaluation.style_runs import VIDEO, chunk_scores, share_of_style
from tfrepro.evaluation.tables import build_table, merge_code, rounded
from tfrepro.features.feature_set import FeatureSet, read_feature_set
from tfrepro.report.plots import bars
from tfrepro.settings.musicvideo import MusicVideoPaper, Styles
from tfrepro.settings.reading import read_section

FUSED = "multi-timescale"


def musicvideo_table2(corpus: str) -> None:
    paper = read_section(MusicVideoPaper, "musicvideo")
    styles = read_section(Styles, "musicvideo.styles")
    features = read_feature_set(read(music_video_features(corpus)))
    found = read_fitted(corpus, "styles", styles.methods)
    table = _table2(paper, styles, features, found)
    write_all(corpus, [table], {"table2": bars(table)})


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


def _code(found: Runs) -> dict[str, str]:
    parts = [code_of("stages/musicvideo_table2"), *(run.info["code"] for run in found.values())]
    return merge_code(parts)


if __name__ == "__main__":
    run(musicvideo_table2)
