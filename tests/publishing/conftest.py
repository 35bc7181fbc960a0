"""A small project with everything made, remotes of three kinds, and clones."""

import shutil
from pathlib import Path

import pytest

from tests.publishing.clone import Clone, bare_environment
from tests.publishing.remotes import KINDS

PROJECT = Path(__file__).with_name("project")


@pytest.fixture(scope="session")
def made(tmp_path_factory) -> Path:
    """The project after `dvc repro`, committed."""
    home = tmp_path_factory.mktemp("made")
    clone = Clone(home / "project", bare_environment(home))
    shutil.copytree(PROJECT, clone.folder, ignore=shutil.ignore_patterns("__pycache__"))
    clone.git("init", "-q", "-b", "main")
    clone.dvc("init", "-q")
    clone.dvc("repro")
    clone.git("add", ".")
    clone.git("commit", "-q", "-m", "Everything made")
    return clone.folder


@pytest.fixture
def environment(tmp_path) -> dict[str, str]:
    home = tmp_path / "home"
    home.mkdir()
    return bare_environment(home)


@pytest.fixture(params=KINDS)
def remote(request, tmp_path):
    """A remote with nothing in it."""
    remote = KINDS[request.param](tmp_path / "remote")
    yield remote
    remote.close()


@pytest.fixture
def author(made, tmp_path, environment, remote) -> Clone:
    """A clone in which everything was made, and whose origin names the remote."""
    clone = Clone(tmp_path / "author", environment)
    shutil.copytree(made, clone.folder, symlinks=True)
    clone.use(remote.url, remote.committed, remote.own)
    clone.git("commit", "-q", "-a", "-m", "A remote")
    clone.git("clone", "-q", "--bare", ".", str(tmp_path / "origin.git"))
    clone.git("remote", "add", "origin", str(tmp_path / "origin.git"))
    return clone


@pytest.fixture
def reader(author, tmp_path, environment, remote) -> Clone:
    """A fresh clone of the same commit, with nothing made and an empty cache."""
    author.git("clone", "-q", str(tmp_path / "origin.git"), str(tmp_path / "reader"))
    clone = Clone(tmp_path / "reader", environment)
    clone.trust(remote.own)
    return clone
