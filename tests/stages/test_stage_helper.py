"""What every stage script shares: work that survives a kill, one-line errors, a log."""

import contextlib
import importlib
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

STAGES = Path(__file__).parents[2] / "stages"


@pytest.fixture
def stage(monkeypatch, tmp_path):
    """The helper module, in an empty project folder."""
    monkeypatch.syspath_prepend(STAGES)
    monkeypatch.chdir(tmp_path)
    return importlib.import_module("_stage")


@pytest.fixture
def inputs(tmp_path):
    files = [tmp_path / "a", tmp_path / "b"]
    for file in files:
        file.write_text(file.name)
    return files


def interrupt(stage, *inputs, **options):
    """Leave a piece in the work folder of a stage and raise; the folder's path."""
    stopped = contextlib.suppress(KeyboardInterrupt)
    with stopped, stage.work_folder("train", *inputs, **options) as work:
        (work / "piece").write_text("done")
        raise KeyboardInterrupt
    return work


def pieces(stage, *inputs, **options):
    """What a later start of the same stage finds."""
    with stage.work_folder("train", *inputs, **options) as work:
        return os.listdir(work)


def test_a_work_folder_is_there_and_empty_at_first(stage, inputs):
    with stage.work_folder("train", *inputs) as work:
        assert work.is_dir()
        assert work.is_relative_to("data/.work/train")
        assert os.listdir(work) == []


def test_it_is_removed_when_the_block_ends(stage, inputs):
    with stage.work_folder("train", *inputs) as work:
        (work / "piece").write_text("done")
    assert not Path("data/.work/train").exists()


def test_it_is_kept_when_the_block_raises_and_found_again_with_the_same_inputs(stage, inputs):
    interrupt(stage, *inputs, salt="settings")
    assert pieces(stage, *inputs, salt="settings") == ["piece"]


def test_other_settings_find_an_empty_folder(stage, inputs):
    interrupt(stage, *inputs, salt="settings")
    assert pieces(stage, *inputs, salt="other settings") == []


def test_an_input_with_another_content_finds_an_empty_folder(stage, inputs):
    interrupt(stage, *inputs)
    inputs[0].write_text("changed")
    assert pieces(stage, *inputs) == []


def test_one_input_more_finds_an_empty_folder(stage, inputs):
    interrupt(stage, inputs[0])
    assert pieces(stage, *inputs) == []


def test_the_order_of_the_inputs_does_not_matter(stage, inputs):
    interrupt(stage, *inputs)
    assert pieces(stage, *reversed(inputs)) == ["piece"]


def test_pieces_that_no_longer_fit_are_removed(stage, inputs):
    old = interrupt(stage, *inputs)
    inputs[0].write_text("changed")
    new = interrupt(stage, *inputs)
    assert old != new
    assert not old.exists()
    assert os.listdir("data/.work/train") == [new.name]


def test_stages_do_not_touch_the_work_of_others(stage, inputs):
    kept = interrupt(stage, *inputs)
    with stage.work_folder("extract", *inputs):
        pass
    assert (kept / "piece").exists()


KILLED_AT_WORK = """
import os, signal
from pathlib import Path
from _stage import work_folder

with work_folder("train", Path("a")) as work:
    (work / "piece").write_text("done")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def start(script, *words):
    """Run a script as a stage is run, in the current folder."""
    Path("script.py").write_text(script)
    environment = os.environ | {"PYTHONPATH": str(STAGES)}
    return subprocess.run(
        [sys.executable, "script.py", *words],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_killed_stage_finds_its_pieces_again(stage, inputs):
    assert start(KILLED_AT_WORK).returncode == -signal.SIGKILL
    assert pieces(stage, Path("a")) == ["piece"]


FAILS = """
from _stage import run
from tfrepro.errors import UserError

def stage(kind):
    raise UserError("params.yaml: x = 1: must be 2") if kind == "user" else ValueError("a bug")

run(stage)
"""


@pytest.mark.usefixtures("stage")
def test_a_mistake_of_the_user_is_one_line_and_exit_code_2():
    done = start(FAILS, "user")
    assert done.returncode == 2
    assert done.stderr == "error: params.yaml: x = 1: must be 2\n"
    assert done.stdout == ""


@pytest.mark.usefixtures("stage")
def test_a_bug_keeps_its_traceback():
    done = start(FAILS, "bug")
    assert done.returncode == 1
    assert "Traceback" in done.stderr
    assert "ValueError: a bug" in done.stderr


WORKS = """
from pathlib import Path
from _stage import read, run, wrote

def stage(first, second):
    assert read(Path("a")) == Path("a")
    Path("out").mkdir()
    Path("out/x").write_bytes(bytes(1500))
    Path("out/y").write_bytes(bytes(500))
    assert wrote(Path("out")) == Path("out")
    assert (first, second) == ("one", "two")

run(stage)
"""


@pytest.mark.usefixtures("stage", "inputs")
def test_the_log_says_what_was_read_and_written_and_how_long_it_took():
    done = start(WORKS, "one", "two")
    assert done.returncode == 0
    lines = [re.sub(r"^\d\d:\d\d:\d\d ", "", line) for line in done.stderr.splitlines()]
    assert lines[:2] == ["read  a (1 file, 1 B)", "wrote out (2 files, 2 kB)"]
    assert re.fullmatch(r"done in \d+\.\d s", lines[2])
    assert len(lines) == 3


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 B"), (999, "999 B"), (1000, "1 kB"), (41_600_000, "41.6 MB"), (2 * 10**9, "2 GB")],
)
def test_sizes_are_written_for_people(stage, tmp_path, size, text):
    with open(tmp_path / "file", "wb") as file:
        file.truncate(size)
    assert stage._size(tmp_path / "file") == f"1 file, {text}"


def test_an_empty_folder_has_no_files(stage, tmp_path):
    (tmp_path / "empty").mkdir()
    assert stage._size(tmp_path / "empty") == "0 files, 0 B"
