"""A folder of videos and its manifest."""

import pandas as pd
import pytest

from tfrepro.corpora.own_videos import read_manifest
from tfrepro.errors import UserError


@pytest.fixture
def folder(tmp_path):
    for name in ("a.mp4", "b.webm", "more/c.mov"):
        path = tmp_path / "videos" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"video")
    return tmp_path / "videos"


@pytest.fixture
def read(folder, tmp_path):
    def call(text):
        (tmp_path / "m.csv").write_text(text)
        return read_manifest(tmp_path / "m.csv", folder)

    return call


def test_a_row_a_video_in_the_order_of_the_manifest(read):
    table = read("file,venue,text,likes\nmore/c.mov,Park,so green,3\na.mp4,,NA,1\n")
    assert list(table["id"]) == ["more/c", "a"]
    assert list(table["label"]) == ["Park", ""]
    assert list(table["text"]) == ["so green", "NA"]
    assert list(table["likes"]) == ["3", "1"]
    assert "split" not in table


def test_split_and_group_are_taken_over_and_dropped_if_empty(read):
    table = read("file,venue,split,group\na.mp4,Park,train,\nb.webm,Gym,test,\n")
    assert list(table["split"]) == ["train", "test"]
    assert "group" not in table
    assert list(table["text"]) == ["", ""]


def test_parquet_is_read_as_well(folder, tmp_path):
    rows = pd.DataFrame({"file": ["a.mp4"], "venue": ["Park"], "text": [None]})
    rows.to_parquet(tmp_path / "m.parquet")
    assert read_manifest(tmp_path / "m.parquet", folder)["text"].to_list() == [""]


def test_files_that_differ_in_their_ending_alone_keep_it(read, folder):
    (folder / "a.webm").write_bytes(b"video")
    assert list(read("file,venue\na.mp4,Park\na.webm,Gym\n")["id"]) == ["a.mp4", "a.webm"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name,venue\na.mp4,Park\n", "must have the columns file and venue, has name, venue"),
        ("file,venue\n", "has no videos"),
        ("file,venue\na.mp4,Park\nz.mp4,Gym\n", r"row 3: .*z\.mp4: no such file"),
        ("file,venue\n../m.csv,Park\n", r"row 2: file '\.\./m\.csv': must be a path inside"),
        ("file,venue\n,Park\n", "row 2: file '': must be a path inside"),
        ("file,venue\na.mp4,Park\nb.webm,Gym\na.mp4,Gym\n", r"row 4: a\.mp4 is there already"),
        ("file,venue,split\na.mp4,Park,training\n", "row 2: split 'training': must be train"),
        ("file,venue,group\na.mp4,Park,me\nb.webm,Gym,\n", "row 3: has no group, while"),
    ],
)
def test_a_mistake_is_one_line_that_names_the_row(read, text, said):
    with pytest.raises(UserError, match=rf"m\.csv: {said}"):
        read(text)


def test_a_missing_manifest_is_named(folder, tmp_path):
    with pytest.raises(UserError, match=r"no\.csv: cannot be read as a manifest"):
        read_manifest(tmp_path / "no.csv", folder)


def test_ids_of_the_manifest_are_taken_and_must_differ(read):
    assert read("id,file,venue\n7,a.mp4,Park\n9,b.webm,Gym\n")["id"].tolist() == ["7", "9"]
    with pytest.raises(UserError, match="row 3: id '7' is there already"):
        read("id,file,venue\n7,a.mp4,Park\n7,b.webm,Gym\n")


@pytest.mark.parametrize("name", ["label", "sha256", "has_sound", "visual_sequence_length"])
def test_names_that_the_features_need_are_refused(read, name):
    with pytest.raises(UserError, match=f"column '{name}'"):
        read(f"file,venue,{name}\na.mp4,Park,1\n")


def test_a_group_on_two_sides_of_a_split_is_named(read):
    with pytest.raises(UserError, match="row 3: group 'ann' is in train and in test"):
        read("file,venue,split,group\na.mp4,Park,train,ann\nb.webm,Gym,test,ann\n")


def test_another_spelling_of_a_path_is_the_same_file(read):
    with pytest.raises(UserError, match=r"row 3: \./a\.mp4 is there already"):
        read("file,venue\na.mp4,Park\n./a.mp4,Park\n")


@pytest.mark.parametrize("venue", ["category", "string", "object"])
def test_a_parquet_manifest_may_have_gaps(folder, tmp_path, venue):
    table = pd.DataFrame({"file": ["a.mp4", "b.webm"], "venue": ["Park", None]})
    table["venue"] = table["venue"].astype(venue)
    table["likes"] = pd.array([3, None], "Int64")
    table.set_index("file").to_parquet(tmp_path / "m.parquet")
    read = read_manifest(tmp_path / "m.parquet", folder)
    assert read["label"].tolist() == ["Park", ""]
    assert read["likes"].tolist() == ["3", ""]
