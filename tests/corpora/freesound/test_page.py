"""Pages as Freesound answers them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfrepro.corpora.freesound.page import Page, page_of_answer, page_of_record, record_of_page

ENTRY = {
    "id": 3,
    "name": "Bell",
    "tags": ["Bell"],
    "duration": 2,
    "license": "CC0",
    "username": "ann",
    "previews": {"preview-hq-ogg": "http://a/3.ogg", "preview-lq-ogg": "http://a/3-lq.ogg"},
}


def answer(*entries):
    return {"count": 9, "next": None, "previous": None, "results": list(entries)}


def test_the_better_preview_is_preferred():
    assert page_of_answer(answer(ENTRY)).sounds[0].preview == "http://a/3.ogg"


def test_the_other_preview_is_taken_where_there_is_but_one():
    entry = ENTRY | {"previews": {"preview-lq-ogg": "http://a/3-lq.ogg"}}
    assert page_of_answer(answer(entry)).sounds[0].preview == "http://a/3-lq.ogg"


@pytest.mark.parametrize(
    "change",
    [
        {"id": None},
        {"id": "x"},
        {"name": None},
        {"tags": None},
        {"tags": [3]},
        {"duration": "long"},
        {"duration": float("nan")},
        {"duration": float("inf")},
        {"duration": -1},
        {"license": 3},
        {"username": None},
        {"previews": ["a"]},
        {"previews": {"preview-hq-ogg": 3}},
    ],
)
def test_an_entry_that_is_not_understood_is_skipped_and_its_neighbours_are_not(change):
    page = page_of_answer(answer(ENTRY, ENTRY | change, ENTRY))
    assert len(page.sounds) == 2
    assert page.skipped == 1


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*ENTRY, "count", "next", "results"]), inner)
    ),
    max_leaves=12,
)


@given(JSON)
def test_whatever_is_answered_is_a_page_or_said_to_be_none(value):
    try:
        page = page_of_answer(value)
    except ValueError:
        return
    assert page_of_record(record_of_page(page)) == page


@given(st.lists(JSON, max_size=4))
def test_whatever_stands_among_the_entries_is_a_page(entries):
    page = page_of_answer(answer(ENTRY, *entries))
    assert isinstance(page, Page)
    assert page.sounds[0].id == 3
    assert len(page.sounds) + page.skipped == len(entries) + 1
