"""Texts on one topic lie together, and a text's vector depends on nothing but the text."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from gensim.models import doc2vec
from hypothesis import given, settings
from hypothesis import strategies as st

from tfrepro.errors import UserError
from tfrepro.features.paragraph_vectors import ParagraphVectors
from tfrepro.features.word_vectors import WordVectors

SMALL = {"dimensions": 8, "window": 3, "min_count": 2, "epochs": 10}


def planted_texts(n, seed, words=15):
    """Texts of two vocabularies, in turn, with words in common: ``a3 b3``, ``z7``."""
    rng = np.random.default_rng(seed)
    return [
        [f"{'z' if rng.random() < 0.3 else 'ab'[i % 2]}{rng.integers(12)}" for _ in range(words)]
        for i in range(n)
    ]


TEXTS = planted_texts(200, seed=0)


@pytest.fixture(scope="module", params=[False, True], ids=["paragraphs", "words-first"])
def fitted(request):
    return ParagraphVectors(**SMALL, words_first=request.param).fit(TEXTS)


def test_new_texts_of_two_topics_lie_apart(fitted):
    X = fitted.transform(TEXTS)
    a, b = X[0::2].mean(0), X[1::2].mean(0)
    new = fitted.transform(planted_texts(60, seed=1))
    nearer_b = np.linalg.norm(new - b, axis=1) < np.linalg.norm(new - a, axis=1)
    assert (nearer_b == np.arange(60) % 2).mean() > 0.95


def test_the_defaults_are_the_papers():
    assert ParagraphVectors().get_params() == {
        "dimensions": 100,
        "window": 5,
        "min_count": 5,
        "epochs": 20,
        "seed": 0,
        "words_first": False,
    }


# --- Against gensim and the formula ---------------------------------------------------------------


@pytest.fixture(scope="module")
def gensim_model():
    return doc2vec.Doc2Vec(
        [doc2vec.TaggedDocument(tokens, [i]) for i, tokens in enumerate(TEXTS)],
        dm=0,
        hs=1,
        negative=0,
        sample=0,
        alpha=0.025,
        min_alpha=1e-4,
        vector_size=8,
        min_count=2,
        epochs=10,
        seed=0,
        workers=1,
    )


def test_vectors_are_gensims_when_it_starts_from_zero(gensim_model, monkeypatch):
    ours = ParagraphVectors(**SMALL).fit(TEXTS).transform(TEXTS[:20])
    near = np.stack([gensim_model.infer_vector(tokens) for tokens in TEXTS[:20]])
    cosine = (ours * near).sum(1) / np.linalg.norm(ours, axis=1) / np.linalg.norm(near, axis=1)
    assert cosine.min() > 0.9
    monkeypatch.setattr(
        doc2vec, "pseudorandom_weak_vector", lambda n, seed_string: np.zeros(n, np.float32)
    )
    theirs = np.stack([gensim_model.infer_vector(tokens) for tokens in TEXTS[:20]])
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-6)


def table_sigmoid(x):
    """word2vec's: read from 1,000 places on (-6, 6), found with a whole number of them a unit."""
    place = np.floor((x + 6) * (1000 // 6 // 2))
    return 1 / (1 + np.exp(-(place / 1000 * 2 - 1) * 6))


def test_vectors_follow_the_gradient_of_hierarchical_softmax(fitted):
    tokens = TEXTS[0]
    x = np.zeros(8)
    for step in np.linspace(0.025, 1e-4, 10):
        for word in tokens:
            row = fitted.words_.index(word)
            W = fitted.output_[fitted.nodes_[row]]
            x = x + step * (1 - fitted.codes_[row] - table_sigmoid(W @ x)) @ W
    np.testing.assert_allclose(fitted.transform([tokens])[0], x, rtol=0, atol=1e-3)


# --- What a vector depends on ---------------------------------------------------------------------


def test_a_fit_can_be_repeated_and_its_seed_counts(fitted):
    expected = fitted.transform(TEXTS[:9])
    again = ParagraphVectors(**fitted.get_params()).fit(TEXTS)
    np.testing.assert_array_equal(again.transform(TEXTS[:9]), expected)
    other = ParagraphVectors(**{**fitted.get_params(), "seed": 1}).fit(TEXTS)
    assert not np.array_equal(other.transform(TEXTS[:9]), expected)


@settings(max_examples=30, deadline=None)
@given(
    texts=st.lists(st.lists(st.sampled_from(["a1", "b2", "z3", "new"]), max_size=9), max_size=6),
    seed=st.integers(0, 99),
)
def test_a_vector_does_not_depend_on_the_texts_beside_it(fitted, texts, seed):
    X = fitted.transform(texts)
    assert X.shape == (len(texts), 8)
    assert X.dtype == np.float32
    order = np.random.default_rng(seed).permutation(len(texts))
    np.testing.assert_array_equal(fitted.transform([texts[i] for i in order]), X[order])
    for tokens, x in zip(texts, X, strict=True):
        np.testing.assert_array_equal(fitted.transform([tokens])[0], x)
        assert x.any() == any(word != "new" for word in tokens)


def test_unknown_words_do_not_move_a_vector(fitted):
    plain, mixed = fitted.transform([["a1", "b2"], ["never", "a1", "seen", "b2"]])
    np.testing.assert_array_equal(plain, mixed)


def test_texts_without_known_words_are_the_zero_vector(fitted):
    X = fitted.transform([[], ["never", "seen"], ["a1"]])
    assert not X[:2].any()
    assert X[2].any()


def _numbers(texts):
    """What the estimators make of texts, as text."""
    paragraphs = ParagraphVectors(**SMALL).fit(texts).transform(texts[:3])
    words_first = ParagraphVectors(**SMALL, words_first=True).fit(texts).transform(texts[:3])
    sequences, _ = WordVectors(**SMALL).fit(texts).transform(texts[:3])
    return json.dumps([paragraphs.tolist(), words_first.tolist(), sequences.tolist()])


def test_another_process_with_another_hash_seed_gives_the_same():
    code = (
        "import importlib.util as u, sys\n"
        "spec = u.spec_from_file_location('t', sys.argv[1])\n"
        "t = u.module_from_spec(spec); spec.loader.exec_module(t)\n"
        "print(t._numbers(t.TEXTS))"
    )
    seed = "2" if os.environ.get("PYTHONHASHSEED") == "1" else "1"
    there = subprocess.run(
        [sys.executable, "-c", code, __file__],
        env={**os.environ, "PYTHONHASHSEED": seed},
        check=True,
        capture_output=True,
        text=True,
    )
    assert there.stdout.strip() == _numbers(TEXTS)


# --- On disk --------------------------------------------------------------------------------------


def test_a_saved_model_gives_the_same_and_holds_no_pickle(fitted, tmp_path):
    fitted.save(tmp_path / "model")
    loaded = ParagraphVectors.load(tmp_path / "model")
    assert loaded.get_params() == fitted.get_params()
    np.testing.assert_array_equal(loaded.transform(TEXTS), fitted.transform(TEXTS))
    assert {f.name for f in (tmp_path / "model").iterdir()} == {"vocabulary.json", "arrays.npz"}
    with np.load(tmp_path / "model" / "arrays.npz", allow_pickle=False) as stored:
        assert all(array.dtype != object for array in stored.values())
        assert set(stored) == {"output", "nodes", "codes", "depths"}


def test_the_same_model_is_the_same_bytes(fitted, tmp_path):
    for name in ("one", "two"):
        fitted.save(tmp_path / name)
    for file in ("vocabulary.json", "arrays.npz"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("output", lambda a: a[:-1]),
        ("output", lambda a: a[:, :-1]),
        ("nodes", lambda a: a + np.uint32(99)),
        ("nodes", lambda a: a[:-1]),
        ("codes", lambda a: a + np.uint8(1)),
        ("depths", lambda a: a[:-1]),
        ("depths", lambda a: a * 0),
        ("depths", lambda a: a + np.eye(len(a), dtype=np.int64)[0]),
    ],
)
def test_weights_and_tree_that_do_not_fit_are_refused(fitted, tmp_path, name, change):
    """The compiled steps would read beyond the arrays."""
    fitted.save(tmp_path / "model")
    file = tmp_path / "model" / "arrays.npz"
    arrays = dict(np.load(file, allow_pickle=False))
    np.savez(file, **{**arrays, name: change(arrays[name])})
    with pytest.raises(UserError, match="words, weights and tree do not fit together"):
        ParagraphVectors.load(tmp_path / "model")


def test_a_model_of_words_is_not_one_of_paragraphs(tmp_path):
    WordVectors(**SMALL).fit(TEXTS).save(tmp_path / "model")
    with pytest.raises(UserError, match=r"arrays\.npz: not of a ParagraphVectors"):
        ParagraphVectors.load(tmp_path / "model")


# --- Errors ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("words_first", [False, True])
@pytest.mark.parametrize("texts", [[], [[]], [["one", "two"]], [["one", "one"]]])
def test_too_few_words_are_a_clear_error(texts, words_first):
    with pytest.raises(ValueError, match=r"min_count = 2: leaves [01] of the [012] words of [01]"):
        ParagraphVectors(**SMALL, words_first=words_first).fit(texts)


@pytest.mark.parametrize("name", list(SMALL))
def test_settings_below_one_are_errors(name):
    with pytest.raises(ValueError, match=f"{name} = 0: must be at least 1"):
        ParagraphVectors(**{**SMALL, name: 0}).fit(TEXTS)


def test_strings_are_not_taken_for_lists_of_words(fitted):
    with pytest.raises(TypeError, match="'a text': a text must be a list of words"):
        fitted.transform(["a text"])
