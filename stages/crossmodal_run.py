"""crossmodal, Tables 1 and 2: every method on one video corpus, trained with every seed."""

from functools import partial
from pathlib import Path
from typing import Any

from _paths import runs
from _rows import Row, train_rows
from _stage import run
from _video_paths import video_features

from tfrepro.evaluation.embedding_runs import run_embedder, training_subsets
from tfrepro.evaluation.held_out import held_out_rows
from tfrepro.features.feature_set import FeatureSet
from tfrepro.methods import read_hyper_parameters
from tfrepro.settings.crossmodal import CrossModalPaper, FewerVideos
from tfrepro.settings.reading import read_section
from tfrepro.settings.shared import Compute


def crossmodal_run(corpus: str) -> None:
    paper = read_section(CrossModalPaper, "crossmodal")
    fewer = read_section(FewerVideos, "crossmodal.fewer_videos")
    own = paper.overrides[corpus]
    rows = {}
    for method, values in paper.methods.items():
        sizes = fewer.videos[corpus] if method in fewer.methods else ()
        rows[method] = Row(
            read_hyper_parameters(
                method,
                {**values, **own.get(method, {})},
                prefix="crossmodal.methods",
                answers="embeddings",
            ),
            partial(_embed, paper, sizes),
            [paper.held_out, paper.seed, paper.seeds, sizes],
        )
    train_rows(
        rows,
        video_features(corpus),
        runs(corpus, "crossmodal", "retrieval"),
        stage="crossmodal_run",
        compute=read_section(Compute, "compute"),
    )


def _embed(
    paper: CrossModalPaper,
    sizes: tuple[int, ...],
    make: Any,
    features: FeatureSet,
    work: Path,
    folder: Path,
    **how: Any,
) -> None:
    """The experiment: every seed, on all training videos and on fewer."""
    rows, held_out = held_out_rows(features.index["split"], paper.held_out)
    seeds = range(paper.seed, paper.seed + paper.seeds)
    trainings = training_subsets(rows, sizes, seeds)
    run_embedder(make, features, trainings, held_out, work, folder, **how)


if __name__ == "__main__":
    run(crossmodal_run)
