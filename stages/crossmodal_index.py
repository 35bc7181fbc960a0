"""The retrieval index of a video corpus: every video, embedded by one trained method."""

from _code import code_of
from _paths import runs
from _stage import read, run, wrote
from _video_paths import index as index_folder
from _video_paths import video_features

from tfrepro.errors import UserError
from tfrepro.evaluation.embedding_runs import ALL, read_embedding_run
from tfrepro.features.feature_set import read_feature_set
from tfrepro.models.devices import configure
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
    build_video_index(
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
    wrote(index_folder(corpus))


if __name__ == "__main__":
    run(crossmodal_index)
