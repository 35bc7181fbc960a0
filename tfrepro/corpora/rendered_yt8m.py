"""The embedded video corpus: YouTube-8M-shaped shards made here, and their vocabulary."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from tqdm import tqdm

from tfrepro.corpora.sounds import CorpusCard
from tfrepro.files import sha256
from tfrepro.media.tf_example import encode_example
from tfrepro.media.tfrecord import write_records
from tfrepro.settings.yt8m import RenderedVideos
from tfrepro.simulate.yt8m import Videos, video_shards, vocabulary

VOCABULARY = "vocabulary.csv"
CARD = CorpusCard(
    name="rendered",
    title="Videos made by tfrepro from latent factors that sight and sound share",
    stands_in_for="YouTube-8M, video level",
    licence="CC0-1.0",
)


def build(
    folder: Path, settings: RenderedVideos, find_source: object = None
) -> tuple[pd.DataFrame, CorpusCard]:
    """Write shards of the 2018 schema into ``folder``; the same bytes for the same settings."""
    vocabulary(settings.labels, settings.seed).to_csv(folder / VOCABULARY, index=False)
    parts = video_shards(
        settings.videos,
        settings.shards,
        settings.seed,
        labels=settings.labels,
        noise=settings.noise,
    )
    names = [VOCABULARY]
    for number, videos in enumerate(
        tqdm(parts, total=settings.shards, desc="shards", unit="shard")
    ):
        names.append(f"rendered{number:04d}.tfrecord")
        write_records(folder / names[-1], _records(videos))
    files = pd.DataFrame({"file": names, "source": ""})
    files["sha256"] = [sha256(folder / name) for name in names]
    files["kind"] = np.where(files["file"] == VOCABULARY, "vocabulary", "shard")
    return files, CARD


def _records(videos: Videos) -> Iterator[bytes]:
    for name, labels, mean_rgb, mean_audio in zip(
        videos.ids, videos.labels, videos.mean_rgb, videos.mean_audio, strict=True
    ):
        yield encode_example(
            {
                "id": [name.encode()],
                "labels": labels,
                "mean_rgb": mean_rgb,
                "mean_audio": mean_audio,
            }
        )
