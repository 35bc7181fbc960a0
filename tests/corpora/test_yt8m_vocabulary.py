"""The vocabulary says what label numbers mean, whatever order its rows are in."""

import json

import pytest

from tfrepro.corpora.yt8m_vocabulary import read_vocabulary
from tfrepro.errors import UserError

HEADER = "Index,TrainVideoCount,KnowledgeGraphId,Name,WikiUrl,Vertical1,Vertical2,Vertical3\n"


@pytest.fixture
def write(tmp_path):
    def make(text):
        file = tmp_path / "vocabulary.csv"
        file.write_text(text)
        return file

    return make


def test_rows_are_found_by_label_number_not_by_place(write):
    words = read_vocabulary(
        write(HEADER + "2,5,/m/2,Car,,Autos,,\n0,9,/m/0,Game,,Games,,\n1,7,/m/1,Song,,Music,,\n")
    )
    assert words.index.tolist() == [0, 1, 2]
    assert words["name"].tolist() == ["Game", "Song", "Car"]
    assert words["vertical"].tolist() == ["Games", "Music", "Autos"]


def test_a_label_without_name_or_vertical_still_has_both(write):
    words = read_vocabulary(write(HEADER + "0,9,/m/0,,,,,\n"))
    assert words.loc[0].tolist() == ["/m/0", "(Unknown)"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Label,Name\n0,Game\n", "must be a CSV file with the columns Index, Name"),
        ("", "cannot be read as a YouTube-8M vocabulary"),
        (HEADER + "one,9,/m/0,Game,,Games,,\n", "cannot be read as"),
        (HEADER + "0,9,/m/0,Game,,Games,,\n0,9,/m/1,Song,,Music,,\n", "describes label 0 twice"),
    ],
)
def test_another_file_is_refused_by_name(write, text, reason):
    with pytest.raises(UserError, match=rf"vocabulary\.csv: .*{reason}"):
        read_vocabulary(write(text))


@pytest.mark.real
def test_first_labels_verticals_are_those_of_the_captions_file(real_data):
    words = read_vocabulary(real_data / "yt8m" / "vocabulary_v2_full.csv")
    assert words.index.tolist() == list(range(3862))
    assert words["vertical"].nunique() == 25
    lines = (real_data / "yt8m" / "yt8m_captions_1250.jsonl").read_text().splitlines()
    videos = [json.loads(line) for line in lines]
    assert len(videos) == 1250
    assert all(words["vertical"][video["labels"][0]] == video["vertical"] for video in videos)
