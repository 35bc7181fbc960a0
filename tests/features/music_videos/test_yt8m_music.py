"""Music among YouTube-8M's videos: a row a video, its vectors as released."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from tfrepro.corpora import rendered_yt8m
from tfrepro.corpora.music_videos import yt8m_music as corpus
from tfrepro.corpora.yt8m import convert
from tfrepro.corpora.yt8m_2018 import VOCABULARY
from tfrepro.corpora.yt8m_vocabulary import read_vocabulary
from tfrepro.features.feature_set import read_feature_set, write_feature_set
from tfrepro.features.music_videos.yt8m_music import make_features
from tfrepro.settings.music_videos import Yt8mMusic
from tfrepro.settings.yt8m import RenderedVideos

SHARDS = RenderedVideos(
    videos=60, shards=2, labels=30, noise=1.0, seed=1,
    split={"test": 16, "valid_share": 0.1, "seed": 7},
)  # fmt: skip


@pytest.fixture(scope="module")
def shards(tmp_path_factory):
    """Shards of 60 videos, found where the release would be, and their index and vectors."""
    folder = tmp_path_factory.mktemp("shards")
    files, _ = rendered_yt8m.build(folder, SHARDS)
    paths = {
        VOCABULARY if kind == "vocabulary" else file: folder / file
        for file, kind in zip(files["file"], files["kind"], strict=True)
    }
    listed = [SimpleNamespace(path=path, sha256="0" * 64) for path in paths]
    found = SimpleNamespace(source=SimpleNamespace(files=listed), path=paths.__getitem__)
    records = [folder / file for file in files["file"][files["kind"] == "shard"]]
    vocabulary = read_vocabulary(paths[VOCABULARY])
    index, arrays, _ = convert(
        records, vocabulary, folder / "work", split=lambda ids: "", on_corrupt="raise"
    )
    return SimpleNamespace(find=lambda name: found, index=index, arrays=arrays)


def built(shards, folder, *, others):
    names = shards.index["concepts"].explode().value_counts().index
    settings = Yt8mMusic(style=names[3], entities=[names[1]], others=others)
    videos, _ = corpus.build(folder, settings, shards.find)
    return videos, make_features(folder, videos, settings, shards.find, folder / "work")


def test_a_video_is_a_chunk_of_one_segment_in_the_tables_order(shards, tmp_path):
    videos, made = built(shards, tmp_path, others=True)
    assert len(made) == 60
    assert made.index["id"].tolist() == made.index["chunk"].tolist() == videos["id"].tolist()
    assert set(made.index["place"]) == {0}
    assert made.index["label"].tolist() == videos["label"].tolist()
    assert 0 < made.index["music"].sum() < 60
    assert (made.meta["segments"], made.meta["segment_s"]) == (1, None)
    for name, array in shards.arrays.items():
        np.testing.assert_array_equal(made.arrays[name], array)
        assert made.meta["modalities"][name]["dimension"] == array.shape[1]


def test_without_the_others_each_row_is_still_its_own_video(shards, tmp_path):
    videos, made = built(shards, tmp_path, others=False)
    assert made.index["music"].all()
    assert 0 < len(videos) == len(made) < 60
    row = pd.Series(range(60), shards.index["id"])[videos["id"]]
    np.testing.assert_array_equal(made.arrays["visual"], shards.arrays["visual"][row])


def test_it_is_written_and_read_back(shards, tmp_path):
    _, made = built(shards, tmp_path, others=True)
    write_feature_set(tmp_path / "features", made)
    read = read_feature_set(tmp_path / "features")
    assert read.index["concepts"].map(list).tolist() == made.index["concepts"].tolist()
    assert read.meta == made.meta
