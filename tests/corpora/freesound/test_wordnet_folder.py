"""Nouns of a folder: three miniature files in WordNet's own format, and no other."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfrepro.corpora.freesound.merging import merge_tags
from tfrepro.corpora.freesound.nouns import Nouns
from tfrepro.corpora.freesound.wordnet_folder import FILES, WordNetFolder
from tfrepro.errors import UserError

# Words that mean one thing, and what; of two senses of a word the commoner comes first.
SYNSETS = [
    (["child", "kid"], 'a young person; "a naïve child"'),
    (["goat", "kid"], "a horned animal that climbs"),
    (["engine"], "a machine that turns heat into motion"),
    (["Bell", "Alexander_Bell"], "he had a telephone patented"),
    (["bell"], "a hollow thing that rings when struck"),
    (["church_bell"], "a bell in a tower"),
    (["merry-go-round"], "wooden horses that turn"),
    (["Wells"], "he wrote of a time machine"),
    (["well"], "a shaft with water in it"),
    (["Paris"], "where the Seine flows"),
]
HEADER = "  1 Lines that begin with spaces are no entries.\n"


def write_dictionary(folder):
    """Write the three files; returns the name of each synset, in order."""
    data = HEADER
    offsets = []
    senses = {}
    for lemmas, gloss in SYNSETS:
        offset = f"{len(data.encode()):08}"
        words = " ".join(f"{lemma} 0" for lemma in lemmas)
        data += f"{offset} 03 n {len(lemmas):02x} {words} 000 | {gloss}  \n"
        offsets.append(offset)
        for lemma in lemmas:
            senses.setdefault(lemma.lower(), []).append(offset)
    index = "".join(
        f"{lemma} n {len(found)} 0 {len(found)} 0 {' '.join(found)}  \n"
        for lemma, found in sorted(senses.items())
    )
    for name, text in zip(FILES, (HEADER + index, data, "children child\n"), strict=True):
        (folder / name).write_bytes(text.encode())
        (folder / name).chmod(0o644)  # NLTK reads nothing that others may write
    return [f"{offset}-n" for offset in offsets]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("wordnet")


@pytest.fixture(scope="module")
def synsets(folder):
    """Names of the synsets, in order of SYNSETS."""
    return write_dictionary(folder)


@pytest.fixture(scope="module")
def nouns(folder, synsets):
    return WordNetFolder(folder)


@pytest.fixture(scope="module")
def tables(synsets):
    """What the dictionary says of common nouns, as tables."""
    senses = pd.DataFrame(
        [
            (lemma.replace("_", " ").replace("-", " "), synset)
            for (lemmas, _), synset in zip(SYNSETS, synsets, strict=True)
            for lemma in lemmas
            if lemma == lemma.lower()
        ],
        columns=["lemma", "synset"],
    )
    senses["sense"] = senses.groupby("lemma").cumcount() + 1
    glosses = [gloss.partition(";")[0] for _, gloss in SYNSETS]
    return Nouns(
        senses,
        pd.DataFrame([("children", "child")], columns=["form", "lemma"]),
        pd.DataFrame({"synset": synsets, "gloss": glosses}),
    )


@pytest.mark.parametrize(
    ("word", "lemma"),
    [
        ("engine", "engine"),
        ("engines", "engine"),
        ("Engines", "engine"),
        ("children", "child"),
        ("kids", "kid"),
        ("church bell", "church bell"),
        ("church_bells", "church bell"),
        ("church-bells", "church bell"),
        ("merry-go-round", "merry go round"),
        ("merry go rounds", "merry go round"),
        ("engineer", None),
        ("", None),
        ("s", None),
    ],
)
def test_a_plural_is_a_form_of_its_noun_and_a_noun_is_its_own(nouns, word, lemma):
    assert nouns.lemma(word) == lemma


def test_the_commonest_sense_is_the_first(nouns, synsets):
    assert nouns.synset("child") == nouns.synset("kid") == synsets[0]
    assert nouns.synset("goat") == synsets[1]
    assert nouns.synset("merry go round") == synsets[6]


def test_only_a_lemma_has_a_synset(nouns):
    assert nouns.synset("children") is None
    assert nouns.synset("engines") is None


def test_a_proper_name_does_not_stand_for_the_common_noun(nouns, synsets):
    assert nouns.synset("bell") == synsets[4]
    assert nouns.lemma("wells") == "well"


def test_what_is_only_a_proper_name_is_no_noun(nouns):
    assert nouns.lemma("paris") is None
    assert nouns.lemma("Alexander Bell") is None
    assert nouns.synset("Paris") is None


def test_a_synset_is_told_in_words_without_examples(nouns, synsets):
    assert nouns.gloss(synsets[0]) == "a young person"
    assert nouns.gloss(synsets[9]) == "where the Seine flows"


def test_tags_merge_by_forms_and_commonest_senses_but_not_by_rarer_ones(nouns, synsets):
    counts = {"kids": 9, "child": 8, "children": 7, "engine": 6, "engines": 5, "goat": 4}
    kids, engine, goat = merge_tags(counts, nouns, {})
    why = f"{synsets[0]}: a young person"
    assert (kids.tags, kids.reasons) == (("kids", "child", "children"), (why, why))
    assert (engine.tags, engine.reasons) == (("engine", "engines"), ("form of engine",))
    assert (goat.tags, goat.synset) == (("goat",), synsets[1])


@given(
    st.sampled_from([lemma for lemmas, _ in SYNSETS for lemma in lemmas] + ["children", "run"]),
    st.sampled_from(["", "s", "es", "ses", "men"]),
    st.sampled_from(" -_"),
    st.sampled_from([str, str.upper, str.lower]),
)
def test_the_folder_says_what_tables_of_the_same_senses_say(
    nouns, tables, word, ending, joint, case
):
    word = case(word.replace("_", joint).replace("-", joint) + ending)
    lemma = nouns.lemma(word)
    assert lemma == tables.lemma(word)
    if lemma:
        synset = nouns.synset(lemma)
        assert synset == tables.synset(lemma)
        assert nouns.gloss(synset) == tables.gloss(synset)


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UserError, match=r"nowhere: lacks index\.noun, data\.noun, noun\.exc;"):
        WordNetFolder(tmp_path / "nowhere")


def test_a_file_that_is_not_there_is_named(tmp_path):
    write_dictionary(tmp_path)
    (tmp_path / "noun.exc").unlink()
    with pytest.raises(UserError, match=r": lacks noun\.exc;"):
        WordNetFolder(tmp_path)


def test_files_of_something_else_are_named(tmp_path):
    write_dictionary(tmp_path)
    (tmp_path / "index.noun").write_text("kid n two\n")
    with pytest.raises(UserError, match=r"cannot be read as WordNet's .*index\.noun, line 1"):
        WordNetFolder(tmp_path).lemma("kid")
