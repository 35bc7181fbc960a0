"""Which tags become one concept, and what is said of it."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfrepro.corpora.freesound.merging import ConceptReader, merge_tags, read_overrides
from tfrepro.corpora.freesound.nouns import Nouns
from tfrepro.errors import UserError

SENSES = {
    "kid": ["young", "goat"],
    "child": ["young", "offspring"],
    "engine": ["motor"],
    "goat": ["goat"],
    "bank": ["slope", "money"],
    "till": ["drawer", "money"],
}
NOUNS = Nouns(
    pd.DataFrame(
        [
            (lemma, number, synset)
            for lemma, synsets in SENSES.items()
            for number, synset in enumerate(synsets, 1)
        ],
        columns=["lemma", "sense", "synset"],
    ),
    pd.DataFrame([("children", "child")], columns=["form", "lemma"]),
    pd.DataFrame([("young", "a young person")], columns=["synset", "gloss"]),
)


def groups(counts, overrides=None, nouns=NOUNS):
    return {concept.tags for concept in merge_tags(counts, nouns, overrides or {})}


def test_forms_of_a_noun_are_one_concept():
    assert groups({"engine": 5, "engines": 9}) == {("engines", "engine")}


def test_nouns_of_one_commonest_sense_are_one_concept():
    assert groups({"kids": 3, "child": 5, "children": 4}) == {("child", "children", "kids")}


def test_a_rarer_sense_in_common_merges_nothing():
    assert groups({"kid": 3, "goat": 5}) == {("kid",), ("goat",)}
    assert groups({"bank": 3, "till": 5}) == {("bank",), ("till",)}


def test_what_is_no_noun_stays_apart():
    assert groups({"loud": 3, "louds": 2}) == {("loud",), ("louds",)}


def test_a_merge_says_why():
    (concept,) = merge_tags({"child": 5, "children": 4, "kids": 3}, NOUNS, {})
    assert concept.name == "child"
    assert concept.reasons == ("form of child", "young: a young person")
    assert concept.synset == "young"
    assert concept.words == ("child", "kids")


def test_a_person_may_merge_and_keep_apart():
    counts = {"engine": 9, "motor": 5, "kid": 4, "child": 3}
    made = merge_tags(counts, NOUNS, {"motor": "engine", "child": "child"})
    assert {concept.tags for concept in made} == {("engine", "motor"), ("kid",), ("child",)}
    assert made[0].reasons == ("override",)


def test_without_nouns_only_overrides_merge():
    assert groups({"kid": 4, "kids": 3, "child": 2}, {"child": "kid"}, None) == {
        ("kid", "child"),
        ("kids",),
    }


def test_the_concept_a_tag_is_moved_to_keeps_its_name_and_synset():
    (made,) = merge_tags({"motor": 9, "engine": 5, "engines": 7}, NOUNS, {"motor": "engine"})
    assert made.name == "engines"
    assert made.tags == ("engines", "motor", "engine")
    assert made.reasons == ("override", "form of engine")
    assert made.synset == "motor"


def test_a_tag_may_be_moved_to_one_that_is_kept_apart():
    made = merge_tags({"child": 5, "kid": 4, "kids": 3}, NOUNS, {"kid": "kid", "kids": "kid"})
    assert {concept.tags for concept in made} == {("child",), ("kid", "kids")}


def test_what_is_no_noun_may_be_moved():
    (made,) = merge_tags({"vroom": 9, "engine": 5}, NOUNS, {"vroom": "engine"})
    assert (made.name, made.tags, made.reasons) == ("engine", ("engine", "vroom"), ("override",))


def test_a_tag_may_be_moved_to_a_noun_that_is_no_frequent_tag():
    (made,) = merge_tags({"engines": 5}, NOUNS, {"engines": "engine"})
    assert (made.name, made.synset) == ("engine", "motor")


def test_an_override_that_points_nowhere_is_an_error():
    with pytest.raises(UserError, match="motor = machin: no tag 'machin' is frequent enough"):
        merge_tags({"motor": 5}, NOUNS, {"motor": "machin"})


def test_an_override_of_a_rare_tag_is_no_matter():
    assert groups({"engine": 5}, {"motor": "machine"}) == {("engine",)}


@given(
    st.dictionaries(
        st.sampled_from(["kid", "kids", "child", "children", "engine", "engines", "loud", "bank"]),
        st.integers(1, 9),
        min_size=1,
    )
)
def test_every_tag_is_in_just_one_concept_named_by_its_most_frequent_tag(counts):
    made = merge_tags(counts, NOUNS, {})
    assert sorted(tag for concept in made for tag in concept.tags) == sorted(counts)
    for concept in made:
        assert counts[concept.name] == max(counts[tag] for tag in concept.tags)
        assert len(concept.reasons) == len(concept.tags) - 1


class TestReader:
    CONCEPTS = merge_tags({"child": 5, "kid": 3, "engines": 4}, NOUNS, {})

    def test_tags_and_rarer_forms_of_their_nouns_stand_for_their_concept(self):
        read = ConceptReader(self.CONCEPTS, NOUNS, {})
        assert read(["kid", "engine", "loud"]) == {"child", "engines"}
        assert read(["children"]) == read(["kids"]) == {"child"}
        assert read([]) == set()

    def test_a_word_that_a_person_has_spoken_of_is_taken_by_the_letter(self):
        assert ConceptReader(self.CONCEPTS, NOUNS, {"engine": "-"})(["engine"]) == set()

    def test_without_a_dictionary_only_tags_count(self):
        assert ConceptReader(self.CONCEPTS, None, {})(["kid", "kids"]) == {"child"}


def test_overrides_are_lines_of_a_text_file(tmp_path):
    file = tmp_path / "overrides.txt"
    file.write_text("# what we know better\n\nMotor = engine  # both\nsteps = steps\n")
    assert read_overrides(file) == {"motor": "engine", "steps": "steps"}


def test_overrides_are_followed_to_their_end(tmp_path):
    file = tmp_path / "overrides.txt"
    file.write_text("a = b\nb = c\nd = e\ne = -\nf = g\ng = g\n")
    assert read_overrides(file) == {"a": "c", "b": "c", "d": "-", "e": "-", "f": "g", "g": "g"}


@pytest.mark.parametrize(
    ("text", "said"),
    [("a = b\nb = a\n", "a = b = a goes round"), ("a = b\na = -\n", "line 2: 'a' is there twice")],
)
def test_overrides_that_contradict_one_another_are_an_error(tmp_path, text, said):
    file = tmp_path / "overrides.txt"
    file.write_text(text)
    with pytest.raises(UserError, match=said):
        read_overrides(file)


@pytest.mark.parametrize("line", ["motor", "motor =", "= engine"])
def test_a_line_that_is_none_is_named(tmp_path, line):
    file = tmp_path / "overrides.txt"
    file.write_text(f"a = b\n{line}\n")
    with pytest.raises(UserError, match="line 2"):
        read_overrides(file)
