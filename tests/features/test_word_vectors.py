"""Words that keep the same company lie together; sequences are padded and never empty."""

import json
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone

from tfrepro.errors import UserError
from tfrepro.features.word_vectors import WordVectors, mask

SMALL = {"dimensions": 8, "window": 3, "min_count": 2, "epochs": 10}


def planted_texts(n, seed, words=15):
    """Texts of two vocabularies, in turn, with words in common: ``a3 b3``, ``z7``."""
    rng = np.random.default_rng(seed)
    return [
        [f"{'z' if rng.random() < 0.3 else 'ab'[i % 2]}{rng.integers(12)}" for _ in range(words)]
        for i in range(n)
    ]


@pytest.fixture(scope="module")
def texts():
    return planted_texts(200, seed=0)


@pytest.fixture(scope="module")
def fitted(texts):
    return WordVectors(**SMALL).fit(texts)


def test_words_of_one_topic_lie_together(fitted):
    rows = {w: v / np.linalg.norm(v) for w, v in zip(fitted.words_, fitted.vectors_, strict=True)}
    a, b = (np.mean([v for w, v in rows.items() if w[0] == topic], axis=0) for topic in "ab")
    assert all((v @ a > v @ b) == (w[0] == "a") for w, v in rows.items() if w[0] != "z")


def test_the_defaults_are_the_papers():
    assert WordVectors().get_params() == {
        "dimensions": 100,
        "window": 5,
        "min_count": 5,
        "epochs": 20,
        "seed": 0,
    }


def test_a_fit_can_be_repeated_and_its_seed_counts(texts, fitted):
    again = clone(fitted).fit(texts)
    assert again.words_ == fitted.words_
    np.testing.assert_array_equal(again.vectors_, fitted.vectors_)
    other = WordVectors(**SMALL, seed=1).fit(texts)
    assert not np.array_equal(other.vectors_, fitted.vectors_)


@settings(max_examples=50, deadline=None)
@given(
    texts=st.lists(st.lists(st.sampled_from(["a1", "b2", "z3", "new"]), max_size=9), max_size=5),
    length=st.integers(1, 6),
)
def test_a_sequence_is_the_vectors_of_its_first_known_words(fitted, texts, length):
    sequences, lengths = fitted.transform(texts, length)
    assert sequences.shape == (len(texts), length, 8)
    assert sequences.dtype == np.float32
    assert lengths.shape == (len(texts),)
    assert lengths.dtype == int
    for tokens, sequence, n in zip(texts, sequences, lengths, strict=True):
        known = [word for word in tokens if word != "new"][:length]
        assert n == max(1, len(known))
        expected = [fitted.vectors_[fitted.words_.index(word)] for word in known]
        np.testing.assert_array_equal(sequence[: len(known)], np.reshape(expected, (-1, 8)))
        assert not sequence[len(known) :].any()
    masks = mask(lengths, length)
    assert masks.shape == (len(texts), length)
    np.testing.assert_array_equal(masks.sum(1), lengths)
    assert masks[:, 0].all()


@pytest.mark.parametrize("tokens", [[], ["never", "seen"]])
def test_a_text_without_known_words_is_one_zero_vector(fitted, tokens):
    sequences, lengths = fitted.transform([tokens])
    assert sequences.shape == (1, 20, 8)
    assert not sequences.any()
    assert lengths.tolist() == [1]


def test_a_saved_model_is_the_same_and_holds_no_pickle(fitted, texts, tmp_path):
    fitted.save(tmp_path / "model")
    loaded = WordVectors.load(tmp_path / "model")
    assert loaded.get_params() == fitted.get_params()
    for ours, theirs in zip(loaded.transform(texts), fitted.transform(texts), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert {f.name for f in (tmp_path / "model").iterdir()} == {"vocabulary.json", "arrays.npz"}
    with np.load(tmp_path / "model" / "arrays.npz", allow_pickle=False) as stored:
        assert set(stored) == {"vectors"}


def test_a_model_that_is_not_whole_is_a_clear_error(fitted, tmp_path):
    folder = tmp_path / "model"
    with pytest.raises(UserError, match=r"vocabulary\.json: missing"):
        WordVectors.load(folder)
    fitted.save(folder)
    vocabulary = json.loads((folder / "vocabulary.json").read_text())
    vocabulary["words"].pop()
    (folder / "vocabulary.json").write_text(json.dumps(vocabulary))
    with pytest.raises(UserError, match=r"vectors \(36, 8\), must be \(35, 8\)"):
        WordVectors.load(folder)
    (folder / "vocabulary.json").write_text('{"settings": {"lengths": 3}, "words": []}')
    with pytest.raises(UserError, match=r"vocabulary\.json: not of a WordVectors"):
        WordVectors.load(folder)


@pytest.mark.parametrize("array", [np.array([[{}]], dtype=object), np.zeros((36, 8))])
def test_arrays_of_another_type_are_refused(fitted, tmp_path, array):
    fitted.save(tmp_path / "model")
    np.savez(tmp_path / "model" / "arrays.npz", vectors=array)
    with pytest.raises(UserError, match=r"arrays\.npz: "):
        WordVectors.load(tmp_path / "model")


def test_arrays_that_are_no_archive_are_refused(fitted, tmp_path):
    fitted.save(tmp_path / "model")
    with zipfile.ZipFile(tmp_path / "model" / "arrays.npz", "w"):
        pass
    with pytest.raises(UserError, match=r"arrays\.npz: not of a WordVectors"):
        WordVectors.load(tmp_path / "model")


@pytest.mark.parametrize("few", [[], [[]], [["one"]], [["one", "one"]]])
def test_too_few_words_are_a_clear_error(few):
    with pytest.raises(ValueError, match=r"min_count = 2: leaves [01] of the [01] words of [01]"):
        WordVectors(**SMALL).fit(few)


def test_a_min_count_that_leaves_nothing_says_so(texts):
    with pytest.raises(ValueError, match=r"min_count = 9999: leaves 0 of the 36 words of 200 tex"):
        WordVectors(**{**SMALL, "min_count": 9999}).fit(texts)


@pytest.mark.parametrize("name", list(SMALL))
def test_settings_below_one_are_errors(texts, name):
    with pytest.raises(ValueError, match=f"{name} = 0: must be at least 1"):
        WordVectors(**{**SMALL, name: 0}).fit(texts)


def test_a_length_below_one_is_an_error(fitted):
    with pytest.raises(ValueError, match="length = 0: must be at least 1"):
        fitted.transform([["a1"]], length=0)


@pytest.mark.parametrize("strings", ["a text", ["a text", "another"]])
def test_strings_are_not_taken_for_lists_of_words(fitted, strings):
    with pytest.raises(TypeError, match="'a text': a text must be a list of words"):
        fitted.transform(strings)
    with pytest.raises(TypeError, match="'a text': a text must be a list of words"):
        WordVectors(**SMALL).fit(strings)
