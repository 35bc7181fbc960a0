"""Remotes that do not let one in."""

import pytest

# DVC's words, or the library's below it. Of S3 it does not say which bucket; without a terminal
# it asks for another SSH password and then ends without a reason.
SAID = {
    "a file in the way": ["Not a directory", "store/files/md5"],
    "another key": ["Permission denied for user ann on host 127.0.0.1"],
    "another password": ["ann@127.0.0.1's password", "ERROR"],
    "another secret": ["Forbidden", "403"],
    "an unknown key": ["Forbidden", "403"],
}


def test_who_is_not_let_in_is_told_so_and_nothing_changes(author, reader, remote):
    author.dvc("push", "draw")
    there, made, cached = remote.objects(), author.files(), author.objects()
    bare = reader.files()
    assert 0 < len(there) < len(cached)
    for what, own in remote.refused().items():
        author.trust(own)
        output = author.fail("push")
        assert all(words in output for words in SAID[what]), output
    reader.trust(own)
    output = reader.fail("pull")
    assert all(words in output for words in SAID[what]), output
    assert remote.objects() == there
    assert (author.files(), author.objects()) == (made, cached)
    assert (reader.files(), reader.objects()) == (bare, {})


@pytest.mark.parametrize("remote", ["ssh"], indirect=True)
def test_the_commands_of_the_readme_keep_what_lets_one_in_out_of_git(author, reader, remote):
    files = [reader.folder / ".dvc" / name for name in ("config", "config.local")]
    written = [file.read_text().split() for file in files]
    author.dvc("remote", "add", "-f", "-d", "store", remote.url)
    author.dvc("remote", "modify", "store", "user", remote.committed["user"])
    author.dvc("remote", "modify", "--local", "store", "keyfile", remote.own["keyfile"])
    assert [(author.folder / ".dvc" / file.name).read_text().split() for file in files] == written
    assert "config.local" not in author.git("status", "--porcelain", "--untracked-files=all")
