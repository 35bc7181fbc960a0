"""Pairs of videos: who is paired with whom, and how often."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import pdist, squareform
from scipy.stats import chisquare

from tfrepro.features.scaling import Scaling
from tfrepro.models.pair_sampling import PairSampler

AS_IT_IS = Scaling("none")


def videos(y, seed=0):
    """Two modalities; every row is unlike all others, so it tells which video it is."""
    rng = np.random.default_rng(seed)
    arrays = {"visual": rng.standard_normal((len(y), 2)), "acoustic": rng.random((len(y), 1))}
    return {name: array.astype(np.float32) for name, array in arrays.items()}


def numbers(block, arrays):
    """Which videos the rows of one side of the pairs are."""
    row_of = {row.tobytes(): i for i, row in enumerate(arrays["visual"])}
    rows = np.array([row_of[row.tobytes()] for row in block["visual"]])
    np.testing.assert_array_equal(block["acoustic"], arrays["acoustic"][rows])
    return rows


def drawn(y, *, anchors, partners=1, times=1, seed=0, **candidates):
    """Anchors, partners and γ of the pairs, times one after another; the sampler."""
    y, arrays = np.asarray(y), videos(y)
    sampler = PairSampler(arrays, y, AS_IT_IS, np.random.default_rng(seed), **candidates)
    parts = [sampler.draw(anchors, partners) for _ in range(times)]
    i = np.concatenate([numbers(pairs.left, arrays) for pairs in parts])
    j = np.concatenate([numbers(pairs.right, arrays) for pairs in parts])
    return i, j, np.concatenate([pairs.gamma for pairs in parts]), sampler


LABELS = st.lists(st.integers(0, 4), min_size=3, max_size=20).filter(
    lambda y: 1 < len(set(y)) < len(y)
)


@settings(max_examples=60, deadline=None)
@given(y=LABELS, partners=st.integers(1, 3), candidates=st.integers(1, 30), seed=st.integers(0, 99))
def test_every_anchor_has_as_many_partners_of_its_class_as_of_others(y, partners, candidates, seed):
    i, j, gamma, _ = drawn(
        y, anchors=7, partners=partners, seed=seed, same=candidates, other=candidates
    )
    y = np.array(y)
    assert (i != j).all()
    np.testing.assert_array_equal(gamma, np.where(y[i] == y[j], 1, -1))
    assert gamma.dtype == np.float32
    of_class, of_others = np.split(gamma, 2)
    assert len(of_class) == 7 * partners
    assert (of_class == 1).all()
    assert (of_others == -1).all()
    # The same anchor, in all its pairs of both kinds.
    np.testing.assert_array_equal(*np.split(i, 2))
    assert (np.ptp(i[: 7 * partners].reshape(7, partners), axis=1) == 0).all()


def test_the_only_video_of_a_class_is_no_anchor_but_a_partner():
    i, j, gamma, _ = drawn([0, 0, 0, 1, 2, 2], anchors=300)
    assert set(i) == {0, 1, 2, 4, 5}
    assert 3 in j[gamma < 0]
    assert 3 not in j[gamma > 0]


def test_anchors_are_drawn_uniformly():
    i, _, gamma, _ = drawn([0] * 9 + [1] * 3, anchors=6000)
    counts = np.bincount(i[gamma > 0])
    assert chisquare(counts).pvalue > 0.01


class TestDistribution:
    Y = np.repeat([0, 1, 2], 6)

    def closeness(self):
        """s_ij, by the formula of the paper's authors."""
        s = np.zeros((len(self.Y), len(self.Y)))
        for X in videos(self.Y).values():
            distances = pdist(X)
            s += np.exp(-squareform(distances**2) / np.median(distances) ** 2) / 2
        return s

    @pytest.fixture(scope="class")
    def pairs(self):
        # So many candidates that they stand for all videos.
        i, j, gamma, _ = drawn(self.Y, anchors=2000, times=12, same=300, other=1000)
        return i, j, gamma

    @pytest.mark.parametrize("kind", [1, -1])
    def test_partners_are_drawn_by_how_close_they_are(self, pairs, kind):
        i, j, gamma = pairs
        counts = np.zeros((len(self.Y), len(self.Y)))
        np.add.at(counts, (i[gamma == kind], j[gamma == kind]), 1)
        alike = self.Y[:, None] == self.Y
        able = (alike if kind > 0 else ~alike) & ~np.eye(len(self.Y), dtype=bool)
        assert counts[~able].sum() == 0
        assert self.p_value(counts, self.closeness(), able) > 0.01
        assert self.p_value(counts, np.ones_like(counts), able) < 1e-9, "nothing to be seen"

    @staticmethod
    def p_value(counts, s, able):
        """Of counts like these, if partners of each anchor are drawn proportionally to s."""
        s = np.where(able, s, 0)
        expected = s / s.sum(axis=1, keepdims=True) * counts.sum(axis=1, keepdims=True)
        assert expected[able].min() > 5
        return chisquare(counts[able], expected[able], ddof=len(counts) - 1).pvalue

    def test_delta_is_the_median_distance(self):
        *_, sampler = drawn(self.Y, anchors=1)
        for name, X in videos(self.Y).items():
            assert sampler.delta_[name] == pytest.approx(np.median(pdist(X)), rel=1e-6)

    def test_distances_are_those_of_scaled_vectors(self):
        arrays, scaling = videos(self.Y), Scaling("unit")
        sampler = PairSampler(arrays, self.Y, scaling, np.random.default_rng(0))
        unit = scaling("visual", arrays["visual"])
        assert sampler.delta_["visual"] == pytest.approx(np.median(pdist(unit)), rel=1e-6)
        left = sampler.draw(5).left["visual"]
        np.testing.assert_allclose(np.linalg.norm(left, axis=1), 1, rtol=1e-6)


def test_with_many_videos_delta_is_that_of_some():
    y = np.arange(3000) % 2
    *_, sampler = drawn(y, anchors=1)
    for name, X in videos(y).items():
        assert sampler.delta_[name] == pytest.approx(np.median(pdist(X)), rel=0.05)


def test_videos_that_are_the_same_or_very_far_apart_are_drawn_all_the_same():
    y = np.array([0, 0, 0, 1, 1, 2, 2])
    rows = np.float32([[0], [0], [0], [0], [0], [0], [1e6]])
    sampler = PairSampler({"visual": rows}, y, AS_IT_IS, np.random.default_rng(0))
    pairs = sampler.draw(50)
    left, right = pairs.left["visual"].ravel(), pairs.right["visual"].ravel()
    assert sampler.delta_ == {"visual": 1.0}
    # The partner of the same class as far as can be is its only one.
    assert ((left == 1e6) & (right == 0) & (pairs.gamma > 0)).any()
    assert ((left == 0) & (right == 1e6) & (pairs.gamma > 0)).any()


@pytest.mark.parametrize("y", [[0, 1, 2, 3], [2, 2, 2]])
def test_classes_that_give_no_pairs_are_an_error(y):
    with pytest.raises(ValueError, match="pairs need two videos of one class, and a second"):
        PairSampler(videos(y), np.array(y), AS_IT_IS, np.random.default_rng(0))


def test_the_seed_decides_and_rows_on_disk_give_the_same_pairs(tmp_path):
    y, disk = np.arange(40) % 3, {}
    memory = videos(y)
    for name, X in memory.items():
        np.save(tmp_path / f"{name}.npy", X)
        disk[name] = np.load(tmp_path / f"{name}.npy", mmap_mode="r")
    first, mapped, other = (
        PairSampler(arrays, y, AS_IT_IS, np.random.default_rng(seed)).draw(30, 2)
        for arrays, seed in ((memory, 1), (disk, 1), (memory, 2))
    )
    np.testing.assert_array_equal(first.gamma, mapped.gamma)
    for side in ("left", "right"):
        for name in memory:
            np.testing.assert_array_equal(getattr(first, side)[name], getattr(mapped, side)[name])
    assert not np.array_equal(first.left["visual"], other.left["visual"])
