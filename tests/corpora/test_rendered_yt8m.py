"""The embedded video corpus is shards of the real schema, the same bytes every time."""

import subprocess
import sys

import pytest

from tfrepro.corpora import rendered_yt8m, yt8m_2018
from tfrepro.corpora.shards import checksum, read_shard_corpus, write_shard_corpus
from tfrepro.corpora.sounds import locate
from tfrepro.corpora.yt8m_records import Schema
from tfrepro.corpora.yt8m_shards import survey
from tfrepro.corpora.yt8m_vocabulary import read_vocabulary
from tfrepro.errors import UserError
from tfrepro.files import sha256
from tfrepro.settings.yt8m import RenderedVideos
from tfrepro.sources import load, resolve


def settings(**changes):
    values = {
        "videos": 50,
        "shards": 3,
        "labels": 60,
        "noise": 1.0,
        "seed": 1,
        "split": {"test": 16, "valid_share": 0.1, "seed": 7},
    }
    return RenderedVideos(**(values | changes))


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rendered")
    return folder, *rendered_yt8m.build(folder, settings())


def test_the_shards_are_of_the_2018_schema_and_whole(rendered):
    folder, files, _ = rendered
    paths = [folder / name for name in files["file"][files["kind"] == "shard"]]
    shards, _ = survey(paths, on_corrupt="raise", progress=False)
    assert [len(one) for one in shards] == [17, 17, 16]
    assert shards[0].schema == Schema("id", "video")


def test_every_label_is_in_the_vocabulary(rendered):
    folder, files, _ = rendered
    words = read_vocabulary(folder / files["file"][files["kind"] == "vocabulary"].item())
    assert words.index.tolist() == list(range(60))
    assert words["name"].is_unique
    assert words["vertical"].nunique() == 12


def test_the_checksums_are_those_of_the_files(rendered):
    folder, files, _ = rendered
    assert [sha256(folder / name) for name in files["file"]] == files["sha256"].tolist()


def test_the_same_settings_give_the_same_bytes_and_others_do_not(rendered, tmp_path):
    def remake(**changes):
        folder = tmp_path / "-".join(map(str, changes)) / "again"
        folder.mkdir(parents=True)
        return checksum(rendered_yt8m.build(folder, settings(**changes))[0])

    assert remake() == checksum(rendered[1])
    assert remake(seed=2) != checksum(rendered[1])
    assert remake(noise=0.5) != checksum(rendered[1])


def test_a_shard_corpus_is_read_as_it_was_written(rendered, tmp_path):
    _, files, card = rendered
    write_shard_corpus(tmp_path, files, card)
    again, same_card = read_shard_corpus(tmp_path)
    assert again.equals(files)
    assert same_card == card


def test_another_folder_is_no_shard_corpus(tmp_path):
    with pytest.raises(UserError, match=r"shards\.parquet: missing; run `dvc repro`"):
        read_shard_corpus(tmp_path)


def test_bad_rows_are_not_written(rendered, tmp_path):
    _, files, card = rendered
    with pytest.raises(ValueError, match=r"lack the columns \['kind'\]"):
        write_shard_corpus(tmp_path, files.drop(columns="kind"), card)
    with pytest.raises(ValueError, match="must have one vocabulary"):
        write_shard_corpus(tmp_path, files[files["kind"] == "shard"], card)


def test_rendering_needs_no_tensorflow():
    code = "import sys, tfrepro.corpora.rendered_yt8m; print('tensorflow' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.split() == ["False"], done.stderr


@pytest.mark.real
def test_the_real_corpus_is_52_shards_that_stay_where_they_are(real_data, tmp_path):
    def find(name):
        return resolve(load(name), mirrors=[real_data], cache=tmp_path / "cache", offline=True)

    files, card = yt8m_2018.build(tmp_path, None, find)
    assert files["kind"].value_counts().to_dict() == {"shard": 52, "vocabulary": 1, "pages": 1}
    assert files["file"].is_monotonic_increasing
    assert all(path.is_relative_to(real_data) for path in locate(files, tmp_path, find))
    assert not list(tmp_path.iterdir())
    assert card.name == "yt8m"
