"""Files and folders appear whole or not at all."""

import hashlib
import json
import os
import signal
import stat
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tfrepro.files import atomic_file, atomic_folder, read_json, sha256, write_json

KILLED_WHILE_WRITING = """
import os, signal, sys
from pathlib import Path
from tfrepro.files import atomic_file, atomic_folder

with {context}(Path(sys.argv[1])) as part:
    target = part / "a.txt" if part.is_dir() else part
    target.write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def write_half(context, path):
    with context(path) as part:
        (part / "a.txt" if part.is_dir() else part).write_text("half")
        raise RuntimeError("in the middle")


def visible(folder):
    """Names that are not hidden: leftovers of a killed process start with a dot."""
    return sorted(entry.name for entry in folder.iterdir() if not entry.name.startswith("."))


def test_a_file_appears_when_the_block_ends(tmp_path):
    with atomic_file(tmp_path / "deep" / "a.txt") as part:
        part.write_text("whole")
        assert not (tmp_path / "deep" / "a.txt").exists()
    assert (tmp_path / "deep" / "a.txt").read_text() == "whole"
    assert os.listdir(tmp_path / "deep") == ["a.txt"]


def test_a_folder_appears_when_the_block_ends(tmp_path):
    with atomic_folder(tmp_path / "deep" / "b") as part:
        (part / "a.txt").write_text("whole")
        assert not (tmp_path / "deep" / "b").exists()
    assert (tmp_path / "deep" / "b" / "a.txt").read_text() == "whole"
    assert os.listdir(tmp_path / "deep") == ["b"]


@pytest.mark.parametrize("context", [atomic_file, atomic_folder])
def test_after_an_exception_nothing_is_there(tmp_path, context):
    with pytest.raises(RuntimeError):
        write_half(context, tmp_path / "out")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("context", ["atomic_file", "atomic_folder"])
def test_after_a_kill_the_final_name_does_not_exist(tmp_path, context):
    script = KILLED_WHILE_WRITING.format(context=context)
    ended = subprocess.run([sys.executable, "-c", script, str(tmp_path / "out")], check=False)
    assert ended.returncode == -signal.SIGKILL
    assert visible(tmp_path) == []
    assert all(name.endswith(".part") for name in os.listdir(tmp_path)), "what .dvcignore skips"


def test_a_kill_leaves_the_older_file_as_it_was(tmp_path):
    (tmp_path / "out").write_text("older")
    script = KILLED_WHILE_WRITING.format(context="atomic_file")
    subprocess.run([sys.executable, "-c", script, str(tmp_path / "out")], check=False)
    assert (tmp_path / "out").read_text() == "older"


def test_an_older_file_is_replaced_at_the_end_and_kept_after_an_exception(tmp_path):
    file = tmp_path / "a.txt"
    file.write_text("older")
    with pytest.raises(RuntimeError):
        write_half(atomic_file, file)
    assert file.read_text() == "older"
    with atomic_file(file) as part:
        part.write_text("newer")
    assert file.read_text() == "newer"


def test_an_older_folder_is_replaced_whole_and_kept_after_an_exception(tmp_path):
    folder = tmp_path / "b"
    folder.mkdir()
    (folder / "old.txt").write_text("older")
    with pytest.raises(RuntimeError):
        write_half(atomic_folder, folder)
    assert os.listdir(folder) == ["old.txt"]
    with atomic_folder(folder) as part:
        (part / "new.txt").write_text("newer")
    assert os.listdir(folder) == ["new.txt"]


@pytest.mark.parametrize("umask", [0o022, 0o027, 0o077])
def test_permissions_are_those_the_umask_gives_everyone_else(tmp_path, umask):
    before = os.umask(umask)
    try:
        with atomic_file(tmp_path / "file") as part:
            part.write_text("")
        with atomic_folder(tmp_path / "folder"):
            pass
        assert os.umask(umask) == umask, "asking for the umask does not change it"
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o666 & ~umask
    assert stat.S_IMODE((tmp_path / "folder").stat().st_mode) == 0o777 & ~umask


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=4000))
def test_a_checksum_is_that_of_the_bytes(tmp_path, content):
    (tmp_path / "a").write_bytes(content)
    assert sha256(tmp_path / "a") == hashlib.sha256(content).hexdigest()


def test_a_file_larger_than_a_chunk_has_the_right_checksum(tmp_path):
    content = bytes(range(256)) * 5000
    (tmp_path / "a").write_bytes(content)
    assert sha256(tmp_path / "a") == hashlib.sha256(content).hexdigest()


def test_json_comes_back_as_it_went_in(tmp_path):
    value = {"b": [1, 0.1, None, True], "a": {"é": "ü"}}
    write_json(tmp_path / "a.json", value)
    assert read_json(tmp_path / "a.json") == value
    assert list(read_json(tmp_path / "a.json")) == ["b", "a"], "keys keep their order"
    assert (tmp_path / "a.json").read_text().endswith("}\n")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object()])
def test_what_is_no_json_is_refused_and_leaves_no_file(tmp_path, value):
    with pytest.raises((ValueError, TypeError)):
        write_json(tmp_path / "a.json", {"score": value})
    assert os.listdir(tmp_path) == []


def test_a_refused_value_leaves_the_older_file(tmp_path):
    write_json(tmp_path / "a.json", {"score": 1})
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(tmp_path / "a.json", {"score": float("nan")})
    assert json.loads((tmp_path / "a.json").read_text()) == {"score": 1}
