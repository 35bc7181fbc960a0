"""Previews from a server that fails, some of which are no sound."""

import hashlib
import io
import json
import os
import socket
import threading
import time
from dataclasses import replace

import pytest
from tqdm import tqdm

from tfrepro.corpora.freesound import previews
from tfrepro.corpora.freesound.previews import RejectedPreview, fetch_previews
from tfrepro.corpora.freesound.sound import Sound
from tfrepro.errors import UserError


@pytest.fixture
def sounds(server):
    """``sounds(3)``: so many, numbered from 1."""

    def make(number):
        return [
            Sound(
                id=i,
                name=f"no. {i}",
                tags=(),
                duration=0.2,
                licence="CC0",
                user="ann",
                preview=server.preview_address(i),
            )
            for i in range(1, number + 1)
        ]

    return make


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "previews"


@pytest.fixture
def fetch(folder, clock):
    def call(sounds, **settings):
        settings = {"longest_s": 60, "clock": clock, "jobs": 4, "progress": False, **settings}
        return fetch_previews(sounds, folder, **settings)

    return call


def asked(server, sound):
    return server.asked[f"/previews/{sound}.ogg"]


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_each_preview_is_kept_with_its_size_and_checksum(fetch, sounds, server, folder, ogg):
    result = fetch(sounds(5))
    assert [preview.id for preview in result.kept] == [1, 2, 3, 4, 5]
    assert result.rejects == ()
    for preview in result.kept:
        assert (folder / preview.file).read_bytes() == ogg
        assert preview.sha256 == hashlib.sha256(ogg).hexdigest()
        assert preview.size == len(ogg)
        assert preview.duration == pytest.approx(0.2)
    assert names(folder) == [*(f"{i}.ogg" for i in range(1, 6)), "previews.jsonl"]


def test_a_preview_is_readable_for_others_as_files_are(fetch, sounds, folder):
    fetch(sounds(1))
    (folder / "plain").touch()
    assert (folder / "1.ogg").stat().st_mode == (folder / "plain").stat().st_mode


def test_no_preview_is_asked_for_twice(fetch, sounds, server):
    first = fetch(sounds(5))
    assert fetch(sounds(5)) == first
    assert set(server.asked.values()) == {1}


def test_a_second_run_reads_no_file_again(fetch, sounds, monkeypatch):
    first = fetch(sounds(5))
    monkeypatch.setattr(previews, "load_audio", None)
    assert fetch(sounds(5)) == first


def test_the_token_is_not_sent_along(fetch, sounds, server):
    fetch(sounds(1))
    assert "Authorization" not in server.headers[0]


def test_every_bad_preview_is_listed_with_its_reason_and_stops_no_other(
    fetch, sounds, server, ogg, long_ogg, folder
):
    server.previews |= {
        1: b"<html>gone</html>",
        2: long_ogg[: len(long_ogg) // 2],
        3: b"",
        5: long_ogg,
        6: ogg[:-1],
        7: ogg[:200] + b"x" + ogg[201:],
    }
    server.preview_faults[4].append(404)
    given = sounds(10)
    given[7] = replace(given[7], duration=2.5)
    given[8] = replace(given[8], preview="")
    result = fetch(given, longest_s=2)
    assert [preview.id for preview in result.kept] == [10]
    reasons = {reject.id: reject.reason for reject in result.rejects}
    assert list(reasons) == list(range(1, 10))
    assert reasons[1].startswith("is not a media file or is damaged")
    assert reasons[2].startswith("is cut off")
    assert reasons[3] == "is an empty file"
    assert reasons[4] == "HTTP 404 Not Found"
    assert reasons[5] == "is 3.0 seconds long, allowed are 2"
    assert reasons[6].startswith("is cut off")
    assert "damaged" in reasons[7]
    assert reasons[8] == "is 2.5 seconds long, allowed are 2"
    assert reasons[9] == "has no preview"
    assert names(folder) == ["10.ogg", "previews.jsonl"]


def test_a_sound_said_to_be_too_long_is_not_asked_for(fetch, sounds, server):
    fetch([replace(sounds(1)[0], duration=61)])
    assert server.total() == 0


def test_a_file_far_too_large_is_not_read_to_its_end(fetch, sounds, server, monkeypatch):
    monkeypatch.setattr(previews, "_HEAD", 1000)
    server.previews[1] = bytes(1 << 20)
    assert fetch(sounds(1), longest_s=0.5).rejects == (
        RejectedPreview(1, "is longer than 33768 bytes, too much for 0.5 seconds"),
    )


def test_a_preview_that_is_gone_or_no_sound_is_not_asked_for_again(fetch, sounds, server):
    server.previews[1] = b"rubbish"
    server.preview_faults[2].append(404)
    first = fetch(sounds(2))
    assert fetch(sounds(2)) == first
    assert (asked(server, 1), asked(server, 2)) == (1, 1)


@pytest.mark.parametrize("fault", [503, 403, ("throttle", {}), ("cut", 100)])
def test_a_preview_the_server_failed_on_is_had_by_the_next_run(fetch, sounds, server, fault):
    server.preview_faults[1].extend([fault] * 6)
    first = fetch(sounds(2))
    assert [preview.id for preview in first.kept] == [2]
    assert [reject.id for reject in first.rejects] == [1]
    server.preview_faults.clear()
    assert [preview.id for preview in fetch(sounds(2)).kept] == [1, 2]


@pytest.mark.parametrize("fault", [503, ("throttle", {}), ("cut", 100), ("cut chunk", 100)])
def test_a_failure_that_passes_costs_another_try(fetch, sounds, server, fault):
    server.preview_faults[1].extend([fault] * 2)
    assert [preview.id for preview in fetch(sounds(1)).kept] == [1]
    assert asked(server, 1) == 3


def test_a_silent_server_costs_another_try(fetch, sounds, server):
    server.preview_faults[1].append(("slow", 100))
    assert len(fetch(sounds(1), timeout_s=(1, 0.1)).kept) == 1
    assert asked(server, 1) == 2


def test_pauses_do_not_depend_on_the_order_of_threads(fetch, sounds, server, clock, folder):
    slept = []
    for jobs in (1, 4):
        for sound in range(1, 5):
            server.preview_faults[sound].append(503)
        fetch(sounds(4), jobs=jobs)
        slept.append(sorted(clock.slept))
        clock.slept.clear()
        for path in folder.iterdir():
            path.unlink()
    assert slept[0] == slept[1]
    assert len(set(slept[0])) == 4


@pytest.mark.parametrize(
    "address",
    [
        "ftp://example.org/a.ogg",
        "a.ogg",
        "http://[::1",
        "http://",
        "http://a\0b/",
        "http://" + "a" * 70,
    ],
)
def test_an_address_that_is_none_is_a_reject(fetch, sounds, address):
    given = sounds(2)
    given[0] = replace(given[0], preview=address)
    result = fetch(given)
    assert [preview.id for preview in result.kept] == [2]
    assert [reject.id for reject in result.rejects] == [1]


def test_several_previews_are_on_their_way_at_once(fetch, sounds, server):
    together = threading.Barrier(4)
    server.delay_s = 0.01
    answer = server.answer

    def wait_for_the_others(handler):
        together.wait(20)
        answer(handler)

    server.answer = wait_for_the_others
    assert len(fetch(sounds(8), jobs=4).kept) == 8


def test_the_bar_counts_every_sound(fetch, sounds, server, monkeypatch):
    bars = []

    def bar(**settings):
        bars.append(tqdm(**settings | {"disable": False, "file": io.StringIO()}))
        return bars[-1]

    monkeypatch.setattr(previews, "tqdm", bar)
    fetch(sounds(3))
    server.previews[4] = b"rubbish"
    fetch(sounds(5), progress=True)
    assert [(bar.n, bar.total) for bar in bars] == [(3, 3), (5, 5)]


def test_a_sound_given_twice_counts_once_where_it_came_first(fetch, sounds, server):
    one, two, three = sounds(3)
    result = fetch([two, three, one, replace(two, preview=""), one])
    assert [preview.id for preview in result.kept] == [2, 3, 1]
    assert server.total() == 3


def test_no_sounds_are_no_previews(fetch):
    result = fetch([])
    assert result.kept == result.rejects == ()


def test_a_file_a_killed_run_did_not_note_is_kept_without_asking(
    fetch, sounds, server, folder, ogg
):
    folder.mkdir()
    (folder / "1.ogg").write_bytes(ogg)
    (folder / "2.ogg").write_bytes(ogg[:100])
    (folder / "3.ogg.part").write_bytes(ogg[:100])
    assert len(fetch(sounds(2)).kept) == 2
    assert (asked(server, 1), asked(server, 2)) == (0, 1)
    assert names(folder) == ["1.ogg", "2.ogg", "previews.jsonl"]


def test_a_bad_file_that_cannot_be_had_anew_does_not_stay(fetch, sounds, server, folder, ogg):
    folder.mkdir()
    (folder / "1.ogg").write_bytes(ogg[:100])
    server.preview_faults[1].append(404)
    assert fetch(sounds(1)).kept == ()
    assert names(folder) == ["previews.jsonl"]


def test_a_preview_is_on_the_disk_before_it_is_noted(fetch, sounds, folder, monkeypatch, ogg):
    synced = []
    fsync = os.fsync

    def note_size(handle):
        synced.append(os.fstat(handle).st_size)
        fsync(handle)

    monkeypatch.setattr(previews.os, "fsync", note_size)
    fetch(sounds(1))
    notes = (folder / "previews.jsonl").stat().st_size
    assert synced[-2:] == [len(ogg), notes]


def test_a_file_that_was_removed_or_shortened_is_had_again(fetch, sounds, server, folder, ogg):
    first = fetch(sounds(3))
    (folder / "1.ogg").unlink()
    (folder / "2.ogg").write_bytes(ogg[:100])
    assert fetch(sounds(3)) == first
    assert [asked(server, sound) for sound in (1, 2, 3)] == [2, 2, 1]


def test_a_preview_with_another_address_is_had_from_there(fetch, sounds, server, long_ogg):
    fetch(sounds(1))
    server.previews[99] = long_ogg
    moved = [replace(sounds(1)[0], preview=server.preview_address(99))]
    assert fetch(moved).kept[0].size == len(long_ogg)
    assert fetch(moved).kept[0].size == len(long_ogg)
    assert asked(server, 99) == 1


def test_a_smaller_limit_rejects_what_was_kept_and_a_larger_takes_it_back(fetch, sounds, server):
    first = fetch(sounds(1))
    assert [reject.id for reject in fetch(sounds(1), longest_s=0.1).rejects] == [1]
    given = [replace(sounds(1)[0], duration=0.0)]
    assert [reject.reason for reject in fetch(given, longest_s=0.1).rejects] == [
        "is 0.2 seconds long, allowed are 0.1"
    ]
    assert fetch(sounds(1)) == first
    assert asked(server, 1) == 1


def test_a_network_that_is_down_ends_the_work_with_one_clear_error(
    fetch, sounds, server, monkeypatch
):
    monkeypatch.setattr(previews, "_HOPELESS", 3)
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{closed.getsockname()[1]}/a.ogg"
    given = [replace(sound, preview=nowhere) for sound in sounds(30)]
    with pytest.raises(UserError, match=r"the last 3 previews .*refused, 6 tries\): check the net"):
        fetch(given)
    assert len(fetch(sounds(30)).kept) == 30


def test_bad_files_in_a_row_do_not_end_the_work(fetch, sounds, server, monkeypatch):
    monkeypatch.setattr(previews, "_HOPELESS", 3)
    server.previews |= dict.fromkeys(range(1, 9), b"rubbish")
    assert len(fetch(sounds(10)).rejects) == 8


def test_a_full_disk_is_one_clear_error(fetch, sounds, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(previews.os, "replace", full)
    with pytest.raises(UserError, match=r"cannot be written \(No space left on device\): make"):
        fetch(sounds(2))


def test_two_runs_do_not_fill_one_folder(fetch, sounds, folder, server):
    server.delay_s = 0.3
    thread = threading.Thread(target=fetch, args=[sounds(1)])
    thread.start()
    while server.total() == 0:
        time.sleep(0.001)
    with pytest.raises(UserError, match="another run is writing to it"):
        fetch(sounds(1))
    thread.join()


def test_what_became_of_each_preview_is_in_a_file_a_person_can_read(fetch, sounds, server, folder):
    server.previews[2] = b"rubbish"
    fetch(sounds(2), jobs=1)
    lines = (folder / "previews.jsonl").read_text().splitlines()
    kept, failed = sorted(map(json.loads, lines[1:]), key=lambda line: "failed" in line)
    assert kept["kept"]["file"] == "1.ogg"
    assert failed["failed"]["reason"].startswith("is not a media file")
