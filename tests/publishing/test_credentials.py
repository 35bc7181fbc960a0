"""Remotes that do not let one in."""

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


def test_what_lets_one_in_stays_out_of_git(author, remote):
    for file, settings in {"config": remote.committed, "config.local": remote.own}.items():
        written = (author.folder / ".dvc" / file).read_text()
        assert all(f"{name} = {value}" in written for name, value in settings.items())
    tracked = author.git("grep", "-h", "", "HEAD", "--", ".dvc")
    assert not any(value in tracked for value in remote.own.values())
