"""What cannot be used of a shard is named, counted, and skipped or fatal; never silent."""

import logging
import shutil

import numpy as np
import pytest

from tfrepro.corpora.yt8m_records import Schema
from tfrepro.corpora.yt8m_shards import inspect_shard, look_through, read_shard, survey
from tfrepro.errors import UserError

LOOKS = pytest.mark.parametrize("look", [inspect_shard, read_shard])


@pytest.fixture
def videos(video):
    return [video(f"{number:04d}") for number in range(6)]


def use(look, files, on_corrupt="skip"):
    """How many records of each shard are used, and (file, reason, records before)."""
    rejects = []
    found = list(look_through(look, files, rejects, on_corrupt=on_corrupt, progress=False))
    counts = [len(one) if look is inspect_shard else len(one.ids) for one in found]
    return counts, [(one.file, one.reason, one.records_before) for one in rejects]


@LOOKS
def test_a_good_shard_is_used_whole(shard, videos, look):
    assert use(look, [shard("a", videos)]) == ([6], [])


@LOOKS
def test_records_before_a_fault_are_used_and_those_behind_it_are_not(shard, videos, damage, look):
    file = shard("a", videos)
    place = damage(file, 4)
    reason = f"record 4, at byte {place}, has a wrong checksum of its data"
    assert use(look, [file, shard("b", videos[:2])]) == ([4, 2], [("a.tfrecord", reason, 4)])


@LOOKS
def test_a_shard_cut_anywhere_in_its_last_record_keeps_the_others(shard, videos, look):
    file = shard("a", videos)
    content = file.read_bytes()
    for missing in (1, 4, 100, len(videos[-1]) + 10):
        file.write_bytes(content[:-missing])
        counts, rejects = use(look, [file])
        assert (counts, rejects[0][2]) == ([5], 5)
        assert "record 5, at byte" in rejects[0][1]
        assert "is cut off" in rejects[0][1]


@LOOKS
def test_a_misfit_is_left_out_alone(shard, videos, video, look):
    odd = video("odd", mean_rgb=np.zeros(3, np.float32))
    file = shard("a", [*videos[:2], odd, *videos[2:], b"\xff\xff"])
    assert use(look, [file]) == (
        [6],
        [
            ("a.tfrecord", "record 2 has 3 numbers in mean_rgb, must be 1024", 2),
            ("a.tfrecord", "record 7 is no tf.train.Example", 6),
        ],
    )


def test_the_usable_records_are_told_as_stretches(shard, videos, video):
    odd = video("odd", labels=())
    found = inspect_shard(shard("a", [odd, *videos[:2], odd, odd, *videos[2:]]))
    assert found.runs == ((1, 2), (5, 4))
    assert len(found) == 6


@LOOKS
def test_a_shard_of_nothing_usable_is_one_row(shard, videos, video, look):
    counts, rejects = use(
        look, [shard("empty", []), shard("a", videos), shard("other", [b"\xff", video("x", ())])]
    )
    assert counts == [6]
    assert rejects == [
        ("empty.tfrecord", "holds no records", 0),
        ("other.tfrecord", "record 0 is no tf.train.Example", 0),
    ]


@LOOKS
def test_a_missing_shard_is_named(shard, videos, tmp_path, look):
    _, rejects = use(look, [tmp_path / "gone.tfrecord", shard("a", videos)])
    assert rejects == [("gone.tfrecord", "cannot be read: No such file or directory", 0)]


@LOOKS
def test_what_is_fatal_says_where_what_and_the_way_out(shard, videos, damage, look):
    file = shard("a", videos)
    place = damage(file, 4)
    with pytest.raises(UserError) as caught:
        use(look, [shard("b", videos[:2]), file], on_corrupt="raise")
    assert str(caught.value) == (
        f"{file}: record 4, at byte {place}, has a wrong checksum of its data: fetch the file "
        "again, or set yt8m.on_corrupt to skip in params.yaml to go on with the records that "
        "are good"
    )


@LOOKS
def test_a_good_set_passes_where_faults_are_fatal(shard, videos, look):
    assert use(look, [shard("a", videos)], on_corrupt="raise") == ([6], [])


def test_what_is_skipped_is_logged(shard, videos, damage, caplog):
    file = shard("a", videos)
    damage(file, 1)
    with caplog.at_level(logging.WARNING, "tfrepro"):
        use(read_shard, [file])
    assert len(caplog.messages) == 1
    assert "skipped: a.tfrecord: record 1, at byte" in caplog.text
    assert "(records used before it: 1)" in caplog.text


@LOOKS
def test_numbers_that_are_not_finite_make_a_misfit_of_a_video(shard, videos, video, look):
    for value in (np.nan, np.inf, -np.inf):
        odd = video("odd", mean_audio=np.full(128, value, np.float32))
        file = shard("a", [*videos[:3], odd, *videos[3:]])
        assert use(look, [file]) == (
            [6],
            [("a.tfrecord", "record 3 holds numbers that are not finite", 3)],
        )


@LOOKS
def test_releases_and_levels_do_not_mix(shard, videos, video, frames, look):
    older = shard("older", [video("0000", id_key="video_id")])
    with pytest.raises(UserError, match=r"older\.tfrecord: is of the video level of 2017, but a"):
        use(look, [shard("a", videos), older])
    rgb, audio = np.zeros((2, 1024), np.uint8), np.zeros((2, 128), np.uint8)
    framed = shard("framed", [frames("0000", rgb, audio)])
    with pytest.raises(UserError, match=r"is of the frame level of 2018, but a\.tfrecord of the v"):
        use(look, [shard("a", videos), framed])


@LOOKS
def test_nothing_usable_at_all_is_an_error(shard, look):
    with pytest.raises(UserError, match=r"none of 1 shards can be used: empty\.tfrecord: holds n"):
        use(look, [shard("empty", [])])
    with pytest.raises(UserError, match=r"none of 0 shards can be used$"):
        use(look, [])


def test_a_survey_is_shards_and_a_table(shard, videos, damage):
    broken = shard("b", videos)
    damage(broken, 0)
    found, rejects = survey([shard("a", videos), broken], on_corrupt="skip", progress=False)
    assert [(one.file.stem, one.schema, len(one)) for one in found] == [
        ("a", Schema("id", "video"), 6)
    ]
    assert list(rejects.columns) == ["file", "reason", "records_before"]
    assert rejects["file"].tolist() == ["b.tfrecord"]


@pytest.mark.real
def test_all_52_real_shards_are_whole_and_hold_15237_videos(real_data):
    files = sorted((real_data / "yt8m").glob("*.tfrecord"))
    shards, rejects = survey(files, on_corrupt="raise", progress=False)
    assert (len(shards), sum(map(len, shards)), len(rejects)) == (52, 15237, 0)
    assert shards[0].schema == Schema("id", "video")


@pytest.mark.real
def test_a_real_shard_that_lost_its_end_keeps_its_beginning(real_data, tmp_path):
    file = tmp_path / "validate0000.tfrecord"
    shutil.copy(real_data / "yt8m" / file.name, file)
    whole = read_shard(file)
    file.chmod(0o644)
    with open(file, "r+b") as opened:
        opened.truncate(1_000_000)
    part = read_shard(file)
    kept = len(part.ids)
    assert 0 < kept < len(whole.ids)
    assert np.array_equal(part.visual, whole.visual[:kept])
    assert part.rejects[0].records_before == kept
