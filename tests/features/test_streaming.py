"""Shuffled batches hold every row once, spread well, and no more memory than promised."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tfrepro.errors import UserError
from tfrepro.features.streaming import streamed_batches


def epoch(rows, batch=4, block_rows=8, buffer_blocks=3, seed=0, N=1000):
    """The batches of row numbers of an epoch."""
    batches = streamed_batches(
        {"row": np.arange(N)}, rows, batch, block_rows, buffer_blocks, np.random.default_rng(seed)
    )
    return [found["row"] for found in batches]


@settings(max_examples=100, deadline=None)
@given(
    rows=st.sets(st.integers(0, 200)),
    batch=st.integers(1, 70),
    block_rows=st.integers(1, 50),
    buffer_blocks=st.integers(1, 9),
    seed=st.integers(0, 99),
)
def test_every_row_comes_once_and_only_the_last_batch_is_smaller(
    rows, batch, block_rows, buffer_blocks, seed
):
    found = epoch(np.array(sorted(rows), int), batch, block_rows, buffer_blocks, seed, N=201)
    assert sorted(row for part in found for row in part) == sorted(rows)
    assert all(len(part) == batch for part in found[:-1])
    assert len(found) == -(-len(rows) // batch)


@pytest.fixture
def arrays(tmp_path):
    """A vector, a sequence and a number of 300 rows, the first two in files."""
    rng = np.random.default_rng(0)
    vectors = rng.standard_normal((300, 7)).astype(np.float32)
    np.save(tmp_path / "vectors.npy", vectors)
    np.save(tmp_path / "sequences.npy", np.stack([vectors, -vectors], axis=1))
    names = ("vectors", "sequences")
    files = {name: np.load(tmp_path / f"{name}.npy", mmap_mode="r") for name in names}
    return files | {"y": np.arange(300)}


def test_the_arrays_stay_together_and_keep_their_types(arrays):
    rows = np.flatnonzero(np.random.default_rng(1).random(300) < 0.5)
    for found in streamed_batches(arrays, rows, 32, 20, 4, np.random.default_rng(0)):
        for name, x in found.items():
            np.testing.assert_array_equal(x, arrays[name][found["y"]])
            assert x.dtype == arrays[name].dtype
            assert type(x) is np.ndarray


def test_a_part_of_a_mapped_array_is_read_at_its_place(arrays):
    part = {"vectors": arrays["vectors"][100:], "y": np.arange(200)}
    for found in streamed_batches(part, np.arange(200), 32, 20, 4, np.random.default_rng(0)):
        np.testing.assert_array_equal(found["vectors"], arrays["vectors"][100 + found["y"]])


def test_a_file_that_changed_since_it_was_mapped_is_named(arrays):
    def first():
        rng = np.random.default_rng(0)
        return next(streamed_batches({"x": arrays["vectors"]}, [0, 1], 2, 1, 2, rng))

    file = arrays["vectors"].filename
    np.save(file.with_suffix(".new.npy"), np.zeros(3))
    file.with_suffix(".new.npy").replace(file)
    with pytest.raises(UserError, match=r"vectors\.npy: has changed since it was mapped"):
        first()
    file.unlink()
    with pytest.raises(UserError, match=r"vectors\.npy: cannot be read \(No such file"):
        first()


@pytest.mark.parametrize("dtype", [">f4", "int16", "bool"])
def test_files_of_any_kind_of_number_are_read(tmp_path, dtype):
    x = (np.random.default_rng(0).random((50, 3)) * 9).astype(dtype)
    np.save(tmp_path / "x.npy", x)
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    batches = streamed_batches({"x": mapped}, range(50), 50, 10, 5, np.random.default_rng(0))
    (found,) = (part["x"] for part in batches)
    np.testing.assert_array_equal(np.sort(found, axis=0), np.sort(x, axis=0))
    assert found.dtype == x.dtype


def test_what_was_written_to_a_private_map_is_not_lost(tmp_path):
    np.save(tmp_path / "x.npy", np.zeros(5000))
    x = np.load(tmp_path / "x.npy", mmap_mode="c")
    x[:] = 1
    for _ in range(2):
        found = streamed_batches({"x": x}, np.arange(5000), 100, 100, 4, np.random.default_rng(0))
        assert all(part["x"].all() for part in found)


def test_a_batch_stays_as_it_was_handed_out():
    found = epoch(np.arange(1000))
    assert len({int(row) for part in found for row in part}) == 1000


def test_the_order_is_that_of_the_generator():
    rows = np.arange(500)
    first, again, other = epoch(rows, seed=1), epoch(rows, seed=1), epoch(rows, seed=2)
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    rng, x = np.random.default_rng(0), {"row": rows}
    one, two = (next(streamed_batches(x, rows, 500, 10, 4, rng))["row"] for _ in range(2))
    assert not np.array_equal(one, two)


def test_neighbours_are_spread_over_the_buffer():
    """Two places drawn from R lie R / 3 apart on average, and less than R / 10 in 19 of 100."""
    block_rows, buffer_blocks = 50, 10
    buffer = block_rows * buffer_blocks
    found = np.concatenate(epoch(np.arange(4000), 64, block_rows, buffer_blocks, N=4000))
    place = np.argsort(found)
    apart = np.abs(np.diff(place))[np.arange(3999) % block_rows != block_rows - 1]
    assert apart.max() < buffer
    assert apart.mean() == pytest.approx(buffer / 3, rel=0.05)
    assert (apart < buffer / 10).mean() == pytest.approx(0.19, abs=0.02)  # 1 - 0.9²


@pytest.mark.parametrize("dtype", ["uint8", "uint64", "int32"])
def test_rows_may_be_any_whole_numbers(dtype):
    found = np.concatenate(epoch(np.arange(0, 250, 3, dtype=dtype), block_rows=100, N=250))
    assert sorted(found) == list(range(0, 250, 3))


def test_a_row_is_as_likely_early_as_late():
    means = np.zeros(400)
    for seed in range(300):
        means[np.concatenate(epoch(np.arange(400), 32, 20, 5, seed, N=400))] += range(400)
    # A place has the deviation 400/√12, its mean over 300 epochs 6.7.
    assert np.abs(means / 300 - 199.5).max() < 5 * 6.7


def test_blocks_meet_others_in_each_epoch():
    def company(seed):
        """Blocks of the first buffer of ten that are drawn from a hundred."""
        return {int(row) // 10 for row in epoch(np.arange(1000), 100, 10, 10, seed)[0]}

    assert len(company(0)) == 10
    assert len(company(0) & company(1)) < 6


def test_no_buffer_is_of_the_last_block_alone():
    """Nine blocks and a buffer of eight: five and four."""
    first = np.concatenate(epoch(np.arange(90), 10, 10, 8, N=90))[:50]
    assert len(set(first // 10)) == 5


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"rows": [3, 2]}, "ascending"),
        ({"rows": [2, 2]}, "ascending"),
        ({"rows": np.ones(1000, bool)}, "row numbers"),
        ({"rows": np.arange(6).reshape(2, 3)}, "row numbers"),
        ({"rows": [0, 1000]}, "rows 0 to 1000: row has 1000"),
        ({"rows": [-1, 3]}, "rows -1 to 3"),
        ({"batch": 0}, "batch = 0"),
        ({"block_rows": 0}, "block_rows = 0"),
        ({"buffer_blocks": -1}, "buffer_blocks = -1"),
    ],
)
def test_what_cannot_be_is_refused_before_the_first_batch(changes, complaint):
    sizes = {"batch": 4, "block_rows": 8, "buffer_blocks": 3}
    arguments = {"rows": [1, 2], **sizes, "rng": np.random.default_rng(0)} | changes
    with pytest.raises(ValueError, match=complaint):
        streamed_batches({"row": np.arange(1000)}, **arguments)


GROWTH = """
import sys
import numpy as np
from tfrepro.errors import UserError
from tfrepro.features.streaming import streamed_batches

def peak():
    status = dict(line.split(":", 1) for line in open("/proc/self/status"))
    return int(status["VmHWM"].split()[0]) * 1024

def run(rows):
    arrays = {"x": np.load(sys.argv[1], mmap_mode="r")}
    return sum(len(b["x"]) for b in streamed_batches(arrays, rows, 512, 512, 8, rng))

rng = np.random.default_rng(0)
run(np.arange(10))
before = peak()
assert run(np.arange(100_000)) == 100_000
assert run(np.arange(0, 100_000, 2)) == 50_000
print(peak() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_memory_grows_by_no_more_than_the_docstring_says(tmp_path):
    row = 4 * 512
    np.lib.format.open_memmap(tmp_path / "x.npy", "w+", np.float32, (100_000, 512)).fill(1)
    command = [sys.executable, "-c", GROWTH, str(tmp_path / "x.npy")]
    grown = int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    bound = (8 * 512 + 512) * row + 32 * 100_000
    assert bound < 0.1 * 100_000 * row  # the file itself would be seen
    assert grown < bound + (4 << 20)
