"""Nouns: plurals, commonest senses, and where they are read from."""

import io
import tarfile

import pandas as pd
import pytest
import yaml

from tfrepro.corpora.freesound.nouns import (
    Nouns,
    from_open_english_wordnet,
    read_nouns,
    write_nouns,
)
from tfrepro.errors import UserError

ENTRIES = {
    "child": {"n": {"form": ["children"], "sense": [{"synset": "1-n"}, {"synset": "2-n"}]}},
    "kid": {"n": {"sense": [{"synset": "1-n"}, {"synset": "3-n"}]}, "v": {"sense": []}},
    "engine": {"n": {"sense": [{"synset": "4-n"}]}},
    "glass": {"n": {"sense": [{"synset": "5-n"}]}},
    "glasses": {"n": {"sense": [{"synset": "6-n"}]}},
    "church bell": {"n": {"sense": [{"synset": "7-n"}]}},
    "walkie-talkie": {"n": {"sense": [{"synset": "11-n"}]}},
    "leaf": {"n": {"form": ["leaves"], "sense": [{"synset": "12-n"}]}},
    "leave": {"n": {"form": ["leaves"], "sense": [{"synset": "13-n"}]}},
    "run": {"v": {"sense": [{"synset": "8-v"}]}},
    "China": {"n": {"sense": [{"synset": "9-n"}]}},
    "china": {"n": {"sense": [{"synset": "10-n"}]}},
}
SYNSETS = {"1-n": {"definition": ["a young person", "again"], "members": ["child", "kid"]}}


def pack(file, documents):
    with tarfile.open(file, "w:gz") as archive:
        for name, content in documents.items():
            text = yaml.safe_dump(content).encode()
            member = tarfile.TarInfo(f"src/yaml/{name}")
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text))
    return file


@pytest.fixture(scope="module")
def nouns(tmp_path_factory):
    documents = {"entries-c.yaml": ENTRIES, "noun.person.yaml": SYNSETS, "verb.act.yaml": {}}
    return from_open_english_wordnet(pack(tmp_path_factory.mktemp("w") / "w.tgz", documents))


@pytest.mark.parametrize(
    ("word", "lemma"),
    [
        ("engine", "engine"),
        ("engines", "engine"),
        ("Engines", "engine"),
        ("children", "child"),
        ("kids", "kid"),
        ("glass", "glass"),
        ("glasses", "glasses"),
        ("church-bells", "church bell"),
        ("church_bell", "church bell"),
        ("walkie-talkies", "walkie talkie"),
        ("walkie talkie", "walkie talkie"),
        ("leaves", "leaf"),
        ("run", None),
        ("running", None),
        ("", None),
        ("s", None),
    ],
)
def test_a_plural_is_a_form_of_its_noun_and_a_noun_is_its_own(nouns, word, lemma):
    assert nouns.lemma(word) == lemma


def test_the_commonest_sense_is_the_first(nouns):
    assert nouns.synset("child") == nouns.synset("kid") == "1-n"
    assert nouns.synset("run") is None


def test_a_proper_name_does_not_stand_for_the_common_noun(nouns):
    assert nouns.synset("china") == "10-n"


def test_a_synset_is_told_in_words(nouns):
    assert nouns.gloss("1-n") == "a young person"
    assert nouns.gloss("7-n") == ""


def test_written_tables_are_read_again(nouns, tmp_path):
    write_nouns(tmp_path / "nouns", nouns)
    again = read_nouns(tmp_path / "nouns")
    for name in ("senses", "forms", "glosses"):
        pd.testing.assert_frame_equal(
            getattr(again, name).reset_index(drop=True),
            getattr(nouns, name).reset_index(drop=True),
        )
    assert isinstance(again, Nouns)


def test_an_archive_of_something_else_is_named(tmp_path):
    with pytest.raises(UserError, match=r"other\.tgz: holds no entries"):
        from_open_english_wordnet(pack(tmp_path / "other.tgz", {"readme.yaml": {}}))


def test_what_is_no_archive_is_named(tmp_path):
    (tmp_path / "no.tgz").write_bytes(b"not an archive")
    with pytest.raises(UserError, match=r"no\.tgz: cannot be read"):
        from_open_english_wordnet(tmp_path / "no.tgz")


def test_tables_that_are_not_there_are_named(tmp_path):
    with pytest.raises(UserError, match=r"senses\.parquet: missing"):
        read_nouns(tmp_path)
