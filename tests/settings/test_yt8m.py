"""Settings of the video corpora that cannot work are refused by key."""

import pytest

from tfrepro.errors import UserError
from tfrepro.settings.base import validate
from tfrepro.settings.yt8m import Yt8m


def settings(**rendered):
    split = {"test": 16, "valid_share": 0.1, "seed": 7}
    values = {"videos": 64, "shards": 2, "labels": 30, "noise": 1.0, "seed": 1, "split": split}
    return {
        "on_corrupt": "skip",
        "rendered": values | rendered,
        "yt8m": {"split": split | {"test": 6144}},
    }


def test_a_good_section_passes():
    found = validate(Yt8m, settings(), prefix="yt8m")
    assert (found.rendered.split.test, found.yt8m.split.test) == (16, 6144)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (settings(shards=65), "shards 65 are more than videos 64"),
        (settings(videos=16), "split.test 16 leaves none of 16 videos"),
        (settings(labels=4000), "yt8m.rendered.labels = 4000: must be at most 3862"),
        (settings(frames=3), "yt8m.rendered.frames = 3: no such key"),
        (settings() | {"on_corrupt": "ignore"}, "yt8m.on_corrupt = 'ignore': must be"),
    ],
)
def test_what_cannot_work_is_named(values, message):
    with pytest.raises(UserError, match=message):
        validate(Yt8m, values, prefix="yt8m")
