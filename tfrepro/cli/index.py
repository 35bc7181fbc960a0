"""``tfrepro index``: the videos of a feature set, embedded by trained networks, as an index."""

from pathlib import Path

from tfrepro.errors import UserError
from tfrepro.features.feature_set import read_feature_set
from tfrepro.retrieval.videos import build_video_index


def run(features: Path, model: Path, folder: Path, *, finds: str, approximate: bool) -> int:
    """Build the index and say how large it is."""
    videos, meta = read_feature_set(features), {"built_from": features.name}
    try:
        index = build_video_index(folder, videos, model, finds, approximate=approximate, meta=meta)
    except ValueError as error:
        raise UserError(f"{features}: {error}") from None
    print(f"{folder}: {len(index.ids)} videos, {index.vectors.shape[1]} dimensions")
    return 0
