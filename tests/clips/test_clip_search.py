"""A silent clip finds sounds, a sound finds videos, from the folder of a search alone."""

import numpy as np
import pytest

from tests import clip_models
from tfrepro.clips.card import model_card
from tfrepro.clips.clip_search import (
    SearchFacts,
    load_clip_search,
    with_sound,
    write_clip_search,
)
from tfrepro.clips.model_facts import versions
from tfrepro.clips.search_card import about_search
from tfrepro.errors import UserError
from tfrepro.features.rows import part
from tfrepro.models.contrastive import ContrastiveEmbedding
from tfrepro.retrieval.videos import encode_queries


@pytest.fixture(scope="module")
def features():
    return clip_models.videos()


@pytest.fixture(scope="module")
def folder(features, tmp_path_factory):
    home = tmp_path_factory.mktemp("search")
    heard = part(features, with_sound(features))
    sizes = {"visual_hidden": [8], "acoustic_hidden": [8], "dimensions": 4}
    method = ContrastiveEmbedding(**sizes, batch=16, steps=3, seed=1)
    method.fit(heard.take(np.arange(20))).save(home / "networks")
    facts = SearchFacts(
        kind="search",
        method="contrastive",
        hyper_parameters=sizes,
        seed=1,
        corpus=clip_models.corpus(features),
        scores={"chance: recall_at_1_pool_7": 1 / 7},
        scored_on="its test videos",
        versions=versions(),
        code={},
        videos=len(heard),
    )
    end = clip_models.front_end(features)
    card = model_card(about_search("toy"), facts, end.facts)
    write_clip_search(home / "made", heard, home / "networks", end, facts, card)
    return home / "made"


@pytest.fixture(scope="module")
def search(folder):
    return load_clip_search(folder)


def test_only_videos_with_a_sound_are_in_the_index(search, features):
    expected = features.index["id"][features.index["has_acoustic"]]
    for index in search.indexes.values():
        assert set(index.ids) == set(expected)
    assert search.facts.videos == len(expected) == 36


def test_a_video_finds_sounds_by_its_picture(search, tmp_path):
    silent = clip_models.clip(tmp_path / "a.mp4", seed=2, silent=True)
    loud = clip_models.clip(tmp_path / "b.mp4", seed=2)
    found, unreadable = search.ask([silent, loud], "sounds", 4)
    assert not unreadable
    assert len(found[silent]) == 4
    # Their pictures are the same, and no more is asked with.
    assert [m.id for m in found[silent]] == [m.id for m in found[loud]]


def test_a_sound_finds_videos(search, tmp_path):
    file = clip_models.clip(tmp_path / "a.mp4", seed=3)
    found, _ = search.ask([file], "videos", 3)
    codes, *_ = search.front_end.sound_codes([file])
    index = search.indexes["videos"]
    assert found[file] == index.search(encode_queries(index, codes), 3)[0]


def test_a_video_without_sound_cannot_ask_for_videos(search, tmp_path):
    file = clip_models.clip(tmp_path / "a.mp4", silent=True)
    assert search.ask([file], "videos", 3) == ({}, {file: "has no sound track"})


def test_both_ways_are_of_the_same_vectors(search):
    sounds, pictures = (search.indexes[finds] for finds in ("sounds", "videos"))
    np.testing.assert_array_equal(sounds.vectors, pictures.queries)
    np.testing.assert_array_equal(sounds.queries, pictures.vectors)


def test_the_card_says_chance_beside_recall(folder):
    card = (folder / "README.md").read_text()
    assert "`chance: recall_at_1_pool_7`: 0.1429" in card
    assert "Trained on a stand-in" in card


def test_a_set_without_sounds_cannot_be_searched(features):
    silent = features.index.assign(has_acoustic=False)
    with pytest.raises(UserError, match="no video has a sound"):
        with_sound(type(features)(silent, features.arrays, {}))
    with pytest.raises(UserError, match="no acoustic features"):
        with_sound(type(features)(silent, {"visual": features.arrays["visual"]}, {}))


def test_an_index_that_is_gone_is_named(folder, tmp_path):
    import shutil

    copy = shutil.copytree(folder, tmp_path / "copy")
    (copy / "sounds" / "vectors.npy").unlink()
    with pytest.raises(UserError, match=r"vectors\.npy: missing; model\.json names it"):
        load_clip_search(copy)
