"""``python tests/release/check.py`` does in fresh clones what a reader of the README does.

It runs the README's two commands word for word, sees that they leave nothing to do and change no
committed result, pushes the results, fetches every artifact of ``dvc.yaml`` in a second clone, and
prints versions and a table of the steps. It exits with 1 and the last lines of the step that
failed; then the work folder is kept.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import yaml

ROOT = Path(__file__).resolve().parents[2]
START_PAGE = "data/report/site/index.html"
CODE = ("data/code/", "tfrepro/", "stages", "params.yaml")
LAST_LINES = 20
# A tag that only the second clone has, for `dvc artifacts get` finds nothing without one.
TRIAL = "v0.0.0"
AUTHOR = ["-c", "user.name=release check", "-c", "user.email=release-check@localhost"]
VERSIONS = """
import sys
from importlib.metadata import version
for name in sys.argv[1:]:
    print(f"{name}=={version(name)}")
"""

Steps = list[tuple[str, Callable[[], str | None] | None]]


class StepError(Exception):
    """What went wrong in a step, in words or in a command's last lines."""


def readme_command(readme: str, name: str) -> str:
    """The command between ``<!-- <name> command -->`` and ``<!-- end -->``, without its fence."""
    block = rf"^<!-- {re.escape(name)} command -->\n```\w*\n(.+?)\n```\n<!-- end -->$"
    found = re.findall(block, readme, re.MULTILINE | re.DOTALL)
    if len(found) != 1:
        raise StepError(f"README.md has {len(found)} blocks marked '{name} command', not one")
    return found[0]


def dependency_names(pyproject: str) -> list[str]:
    """The names of the packages that a ``pyproject.toml`` depends on, without extras."""
    wanted = tomllib.loads(pyproject)["project"]["dependencies"]
    return [re.match(r"[\w.-]+", requirement)[0] for requirement in wanted]


def artifact_paths(dvc_yaml: str) -> dict[str, str]:
    """The path of each artifact of a ``dvc.yaml``, by name."""
    artifacts = yaml.safe_load(dvc_yaml).get("artifacts") or {}
    if not artifacts:
        raise StepError("dvc.yaml names no artifacts")
    return {name: entry["path"] for name, entry in artifacts.items()}


def lock_differences(committed: str, made: str) -> list[str]:
    """Stages of a ``dvc.lock`` that another has not, or with another command, code or value."""
    before, after = (_what_made(yaml.safe_load(text)["stages"]) for text in (committed, made))
    return [name for name in after if before.get(name) != after[name]]


def _what_made(stages: dict) -> dict[str, tuple]:
    """Stage -> its command, its parameters and the checksums of its code."""
    return {
        name: (
            stage["cmd"],
            stage.get("params"),
            {d["path"]: d["md5"] for d in stage.get("deps", []) if d["path"].startswith(CODE)},
        )
        for name, stage in stages.items()
    }


def table(rows: list[tuple[str, str, float | None]]) -> str:
    """Step, outcome and seconds, a line each."""
    width = max(len(name) for name, *_ in rows)
    lines = [f"{'step':{width}}  {'outcome':11}  seconds"]
    for name, outcome, seconds in rows:
        took = "" if seconds is None else f"{seconds:7.1f}"
        lines.append(f"{name:{width}}  {outcome:11}  {took}".rstrip())
    return "\n".join(lines)


def take(steps: Steps) -> tuple[list[tuple[str, str, float | None]], str | None]:
    """The rows of the table, and what went wrong if a step failed; none is taken after it."""
    rows, wrong = [], None
    for name, step in steps:
        if wrong is not None or step is None:
            rows.append((name, "skipped" if step is None else "not reached", None))
            continue
        print(f"{name} ...", flush=True)
        begun = time.monotonic()
        try:
            said = step()
        except StepError as error:
            wrong = f"{name}: {error}"
        else:
            print(said or "", end="", flush=True)
        outcome = "ok" if wrong is None else "failed"
        rows.append((name, outcome, time.monotonic() - begun))
    return rows, wrong


@dataclass
class Release:
    """One check, in a work folder of its own.

    Attributes
    ----------
    source : what is cloned
    remote : where results are pushed to, a folder's path or an address that DVC knows
    """

    work: Path
    source: str
    remote: str
    environment: dict[str, str] = field(default_factory=lambda: _outside_environments())

    def __post_init__(self):
        self.clone = self.work / "clone"
        self.second = self.work / "second-clone"
        self.log = self.work / "log.txt"

    def steps(self, skip_tests: bool) -> Steps:
        return [
            ("clone", self.make_clone),
            ("README: run everything", lambda: self.follow_readme("run")),
            ("versions", self.versions),
            ("README: tests", None if skip_tests else lambda: self.follow_readme("test")),
            ("dvc status is clean", self.status),
            ("dvc repro does nothing", self.repeat),
            ("committed files unchanged", self.unchanged),
            ("report", self.report),
            ("push", self.push),
            ("artifacts in a second clone", self.fetch),
        ]

    def make_clone(self) -> None:
        self.run(["git", "clone", "--", self.source, str(self.clone)], self.work)

    def follow_readme(self, name: str) -> None:
        command = readme_command((self.clone / "README.md").read_text(), name)
        self.run(["bash", "-c", command], self.clone)

    def versions(self) -> str:
        names = ["tfrepro", *dependency_names((self.clone / "pyproject.toml").read_text())]
        python = self.run(["python", "--version"], self.clone)
        return python + self.run(["python", "-c", VERSIONS, *names], self.clone)

    def status(self) -> None:
        if "up to date" not in (said := self.run(["dvc", "status"], self.clone)):
            raise StepError(said)

    def repeat(self) -> None:
        said = self.run(["dvc", "repro"], self.clone)
        if "Running stage" in said:
            raise StepError(_last_lines(said))

    def unchanged(self) -> None:
        """Committed results are those of this run; so is the lock, but for times it was made in."""
        changed = self.run(["git", "diff", "--stat", "--", ".", ":!dvc.lock"], self.clone)
        if changed:
            raise StepError(_last_lines(changed))
        committed = self.run(["git", "show", "HEAD:dvc.lock"], self.clone)
        different = lock_differences(committed, (self.clone / "dvc.lock").read_text())
        if different:
            raise StepError(f"dvc.lock is not of this code: {', '.join(different)}")

    def report(self) -> None:
        if not (self.clone / START_PAGE).is_file():
            raise StepError(f"there is no {START_PAGE}")

    def push(self) -> None:
        kind = urlsplit(self.remote).scheme
        if kind in ("ssh", "s3"):
            extra = ["uv", "pip", "install", "-q", "-c", "constraints.txt", "-e", f".[{kind}]"]
            self.run(extra, self.clone)
        self.name_remote(self.clone)
        self.run(["dvc", "push"], self.clone)

    def fetch(self) -> str:
        paths = artifact_paths((self.clone / "dvc.yaml").read_text())
        # The lock of this run names what was pushed: files that hold times are new ones.
        commit = ["commit", "-q", "--allow-empty", "-m", "release check", "--", "dvc.lock"]
        self.run(["git", *AUTHOR, *commit], self.clone)
        self.run(["git", "clone", "--", str(self.clone), str(self.second)], self.work)
        self.name_remote(self.second)
        config = ["--config", str(self.second / ".dvc" / "config.local")]
        for name, path in paths.items():
            tag = ["tag", "-f", "-a", "-m", "release check", f"{name}@{TRIAL}"]
            self.run(["git", *AUTHOR, *tag], self.second)
            out = self.work / "artifacts" / name
            out.parent.mkdir(exist_ok=True)
            get = ["dvc", "artifacts", "get", str(self.second), name, "--rev", TRIAL]
            self.run([*get, "-o", str(out), *config], self.work)
            made = self.clone / path
            if not out.exists() or _sizes(out) != _sizes(made):
                raise StepError(f"{name}: {out} is not what {made} is")
        return "".join(f"{name}: {path}\n" for name, path in paths.items())

    def name_remote(self, clone: Path) -> None:
        """Make the remote the default of a clone, without a change to its committed settings."""
        self.run(["dvc", "remote", "add", "--local", "-f", "-d", "release", self.remote], clone)

    def run(self, words: list[str], folder: Path) -> str:
        """What a command prints, in the environment that the README's commands made."""
        venv = self.clone / ".venv"
        environment = self.environment
        if venv.is_dir() and words[0] != "bash":
            path = f"{venv / 'bin'}{os.pathsep}{environment['PATH']}"
            environment = environment | {"PATH": path, "VIRTUAL_ENV": str(venv)}
        with open(self.log, "a+", errors="replace") as log:
            print("+", *words, file=log, flush=True)
            begin = log.tell()
            done = subprocess.run(
                words,
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
            log.seek(begin)
            said = log.read()
        if done.returncode != 0:
            raise StepError(f"exit status {done.returncode}\n{_last_lines(said)}")
        return said


def _outside_environments() -> dict[str, str]:
    """This process's variables without those of the virtual environment that it may run in."""
    own = str(Path(sys.prefix) / "bin") if sys.prefix != sys.base_prefix else None
    folders = [folder for folder in os.environ["PATH"].split(os.pathsep) if folder != own]
    without = ("VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME")
    kept = {name: value for name, value in os.environ.items() if name not in without}
    return kept | {"PATH": os.pathsep.join(folders)}


def _absolute(place: str) -> str:
    """An address as it is, a path from the root on, for steps are taken in other folders."""
    return place if re.match(r"[\w+.-]+:|[^/]+@", place) else str(Path(place).resolve())


def _last_lines(text: str) -> str:
    return "\n".join(text.splitlines()[-LAST_LINES:])


def _sizes(path: Path) -> dict[str, int]:
    """The size of every file of a folder, or of the file itself."""
    files = [file for file in [path, *path.rglob("*")] if file.is_file()]
    return {str(file.relative_to(path)): file.stat().st_size for file in files}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--from", dest="source", default=str(ROOT), metavar="URL_OR_PATH")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="work there, and keep it")
    parser.add_argument("--remote", metavar="URL", help="push there, not into the work folder")
    parser.add_argument("--skip-tests", action="store_true")
    chosen = parser.parse_args(arguments)
    if chosen.keep and chosen.keep.exists() and any(chosen.keep.iterdir()):
        parser.error(f"--keep {chosen.keep}: must be a new or an empty folder")
    work = (chosen.keep or Path(tempfile.mkdtemp(prefix="release-check-"))).resolve()
    work.mkdir(parents=True, exist_ok=True)

    remote = chosen.remote or str(work / "remote")
    release = Release(work, _absolute(chosen.source), _absolute(remote))
    rows, wrong = take(release.steps(chosen.skip_tests))
    print(f"\n{table(rows)}")
    if wrong is not None:
        print(f"\n{wrong}\n\nThe work folder is kept: {work}", file=sys.stderr)
        return 1
    if not chosen.keep:
        shutil.rmtree(work)
    return 0


if __name__ == "__main__":
    sys.exit(main())
