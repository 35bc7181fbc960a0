"""Splits of music videos keep videos whole, but for the paper's, which says so."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tfrepro.corpora.music_videos.split import UNITS, hold_out, split_segments, torn_videos
from tfrepro.errors import UserError


def segments(videos, minutes=2, per_minute=1, styles=10):
    """Labels, videos and minutes: every tenth video is of the style."""
    video = np.repeat(np.arange(videos), minutes * per_minute)
    minute = np.tile(np.repeat(np.arange(minutes), per_minute), videos)
    return np.where(video % styles == 0, "style", "other"), video, minute


def test_the_papers_split_has_its_sizes_and_tears_half_of_the_videos_apart():
    labels, videos, minutes = segments(2000)
    parts = split_segments(labels, videos, minutes, unit="segment")
    for part in ("train", "test"):
        assert (parts == part).sum() == 2000
        assert (labels[parts == part] == "style").sum() == 200
    assert 900 < torn_videos(parts, videos) < 1100


def test_by_video_the_sizes_are_the_same_and_no_video_is_torn():
    labels, videos, minutes = segments(2000)
    parts = split_segments(labels, videos, minutes)
    assert (parts == "test").sum() == 2000
    assert (labels[parts == "test"] == "style").sum() == 200
    assert torn_videos(parts, videos) == 0


@given(
    minutes=st.lists(st.integers(1, 4), min_size=4, max_size=30),
    per_minute=st.integers(1, 10),
    unit=st.sampled_from(list(UNITS)),
    test=st.floats(0.1, 0.9),
    seed=st.integers(0, 99),
)
@settings(max_examples=60, deadline=None)
def test_no_video_and_no_minute_is_ever_torn(minutes, per_minute, unit, test, seed):
    video = np.repeat(np.arange(len(minutes)), np.array(minutes) * per_minute)
    minute = np.concatenate([np.repeat(np.arange(n), per_minute) for n in minutes])
    labels = np.where(video % 3 == 0, "style", "other")
    try:
        parts = split_segments(labels, video, minute, unit=unit, test=test, seed=seed)
    except UserError:
        return  # too few
    assert set(parts) == {"train", "test"}
    assert torn_videos(parts, [f"{v}-{m}" for v, m in zip(video, minute, strict=True)]) == 0
    if unit == "video":
        assert torn_videos(parts, video) == 0
    assert set(labels[parts == "train"]) == set(labels[parts == "test"]) == {"style", "other"}


def test_a_split_depends_on_the_seed_and_on_nothing_else():
    made = segments(60)
    one, same, other = (split_segments(*made, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


def test_a_style_of_one_video_cannot_be_tested_on():
    with pytest.raises(UserError, match="style 'style': 1 videos are too few"):
        split_segments(*segments(8))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"unit": "frame"}, "unit 'frame' must be one of video, segment"),
        ({"test": 1.0}, "test 1.0"),
    ],
)
def test_what_is_no_unit_or_share_is_refused(arguments, said):
    with pytest.raises(ValueError, match=said):
        split_segments(*segments(20), **arguments)


def test_a_hundred_videos_are_held_out_as_in_the_paper():
    videos = np.repeat(np.arange(2000), 20)
    train, candidates, queries = hold_out(videos)
    assert (len(train), len(candidates), len(queries)) == (38_000, 2_000, 500)
    assert len(set(videos[candidates])) == 100
    assert set(queries) < set(candidates)


@given(
    sizes=st.lists(st.integers(1, 30), min_size=2, max_size=40),
    most=st.floats(0.1, 1.0),
    seed=st.integers(0, 99),
)
@settings(max_examples=60, deadline=None)
def test_nothing_of_a_video_that_is_searched_is_trained_on(sizes, most, seed):
    videos = np.repeat([f"v{n}" for n in range(len(sizes))], sizes)
    try:
        train, candidates, queries = hold_out(
            videos, candidates=100, queries=25, most=most, seed=seed
        )
    except UserError:
        return  # too few
    assert len(train)
    assert set(videos[train]).isdisjoint(videos[candidates])
    assert len(candidates) == min(100, int(most * len(videos)))
    assert len(queries) == max(1, round(len(candidates) / 4))
    assert set(queries) <= set(candidates)


def test_only_eligible_videos_are_held_out_and_all_others_are_trained_on():
    eligible = np.arange(100) % 2 == 0
    train, candidates, queries = hold_out(
        np.arange(100), candidates=20, queries=5, eligible=eligible
    )
    assert eligible[candidates].all()
    assert (len(train), len(candidates), len(queries)) == (80, 20, 5)


def test_one_video_cannot_be_held_out():
    with pytest.raises(UserError, match="1 music videos are too few"):
        hold_out(np.zeros(50))
    with pytest.raises(UserError, match="0 segments of music videos are too few"):
        hold_out(np.arange(9), eligible=np.zeros(9))


def test_more_queries_than_candidates_are_refused():
    with pytest.raises(ValueError, match="queries 9"):
        hold_out(np.arange(99), candidates=5, queries=9)
