"""The retrieval index of a video corpus: every video, embedded by one trained method."""

from _code import code_of
from _paths import runs
from _stage import read, run, wrote
from _video_paths import index as index_folder
from _video_paths import video_features

from tfrepro.clips.index_card import CARD, index_card
from tfrepro.errors import UserError
from tfrepro.evaluation.embedding_runs import ALL, read_embedding_run
from tfrepro.evaluation.held_out import held_out_rows
from tfrepro.evaluation.retrieval import evaluate
from tfrepro.features.embeddings import Embeddings
from tfrepro.features.feature_set import FeatureSet, read_feature_set
from tfrepro.models.devices import configure
from tfrepro.retrieval.index import VectorIndex
from tfrepro.retrieval.videos import build_video_index
from tfrepro.settings.crossmodal import CrossModalPaper
from tfrepro.settings.reading import read_section
from tfrepro.settings.shared import Compute


def crossmodal_index(corpus: str) -> None:
    paper = read_section(CrossModalPaper, "crossmodal")
    settings = paper.index
    compute = read_section(Compute, "compute")
    configure(compute.device, compute.precision)
    features = read_feature_set(read(video_features(corpus)))
    folder = read(runs(corpus, "crossmodal", "retrieval") / settings.method)
    trained = read_embedding_run(folder)
    model = folder / ALL / f"seed-{paper.seed}" / "model"
    if not model.is_dir():
        raise UserError(
            f"crossmodal.index.method = {settings.method!r}: leaves no trained networks; "
            "name one that is trained with Keras, like contrastive"
        )
    made = build_video_index(
        index_folder(corpus),
        features,
        model,
        settings.finds,
        approximate=settings.approximate,
        meta={
            "corpus": features.meta["corpus"],
            "method": settings.method,
            "code": trained.info["code"] | code_of("stages/crossmodal_index"),
        },
    )
    _write_card(made, features, paper)
    wrote(index_folder(corpus))


def _write_card(made: VectorIndex, features: FeatureSet, paper: CrossModalPaper) -> None:
    """The card, with what the index itself finds for the held-out videos."""
    _, held_out = held_out_rows(features.index["split"], paper.held_out)
    found, asked = made.vectors[held_out], made.queries[held_out]
    by_modality = {made.meta["finds"]: found, made.meta["asked_with"]: asked}
    embeddings = Embeddings.in_one_space(**by_modality)
    pool = min(paper.pools)
    scores = {
        f"{name}: {score}": value
        for name in ("audio_to_video", "video_to_audio")
        for score, value in evaluate(getattr(embeddings, name), ks=paper.ks, pools=[pool])
        .iloc[0]
        .items()
    }
    card = index_card(made.meta, scores, len(held_out), made.ids[held_out[0]])
    (made.folder / CARD).write_text(card)


if __name__ == "__main__":
    run(crossmodal_index)
