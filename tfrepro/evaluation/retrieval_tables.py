"""From runs of retrieval methods to the scores of their tables."""

from collections.abc import Mapping, Sequence

import pandas as pd

from tfrepro.evaluation.embedding_runs import ALL, EmbeddingRun
from tfrepro.evaluation.retrieval import evaluate
from tfrepro.evaluation.tables import rounded

DIRECTIONS = ("audio_to_video", "video_to_audio")


def recalls(
    run: EmbeddingRun,
    direction: str,
    *,
    ks: Sequence[int],
    pools: Sequence[int],
    shuffles: int,
    seed: int,
    training: str = ALL,
) -> pd.DataFrame:
    """Every score of a run in one direction.

    Parameters
    ----------
    direction : ``audio_to_video`` or ``video_to_audio``
    shuffles, seed : of the pools, the same for every method and seed

    Returns
    -------
    A row for each seed of the training (index level ``seed``) and each way to cut the
    videos into pools (``shuffle``), a column a score.
    """
    return pd.concat(
        {
            training_seed: evaluate(
                getattr(run.embeddings(training_seed, training), direction),
                ks=ks,
                pools=pools,
                shuffles=shuffles,
                seed=seed,
            )
            for training_seed in run.seeds(training)
        },
        names=["seed", "shuffle"],
    )


def over_shuffles(scores: pd.DataFrame) -> pd.DataFrame:
    """The mean over the ways to cut into pools: a row a seed."""
    return scores.groupby("seed").mean()


def pool_deviation(scores: pd.DataFrame) -> Mapping[str, float | None]:
    """Each score's deviation over the ways to cut into pools, averaged over seeds."""
    deviation = scores.groupby("seed").std(ddof=1).mean()
    return {score: rounded(value) for score, value in deviation.items()}
