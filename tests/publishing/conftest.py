"""A small project with everything made, remotes of three kinds, and clones."""

import shutil
from pathlib import Path

import pytest

from tests.publishing.clone import Clone, bare_environment, make_project
from tests.publishing.remotes import KINDS


@pytest.fixture(scope="session")
def made(tmp_path_factory) -> Path:
    """The project after `dvc repro`, committed."""
    return make_project(tmp_path_factory.mktemp("made")).folder


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
