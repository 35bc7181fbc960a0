"""A folder of music videos and its manifest."""

import pandas as pd
import pytest

from tfrepro.corpora.music_videos import own
from tfrepro.corpora.music_videos.table import COLUMNS
from tfrepro.errors import UserError
from tfrepro.files import sha256
from tfrepro.media.video import write_video
from tfrepro.settings.music_videos import OwnMusicVideos
from tfrepro.simulate.music import RATE
from tfrepro.simulate.music_plans import Effects
from tfrepro.simulate.music_videos import music_videos


def write(file, seconds):
    video = next(music_videos(1, 0, Effects(), seconds=seconds))
    write_video(file, video.frames((64, 64)), 12, sound=video.sound, sound_rate=RATE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("videos")
    write(folder / "a.mp4", 7)
    write(folder / "b.mp4", 6)
    (folder / "broken.mp4").write_bytes(b"no video")
    return folder


@pytest.fixture
def build(folder, tmp_path):
    def call(text):
        (tmp_path / "m.csv").write_text(text)
        settings = OwnMusicVideos(folder=folder, manifest=tmp_path / "m.csv")
        return own.build(tmp_path, settings)[0]

    return call


def test_a_row_a_video_with_style_length_and_checksum(build, folder):
    table = build("file,style,likes\nb.mp4,Korean,3\na.mp4,,1\n")
    assert set(COLUMNS) <= set(table)
    assert table["id"].tolist() == table["group"].tolist() == ["b", "a"]
    assert table["label"].tolist() == ["Korean", ""]
    assert table["likes"].tolist() == ["3", "1"]
    assert table["duration_s"].to_numpy() == pytest.approx([6, 7])
    assert table["sha256"][0] == sha256(folder / "b.mp4")
    assert set(table["source"]) == {""}


def test_group_and_split_of_the_manifest_are_kept(build):
    table = build("file,style,group,split\na.mp4,x,one,train\nb.mp4,y,one,train\n")
    assert table["group"].tolist() == ["one", "one"]
    assert table["split"].tolist() == ["train", "train"]


def test_parquet_is_read_as_well(folder, tmp_path):
    pd.DataFrame({"file": ["a.mp4"], "style": ["x"]}).to_parquet(tmp_path / "m.parquet")
    settings = OwnMusicVideos(folder=folder, manifest=tmp_path / "m.parquet")
    assert own.build(tmp_path, settings)[0]["label"].tolist() == ["x"]


def test_what_cannot_be_decoded_stays_till_features_are_made(build, folder):
    table = build("file,style\nbroken.mp4,x\na.mp4,x\n")
    assert table["id"].tolist() == ["broken", "a"]
    assert table["duration_s"].isna().tolist() == [True, False]
    assert table["sha256"][0] == sha256(folder / "broken.mp4")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("file,venue\na.mp4,x\n", "must have the columns file and style, has file, venue"),
        ("file,style\n", "has no videos"),
        ("file,style\nz.mp4,x\n", r"row 2: .*z\.mp4: no such file"),
        ("file,style\n../a.mp4,x\n", r"row 2: file '\.\./a\.mp4': must be a path inside"),
        ("file,style\na.mp4,x\na.mp4,y\n", r"row 3: a\.mp4 is there already"),
        ("file,style,split\na.mp4,x,late\n", "row 2: split 'late': must be train"),
        (
            "file,style,split,group\na.mp4,x,train,g\nb.mp4,x,test,g\n",
            "row 3: group 'g' is in train and in test",
        ),
    ],
)
def test_a_mistake_is_one_line_that_names_manifest_and_row(build, text, said):
    with pytest.raises(UserError, match=rf"m\.csv: {said}"):
        build(text)


@pytest.mark.parametrize("name", ["folder", "manifest"])
def test_a_setting_that_is_null_is_named(tmp_path, name):
    paths = {"folder": tmp_path, "manifest": tmp_path / "no.csv"} | {name: None}
    with pytest.raises(UserError, match=rf"^music_videos\.own\.{name}: name yours in params"):
        own.build(tmp_path, OwnMusicVideos(**paths))


def test_a_missing_manifest_is_named(folder, tmp_path):
    settings = OwnMusicVideos(folder=folder, manifest=tmp_path / "no.csv")
    with pytest.raises(UserError, match=r"no\.csv: cannot be read as a manifest"):
        own.build(tmp_path, settings)
