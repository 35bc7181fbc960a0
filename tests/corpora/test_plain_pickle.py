"""Plain values come back as they were; a pickle that would run anything runs nothing."""

import os
import pickle
import pickletools
import sys

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tfrepro.corpora.plain_pickle import read_plain_pickle
from tfrepro.errors import UserError

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text() | st.integers(), inner, max_size=4)
    ),
    max_leaves=12,
)


@pytest.fixture
def refused(tmp_path):
    """``refused(content)``: the complaint about a file with those bytes."""

    def complaint(content):
        file = tmp_path / "some.pkl"
        file.write_bytes(content)
        with pytest.raises(UserError, match=r"some\.pkl: not a pickle of plain values") as error:
            read_plain_pickle(file)
        return str(error.value)

    return complaint


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(value=PLAIN, protocol=st.integers(0, pickle.HIGHEST_PROTOCOL))
def test_plain_values_come_back_in_every_protocol(tmp_path_factory, value, protocol):
    file = tmp_path_factory.mktemp("pickles") / "plain.pkl"
    file.write_bytes(pickle.dumps(value, protocol))
    assert read_plain_pickle(file) == value


@pytest.mark.parametrize("kind", ["<f4", ">f4", "<f8", ">f8", "<i4", "<i8", ">i8"])
def test_numbers_of_numpy_become_plain_ones(tmp_path, kind):
    numbers = list(np.array([0, 1, -3, 7.75], kind))
    file = tmp_path / "numbers.pkl"
    file.write_bytes(pickle.dumps(numbers, protocol=3))
    found = read_plain_pickle(file)
    assert found == numbers
    assert {type(x) for x in found} == {float if "f" in kind else int}


def test_strings_of_python_2_are_latin_1(tmp_path):
    file = tmp_path / "old.pkl"
    file.write_bytes(b"(lp0\nS'Caf\\xe9'\np1\naI42\na.")
    assert read_plain_pickle(file) == ["Café", 42]


class Runs:
    """Unpickled by pickle itself, this leaves a file behind."""

    def __init__(self, file):
        self.file = file

    def __reduce__(self):
        return os.system, (f"touch {self.file}",)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickle_that_runs_a_command_is_refused_and_nothing_runs(tmp_path, refused, protocol):
    left = tmp_path / "left behind"
    content = pickle.dumps([1.0, Runs(f"'{left}'")], protocol)
    assert "system" in refused(content)
    assert not left.exists()
    pickle.loads(content)
    assert left.exists(), "the test would see it"


@pytest.mark.parametrize(
    "content",
    [
        b"cos\nsystem\n(S'true'\ntR.",
        b"(S'true'\nios\nsystem\n.",
        b"c__builtin__\neval\n(S'1'\ntR.",
        b"cnumpy\nload\n(S'x'\ntR.",
        b"cnumpy.core.multiarray\n_reconstruct\n.",
    ],
)
def test_no_name_is_looked_up(refused, content):
    assert "it asks for" in refused(content)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no pickle",
        pickle.dumps([1, 2, 3])[:-2],
        pickle.dumps({1, 2}),
        pickle.dumps([b"bytes"]),
        pickle.dumps(np.arange(3)),
        b"cnumpy\ndtype\n.",
        b"cnumpy\ndtype\n(S'f4'\ntR.",
        b"cnumpy\ndtype\n(S'O8'\ntR.",
        b"cnumpy.core.multiarray\nscalar\n(I1\nI2\ntR.",
        b"cnumpy.core.multiarray\nscalar\n(cnumpy\ndtype\n(S'f4'\ntRS'abc'\ntR.",
        b"P1\n.",
    ],
)
def test_what_is_not_plain_is_refused(refused, content):
    refused(content)


def test_a_pickle_cannot_change_how_the_next_is_read(tmp_path, refused):
    """BUILD sets attributes of what a pickle is given, here of the stand-in for ``dtype``."""
    refused(b"cnumpy\ndtype\n(N(dS'__init__'\nNstb.")
    file = tmp_path / "numbers.pkl"
    file.write_bytes(pickle.dumps([np.float32(0.5)], protocol=3))
    assert read_plain_pickle(file) == [0.5]


def test_a_value_that_holds_itself_many_times_is_read_in_no_time(tmp_path):
    value = []
    for _ in range(60):
        value = [value, value]
    value.append(value)
    file = tmp_path / "deep.pkl"
    file.write_bytes(pickle.dumps(value))
    assert len(read_plain_pickle(file)) == 3


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(UserError, match=r"none\.pkl: missing"):
        read_plain_pickle(tmp_path / "none.pkl")


@pytest.mark.real
@pytest.mark.parametrize("name", ["tree_group.pkl", "tree_weight.pkl"])
def test_the_released_pickles_are_lists_of_numbers(real_data, name):
    file = real_data / "venue" / name
    asked = [a for op, a, _ in pickletools.genops(file.read_bytes()) if op.name == "GLOBAL"]
    assert set(asked) <= {"numpy dtype", "numpy.core.multiarray scalar"}
    before = set(sys.modules)
    assert len(read_plain_pickle(file)) == 214
    assert set(sys.modules) == before
