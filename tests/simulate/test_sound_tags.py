"""The planted structure of tagged sounds is there."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest

from tfrepro.simulate.sound_tags import CLUTTER, plural, tagged_sounds


@pytest.fixture(scope="module")
def made():
    return tagged_sounds(2000, 30, seed=3)


def test_the_same_arguments_give_the_same_catalogue(made):
    again = tagged_sounds(2000, 30, seed=3)
    pd.testing.assert_frame_equal(again.sounds, made.sounds)
    assert not tagged_sounds(2000, 30, seed=4).sounds.equals(made.sounds)


def test_concepts_have_a_long_tail(made):
    counts = np.bincount(made.truth, minlength=30)
    assert counts[:5].mean() > 3 * counts[-5:].mean()
    assert counts.min() > 0


def test_every_sound_is_tagged_with_a_word_of_its_main_concept(made):
    for concept, tags in zip(made.truth, made.sounds["tags"], strict=True):
        words = made.words[concept]
        assert {*words, *map(plural, words)} & set(tags)
        assert len(tags) == len(set(tags))


def test_every_third_concept_has_a_synonym_that_is_really_used(made):
    used = Counter(tag for tags in made.sounds["tags"] for tag in tags)
    for concept, words in enumerate(made.words):
        assert len(words) == (2 if concept % 3 == 0 else 1)
        for word in words:
            assert used[word] + used[plural(word)] > 0


def test_commonest_senses_tell_concepts_apart_and_rarer_ones_would_not(made):
    first = made.senses[made.senses["sense"] == 1].set_index("lemma")["synset"]
    for concept, words in enumerate(made.words):
        assert {first[word] for word in words} == {f"{concept:08d}-n"}
    rarer = made.senses[made.senses["sense"] == 2]
    assert len(rarer) == 10
    assert (rarer["synset"].to_numpy() != first[rarer["lemma"]].to_numpy()).all()


def test_clutter_is_on_many_sounds_and_an_owners_tags_on_few(made):
    used = Counter(tag for tags in made.sounds["tags"] for tag in tags)
    assert all(used[tag] > 300 for tag in CLUTTER)
    own = [count for tag, count in used.items() if tag.startswith("u") and "x" in tag]
    assert len(own) > 50
    assert np.median(own) < 20
