"""Who is held out depends on the ids and the seed alone."""

import random
from collections import Counter

import pytest

from tfrepro.corpora.yt8m_split import split_videos
from tfrepro.errors import UserError

IDS = [f"{number:04x}" for number in range(3000)]


def parts(ids, seed=7, test=1000, valid_share=0.1):
    found = split_videos(ids, test=test, valid_share=valid_share, seed=seed)
    return dict(zip(ids, found, strict=True))


def test_the_parts_have_the_sizes_asked_for():
    assert Counter(parts(IDS).values()) == {"train": 1800, "test": 1000, "valid": 200}
    assert Counter(parts(IDS, valid_share=0).values()) == {"train": 2000, "test": 1000}


def test_the_order_of_the_ids_does_not_matter():
    shuffled = random.Random(0).sample(IDS, len(IDS))
    assert parts(shuffled) == parts(IDS)


def test_the_split_is_the_same_on_every_machine_for_ever():
    assert [name for name, part in parts(IDS, test=3).items() if part == "test"] == [
        "01b5",
        "0a02",
        "0aed",
    ]


def test_another_seed_holds_out_others_by_chance():
    one, other = parts(IDS, seed=7), parts(IDS, seed=8)
    both = sum(one[name] == other[name] == "test" for name in IDS)
    assert 280 < both < 390


def test_a_missing_shard_moves_few_of_the_others():
    whole, part = parts(IDS), parts(IDS[50:])
    moved = sum(whole[name] != part[name] for name in IDS[50:])
    assert moved < 60


def test_a_split_that_leaves_nothing_to_train_on_is_refused():
    with pytest.raises(UserError, match=r"split\.test = 3000: leaves nothing.* 3000 videos"):
        parts(IDS, test=3000)
    with pytest.raises(UserError, match=r"split\.test = 9000"):
        parts(IDS, test=9000)
