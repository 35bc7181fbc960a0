"""Chunks of music videos: what belongs together stays together."""

import numpy as np
import pytest

from tfrepro.features.chunks import Chunks


def chunks(C=4, S=3):
    """Whose every number says which chunk and segment it is of."""
    visual = np.arange(C * S * 2, dtype=np.float32).reshape(C, S, 2)
    names = np.array([f"c{i}" for i in range(C)])
    videos = np.array([f"v{i // 2}" for i in range(C)])
    return Chunks(names, videos, np.arange(C) % 2 == 0, {"visual": visual, "acoustic": -visual})


def test_segments_follow_each_other_chunk_by_chunk():
    flat = chunks().flat()
    assert flat["visual"].shape == (12, 2)
    np.testing.assert_array_equal(flat["visual"].ravel(), np.arange(24))
    assert (len(chunks()), chunks().segments) == (4, 3)


@pytest.mark.parametrize("which", [np.array([3, 0]), np.array([True, False, False, True])])
def test_some_chunks_keep_all_that_is_known_of_them(which):
    some, whole = chunks().take(which), chunks()
    np.testing.assert_array_equal(some.names, whole.names[which])
    np.testing.assert_array_equal(some.videos, whole.videos[which])
    np.testing.assert_array_equal(some.positive, whole.positive[which])
    np.testing.assert_array_equal(some.arrays["acoustic"], whole.arrays["acoustic"][which])


@pytest.mark.parametrize(
    "shapes",
    [{"visual": (3, 3, 2), "acoustic": (4, 3, 2)}, {"visual": (4, 3, 2), "acoustic": (4, 2, 2)}],
)
def test_arrays_of_other_chunks_or_segments_are_refused(shapes):
    arrays = {name: np.zeros(shape) for name, shape in shapes.items()}
    with pytest.raises(ValueError, match="4 chunks, but"):
        Chunks(np.arange(4), np.arange(4), np.zeros(4, bool), arrays)
