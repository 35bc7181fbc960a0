"""The embedded corpus of music videos, as files and as a table."""

import numpy as np
import pandas as pd
import pytest

from tfrepro.corpora.music_videos import rendered
from tfrepro.corpora.music_videos.table import (
    COLUMNS,
    checksum,
    read_music_videos,
    write_music_videos,
)
from tfrepro.errors import UserError
from tfrepro.files import sha256
from tfrepro.media.audio import load_audio
from tfrepro.media.video import all_frames, probe
from tfrepro.settings.music_videos import RenderedMusicVideos
from tfrepro.simulate.music_plans import Effects
from tfrepro.simulate.music_videos import music_videos

# Fewer than the settings let pass, which tests of features need.
ASKED = RenderedMusicVideos(
    videos=10, seed=1, seconds=6.5, share=0.4, effects=vars(Effects())
).model_copy(update={"videos": 3})


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rendered")
    videos, card = rendered.build(folder, ASKED)
    return folder, videos, card


def test_many_are_the_same_under_another_name(built, tmp_path):
    _, videos, card = built
    many, other = rendered.build_many(tmp_path, ASKED)
    assert many["sha256"].tolist() == videos["sha256"].tolist()
    assert (card.name, other.name) == ("rendered", "rendered-many")


def test_the_table_says_what_the_files_are(built):
    folder, videos, card = built
    assert tuple(videos) == COLUMNS
    assert videos["label"].tolist() == [v.label for v in music_videos(3, 1, Effects(), share=0.4)]
    assert videos["group"].is_unique
    assert (videos["duration_s"] == 6.5).all()
    assert [sha256(folder / file) for file in videos["file"]] == videos["sha256"].tolist()
    assert card.name == "rendered"


def test_files_decode_to_what_was_made(built):
    folder, videos, _ = built
    made = list(music_videos(3, 1, Effects(), seconds=6.5, share=0.4))[2]
    file = folder / videos["file"][2]
    facts = probe(file)
    assert (facts.width, facts.height, facts.frames) == (320, 240, 78)
    assert facts.seconds == pytest.approx(6.5)
    gaps = [
        np.abs(seen.astype(int) - drawn).mean()
        for (_, seen), drawn in zip(all_frames(file), made.frames(), strict=True)
    ]
    assert np.median(gaps) < 6
    assert len(load_audio(file)) / 22050 == pytest.approx(6.5, abs=0.1)


def test_the_same_is_built_each_time(built, tmp_path):
    again, _ = rendered.build(tmp_path, ASKED)
    pd.testing.assert_frame_equal(again, built[1])


def test_table_and_card_are_read_back(built, tmp_path):
    _, videos, card = built
    write_music_videos(tmp_path, videos.assign(split="train"), card)
    read, same = read_music_videos(tmp_path)
    assert same == card
    assert tuple(read) == (*COLUMNS, "split")
    assert checksum(read) != checksum(videos)
    assert checksum(read.drop(columns="split")) == checksum(videos)


def test_bad_rows_are_not_written_and_a_missing_corpus_is_named(built, tmp_path):
    _, videos, card = built
    with pytest.raises(ValueError, match=r"lack the columns .*duration_s"):
        write_music_videos(tmp_path, videos.drop(columns="duration_s"), card)
    with pytest.raises(ValueError, match="two videos named rendered-0"):
        write_music_videos(tmp_path, pd.concat([videos, videos]), card)
    with pytest.raises(UserError, match=r"videos\.parquet: missing; run"):
        read_music_videos(tmp_path / "none")
