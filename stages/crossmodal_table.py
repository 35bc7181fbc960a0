"""crossmodal, Tables 1 and 2: recall both ways, and what the number of training videos does."""

from functools import partial
from typing import Any

import pandas as pd
from _code import code_of
from _paths import metrics, plots
from _stage import read, run, wrote
from _tables import corpus_facts, read_rows
from _video_paths import video_features
from tqdm import tqdm

from tfrepro.evaluation.embedding_runs import ALL, EmbeddingRun, read_embedding_run
from tfrepro.evaluation.held_out import held_out_rows
from tfrepro.evaluation.neighbours import label_agreement
from tfrepro.evaluation.retrieval_tables import DIRECTIONS, over_shuffles, pool_deviation, recalls
from tfrepro.evaluation.tables import build_table, merge_code, write_table
from tfrepro.features.feature_set import FeatureSet, read_feature_set
from tfrepro.report.plots import loss_curves, recall_panels, training_size_panels, write_plot
from tfrepro.settings.crossmodal import CrossModalPaper
from tfrepro.settings.reading import read_section

REFERENCE = "crossmodal"
Scores = dict[tuple[str, str, str], pd.DataFrame]
TABLES = dict(zip(DIRECTIONS, ("table1", "table2"), strict=True))


def crossmodal_table(corpus: str) -> None:
    paper = read_section(CrossModalPaper, "crossmodal")
    features = read_feature_set(read(video_features(corpus)))
    found = read_rows(corpus, "crossmodal", "retrieval", paper.methods, read_embedding_run)
    parts = [code_of("stages/crossmodal_table"), *(run.info["code"] for run in found.values())]
    table = partial(
        build_table, "crossmodal", corpus=corpus_facts(features), code=merge_code(parts)
    )
    scores = _recalls(paper, found)
    tables = {
        direction: _recall_table(paper, features, scores, direction, partial(table, name))
        for direction, name in TABLES.items()
    }
    sizes = table(
        "training_videos",
        protocol=_protocol(paper, features),
        scores=_by_training_videos(paper, found, scores),
        printed=False,
    )
    figure = table(
        "figure2",
        protocol=_protocol(paper, features)
        | {
            "score": "share of queries whose nearest other video, among all that are held out, "
            "has a label in common with them"
        },
        scores={name: _label_agreement(paper, features, run) for name, run in found.items()},
        reference=_reference(paper),
        printed=False,
    )
    histories = {name: run.history[run.history["training"] == ALL] for name, run in found.items()}
    for made in (*tables.values(), figure, sizes):
        file = metrics(corpus, "crossmodal", made["table"])
        write_table(file, made)
        wrote(file)
    for name, data in {
        "recall": recall_panels(tables),
        "training_videos": training_size_panels(sizes),
        "training": loss_curves(histories),
    }.items():
        file = plots(corpus, "crossmodal", name)
        write_plot(file, data)
        wrote(file)


def _recalls(paper: CrossModalPaper, found: dict[str, EmbeddingRun]) -> Scores:
    """Every score of every method, training and direction."""
    asked = {"ks": paper.ks, "pools": paper.pools, "shuffles": paper.shuffles, "seed": paper.seed}
    wanted = [
        (name, training, direction)
        for name, trained in found.items()
        for training in trained.trainings
        for direction in DIRECTIONS
    ]
    return {
        (name, training, direction): recalls(found[name], direction, training=training, **asked)
        for name, training, direction in tqdm(wanted, desc="recall", unit="row")
    }


def _recall_table(
    paper: CrossModalPaper, features: FeatureSet, every: Scores, direction: str, table: partial
) -> dict[str, Any]:
    """Table 1 or 2, each cell with its deviation over the pools besides that over the seeds."""
    scores = {name: every[name, ALL, direction] for name in paper.methods}
    made = table(
        protocol={"direction": direction.replace("_", " ")} | _protocol(paper, features),
        scores={name: over_shuffles(frame) for name, frame in scores.items()},
        reference=_reference(paper),
        printed=paper.held_out == "test",
    )
    for name, frame in scores.items():
        for score, deviation in pool_deviation(frame).items():
            made["rows"][name][score]["pool_std"] = deviation
    return made


def _reference(paper: CrossModalPaper) -> str | None:
    """The row that the others are tested against; a test needs two seeds."""
    return REFERENCE if REFERENCE in paper.methods and paper.seeds > 1 else None


def _label_agreement(
    paper: CrossModalPaper, features: FeatureSet, run: EmbeddingRun
) -> pd.DataFrame:
    """A row a seed, a column a direction."""
    _, held_out = held_out_rows(features.index["split"], paper.held_out)
    labels = features.index["labels"].iloc[held_out]
    return pd.DataFrame(
        [
            {
                direction: label_agreement(getattr(run.embeddings(seed), direction), labels)
                for direction in DIRECTIONS
            }
            for seed in run.seeds()
        ]
    )


def _by_training_videos(
    paper: CrossModalPaper, found: dict[str, EmbeddingRun], every: Scores
) -> dict[str, pd.DataFrame]:
    """``<method>-<videos>`` -> scores of both directions, at the largest K."""
    largest = f"recall_at_{max(paper.ks)}_"
    scores = {}
    for name, trained in found.items():
        for training, videos in sorted(trained.trainings.items(), key=lambda item: item[1]):
            both = [
                over_shuffles(every[name, training, direction])
                .filter(like=largest)
                .add_prefix(f"{direction}_")
                for direction in DIRECTIONS
            ]
            scores[f"{name}-{videos}"] = pd.concat(both, axis=1)
    return scores


def _protocol(paper: CrossModalPaper, features: FeatureSet) -> dict[str, Any]:
    trained, asked = held_out_rows(features.index["split"], paper.held_out)
    return {
        "held_out": paper.held_out,
        "held_out_videos": len(asked),
        "training_videos": len(trained),
        "mean": "over the pools, the ways to cut the videos into pools, and the seeds",
        "std": "over the seeds of training; nothing is random in ridge and cca",
        "pool_std": "over the ways to cut the videos into pools",
        "shuffles": paper.shuffles,
        "seed": paper.seed,
        "test": f"paired t-test over the seeds, one-tailed: does {REFERENCE} score higher?",
    }


if __name__ == "__main__":
    run(crossmodal_table)
