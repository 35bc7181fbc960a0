"""Captions of YouTube-8M videos, and the sounds of the others."""

import json
from pathlib import Path

import pandas as pd
import pytest

from tfrepro.corpora.yt8m_captions import captioned, external_sounds, read_captions
from tfrepro.errors import UserError

REAL = Path(__file__).resolve().parents[3] / "shared/data/yt8m/yt8m_captions_1250.jsonl"


def video(name, vertical, *segments):
    return json.dumps({"id": name, "vertical": vertical, "segments": segments})


@pytest.fixture
def file(tmp_path):
    def write(*lines):
        path = tmp_path / "captions.jsonl"
        path.write_text("\n".join(lines) + "\n")
        return path

    return write


def test_what_is_said_is_put_in_order(file):
    lines = [video("a", "Food", [4.0, 2.5, "the  world"], [1.0, 3.0, "hello"]), video("b", "Pets")]
    captions = read_captions(file(*lines))
    assert captions.loc["a"].to_dict() == {
        "text": "hello the world", "seconds": 5.5, "vertical": "Food",
    }  # fmt: skip
    assert captions.loc["b", ["text", "seconds"]].to_list() == ["", 0.0]


@pytest.mark.parametrize(
    ("line", "said"),
    [("{", "line 2"), ('{"id": "b"}', "line 2.*segments"), ("[]", "line 2")],
)
def test_a_line_that_is_no_video_is_named(file, line, said):
    with pytest.raises(UserError, match=rf"captions\.jsonl: {said}"):
        read_captions(file(video("a", "Food"), line))


def test_a_video_that_is_there_twice_is_named(file):
    with pytest.raises(UserError, match="video a is there twice"):
        read_captions(file(video("a", "Food"), video("a", "Food")))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(UserError, match=r"no\.jsonl: cannot be read"):
        read_captions(tmp_path / "no.jsonl")


INDEX = pd.DataFrame(
    {
        "id": ["a", "b", "c", "d", "e", "f"],
        "label": ["(shards)"] * 6,
        "concepts": [["Car"], ["Cat"], ["Car", "Dog"], ["Dog"], ["Car", "Owl"], ["Owl"]],
    }
)
CAPTIONS = pd.DataFrame(
    {"text": ["x", "y", "z"], "vertical": ["Autos", "Autos", "Pets"]}, index=["b", "a", "d"]
)


def test_videos_with_captions_have_their_vertical_and_their_text():
    videos = captioned(INDEX, CAPTIONS, least_videos=2)
    assert videos["id"].to_dict() == {0: "a", 1: "b"}
    assert list(videos["label"]) == ["Autos", "Autos"]
    assert list(videos["text"]) == ["y", "x"]
    assert set(captioned(INDEX, CAPTIONS, least_videos=1)["label"]) == {"Autos", "Pets"}


def test_the_others_are_sounds_with_the_frequent_entities():
    sounds = external_sounds(INDEX, CAPTIONS, least_videos=2)
    assert sounds["concepts"].to_dict() == {2: ["Car"], 4: ["Car", "Owl"], 5: ["Owl"]}
    assert sounds["label"].to_dict() == {2: "Car", 4: "Car", 5: "Owl"}


@pytest.mark.real
def test_the_real_captions_are_as_described():
    if not REAL.exists():
        pytest.skip("no mirror folder with the captions")
    captions = read_captions(REAL)
    assert len(captions) == 1250
    counts = captions["vertical"].value_counts()
    assert len(counts) == 24
    assert (counts >= 20).sum() == 11
    assert counts[counts >= 20].sum() == 1166
