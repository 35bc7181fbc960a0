"""From seeds to a labelled collection, on a catalogue small enough to follow by hand."""

import pandas as pd
import pytest

from tfrepro.corpora.freesound.merging import Concept, ConceptReader
from tfrepro.corpora.freesound.metadata_table import MetadataTable, read_metadata_table
from tfrepro.corpora.freesound.nouns import TABLES, Nouns
from tfrepro.corpora.freesound.procedure import Thresholds, assign, build_concept_dataset
from tfrepro.corpora.freesound.sound import Sound
from tfrepro.errors import UserError


def sound(number, *tags):
    return Sound(number, f"untitled {number}", tags, 2.0 * number, "CC0", "someone")


def nouns_of(*words):
    """A dictionary of just these words."""
    senses = pd.DataFrame([(word, 1, word) for word in words], columns=TABLES["senses"])
    return Nouns(
        senses, pd.DataFrame(columns=TABLES["forms"]), pd.DataFrame(columns=TABLES["glosses"])
    )


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
ENOUGH = Thresholds(
    seed_sounds=10,
    tag_sounds=2,
    tag_owners=1,
    nouns_only=False,
    concept_sounds=10,
    least_sounds=2,
)


def build(nouns=None, overrides=None, **changes):
    return build_concept_dataset(
        CATALOGUE,
        ["dog", "rain", "unheard"],
        Thresholds(**(vars(ENOUGH) | changes)),
        nouns=nouns,
        overrides=overrides or {},
        progress=False,
    )


def test_every_step_is_counted():
    assert build().counts == {
        "seeds": 3,
        "seeds_without_sounds": 1,
        "sounds_of_seeds": 6,  # 1, 2, 3, 7 and 5, 6, 7
        "tags_of_those": 12,
        "distinct_tags": 5,
        "frequent_tags": 4,  # not: rare
        "common_tags": 4,
        "nouns": 4,
        "wanted_tags": 4,
        "merged_concepts": 4,
        "sounds_of_concepts": 7,  # with 4, which a concept finds though no seed did
        "kept_concepts": 2,
        "kept_sounds": 5,
    }


def test_a_sound_is_labelled_with_its_rarest_concept_and_has_all_its_tags():
    # Tagged, of the sounds of the seeds: dog 4, rain 3, bark 2, park 2, the first of which is
    # bark by its name. Of bark there are sounds 1, 2 and 4, of park sound 5 alone.
    clips = build().clips.set_index("id")
    assert clips["label"].to_dict() == {1: "bark", 2: "bark", 4: "bark", 6: "rain", 7: "rain"}
    assert clips.loc[2, "concepts"] == ["bark"]  # dog and park have too few sounds left
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


CONCEPTS = [
    Concept(name, (name, f"{name}s"), ("",), "", (name,)) for name in ("dog", "slam", "cat")
]
TAGGED = {"dog": 9, "slam": 2, "cat": 2}


def test_a_concept_is_searched_for_by_a_word_for_each_of_its_nouns():
    asked = []

    class Asked(MetadataTable):
        def search(self, query, limit):
            asked.append(query)
            return super().search(query, limit)

    sounds = [
        sound(1, "dogs"),
        sound(2, "dog"),
        sound(3, "dog"),
        sound(4, "hound"),
        sound(5, "hound"),
    ]
    nouns = nouns_of("dog", "hound")
    nouns.senses.loc[1, "synset"] = "dog"
    made = build_concept_dataset(
        Asked(sounds, [frozenset()] * 5),
        ["dog", "hound"],
        Thresholds(**(vars(ENOUGH) | {"tag_sounds": 1})),
        nouns=nouns,
        overrides={},
        progress=False,
    )
    assert asked == ["dog", "hound", "dog", "hound"]
    (concept,) = made.concepts.itertuples()
    assert (concept.name, concept.tags, concept.found) == ("dog", ["dog", "hound", "dogs"], 5)


class TestAssign:
    def label(self, title, *tags, finders=("dog", "slam", "cat")):
        one = Sound(1, title, tags, 1.0, "CC0", "someone")
        return assign({name: [one] for name in finders}, ConceptReader(CONCEPTS, None, {}), TAGGED)[
            1
        ]

    def test_what_the_title_names_comes_first(self):
        assert self.label("Big-Dogs_01.wav", "slam", "dog") == "dog"

    def test_then_what_the_sound_is_tagged_with(self):
        assert self.label("untitled", "dogs") == "dog"

    def test_then_the_one_with_the_fewest_tagged_sounds_or_the_earlier(self):
        assert self.label("dog slam") == "slam"
        assert self.label("", "cat", "slam") == "slam"
        assert self.label("") == "slam"

    def test_only_a_concept_whose_search_found_it_counts(self):
        assert self.label("slam", "slam", finders=["dog", "cat"]) == "cat"


class TestTags:
    def test_those_that_few_owners_use_are_dropped(self):
        with pytest.raises(UserError, match="tag_owners = 2: leaves none of 5 tags"):
            build(tag_owners=2)

    def test_those_a_person_does_not_want_are_dropped(self):
        made = build(overrides={"bark": "-"})
        assert "bark" not in set(made.concepts["name"])
        assert made.counts["wanted_tags"] == 3

    def test_those_that_are_no_nouns_are_dropped_if_so_wished(self):
        made = build(nouns=nouns_of("dog", "rain"), nouns_only=True)
        assert made.counts["nouns"] == 2
        assert set(made.concepts["name"]) == {"dog", "rain"}

    def test_a_person_may_keep_what_is_no_noun(self):
        made = build(nouns=nouns_of("dog"), nouns_only=True, overrides={"rain": "rain"})
        assert set(made.concepts["name"]) == {"dog", "rain"}

    def test_nouns_without_a_dictionary_are_an_error(self):
        with pytest.raises(UserError, match="nouns_only = true: needs a dictionary"):
            build(nouns_only=True)


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

    def test_rows_that_lack_something_are_left_out(self, tmp_path):
        file = tmp_path / "sounds.csv"
        file.write_text(
            "id,name,tags,duration,license,username\n"
            "7,Rain,rain,1,CC0,me\n8,Rain,rain,,CC0,me\n9,Rain,rain,1,,me\n,Rain,rain,1,CC0,me\n"
        )
        assert [s.id for s in read_metadata_table(file).search("rain", 9)] == [7]

    def test_a_column_without_numbers_is_named(self, tmp_path):
        file = tmp_path / "sounds.csv"
        file.write_text("id,name,tags,duration,license,username\n7,Rain,rain,abc,CC0,me\n")
        with pytest.raises(UserError, match=r"sounds\.csv: column duration: .*abc"):
            read_metadata_table(file)

    def test_a_file_that_lacks_a_column_is_named(self, tmp_path):
        (tmp_path / "no.csv").write_text("id,tags\n1,a\n")
        with pytest.raises(UserError, match=r"no\.csv: lacks the columns name, duration"):
            read_metadata_table(tmp_path / "no.csv")
