"""Which files are clips, and what their owners wrote."""

import pytest

from tfrepro.clips.clip_files import clips_of
from tfrepro.clips.front_end import Clip
from tfrepro.errors import UserError


@pytest.fixture
def folder(tmp_path):
    for name in ("b.mp4", "a.MOV", "notes.txt", "more/c.webm", ".hidden.mp4"):
        file = tmp_path / "clips" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    return tmp_path / "clips"


def names(clips):
    return [clip.path.name for clip in clips]


def test_of_a_folder_the_videos_are_taken_wherever_they_are_in_it(folder):
    assert names(clips_of([folder])) == ["a.MOV", "b.mp4", "c.webm"]


def test_a_file_that_is_named_is_taken_whatever_it_is_called(folder):
    assert names(clips_of([folder / "notes.txt"])) == ["notes.txt"]


def test_no_file_is_taken_twice(folder):
    assert names(clips_of([folder / "b.mp4", folder])) == ["b.mp4", "a.MOV", "c.webm"]


def test_a_text_is_of_the_only_clip(folder):
    assert clips_of([folder / "b.mp4"], "a day") == [Clip(folder / "b.mp4", "a day")]
    with pytest.raises(UserError, match="--text is for one clip, there are 3"):
        clips_of([folder], "a day")


@pytest.mark.parametrize("home", ["", "clips"])
def test_a_manifest_lies_in_the_folder_or_beside_it(folder, tmp_path, home):
    manifest = tmp_path / home / "words.csv"
    manifest.write_text('file,venue,text\nb.mp4,Park,"a day, at last"\nmore/c.webm,,\n')
    texts = {clip.path.name: clip.text for clip in clips_of([folder], manifest=manifest)}
    assert texts == {"a.MOV": "", "b.mp4": "a day, at last", "c.webm": ""}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("file,words\nb.mp4,x\n", "must have rows and the columns file and text, has file, words"),
        ("", "has nothing"),
        ("file,text\nother.mp4,x\n", "names none of the clips"),
        (None, "cannot be read as CSV"),
    ],
)
def test_a_manifest_that_does_not_fit_is_one_line(folder, tmp_path, content, said):
    if content is not None:
        (tmp_path / "m.csv").write_text(content)
    with pytest.raises(UserError, match=said):
        clips_of([folder], manifest=tmp_path / "m.csv")


def test_what_is_not_there_is_named(folder, tmp_path):
    with pytest.raises(UserError, match=r"x\.mp4: no such file or folder"):
        clips_of([tmp_path / "x.mp4"])
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match="empty: holds no video"):
        clips_of([tmp_path / "empty"])
