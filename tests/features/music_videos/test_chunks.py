"""Segments in a table: which minute each is part of, and where it lies in it."""

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from tfrepro.evaluation.segment_levels import LEVELS, chunk_rows
from tfrepro.features.music_videos.chunks import SEGMENTS, segment_index


def videos(count):
    names = [f"v{number}" for number in range(count)]
    labels = ["style" if number % 2 else "" for number in range(count)]
    groups = [f"g{number // 2}" for number in range(count)]
    return pd.DataFrame({"id": names, "label": labels, "group": groups, "file": "a.mp4"})


def test_segments_of_whole_minutes_have_chunks_and_places_and_the_rest_has_none():
    index = segment_index(videos(3), [23, 0, 10])
    assert list(index) == ["id", "label", "group", "chunk", "place", "start_s"]
    first, last = index[:23], index[23:]
    assert first["chunk"].tolist() == ["v0-minute-0"] * 10 + ["v0-minute-1"] * 10 + [""] * 3
    assert first["place"].tolist() == [*range(10), *range(10), -1, -1, -1]
    assert first["start_s"].tolist() == [6.0 * number for number in range(23)]
    assert last["id"].tolist() == [f"v2-{number:03d}" for number in range(10)]
    assert set(last["chunk"]) == {"v2-minute-0"}
    assert set(last["group"]) == {"g1"}
    assert set(first["label"]) == set(last["label"]) == {""}


def test_under_a_minute_there_is_no_chunk():
    index = segment_index(videos(2), [9, 1])
    assert set(index["chunk"]) == {""}
    assert set(index["place"]) == {-1}


@given(st.lists(st.integers(0, 35), min_size=1, max_size=5))
def test_every_chunk_has_its_segments_of_one_video_in_order(counts):
    index = segment_index(videos(len(counts)), counts)
    assert index["id"].is_unique
    assert len(index) == sum(counts)
    inside = index[index["chunk"] != ""].reset_index(drop=True)
    assert len(inside) == SEGMENTS * sum(count // SEGMENTS for count in counts)
    _, rows = chunk_rows(inside["chunk"], inside["place"])
    assert rows.shape[1] == SEGMENTS == LEVELS[-1]
    assert (inside.groupby("chunk")["group"].nunique() == 1).all()
    assert (inside["start_s"].to_numpy()[rows] % 60 == inside["place"].to_numpy()[rows] * 6).all()
