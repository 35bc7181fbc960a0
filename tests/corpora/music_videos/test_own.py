"""A folder of music videos and its manifest."""

import logging

import pandas as pd
import pytest

from tfrepro.corpora.music_videos import own
from tfrepro.corpora.music_videos.table import COLUMNS
from tfrepro.errors import UserError
from tfrepro.files import sha256
from tfrepro.media.video import write_video
from tfrepro.simulate.music import RATE
from tfrepro.simulate.music_plans import Effects
from tfrepro.simulate.music_videos import music_videos


def write(file, seconds, *, sound=True):
    video = next(music_videos(1, 0, Effects(), seconds=seconds))
    y = video.sound if sound else None
    write_video(file, video.frames((64, 64)), 12, sound=y, sound_rate=RATE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("videos")
    write(folder / "a.mp4", 7)
    write(folder / "b.mp4", 6)
    write(folder / "short.mp4", 4)
    write(folder / "mute.mp4", 6, sound=False)
    (folder / "broken.mp4").write_bytes(b"no video")
    return folder


@pytest.fixture
def build(folder, tmp_path):
    def call(text):
        (tmp_path / "m.csv").write_text(text)
        return own.build(folder, tmp_path / "m.csv")[0]

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
    assert own.build(folder, tmp_path / "m.parquet")[0]["label"].tolist() == ["x"]


def test_what_is_no_music_video_is_logged_and_left_out(build, caplog):
    with caplog.at_level(logging.WARNING, "tfrepro"):
        table = build("file,style\nshort.mp4,x\nbroken.mp4,x\nmute.mp4,x\na.mp4,x\n")
    assert table["id"].tolist() == ["a"]
    said = [record.getMessage() for record in caplog.records]
    assert "short.mp4: lasts 4.0 s, less than a segment of 6 s, left out" in said[0]
    assert "broken.mp4: is not a video file" in said[1]
    assert "mute.mp4: has no sound track" in said[2]


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
        ("file,style\nbroken.mp4,x\n", r"no video can be used; broken\.mp4 is not a video file"),
    ],
)
def test_a_mistake_is_one_line_that_names_manifest_and_row(build, text, said):
    with pytest.raises(UserError, match=rf"m\.csv: {said}"):
        build(text)


def test_a_missing_manifest_is_named(folder, tmp_path):
    with pytest.raises(UserError, match=r"no\.csv: cannot be read as a manifest"):
        own.build(folder, tmp_path / "no.csv")
