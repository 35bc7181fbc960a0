"""Music videos and their like among YouTube-8M's."""

from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from tfrepro import sources
from tfrepro.corpora.music_videos.split import hold_out
from tfrepro.corpora.music_videos.table import COLUMNS, write_music_videos
from tfrepro.corpora.music_videos.yt8m_music import build, music_table
from tfrepro.errors import UserError
from tfrepro.settings.music_videos import Yt8mMusic
from tfrepro.settings.reading import read_section

INDEX = pd.DataFrame(
    {
        "id": ["a", "b", "c"],
        "concepts": [["Concert", "Music video"], ["Game"], ["Guitar", "Game"]],
        "group": ["a", "b", "c"],
        "source": ["one", "one", "two"],
    }
)
SUMS = {"one": "11", "two": "22"}
ASKED = Yt8mMusic(style="Music video", entities=["Concert", "Guitar"], others=True)
PARAMS = Path(__file__).parents[3] / "params.yaml"


def test_an_entity_makes_a_video_music_and_one_entity_is_the_style():
    table = music_table(INDEX, SUMS, ASKED)
    assert set(COLUMNS) <= set(table)
    assert table["music"].tolist() == [True, False, True]
    assert table["label"].tolist() == ["Music video", "other", "other"]
    assert table["sha256"].tolist() == ["11", "11", "22"]
    assert table["duration_s"].isna().all()


def test_others_can_be_left_out():
    table = music_table(INDEX, SUMS, ASKED.model_copy(update={"others": False}))
    assert table["id"].tolist() == ["a", "c"]
    assert table["music"].all()


@pytest.mark.parametrize("change", [{"style": "Jazz"}, {"entities": ["Guitar", "Jazz"]}])
def test_an_entity_that_no_video_has_is_named(change):
    said = r"music_videos\.yt8m-music names Jazz: none of 3 videos of YouTube-8M has it"
    with pytest.raises(UserError, match=said):
        music_table(INDEX, SUMS, ASKED.model_copy(update=change))


@pytest.mark.real
def test_the_real_shards_have_about_3700_music_videos(real_data, tmp_path):
    def find_source(name):
        return sources.resolve(sources.load(name), mirrors=[real_data], cache=tmp_path)

    settings = read_section(Yt8mMusic, "music_videos.yt8m-music", PARAMS)
    videos, card = build(tmp_path, settings, find_source)
    music = videos[videos["music"]]
    counts = Counter(name for names in music["concepts"] for name in names)
    assert len(videos) == 15_237
    assert 3_600 < len(music) < 3_800
    published = {"Concert": 1502, "Musician": 1076, "Guitar": 621, "Music video": 461}
    assert {name: counts[name] for name in published} == published
    assert (videos["label"] == "Music video").sum() == 461
    assert 0.11 < (music["label"] == "Music video").mean() < 0.14
    train, candidates, queries = hold_out(videos["group"], eligible=videos["music"])
    assert (len(candidates), len(queries), len(train)) == (2_000, 500, 13_237)
    write_music_videos(tmp_path, videos, card)
