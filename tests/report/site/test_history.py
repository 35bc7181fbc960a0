import subprocess
from pathlib import Path

import pytest

from tfrepro.report.site.history import head, origins

METRICS = Path("data/metrics")


@pytest.fixture
def repository(tmp_path):
    """Two tables, of two commits."""

    def git(*words):
        author = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
        done = subprocess.run(
            ["git", "-C", str(tmp_path), *author, *words],
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout.strip()

    def commit(name, date):
        file = tmp_path / METRICS / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)
        git("add", "-A")
        git("commit", "-q", "-m", name, "--date", f"{date}T12:00:00")
        return git("log", "-1", "--format=%h")

    git("init", "-q")
    return tmp_path, [commit("old table.json", "2026-01-02"), commit("naïve.json", "2026-03-04")]


def test_each_file_has_the_commit_that_changed_it_last(repository):
    root, (first, second) = repository
    found = origins(METRICS, root)
    old, new = found["data/metrics/old table.json"], found["data/metrics/naïve.json"]
    assert (old.commit, old.date, old.changed) == (first, "2026-01-02", False)
    assert (new.commit, new.date, new.changed) == (second, "2026-03-04", False)
    assert head(root).commit == second


def test_a_file_that_is_different_by_now_says_so(repository):
    root, _ = repository
    (root / METRICS / "old table.json").write_text("other")
    (root / METRICS / "new.json").write_text("in no commit")
    found = origins(METRICS, root)
    assert found["data/metrics/old table.json"].changed
    assert not found["data/metrics/naïve.json"].changed
    assert "data/metrics/new.json" not in found
    assert head(root).changed


def test_outside_a_repository_nothing_is_known(tmp_path):
    assert origins(METRICS, tmp_path) == {}
    assert head(tmp_path) is None
