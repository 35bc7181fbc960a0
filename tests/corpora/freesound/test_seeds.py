"""The words a harvest begins with."""

from pathlib import Path

import pytest

from tfrepro.corpora.freesound.merging import read_overrides
from tfrepro.corpora.freesound.seeds import read_seeds
from tfrepro.errors import UserError

CONCEPTS = Path(__file__).parents[3] / "data" / "concepts"


def test_they_are_lines_of_a_text_file(tmp_path):
    (tmp_path / "s.txt").write_text("# words\n\nDog barking  # loud\nrain\n")
    assert read_seeds(tmp_path / "s.txt") == ["dog barking", "rain"]


@pytest.mark.parametrize(
    ("text", "said"),
    [("# no\n", "has no words"), ("rain\ndog\nRain\n", "line 3: 'rain' is there twice")],
)
def test_a_file_without_words_or_with_one_twice_is_an_error(tmp_path, text, said):
    (tmp_path / "s.txt").write_text(text)
    with pytest.raises(UserError, match=f"s.txt: {said}"):
        read_seeds(tmp_path / "s.txt")


def test_a_file_that_cannot_be_read_is_an_error(tmp_path):
    (tmp_path / "latin.txt").write_bytes("café\n".encode("latin-1"))
    for name, said in (("no.txt", "cannot be read"), (".", "cannot be"), ("latin.txt", "no text")):
        with pytest.raises(UserError, match=said):
            read_seeds(tmp_path / name)


def test_ours_are_as_many_as_the_papers():
    assert len(read_seeds(CONCEPTS / "seeds.txt")) == 131


def test_our_overrides_drop_keep_apart_or_merge_forms():
    for tag, concept in read_overrides(CONCEPTS / "overrides.txt").items():
        assert concept in ("-", tag, tag.removesuffix("s"))
