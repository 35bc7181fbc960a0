"""Models that are fetched by name or by path, outside any DVC project."""

import pytest

from tests.publishing.clone import Clone, contents

DARE = "data/models/venue/rendered/dare"  # a folder within the output of a stage


@pytest.fixture
def elsewhere(tmp_path, environment) -> Clone:
    """A folder that belongs to no project."""
    (tmp_path / "elsewhere").mkdir()
    return Clone(tmp_path / "elsewhere", environment)


@pytest.fixture
def published(author, tmp_path, remote) -> list[str]:
    """Where to get from, and how to be let in, after one version was published and time went on."""
    author.dvc("push")
    author.git("tag", "-a", "dare@v1.0.0", "-m", "DARE 1.0.0")
    author.git("rm", "-q", "dvc.yaml", "dvc.lock")
    author.git("commit", "-q", "-m", "A later commit without models")
    author.git("push", "-q", "origin", "main", "dare@v1.0.0")
    own = [f"{name}={value}" for name, value in remote.own.items()]
    return [f"file://{tmp_path}/origin.git", *(["--remote-config", *own] if own else [])]


def test_a_model_is_fetched_by_name_and_version_or_by_path_and_commit(author, elsewhere, published):
    place, *own = published
    model = contents(author.folder / DARE)
    assert set(model) == {"network.bin", "model.json"}
    elsewhere.dvc("artifacts", "get", place, "dare", "--rev", "v1.0.0", *own)
    assert contents(elsewhere.folder) == {f"dare/{name}": data for name, data in model.items()}
    commit = author.git("rev-parse", "HEAD~").strip()
    elsewhere.dvc("get", place, DARE, "--rev", commit, "-o", "by path", *own)
    assert contents(elsewhere.folder / "by path") == model


@pytest.mark.parametrize("remote", ["directory"], indirect=True)
def test_a_name_is_found_only_by_an_annotated_tag_as_gto_makes_it(
    author, elsewhere, tmp_path, remote
):
    get = ["artifacts", "get", str(tmp_path / "origin.git"), "dare"]
    author.dvc("push", "train")
    author.git("tag", "dare@v0.9.0")
    author.git("push", "-q", "origin", "--tags")
    assert "Unable to find artifact 'dare'" in elsewhere.fail(*get)
    author.gto("register", "dare", "--version", "v1.0.0")
    author.git("push", "-q", "origin", "--tags")
    elsewhere.dvc(*get)
    assert contents(elsewhere.folder / "dare") == contents(author.folder / DARE)
