"""Embeddings as named arrays, and back."""

import numpy as np
import pytest

from tfrepro.features import embeddings as module
from tfrepro.features.embeddings import Direction, Embeddings


def vectors(seed, d=3):
    return np.random.default_rng(seed).standard_normal((5, d)).astype(np.float32)


ONE_SPACE = Embeddings.in_one_space(vectors(0), vectors(1))
TWO_SPACES = Embeddings(
    audio_to_video=Direction(vectors(0, 4), vectors(1, 4)),
    video_to_audio=Direction(vectors(2, 3), vectors(3, 3)),
)


def test_vectors_that_serve_both_ways_are_named_once():
    arrays = ONE_SPACE.arrays()
    assert arrays.keys() == {"visual", "acoustic"}
    assert arrays["visual"] is ONE_SPACE.video_to_audio.queries
    assert arrays["acoustic"] is ONE_SPACE.audio_to_video.queries


def test_vectors_of_two_spaces_are_named_by_what_they_do():
    arrays = TWO_SPACES.arrays()
    assert arrays["audio_queries"] is TWO_SPACES.audio_to_video.queries
    assert arrays["video_candidates"] is TWO_SPACES.audio_to_video.candidates
    assert arrays["video_queries"] is TWO_SPACES.video_to_audio.queries
    assert arrays["audio_candidates"] is TWO_SPACES.video_to_audio.candidates
    assert len(arrays) == 4


@pytest.mark.parametrize("embeddings", [ONE_SPACE, TWO_SPACES], ids=["one space", "two spaces"])
def test_from_their_arrays_they_are_the_same(embeddings):
    again = Embeddings.from_arrays(embeddings.arrays())
    for name in ("audio_to_video", "video_to_audio"):
        ours, theirs = getattr(again, name), getattr(embeddings, name)
        assert ours.queries is theirs.queries
        assert ours.candidates is theirs.candidates
    assert again.arrays().keys() == embeddings.arrays().keys()


class TestHubs:
    """The correction for candidates that answer everything."""

    SCALE = 7.0

    def both(self, n, seed):
        rng = np.random.default_rng(seed)
        vectors = rng.standard_normal((2, n, 5))
        vectors /= np.linalg.norm(vectors, axis=2, keepdims=True)
        return Embeddings.in_one_space(*vectors.astype(np.float32))

    def test_it_ranks_as_the_softmax_over_the_bank_does(self):
        made, bank = self.both(30, 0), self.both(40, 1)
        corrected = made.without_hubs(bank, self.SCALE)
        for name in ("audio_to_video", "video_to_audio"):
            way, plain = getattr(corrected, name), getattr(made, name)
            banked = np.exp(self.SCALE * getattr(bank, name).queries @ plain.candidates.T)
            expected = np.exp(self.SCALE * plain.queries @ plain.candidates.T) / banked.mean(axis=0)
            found = way.queries @ way.candidates.T
            np.testing.assert_array_equal(found.argmax(axis=1), expected.argmax(axis=1))
            # What a query loses itself is the same for every candidate.
            differences = self.SCALE * found - np.log(expected)
            np.testing.assert_allclose(differences.std(axis=1), 0, atol=1e-4)

    def test_a_candidate_near_to_all_is_no_longer_everyones_answer(self):
        queries = np.eye(4, dtype=np.float32)
        candidates = np.eye(4, dtype=np.float32)
        candidates[0] = 1.2
        made = Embeddings.in_one_space(candidates, queries)
        way = made.without_hubs(made, 20.0).audio_to_video
        assert (queries @ candidates.T).argmax(axis=1).tolist() == [0, 0, 0, 0]
        assert (way.queries @ way.candidates.T).argmax(axis=1).tolist() == [0, 1, 2, 3]

    @pytest.mark.parametrize("block", [1, 7, 29])
    def test_the_size_of_the_blocks_does_not_matter(self, monkeypatch, block):
        made, bank = self.both(30, 0), self.both(40, 1)
        whole = made.without_hubs(bank, self.SCALE).arrays()
        monkeypatch.setattr(module, "BLOCK", block)
        for name, array in made.without_hubs(bank, self.SCALE).arrays().items():
            assert array.dtype == np.float32
            np.testing.assert_allclose(array, whole[name], atol=1e-6)

    def test_embeddings_of_two_spaces_are_refused(self):
        way = Direction(np.ones((2, 3), np.float32), np.ones((2, 3), np.float32))
        with pytest.raises(ValueError, match="one space"):
            self.both(2, 0).without_hubs(
                Embeddings(way, Direction(way.queries.copy(), way.queries.copy())), 1.0
            )
