"""crossmodal, Figure 2: what some videos find with their image and with their sound."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from _paths import runs
from _stage import read, run, wrote
from _video_paths import gallery as gallery_file
from _video_paths import video_features

from tfrepro.errors import UserError
from tfrepro.evaluation.embedding_runs import read_embedding_run
from tfrepro.evaluation.held_out import held_out_rows
from tfrepro.evaluation.neighbours import label_agreement, nearest_others
from tfrepro.features.embeddings import Direction
from tfrepro.features.feature_set import FeatureSet, read_feature_set
from tfrepro.files import atomic_file
from tfrepro.report.gallery import Answer, Video, gallery_page
from tfrepro.settings.crossmodal import CrossModalPaper, Gallery
from tfrepro.settings.reading import read_section

TITLES = {
    "video_to_audio": "A video asks with its image: the nearest other sounds",
    "audio_to_video": "A video asks with its sound: the nearest other images",
}


def crossmodal_gallery(corpus: str) -> None:
    paper = read_section(CrossModalPaper, "crossmodal")
    settings = paper.gallery
    features = read_feature_set(read(video_features(corpus)))
    _, held_out = held_out_rows(features.index["split"], paper.held_out)
    videos = features.take(held_out)
    folder = read(runs(corpus, "crossmodal", "retrieval") / settings.method)
    embeddings = read_embedding_run(folder).embeddings(paper.seed)
    queries = _choose(videos, settings)
    card = features.meta["corpus"]
    facts = {
        "corpus": card["title"],
        "stands in for": card["stands_in_for"] or "nothing",
        "method": f"{settings.method}, seed {paper.seed}",
        "number behind a match": "cosine, less what the method takes from videos that suit all",
        "asked among": f"{len(videos)} held-out videos, the query's own left out",
    }
    sections = {}
    for (name, title), rows in zip(TITLES.items(), queries, strict=True):
        direction = getattr(embeddings, name)
        share = label_agreement(direction, videos.index["labels"])
        facts[f"the first match shares a label ({name.replace('_', ' ')})"] = f"{share:.1%}"
        sections[title] = _answers(videos, direction, rows, settings.matches)
    file = gallery_file(corpus)
    with atomic_file(file) as part:
        part.write_text(gallery_page(f"crossmodal, Figure 2 on {corpus}", facts, sections))
    wrote(file)


def _choose(videos: FeatureSet, settings: Gallery) -> np.ndarray:
    """(2, queries) rows: those named, or drawn, with a public page where enough have one."""
    if settings.ids:
        return np.tile(_rows_of(videos, settings.ids), (2, 1))
    rows = np.flatnonzero(videos.index["page"] != "")
    if len(rows) < 2 * settings.queries:
        rows = np.arange(len(videos))
    if len(rows) < 2 * settings.queries:
        raise UserError(f"crossmodal.gallery.queries: there are only {len(rows)} videos to ask")
    drawn = np.random.default_rng(settings.seed).permutation(rows)[: 2 * settings.queries]
    return drawn.reshape(2, -1)


def _rows_of(videos: FeatureSet, ids: Sequence[str]) -> np.ndarray:
    rows = pd.Index(videos.index["id"]).get_indexer(pd.Index(ids))
    if (rows < 0).any():
        unknown = ids[int(np.argmax(rows < 0))]
        raise UserError(f"crossmodal.gallery.ids: no held-out video is called {unknown!r}")
    return rows


def _answers(
    videos: FeatureSet, direction: Direction, queries: np.ndarray, count: int
) -> list[Answer]:
    found, scores = nearest_others(direction, queries, count)
    return [
        Answer(
            _video(videos, query),
            [(_video(videos, match), score) for match, score in zip(*pair, strict=True)],
        )
        for query, pair in zip(queries, zip(found, scores, strict=True), strict=True)
    ]


def _video(videos: FeatureSet, row: int) -> Video:
    video = videos.index.iloc[row]
    return Video(video["id"], tuple(video["concepts"]), video["page"])


if __name__ == "__main__":
    run(crossmodal_gallery)
