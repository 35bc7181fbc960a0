"""From seeds to a labelled collection, on a catalogue small enough to follow by hand."""

import pytest

from tfrepro.corpora.freesound.metadata_table import MetadataTable, read_metadata_table
from tfrepro.corpora.freesound.procedure import Thresholds, assign, build_concept_dataset
from tfrepro.corpora.freesound.sound import Sound
from tfrepro.errors import UserError


def sound(number, *tags):
    return Sound(number, f"sound {number}", tags, 2.0 * number, "CC0", "someone")


SOUNDS = [
    sound(1, "dog", "bark"),
    sound(2, "dog", "bark", "park"),
    sound(3, "dog", "rare"),
    sound(4, "bark", "tree"),
    sound(5, "rain", "park"),
    sound(6, "rain"),
    sound(7, "rain", "dog"),
    sound(8, "nothing"),
]
CATALOGUE = MetadataTable(SOUNDS, [frozenset()] * len(SOUNDS))
ENOUGH = Thresholds(seed_sounds=10, tag_sounds=2, concept_sounds=10, least_sounds=2)


def build(**changes):
    thresholds = Thresholds(**(vars(ENOUGH) | changes))
    return build_concept_dataset(
        CATALOGUE, ["dog", "rain", "unheard"], thresholds, nouns=None, overrides={}, progress=False
    )


def test_every_step_is_counted():
    assert build().counts == {
        "seeds": 3,
        "seeds_without_sounds": 1,
        "sounds_of_seeds": 6,  # 1, 2, 3, 7 and 5, 6, 7
        "tags_of_those": 12,
        "distinct_tags": 5,
        "frequent_tags": 4,  # not: rare
        "merged_concepts": 4,
        "sounds_of_concepts": 7,  # with 4, which a concept finds though no seed did
        "kept_concepts": 2,
        "kept_sounds": 5,
    }


def test_a_sound_has_the_concept_that_ranks_it_best_as_its_label_and_all_its_tags():
    # Searched for, sounds with fewer tags come first: dog 1 3 7 2, rain 6 5 7, bark 1 4 2,
    # park 5 2. Of bark and rain one sound each is left, which is too few.
    clips = build().clips.set_index("id")
    assert clips["label"].to_dict() == {1: "dog", 2: "park", 3: "dog", 5: "park", 7: "dog"}
    assert clips.loc[2, "concepts"] == ["dog", "park"]
    for _, clip in clips.iterrows():
        assert clip["label"] in clip["concepts"]


def test_concepts_with_too_few_sounds_take_their_sounds_along():
    made = build(least_sounds=3)
    kept = made.concepts[made.concepts["kept"]]
    assert (kept["clips"] >= 3).all()
    assert set(made.clips["label"]) == set(kept["name"])
    assert len(made.clips) == kept["clips"].sum()


def test_each_sound_is_there_once():
    assert not build().clips["id"].duplicated().any()


@pytest.mark.parametrize(("key", "value"), [("tag_sounds", 99), ("least_sounds", 99)])
def test_a_threshold_that_leaves_nothing_is_named(key, value):
    with pytest.raises(UserError, match=f"{key} = 99"):
        build(**{key: value})


def test_of_two_concepts_that_rank_a_sound_alike_the_earlier_has_it():
    one, two, three = SOUNDS[:3]
    labels = assign({"a": [one, two], "b": [two, three], "c": [one]})
    assert labels == {1: "a", 2: "b", 3: "b"}


class TestMetadataTable:
    def test_every_word_must_be_there(self):
        table = MetadataTable(SOUNDS[:2], [frozenset({"loud"}), frozenset()])
        assert [s.id for s in table.search("dog", 9)] == [1, 2]
        assert [s.id for s in table.search("loud dog", 9)] == [1]
        assert table.search("loud cat", 9) == []

    def test_what_is_tagged_comes_before_what_is_said(self):
        table = MetadataTable(SOUNDS[:2], [frozenset({"park"}), frozenset()])
        assert [s.id for s in table.search("park", 9)] == [2, 1]

    def test_a_limit_is_kept(self):
        assert len(CATALOGUE.search("dog", 2)) == 2

    def test_a_query_of_no_words_finds_nothing(self):
        assert CATALOGUE.search("!", 9) == []

    def test_a_tag_of_several_words_is_found_as_such_and_by_each(self):
        table = MetadataTable([sound(1, "field-recording")], [frozenset()])
        for query in ("field-recording", "field recording", "recording"):
            assert [s.id for s in table.search(query, 9)] == [1]

    def test_a_csv_file_is_read(self, tmp_path):
        file = tmp_path / "sounds.csv"
        file.write_text(
            "id,name,tags,duration,license,username,description\n"
            "7,Rain,Rain wet rain,1.5,CC0,me,in London\n"
            "7,Again,twice,1,CC0,me,\n"
            "8,No tags,,1,CC0,me,\n"
        )
        (found,) = read_metadata_table(file).search("london", 9)
        assert (found.id, found.tags, found.duration) == (7, ("rain", "wet"), 1.5)

    def test_a_file_that_lacks_a_column_is_named(self, tmp_path):
        (tmp_path / "no.csv").write_text("id,tags\n1,a\n")
        with pytest.raises(UserError, match=r"no\.csv: lacks the columns name, duration"):
            read_metadata_table(tmp_path / "no.csv")
