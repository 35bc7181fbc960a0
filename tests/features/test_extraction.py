"""Extraction over many files: what is finished is kept, what is bad is named."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import soundfile

from tfrepro.errors import UserError
from tfrepro.features.acoustic import AcousticFrontEnd
from tfrepro.features.extraction import BLOCK, extract
from tfrepro.media.errors import MediaError


class Extractor:
    """Numbers out of a name; remembers what it was asked for and fails where told to."""

    def __init__(self, fails_at=None, bad=()):
        self.asked = []
        self.fails_at = fails_at
        self.bad = bad

    def __call__(self, file):
        number = int(file.stem)
        self.asked.append(number)
        if number == self.fails_at:
            raise KeyboardInterrupt
        if number in self.bad:
            raise MediaError(f"holds nothing, number {number}")
        rng = np.random.default_rng(number)
        return {
            "one": rng.standard_normal(3).astype(np.float32),
            "two": np.full(5, number, np.float32),
        }


@pytest.fixture
def names(tmp_path):
    return [tmp_path / f"{number}.wav" for number in range(3 * BLOCK + 10)]


def same(a, b):
    assert a[0].keys() == b[0].keys()
    for name in a[0]:
        np.testing.assert_array_equal(a[0][name], b[0][name])
    np.testing.assert_array_equal(a[1], b[1])
    assert a[2] == b[2]


def test_each_row_belongs_to_its_file(names, tmp_path):
    arrays, rows, rejects = extract(Extractor(), names, tmp_path / "work", progress=False)
    assert rejects == {}
    np.testing.assert_array_equal(rows, np.arange(len(names)))
    np.testing.assert_array_equal(arrays["two"], np.tile(rows[:, None], 5))
    assert {name: (x.shape, x.dtype.name) for name, x in arrays.items()} == {
        "one": ((len(names), 3), "float32"),
        "two": ((len(names), 5), "float32"),
    }


def test_the_arrays_are_memory_mapped(names, tmp_path):
    arrays, _, _ = extract(Extractor(), names, tmp_path / "work", progress=False)
    assert all(isinstance(array, np.memmap) for array in arrays.values())


def test_bad_files_become_rejects_with_their_reason(names, tmp_path):
    bad = {0, 5, BLOCK, *range(2 * BLOCK, 3 * BLOCK)}  # a whole block among them
    arrays, rows, rejects = extract(Extractor(bad=bad), names, tmp_path / "work", progress=False)
    assert rejects == {number: f"holds nothing, number {number}" for number in bad}
    np.testing.assert_array_equal(rows, sorted(set(range(len(names))) - bad))
    np.testing.assert_array_equal(arrays["two"][:, 0], rows)


def test_no_usable_file_is_one_error_that_names_the_first(names, tmp_path):
    extractor = Extractor(bad=range(len(names)))
    with pytest.raises(UserError) as error:
        extract(extractor, names, tmp_path / "work", progress=False)
    assert str(error.value) == (
        f"none of the {len(names)} files is usable: {names[0]} holds nothing, number 0"
    )


def test_no_files_give_nothing(tmp_path):
    arrays, rows, rejects = extract(Extractor(), [], tmp_path / "work", progress=False)
    assert (arrays, len(rows), rejects) == ({}, 0, {})


def test_after_a_stop_only_unfinished_blocks_are_done_again(names, tmp_path):
    bad = {3, BLOCK + 1}
    whole = extract(Extractor(bad=bad), names, tmp_path / "whole", progress=False)

    with pytest.raises(KeyboardInterrupt):
        extract(
            Extractor(fails_at=2 * BLOCK + 7, bad=bad), names, tmp_path / "work", progress=False
        )
    second = Extractor(bad=bad)
    resumed = extract(second, names, tmp_path / "work", progress=False)
    assert second.asked == list(range(2 * BLOCK, len(names)))
    same(resumed, whole)


def test_a_lost_block_alone_is_done_again(names, tmp_path):
    whole = extract(Extractor(), names, tmp_path / "work", progress=False)
    whole = ({name: np.array(x) for name, x in whole[0].items()}, *whole[1:])
    (tmp_path / "work" / "block-000001.npz").unlink()
    second = Extractor()
    resumed = extract(second, names, tmp_path / "work", progress=False)
    assert second.asked == list(range(BLOCK, 2 * BLOCK))
    same(resumed, whole)


def test_an_extraction_that_is_finished_asks_for_no_file(names, tmp_path):
    extract(Extractor(), names, tmp_path / "work", progress=False)
    second = Extractor()
    extract(second, names, tmp_path / "work", progress=False)
    assert second.asked == []


@pytest.fixture
def sounds(tmp_path):
    """Two blocks and a half of short sound files, some of them bad."""
    folder = tmp_path / "sounds"
    folder.mkdir()
    rng = np.random.default_rng(0)
    for number in range(2 * BLOCK + BLOCK // 2):
        y = np.zeros(4000) if number % 50 == 7 else 0.1 * rng.standard_normal(4000)
        soundfile.write(folder / f"{number:04d}.wav", y, 22050)
    (folder / "0020.wav").write_bytes(b"no sound")
    return sorted(folder.iterdir())


def test_two_processes_give_what_one_gives(sounds, tmp_path):
    extractor = AcousticFrontEnd().file
    one = extract(extractor, sounds, tmp_path / "one", jobs=1, progress=False)
    two = extract(extractor, sounds, tmp_path / "two", jobs=2, progress=False)
    same(one, two)
    assert set(one[2]) == {7, 20, 57, 107, 157}
    assert one[2][7] == "is silent: every sample is zero"


def test_a_killed_extraction_goes_on_and_ends_as_if_it_had_not_been(sounds, tmp_path):
    whole = extract(AcousticFrontEnd().file, sounds, tmp_path / "whole", progress=False)
    # Slow enough to be caught in the middle.
    script = """
import sys, time
from pathlib import Path
from tfrepro.features.acoustic import AcousticFrontEnd
from tfrepro.features.extraction import extract

def slowly(file):
    time.sleep(0.01)
    return AcousticFrontEnd().file(file)

extract(slowly, sorted(Path(sys.argv[1]).iterdir()), Path(sys.argv[2]), progress=False)
"""
    work = tmp_path / "work"
    arguments = [sys.executable, "-c", script, str(sounds[0].parent), str(work)]
    process = subprocess.Popen(arguments)
    deadline = time.monotonic() + 60
    while not (work / "block-000000.npz").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    finished = len(list(work.glob("block-*.npz")))
    assert 1 <= finished < 3

    asked = []

    def front_end(file):
        asked.append(file)
        return AcousticFrontEnd().file(file)

    resumed = extract(front_end, sounds, work, progress=False)
    assert asked == sounds[finished * BLOCK :]
    same(resumed, whole)
