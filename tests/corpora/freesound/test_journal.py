"""A journal that survives every way of being cut off, and is quick to open."""

import json
import os
import time
import tracemalloc

import pytest

from tfrepro.corpora.freesound.journal import Journal, JsonLines
from tfrepro.corpora.freesound.page import GONE, Page
from tfrepro.corpora.freesound.sound import Sound
from tfrepro.errors import UserError


def sound(number):
    return Sound(
        id=number,
        name=f"A sound of middling title, no. {number}",
        tags=tuple(f"tag-{(number * 7 + i) % 5000}" for i in range(10)),
        duration=number % 300 / 10,
        licence="https://creativecommons.org/licenses/by/4.0/",
        user=f"owner{number % 4000}",
        preview=f"https://cdn.example.org/previews/{number // 1000}/{number}_1234567-hq.ogg",
    )


def page(first, count=3):
    return Page(count=10, more=True, sounds=tuple(map(sound, range(first, first + count))))


@pytest.fixture
def journal(tmp_path):
    """``journal()``: the journal, opened anew."""
    opened = []

    def make():
        while opened:
            opened.pop().close()
        opened.append(Journal(tmp_path, base="https://example.org", page_size=3))
        return opened[-1]

    yield make
    while opened:
        opened.pop().close()


@pytest.fixture
def file(tmp_path):
    return tmp_path / "pages.jsonl"


def test_a_page_comes_back_as_it_was(journal):
    journal().keep("dog", 1, page(5))
    assert journal().page("dog", 1) == page(5)


def test_a_page_that_was_gone_comes_back_so(journal):
    journal().keep("dog", 4, GONE)
    assert journal().page("dog", 4) == GONE


def test_a_page_that_was_not_kept_is_none(journal):
    journal().keep("dog", 1, page(5))
    assert journal().page("dog", 2) is journal().page("cat", 1) is None


def test_times_of_requests_come_back(journal):
    journal().note_request(12.5)
    opened = journal()
    opened.note_request(13.5)
    assert opened.asked == [12.5, 13.5]
    assert journal().asked == [12.5, 13.5]


def test_a_journal_cut_at_any_byte_keeps_all_whole_lines_and_goes_on(journal, file):
    opened = journal()
    opened.note_request(1.0)
    opened.keep("dog", 1, GONE)
    opened.keep("dog", 2, GONE)
    whole = file.read_bytes()
    ends = [i + 1 for i, byte in enumerate(whole) if byte == ord("\n")]
    for cut in range(len(whole)):
        file.unlink()
        file.write_bytes(whole[:cut])
        opened = journal()
        lines = sum(end <= cut for end in ends)
        assert len(opened.asked) == (lines >= 2)
        assert len(opened) == max(0, lines - 2)
        opened.keep("cat", 1, GONE)
        assert len(journal()) == max(0, lines - 2) + 1
        assert file.read_bytes().startswith(whole[: ends[lines - 1]] if lines else whole[:0])


@pytest.mark.parametrize("tail", [b"\0" * 50, b"\0" * 50 + b"\n", b'{"asked"\n', b"{}" * 20])
def test_a_last_line_of_rubbish_is_overwritten(journal, file, tail):
    journal().note_request(1.0)
    with open(file, "ab") as end:
        end.write(tail)
    opened = journal()
    assert opened.asked == [1.0]
    opened.note_request(2.0)
    assert journal().asked == [1.0, 2.0]
    assert b"\0" not in file.read_bytes()


def test_damage_in_the_middle_is_one_clear_error(journal, file):
    opened = journal()
    opened.note_request(1.0)
    opened.note_request(2.0)
    opened.close()
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(lines[0] + b'{"ask\n' + lines[2])
    with pytest.raises(UserError, match=r"pages.jsonl: line 2 is damaged: remove that line"):
        journal()


@pytest.mark.parametrize("line", [b"{}", b"5", b'{"asked": []}', b'{"query": "a"}'])
def test_a_line_of_another_kind_is_one_clear_error(journal, file, line):
    journal().close()
    with open(file, "ab") as end:
        end.write(line + b"\n")
    with pytest.raises(UserError, match=r"line 2 is of another journal"):
        journal()


def test_a_file_that_is_no_journal_is_refused_and_left_alone(journal, file):
    file.write_text('{"a": 1}\n{"b": 2}\n')
    with pytest.raises(UserError, match="choose another folder, or remove that file"):
        journal()
    assert file.read_text() == '{"a": 1}\n{"b": 2}\n'


def test_a_folder_that_cannot_be_made_is_one_clear_error(tmp_path):
    (tmp_path / "in the way").touch()
    with pytest.raises(UserError, match=r"cannot be written \(Not a directory\): make room"):
        Journal(tmp_path / "in the way" / "folder", base="", page_size=1)


def test_a_full_disk_is_one_clear_error_and_leaves_whole_lines(journal, file, monkeypatch):
    opened = journal()
    opened.note_request(1.0)
    before = file.read_bytes()

    def full(_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("tfrepro.corpora.freesound.journal.os.fsync", full)
        with pytest.raises(UserError, match=r"cannot be written \(No space left on device\)"):
            opened.keep("dog", 1, page(1))
    assert file.read_bytes() == before
    assert opened.page("dog", 1) is None
    opened.keep("dog", 1, page(2))
    assert journal().page("dog", 1) == page(2)


def test_every_line_is_on_the_disk_before_the_work_goes_on(journal, file, monkeypatch):
    synced = []
    opened = journal()
    fsync = os.fsync
    monkeypatch.setattr(
        "tfrepro.corpora.freesound.journal.os.fsync",
        lambda handle: (synced.append(file.read_bytes()), fsync(handle)),
    )
    opened.note_request(1.0)
    opened.keep("dog", 1, page(1))
    assert [len(lines.splitlines()) for lines in synced] == [2, 3]


def test_the_journal_is_free_again_after_a_refusal(tmp_path):
    for _ in range(2):
        with pytest.raises(UserError, match="of another journal"):
            _open_with_a_bad_line(tmp_path / "a.jsonl")


def test_forty_six_thousand_sounds_load_in_about_a_second_and_little_memory(journal, file):
    opened = journal()
    opened.close()
    with open(file, "a") as lines:
        for number in range(307):
            record = {"query": f"word{number // 3}", "page": number % 3 + 1, "count": 450}
            sounds = [vars(sound(150 * number + i)) for i in range(150)]
            record |= {"more": True, "sounds": sounds, "skipped": 0, "gone": False}
            lines.write(f'{{"asked":{number}.5}}\n{json.dumps(record)}\n')
    started = time.process_time()
    opened = journal()
    loading = time.process_time() - started
    assert len(opened) == 307
    found = sum(len(opened.page(f"word{n // 3}", n % 3 + 1).sounds) for n in range(307))
    reading = time.process_time() - started - loading
    assert found == 46_050
    # About a second where nothing else runs; the bound allows for a slow, busy core.
    assert loading < 3, f"{loading:.2f} s to load, {reading:.2f} s to read all"
    opened.close()
    tracemalloc.start()
    opened = journal()
    kept, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 1e6
    assert peak < 5e6


def _open_with_a_bad_line(path):
    path.write_text('{"kind":"a","version":1}\n{}\n')

    def visit(offset, value):
        raise ValueError

    JsonLines(path, {"kind": "a"}, visit)
