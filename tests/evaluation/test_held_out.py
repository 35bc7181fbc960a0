"""Training and held-out rows: every video is in at most one of the two."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfrepro.errors import UserError
from tfrepro.evaluation.held_out import held_out_rows

SPLIT = pd.Series(["train", "test", "valid", "train", "test", "valid"])


def test_the_test_videos_are_asked_after_training_on_all_others():
    trained, asked = held_out_rows(SPLIT, "test")
    assert (trained.tolist(), asked.tolist()) == ([0, 2, 3, 5], [1, 4])


def test_to_choose_by_the_valid_videos_those_of_the_test_stay_unseen():
    trained, asked = held_out_rows(SPLIT, "valid")
    assert (trained.tolist(), asked.tolist()) == ([0, 3], [2, 5])


@given(
    split=st.lists(st.sampled_from(["train", "valid", "test"]), max_size=30),
    held_out=st.sampled_from(["test", "valid"]),
)
def test_no_video_is_asked_about_after_training_on_it(split, held_out):
    there = {"train", held_out} <= set(split)
    if not there and not (held_out == "test" and {"valid", "test"} <= set(split)):
        with pytest.raises(UserError):
            held_out_rows(pd.Series(split, dtype=object), held_out)
        return
    trained, asked = held_out_rows(pd.Series(split), held_out)
    assert not set(trained) & set(asked)
    assert {split[row] for row in asked} == {held_out}
    if held_out == "test":
        assert len(trained) + len(asked) == len(split)
    else:
        assert {split[row] for row in trained} == {"train"}


def test_rows_are_places_whatever_the_index_of_the_series():
    shifted = SPLIT.set_axis(range(100, 106))
    for held_out in ("test", "valid"):
        ours, plain = held_out_rows(shifted, held_out), held_out_rows(SPLIT, held_out)
        np.testing.assert_array_equal(np.concatenate(ours), np.concatenate(plain))


@pytest.mark.parametrize(
    ("split", "held_out", "part"),
    [
        (["train", "valid"], "test", "test"),
        (["train", "test"], "valid", "valid"),
        (["test", "test"], "test", "train"),
        (["valid", "test"], "valid", "train"),
    ],
)
def test_an_empty_part_is_named(split, held_out, part):
    with pytest.raises(UserError) as caught:
        held_out_rows(pd.Series(split), held_out)
    assert str(caught.value) == f"held_out = {held_out}: no row of the set is in the part {part}"
