"""Mispaired batches: who may be given whose sound, how often, and with whose labels."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tfrepro.models.negative_sampling import (
    NO_LABEL,
    draw_partners,
    label_matrix,
    mispaired_batches,
    padded_labels,
    share_no_label,
)

LABEL_LISTS = st.lists(st.lists(st.integers(0, 5), min_size=1, max_size=4), min_size=1, max_size=12)


def videos(n=64, classes=20, seed=0):
    """Features that tell whose they are, and one to three labels each."""
    rng = np.random.default_rng(seed)
    visual = np.repeat(np.arange(n, dtype=np.float32)[:, None], 3, axis=1)
    labels = [rng.choice(classes, rng.integers(1, 4), replace=False) for _ in range(n)]
    return visual, visual[:, :2] + 0.25, labels


def first_batch(n=64, batch=64, probability=0.6, classes=20, labels=None, seed=0):
    visual, acoustic, drawn = videos(n, classes)
    Y = label_matrix(labels or drawn, classes)
    batches = mispaired_batches(
        visual, acoustic, Y, batch=batch, probability=probability, seed=seed
    )
    return next(batches)


class TestLabels:
    def test_lists_become_zeros_and_ones(self):
        Y = label_matrix([[1], [0, 2, 2], np.array([3])], 4)
        np.testing.assert_array_equal(Y.toarray(), [[0, 1, 0, 0], [1, 0, 1, 0], [0, 0, 0, 1]])

    @pytest.mark.parametrize("wrong", [-1, 4])
    def test_a_label_that_there_is_not_is_named(self, wrong):
        with pytest.raises(ValueError, match=rf"label {wrong}: must lie in 0 ... 3"):
            label_matrix([[0], [1, wrong]], 4)

    def test_padding_fills_every_row_up(self):
        padded = padded_labels(label_matrix([[2], [0, 1, 3]], 4))
        np.testing.assert_array_equal(padded, [[2, NO_LABEL, NO_LABEL], [0, 1, 3]])

    @settings(max_examples=50, deadline=None)
    @given(labels=LABEL_LISTS)
    def test_sharing_no_label_is_having_disjoint_sets(self, labels):
        expected = [[not set(a) & set(b) for b in labels] for a in labels]
        np.testing.assert_array_equal(share_no_label(label_matrix(labels, 6)), expected)


class TestPartners:
    @settings(max_examples=50, deadline=None)
    @given(labels=LABEL_LISTS, probability=st.floats(0, 1), seed=st.integers(0, 99))
    def test_a_partner_is_admissible_or_oneself(self, labels, probability, seed):
        admissible = share_no_label(label_matrix(labels, 6))
        partners = draw_partners(admissible, probability, np.random.default_rng(seed))
        own = np.arange(len(labels))
        assert ((partners == own) | admissible[own, partners]).all()

    def test_every_admissible_partner_is_drawn_equally_often(self):
        admissible = np.zeros((5, 5), bool)
        admissible[0, [1, 3, 4]] = True
        rng = np.random.default_rng(0)
        drawn = [draw_partners(admissible, 1.0, rng)[0] for _ in range(3000)]
        counts = np.bincount(drawn, minlength=5)
        assert counts[[0, 2]].sum() == 0
        assert counts[[1, 3, 4]] == pytest.approx(1000, abs=100)

    def test_who_shares_a_label_with_all_stays_positive(self):
        partners = draw_partners(np.zeros((6, 6), bool), 1.0, np.random.default_rng(0))
        np.testing.assert_array_equal(partners, np.arange(6))


class TestBatches:
    def test_about_six_in_ten_are_negative(self):
        share = np.mean([first_batch(seed=seed)[1]["negative"].mean() for seed in range(50)])
        assert share == pytest.approx(0.6, abs=0.03)

    def test_with_probability_one_no_positive_is_left(self):
        assert first_batch(probability=1.0)[1]["negative"].all()

    def test_with_probability_zero_all_are_positive(self):
        (visual, acoustic), targets = first_batch(probability=0.0)
        assert not targets["negative"].any()
        np.testing.assert_array_equal(acoustic[:, 0], visual[:, 0] + 0.25)
        np.testing.assert_array_equal(targets["visual_labels"], targets["acoustic_labels"])

    def test_a_negative_keeps_its_image_and_gets_another_sound_with_its_labels(self):
        (visual, acoustic), targets = first_batch()
        labels = padded_labels(label_matrix(videos()[2], 20))
        image, sound = visual[:, 0].astype(int), (acoustic[:, 0] - 0.25).astype(int)
        np.testing.assert_array_equal(targets["negative"], (image != sound).astype(np.float32))
        np.testing.assert_array_equal(targets["visual_labels"], labels[image])
        np.testing.assert_array_equal(targets["acoustic_labels"], labels[sound])

    def test_a_negative_shares_no_label_with_its_sound(self):
        _, targets = first_batch(probability=1.0)
        pairs = zip(targets["visual_labels"], targets["acoustic_labels"], strict=True)
        assert all(not set(v) & set(a) - {NO_LABEL} for v, a in pairs)

    def test_videos_of_one_label_are_never_mispaired(self):
        _, targets = first_batch(labels=[[3]] * 64, probability=1.0)
        assert not targets["negative"].any()

    def test_an_epoch_shows_every_video_once(self):
        visual, acoustic, labels = videos(50)
        batches = mispaired_batches(
            visual, acoustic, label_matrix(labels, 20), batch=16, probability=0.6, seed=0
        )
        shown = np.concatenate([next(batches)[0][0][:, 0] for _ in range(4)])
        np.testing.assert_array_equal(np.sort(shown), np.arange(50))

    def test_the_seed_decides_them(self):
        (_, same), (_, again), (_, other) = (first_batch(seed=seed) for seed in (1, 1, 2))
        np.testing.assert_array_equal(same["acoustic_labels"], again["acoustic_labels"])
        assert (same["visual_labels"] != other["visual_labels"]).any()
