"""The registry against the mirror folder that it describes, where that is present."""

from pathlib import Path

import pytest

from tfrepro.sources import load, names, resolve, status

MIRROR = Path(__file__).parents[3] / "shared" / "data"

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not MIRROR.is_dir(), reason="no mirror folder ../shared/data"),
]


@pytest.mark.parametrize("name", names())
def test_every_registered_file_is_in_the_mirror_with_the_right_bytes(name, tmp_path):
    source = load(name)
    resolved = resolve(source, mirrors=[MIRROR], cache=tmp_path / "cache", offline=True)
    assert set(resolved.paths) == {file.path for file in source.files}
    assert not (tmp_path / "cache").exists()
    assert status(source, [MIRROR], tmp_path) == "mirror"


@pytest.mark.parametrize("name", names())
def test_every_file_in_the_mirror_is_registered(name):
    folder = MIRROR / name
    there = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert {file.path for file in load(name).files} == there


def test_every_folder_of_the_mirror_is_registered():
    assert sorted(names()) == sorted(path.name for path in MIRROR.iterdir() if path.is_dir())


def test_the_checksums_are_those_of_the_mirror():
    lines = (MIRROR / "SHA256SUMS").read_text().splitlines()
    there = {path.removeprefix("./"): digest for digest, path in (x.split("  ", 1) for x in lines)}
    ours = {f"{name}/{file.path}": file.sha256 for name in names() for file in load(name).files}
    assert ours == there
