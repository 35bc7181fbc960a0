"""What is learned on the training videos, and on no other."""

import numpy as np
import pandas as pd
import pytest

from tfrepro.errors import UserError
from tfrepro.features.acoustic import BLOCKS
from tfrepro.features.feature_set import FeatureSet
from tfrepro.features.microvideos.prepare import (
    add_codes,
    add_texts,
    completed,
    given_or_made_split,
    labelled,
)
from tfrepro.features.paragraph_vectors import ParagraphVectors
from tfrepro.features.text import words_of
from tfrepro.features.word_vectors import WordVectors

TEXT = {
    "dimensions": 6, "window": 2, "min_count": 1, "epochs": 3, "seed": 0, "words_first": False,
}  # fmt: skip


def videos(rows=20, **arrays):
    rng = np.random.default_rng(0)
    blocks = {"spectrum_mean": 3, "spectrum_max": 3, "mfcc_mean": 2, "mfcc_max": 2}
    arrays = arrays or {
        name: rng.random((rows, size), np.float32) for name, size in {"visual": 4, **blocks}.items()
    }
    index = pd.DataFrame(
        {
            "id": [f"v{row}" for row in range(rows)],
            "label": [f"c{row % 2}" for row in range(rows)],
            "group": [f"g{row}" for row in range(rows)],
            "split": "",
            "text": [f"word{row} shared words here" for row in range(rows)],
            "has_visual": True,
            "has_acoustic": True,
            "has_textual": True,
        }
    )
    meta = {"modalities": {name: {"dimension": 1} for name in arrays}}
    return FeatureSet(index, arrays, meta)


def test_words_of_other_than_training_videos_are_not_learned(tmp_path):
    train = np.arange(10)
    made = add_texts(videos(), train, words_of, TEXT, 3, tmp_path)
    known = set(WordVectors.load(tmp_path / "words").words_)
    assert {f"word{row}" for row in range(10)} <= known
    assert not {f"word{row}" for row in range(10, 20)} & known
    assert made.arrays["textual"].shape == (20, 6)
    assert made.arrays["textual_sequence"].shape == (20, 3, 6)
    assert made.index["textual_sequence_length"].tolist() == [3] * 20
    again = ParagraphVectors.load(tmp_path / "paragraphs")
    tokens = [words_of(text) for text in made.index["text"]]
    np.testing.assert_array_equal(again.transform(tokens), made.arrays["textual"])


def test_a_set_that_has_textual_vectors_keeps_them(tmp_path):
    features = videos(visual=np.ones((20, 2), np.float32), textual=np.ones((20, 2), np.float32))
    assert add_texts(features, np.arange(9), words_of, TEXT, 3, tmp_path) is features


class Coder:
    """Remembers what it learned from; its code is a sum."""

    def learn(self, X):
        self.X = X
        return self

    def transform(self, X):
        return X.sum(1, keepdims=True)


def test_codes_are_learned_on_training_sounds_and_silence_has_none():
    features, coder = videos(), Coder()
    features.index.loc[[2, 15], "has_acoustic"] = False
    made, _ = add_codes(features, np.arange(10), coder.learn)
    assert len(coder.X) == 9
    assert set(made.arrays) == {"visual", "acoustic"}
    assert set(made.meta["modalities"]) == {"visual", "acoustic"}
    assert (made.arrays["acoustic"][[2, 15]] == 0).all()
    assert (made.arrays["acoustic"][[0, 1, 3]] > 0).all()


def test_external_sounds_are_learned_from_and_coded_by_the_same_autoencoder():
    features, sounds, coder = videos(), videos(7), Coder()
    features.index.loc[[2, 15], "has_acoustic"] = False
    _, external = add_codes(features, np.arange(10), coder.learn, sounds)
    assert len(coder.X) == 9 + 7
    expected = sounds.stack(BLOCKS).sum(1, keepdims=True)
    np.testing.assert_allclose(external.arrays["acoustic"], expected)
    assert set(external.arrays) == {"visual", "acoustic"}


def test_what_is_missing_is_completed_from_training_rows_and_the_rest_left_alone():
    rng = np.random.default_rng(1)
    factors = rng.standard_normal((200, 2))
    V, A = (factors @ rng.standard_normal((2, size)) for size in (5, 4))
    A = A.astype(np.float32)
    features = videos(200, visual=V.astype(np.float32), acoustic=A.copy())
    features.index.loc[150:, "has_acoustic"] = False
    features.arrays["acoustic"][150:] = 0
    how = {"factors": 4, "ridge": 1e-4, "seed": 0}
    made, fitted = completed(features, np.arange(100), how)
    assert fitted.rmse_[-1] < 0.1
    np.testing.assert_array_equal(made.arrays["acoustic"][:150], A[:150])
    error = np.abs(made.arrays["acoustic"][150:] - A[150:]).mean() / A.std()
    assert error < 0.2


def test_nothing_missing_is_nothing_to_learn():
    features = videos(visual=np.ones((20, 2), np.float32))
    assert completed(features, np.arange(9), {}) == (features, None)


def test_a_made_split_keeps_a_group_together():
    features = videos(60)
    features.index["group"] = [f"g{row // 4}" for row in range(60)]
    split = given_or_made_split(features, (0, 1))
    assert set(split) == {"train", "valid", "test"}
    assert (pd.Series(split).groupby(features.index["group"]).nunique() == 1).all()


def test_videos_without_a_class_are_left_out():
    features = videos()
    features.index.loc[[0, 3], "label"] = ""
    left = labelled(FeatureSet(features.index, features.arrays, features.meta))
    assert len(left) == 18
    assert left.classes == ("c0", "c1")
    np.testing.assert_array_equal(left.arrays["visual"][0], features.arrays["visual"][1])


def test_a_given_split_is_kept():
    features, given = videos(), ["train", "valid", "test", "train"] * 5
    features.index["split"] = given
    assert given_or_made_split(features, (0, 1)).tolist() == given


def test_videos_for_validation_are_drawn_from_those_for_training():
    features = videos(60)
    features.index["split"] = ["train", "train", "test"] * 20
    split = given_or_made_split(features, (0, 1))
    assert pd.Series(split).value_counts().to_dict() == {"train": 28, "test": 20, "valid": 12}
    assert (features.index["split"][split == "test"] == "test").all()


def test_a_split_without_training_videos_is_refused():
    features = videos()
    features.index["split"] = "test"
    with pytest.raises(UserError, match="no video of a known class is for training"):
        given_or_made_split(features, (0, 1))
    features.index["split"] = "train"
    with pytest.raises(UserError, match="no video of a known class is for testing"):
        given_or_made_split(features, (0, 1))


def test_one_class_alone_is_refused():
    features = videos()
    features.index["label"] = ["only", ""] * 10
    with pytest.raises(UserError, match="all videos are of only: need two or more"):
        labelled(features)


def test_a_modality_that_no_training_video_has_is_left_out(tmp_path, caplog):
    features, coder = videos(), Coder()
    features.index["has_acoustic"] = False
    rare = TEXT | {"min_count": 50}
    assert add_texts(features, np.arange(10), words_of, rare, 3, tmp_path) is features
    assert "no textual vectors" in caplog.text
    assert add_codes(features, np.arange(10), coder.learn) == (features, None)
    features = videos(visual=np.ones((20, 2), np.float32), acoustic=np.ones((20, 2), np.float32))
    features.index["has_acoustic"] = np.arange(20) >= 10
    made, completion = completed(features, np.arange(10), {})
    assert list(made.arrays) == list(made.meta["modalities"]) == ["visual"]
    assert completion is None


def test_where_all_videos_are_silent_the_sounds_alone_are_coded():
    features, coder = videos(), Coder()
    features.index["has_acoustic"] = False
    made, external = add_codes(features, np.arange(10), coder.learn, videos(5))
    assert (made.arrays["acoustic"] == 0).all()
    assert len(external.arrays["acoustic"]) == len(coder.X) == 5


def test_a_text_without_a_known_word_counts_as_missing(tmp_path):
    features = videos()
    features.index.loc[[3, 15], "text"] = ["", "unheard"]
    made = add_texts(features, np.arange(10), words_of, TEXT, 3, tmp_path)
    assert np.flatnonzero(~made.index["has_textual"]).tolist() == [3, 15]
