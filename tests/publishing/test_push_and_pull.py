"""Results that go from one clone to another by way of a remote."""

import signal
from pathlib import Path


def test_a_clone_pulls_what_another_pushed_and_has_nothing_left_to_make(author, reader, remote):
    author.dvc("push")
    reader.dvc("pull")
    assert reader.files() == author.files()
    assert remote.objects() == reader.objects()
    assert "up to date" in reader.dvc("status")
    again = reader.dvc("repro")
    assert "up to date" in again
    assert "Running stage" not in again
    assert not Path(reader.environment["STAGE_LOG"]).exists()
    assert reader.git("status", "--porcelain") == ""


def test_a_push_that_was_killed_is_completed_by_the_next(author, reader, remote):
    assert remote.cut_push(author, 2) == -signal.SIGKILL
    assert len(remote.objects()) == 2
    assert "pushed" in author.dvc("push")
    reader.dvc("pull")
    assert reader.files() == author.files()
    assert remote.objects() == reader.objects()
