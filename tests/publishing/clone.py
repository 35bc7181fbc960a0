"""A clone of a small DVC project, and commands in it that see no other configuration."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

PATIENCE = 120
PROJECT = Path(__file__).with_name("project")
CUT_SHORT = Path(__file__).with_name("cut_short.py")


def bare_environment(home: Path) -> dict[str, str]:
    """Variables with which git, DVC, SSH and S3 find nothing of who runs the tests."""
    foreign = ("AWS_", "DVC_", "GIT_", "SSH_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    return kept | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_CACHE_HOME": str(home / "cache"),
        "DVC_GLOBAL_CONFIG_DIR": str(home / "dvc-global"),
        "DVC_SYSTEM_CONFIG_DIR": str(home / "dvc-system"),
        "DVC_SITE_CACHE_DIR": str(home / "dvc-site"),
        "DVC_NO_ANALYTICS": "1",
        "DVC_STUDIO_OFFLINE": "1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_AUTHOR_NAME": "Ann",
        "GIT_AUTHOR_EMAIL": "ann@example.org",
        "GIT_COMMITTER_NAME": "Ann",
        "GIT_COMMITTER_EMAIL": "ann@example.org",
        "STAGE_LOG": str(home / "stages.log"),
        "no_proxy": "127.0.0.1",
    }


class Clone:
    """A folder in which git and DVC are run."""

    def __init__(self, folder: Path, environment: dict[str, str]):
        self.folder = folder
        self.environment = environment

    def git(self, *words: str) -> str:
        """What git prints; raises if it fails."""
        return self._succeed("git", *words)

    def dvc(self, *words: str) -> str:
        """What DVC prints, errors too; raises if it fails."""
        return self._succeed(sys.executable, "-m", "dvc", *words)

    def gto(self, *words: str) -> str:
        """What gto, which comes with DVC, prints; raises if it fails."""
        return self._succeed("gto", *words)

    def fail(self, *words: str) -> str:
        """What DVC prints; raises if it does not fail."""
        done = self._run(sys.executable, "-m", "dvc", *words)
        assert done.returncode != 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def start(self, *words: str, killed_before: tuple[Path, int] | None = None):
        """A DVC command in a process group of its own, to be killed.

        ``killed_before`` (folder, n): kills itself when the n-th file is to appear there.
        """
        program = ["-m", "dvc"]
        if killed_before:
            program = [str(CUT_SHORT), *map(str, killed_before)]
        return subprocess.Popen(
            [sys.executable, *program, *words],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def use(self, url: str, committed: dict[str, str], own: dict[str, str]) -> None:
        """Make that the default remote; ``own`` settings stay out of git."""
        with open(self.folder / ".dvc" / "config", "a") as file:
            file.write(f"[core]\n    remote = store\n{_section({'url': url} | committed)}")
        self.trust(own)

    def trust(self, own: dict[str, str]) -> None:
        """Set what the remote asks for, in the file that git does not see."""
        (self.folder / ".dvc" / "config.local").write_text(_section(own))

    def files(self) -> dict[str, bytes]:
        """The bytes of every file below ``data``, where the stages write."""
        return contents(self.folder / "data")

    def objects(self) -> dict[str, bytes]:
        """The bytes of every object in the clone's own cache."""
        return contents(self.folder / ".dvc" / "cache")

    def _succeed(self, *words: str) -> str:
        done = self._run(*words)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return done.stdout + done.stderr

    def _run(self, *words: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            words,
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )


def make_project(home: Path, more: Mapping[str, str] = MappingProxyType({})) -> Clone:
    """The small project after `dvc repro`, committed, with ``more`` files by name."""
    clone = Clone(home / "project", bare_environment(home))
    shutil.copytree(PROJECT, clone.folder, ignore=shutil.ignore_patterns("__pycache__"))
    for name, text in more.items():
        (clone.folder / name).write_text(text)
    clone.git("init", "-q", "-b", "main")
    clone.dvc("init", "-q")
    clone.dvc("repro")
    clone.git("add", ".")
    clone.git("commit", "-q", "-m", "Everything made")
    return clone


def contents(folder: Path) -> dict[str, bytes]:
    """The bytes of every file in a folder, by its path therein."""
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def _section(settings: dict[str, str]) -> str:
    """The remote's section of a DVC configuration."""
    lines = [f"    {name} = {value}\n" for name, value in settings.items()]
    return "".join(["['remote \"store\"']\n", *lines])
