"""The release check, rehearsed on a project of a few kilobytes."""

import os
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.publishing.clone import Clone, bare_environment, make_project
from tests.release import check

ROOT = Path(__file__).parents[2]
README = """# Small

<!-- run command -->
```
{run}
```
<!-- end -->

<!-- test command -->
```
{test}
```
<!-- end -->
"""
PYPROJECT = '[project]\ndependencies = ["dvc>=3.60,<4", "ruamel.yaml.clib>=0.2"]\n'


def test_both_commands_of_the_readme_are_found_as_they_stand():
    readme = (ROOT / "README.md").read_text()
    run, test = (check.readme_command(readme, name) for name in ("run", "test"))
    assert run.startswith("python3.11 -m venv .venv && ")
    assert run.endswith("&& dvc repro")
    assert test.endswith("&& pytest")
    assert "\n" not in run + test
    assert "everything, offline but for the packages, on Python 3.11:\n\n<!-- run" in readme


def test_a_readme_without_the_marks_is_told_what_it_lacks():
    with pytest.raises(check.StepError, match="0 blocks marked 'run command', not one"):
        check.readme_command("```\ndvc repro\n```\n", "run")


def test_the_names_of_dependencies_are_read_without_versions_and_extras():
    assert check.dependency_names(PYPROJECT) == ["dvc", "ruamel.yaml.clib"]
    assert {"tensorflow", "dvc", "numpy"} < set(
        check.dependency_names((ROOT / "pyproject.toml").read_text())
    )


def test_a_project_without_artifacts_is_not_one_to_release():
    assert check.artifact_paths("artifacts: {dare: {path: data/dare}}") == {"dare": "data/dare"}
    with pytest.raises(check.StepError, match="names no artifacts"):
        check.artifact_paths("stages: {}")


LOCK = """
schema: '2.0'
stages:
  train:
    cmd: python train.py
    deps:
    - {path: data/code/train.json, md5: aa}
    - {path: data/runs, md5: bb}
    params: {params.yaml: {rate: 0.1}}
    outs: [{path: data/models, md5: cc}]
"""


@pytest.mark.parametrize(
    ("old", "new", "different"),
    [
        ("bb", "dd", []),  # made in another time
        ("cc", "dd", []),
        ("aa", "dd", ["train"]),
        ("rate: 0.1", "rate: 0.2", ["train"]),
        ("train.py", "train.py all", ["train"]),
        ("  train:", "  test:", ["test"]),
    ],
)
def test_a_lock_may_differ_in_what_holds_times_and_in_nothing_else(old, new, different):
    assert check.lock_differences(LOCK, LOCK.replace(old, new, 1)) == different


def test_nothing_is_done_after_a_step_that_failed(capsys):
    done = []

    def fail():
        raise check.StepError("exit status 3\nlast words")

    steps = [
        ("first", lambda: done.append("first")),
        ("left out", None),
        ("second", fail),
        ("third", lambda: done.append("third")),
    ]
    rows, wrong = check.take(steps)
    assert done == ["first"]
    assert [row[1] for row in rows] == ["ok", "skipped", "failed", "not reached"]
    assert wrong == "second: exit status 3\nlast words"
    lines = check.table(rows).splitlines()
    assert lines[0] == "step      outcome      seconds"
    assert lines[1].split() == ["first", "ok", "0.0"]
    assert lines[4].split() == ["third", "not", "reached"]


def test_paths_are_told_from_addresses():
    for address in ("ssh://host/store", "s3://bucket", "git@host:project.git"):
        assert check._absolute(address) == address
    assert check._absolute("store") == str(Path.cwd() / "store")


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    """A home of git's and DVC's own, and a place for work folders."""
    home = tmp_path / "home"
    home.mkdir()
    for name, value in bare_environment(home).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return home


def test_a_project_that_keeps_what_its_readme_says_passes(home, tmp_path, capfd):
    # In place of a new environment, the one that runs the tests.
    venv = f"ln -s {sys.prefix} .venv"
    page = "mkdir -p data/report/site && touch data/report/site/index.html"
    readme = README.format(
        run=f"{venv} && PATH=$PWD/.venv/bin:$PATH && {page} && dvc repro", test="echo 3 passed"
    )
    project = make_project(home, {"README.md": readme, "pyproject.toml": PYPROJECT})
    kept = tmp_path / "kept"

    assert check.main(["--from", str(project.folder), "--keep", str(kept)]) == 0
    out = capfd.readouterr().out
    assert f"tfrepro=={version('tfrepro')}\ndvc=={version('dvc')}\nruamel.yaml.clib==" in out
    assert "dare: data/models/venue/rendered/dare" in out
    assert [line.split()[-2] for line in out.splitlines()[-10:]] == ["ok"] * 10
    assert (kept / "artifacts" / "nmcl" / "network.bin").stat().st_size == 60_000
    assert any((kept / "remote" / "files").iterdir())
    assert "3 passed" in (kept / "log.txt").read_text()


def test_a_command_that_fails_is_named_with_its_last_words_and_the_work_stays(home, capfd):
    project = Clone(home, os.environ)
    run = "seq -f 'line %g' 30; echo no such thing >&2; exit 3"
    (home / "README.md").write_text(README.format(run=run, test="true"))
    project.git("init", "-q")
    project.git("add", "README.md")
    project.git("commit", "-q", "-m", "A command that fails")

    assert check.main(["--from", str(home), "--skip-tests"]) == 1
    out, err = capfd.readouterr()
    outcomes = [line[29:].split("  ")[0] for line in out.splitlines()[-10:]]
    assert outcomes == ["ok", "failed", "not reached", "skipped", *["not reached"] * 6]
    assert "README: run everything: exit status 3\n" in err
    assert "line 12\n" in err
    assert "line 11\n" not in err
    assert "line 30\nno such thing\n" in err
    work = Path(err.split("The work folder is kept: ")[1].strip())
    assert (work / "clone" / "README.md").is_file()


def test_work_is_not_begun_in_a_folder_that_holds_something(tmp_path, capsys):
    (tmp_path / "mine").touch()
    with pytest.raises(SystemExit):
        check.main(["--keep", str(tmp_path)])
    assert "must be a new or an empty folder" in capsys.readouterr().err
