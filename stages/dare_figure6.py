"""DARE, Figure 6, and the trained model: concepts heard, venues, and some videos."""

import numpy as np
import pandas as pd
from _code import code_of
from _paths import metrics, model, plots
from _stage import log, read, run, wrote
from _tables import corpus_facts
from _venue_paths import sounds_of, videos_of
from _venue_settings import hyper_parameters

from tfrepro.errors import UserError
from tfrepro.evaluation.concept_correlation import (
    concept_venue_correlation,
    expected_from,
    in_deviations,
    strongest,
)
from tfrepro.evaluation.scores import evaluate
from tfrepro.evaluation.tables import build_table, write_table
from tfrepro.features.feature_set import FeatureSet, read_feature_set
from tfrepro.features.rows import part
from tfrepro.methods import make_method
from tfrepro.models.dare import Dare
from tfrepro.models.devices import configure
from tfrepro.report.plots import write_plot
from tfrepro.settings.reading import read_section
from tfrepro.settings.shared import Compute
from tfrepro.settings.venues import Figure6, Venues

METHOD = "dare"
PREFIX = "dare.venues.methods"


def dare_figure6(corpus: str) -> None:
    paper = read_section(Venues, "dare.venues")
    compute = read_section(Compute, "compute")
    log.info("runs on %s", configure(compute.device, compute.precision, threads=1))
    sounds = sounds_of(corpus)
    if sounds is None:
        raise UserError(
            f"{corpus}: has no external sounds; take it out of dare.venues.figure6.corpora"
        )
    features = read_feature_set(read(videos_of(corpus)))
    split = features.index["split"].to_numpy()
    parts = {name: part(features, np.flatnonzero(split == name)) for name in np.unique(split)}
    values = hyper_parameters(
        METHOD,
        paper.methods[METHOD],
        paper.deep,
        paper.overrides[corpus],
        prefix=PREFIX,
        sounds=sounds,
    )
    dare = make_method(METHOD, values, paper.seed)
    dare.fit(parts["train"], parts["valid"])
    scores = evaluate(parts["test"].y, dare.predict_proba(parts["test"]))
    log.info("%s", scores)
    folder = model("dare", corpus)
    dare.save(folder, scores)
    wrote(folder)
    A = {name: dare.concept_scores(some) for name, some in parts.items()}
    C = concept_venue_correlation(A["test"], parts["test"].y, len(features.classes))
    _write(corpus, "figure6", _heat_map(C, dare.concepts_, features.classes, paper.figure6))
    examples = _examples(parts, A, dare, paper.figure6)
    _write(corpus, "figure6_examples", examples)
    table = build_table(
        "dare",
        "figure6",
        corpus_facts(features),
        {"seed": paper.seed, "correlation": "Pearson, over test videos"},
        {METHOD: pd.DataFrame([scores | {"highest_correlation": C.max()}])},
        printed=False,
        code=features.meta["code"] | code_of("stages/dare_figure6", f"methods/{METHOD}"),
    )
    table["venues"] = [
        [venue, *(dare.concepts_[k] for k in np.argsort(-C[:, column])[:3])]
        for column, venue in enumerate(features.classes)
    ]
    write_table(metrics(corpus, "dare", "figure6"), table)
    wrote(metrics(corpus, "dare", "figure6"))


def _heat_map(
    C: np.ndarray, concepts: tuple[str, ...], venues: tuple[str, ...], shown: Figure6
) -> pd.DataFrame:
    """A row a cell of the concepts and venues that have the highest correlations."""
    rows, columns = strongest(C, shown.concepts, shown.venues)
    cells = [(concepts[k], venues[c], C[k, c]) for k in rows for c in columns]
    data = pd.DataFrame(cells, columns=["concept", "venue", "correlation"])
    return data.assign(order=range(len(data)))


def _examples(
    parts: dict[str, FeatureSet], A: dict[str, np.ndarray], dare: Dare, shown: Figure6
) -> pd.DataFrame:
    """Concepts detected in some test videos: of the video of each venue that is surest.

    A concept is told by the picture as well if a ridge regression on the training videos'
    pictures expects more of it than usual there. Where there are no pictures, by sound alone.
    """
    test = parts["test"]
    heard = in_deviations(A["train"], A["test"])
    seen = np.zeros_like(heard)
    if "visual" in test.arrays:
        X, X_test = (np.asarray(parts[name].arrays["visual"]) for name in ("train", "test"))
        seen = expected_from(X, A["train"], X_test)
    P = dare.predict_proba(test)
    right = np.where(P.argmax(axis=1) == test.y, P.max(axis=1), 0)
    has = test.index["has_acoustic"].to_numpy(bool)
    rows = []
    for video in _one_a_venue(np.where(has, right, 0), test.y)[: shown.examples]:
        for k in np.argsort(-heard[video])[: shown.detected]:
            rows.append(
                {
                    "video": f"{test.index['id'][video]}, {test.index['label'][video]}",
                    "concept": dare.concepts_[k],
                    "deviations": heard[video, k],
                    "told_by": "picture as well" if seen[video, k] > 0 else "sound alone",
                }
            )
    columns = ["video", "concept", "deviations", "told_by"]
    return pd.DataFrame(rows, columns=columns).assign(order=range(len(rows)))


def _one_a_venue(sure: np.ndarray, y: np.ndarray) -> list[int]:
    """The video of each venue of which the answer is surest and right, the surest first."""
    best = {}
    for video in np.argsort(-sure, kind="stable"):
        if sure[video] > 0:
            best.setdefault(y[video], int(video))
    return list(best.values())


def _write(corpus: str, name: str, data: pd.DataFrame) -> None:
    write_plot(plots(corpus, "dare", name), data)
    wrote(plots(corpus, "dare", name))


if __name__ == "__main__":
    run(dare_figure6)
