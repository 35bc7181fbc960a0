"""From a server that speaks Freesound's API to a sound corpus on disk."""

import json
import re
from functools import partial
from pathlib import Path

import pandas as pd
import pytest

from tfrepro.corpora.freesound import collection, harvest, offline
from tfrepro.corpora.freesound.dictionary import load_dictionary
from tfrepro.corpora.freesound.previews import fetch_previews
from tfrepro.corpora.sounds import checksum, locate, read_sound_corpus, write_sound_corpus
from tfrepro.errors import UserError
from tfrepro.features.acoustic import AcousticFrontEnd
from tfrepro.files import sha256
from tfrepro.settings.reading import read_section
from tfrepro.settings.sounds import FreesoundHarvest, FreesoundTable, Sounds, section_of

RULES = {
    "seed_sounds": 50,
    "tag_sounds": 3,
    "tag_owners": 2,
    "nouns_only": False,
    "concept_sounds": 50,
    "least_sounds": 3,
}


@pytest.fixture
def words(tmp_path):
    """Files of seeds and overrides, as settings."""
    (tmp_path / "seeds.txt").write_text("dog\nbell\nunheard\n")
    (tmp_path / "overrides.txt").write_text("field-recording = -\n")
    return {
        "seeds": tmp_path / "seeds.txt",
        "overrides": tmp_path / "overrides.txt",
        "dictionary": "none",
        "rules": RULES,
    }


@pytest.fixture
def settings(words, server, tmp_path):
    return FreesoundHarvest(
        **words,
        address=server.base,
        downloads=tmp_path / "downloads",
        longest_s=60,
        jobs=2,
        per_minute=10_000,
        per_day=10_000,
    )


@pytest.fixture
def build(settings, tmp_path, token, monkeypatch):
    """``build("a", **changes)``: the corpus in folder ``a``."""
    monkeypatch.setenv("FREESOUND_TOKEN", token)

    def call(name="corpus", **rules):
        folder = tmp_path / name
        folder.mkdir()
        changed = settings.model_copy(update={"rules": settings.rules.model_copy(update=rules)})
        clips, card = harvest.build(folder, changed, no_source)
        write_sound_corpus(folder, clips, card)
        return folder

    return call


def no_source(name):
    raise AssertionError(f"nobody needs {name}")


def read(folder, name):
    return json.loads((folder / name).read_text())


def test_a_harvest_is_a_sound_corpus(build, server):
    folder = build()
    clips, card = read_sound_corpus(folder)
    assert card.name == "freesound"
    assert set(clips["label"]) == {"dog", "bell"}
    assert len(clips) == 24
    files = locate(clips, folder, no_source)
    assert [sha256(file) for file in files] == list(clips["sha256"])
    assert (clips.groupby("user")["fold"].nunique() == 1).all()
    assert set(clips["fold"]) <= {1, 2, 3, 4, 5}
    assert AcousticFrontEnd(22050, 1024, 512, 13).file(files[0])


def test_what_was_merged_dropped_and_counted_is_there_to_read(build):
    folder = build()
    concepts = {concept["name"]: concept for concept in read(folder, "concepts.json")}
    assert "field-recording" not in concepts
    assert concepts["dog"] == {
        "name": "dog", "kept": True, "synset": "", "merged": [],
        "tagged": 12, "found": 12, "clips": 12,
    }  # fmt: skip
    written = read(folder, "harvest.json")
    assert written["thresholds"] == RULES
    assert written["counts"]["seeds_without_sounds"] == 1
    assert written["counts"]["sounds_of_seeds"] == 24


def test_every_sound_is_credited_to_its_owner_with_licence_and_address(build):
    folder = build()
    clips, _ = read_sound_corpus(folder)
    lines = [line for line in (folder / "ATTRIBUTION.md").read_text().splitlines()
             if line.startswith("- ")]  # fmt: skip
    assert len(lines) == len(clips)
    for line, clip in zip(lines, clips.itertuples(), strict=True):
        number = clip.id.removeprefix("freesound-")
        assert f"[{clip.title}](https://freesound.org/s/{number}/) by {clip.user}" in line
        assert line.endswith(f"licence {clip.licence}")


def test_a_preview_that_is_no_sound_is_named_and_left_out(build, server):
    server.previews[1000] = b"<html>not a sound</html>"
    folder = build()
    clips, _ = read_sound_corpus(folder)
    assert "freesound-1000" not in set(clips["id"])
    (reject,) = pd.read_csv(folder / "rejects.csv").itertuples()
    assert reject.id == 1000
    assert read(folder, "harvest.json")["counts"]["sounds_without_file"] == 1
    assert "/s/1000/" not in (folder / "ATTRIBUTION.md").read_text()


def test_a_concept_whose_previews_cannot_be_used_is_dropped_with_its_sounds(build, server):
    for sound in server.sounds:
        if "dog" in sound["tags"] and sound["id"] > 1003:
            server.previews[sound["id"]] = b"no sound"
    folder = build()
    clips, _ = read_sound_corpus(folder)
    assert set(clips["label"]) == {"bell"}
    assert all("dog" not in names for names in clips["concepts"])
    counts = read(folder, "harvest.json")["counts"]
    assert (counts["kept_concepts"], counts["kept_sounds"]) == (1, 12)


def test_a_preview_that_may_be_had_later_stops_the_harvest_and_is_had_later(
    build, server, monkeypatch
):
    monkeypatch.setattr(harvest, "fetch_previews", partial(fetch_previews, tries=1))
    server.preview_faults[1000].append(503)
    with pytest.raises(UserError, match=r"1 previews could not be had now .*503.*: run again"):
        build("first")
    clips, _ = read_sound_corpus(build("second"))
    assert "freesound-1000" in set(clips["id"])


def test_concepts_that_were_dropped_before_keep_their_counts(build, server):
    for sound in server.sounds[:2]:
        sound["tags"].append("owl")
        sound["name"] = "owl"
    server.previews[1003] = b"no sound"
    counts = {c["name"]: c["clips"] for c in read(build(tag_sounds=2), "concepts.json")}
    assert counts["owl"] == 2
    assert counts["dog"] == 10  # of twelve, one of which is an owl and one no sound


def test_if_no_concept_is_left_that_is_an_error(build, server):
    server.previews.update({sound["id"]: b"no sound" for sound in server.sounds})
    with pytest.raises(UserError, match="least_sounds = 3: no concept has so many with a file"):
        build()


def test_a_second_harvest_asks_for_nothing_and_needs_no_token(build, server, monkeypatch):
    first = build("first")
    asked = server.total()
    monkeypatch.delenv("FREESOUND_TOKEN")
    second = build("second")
    assert server.total() == asked
    for name in ("clips.parquet", "concepts.json", "harvest.json", "ATTRIBUTION.md"):
        assert (first / name).read_bytes() == (second / name).read_bytes()


def test_without_a_token_a_first_harvest_says_where_to_get_one(build, monkeypatch):
    monkeypatch.delenv("FREESOUND_TOKEN")
    with pytest.raises(UserError, match="set FREESOUND_TOKEN"):
        build()


def test_markup_in_a_title_stays_text():
    assert collection._plain("a [b](c)\n*d*") == r"a \[b\](c) \*d\*"


def test_a_fold_depends_on_the_owner_alone_and_all_are_used():
    folds = [collection.fold_of(f"owner{number}") for number in range(200)]
    assert folds == [collection.fold_of(f"owner{number}") for number in range(200)]
    assert {folds.count(fold) > 20 for fold in range(1, 6)} == {True}


class TestOffline:
    """The same out of a table."""

    TABLE = "id,name,tags,duration,license,username\n" + "".join(
        f"{number},{word} {number},{word} loud,{number}.5,CC0,owner{number % 3}\n"
        for number, word in enumerate(["dogs", "dog", "bell"] * 4, 1)
    )

    @pytest.fixture
    def find_source(self, tmp_path, monkeypatch):
        (tmp_path / "vu_sounds.csv").write_text(self.TABLE)

        class Folder:
            def path(self, name):
                return tmp_path / name

        files = {5: collection.SoundFile("a/5.ogg", "esc10", "f" * 64)}
        monkeypatch.setattr(offline, "recordings", lambda find_source: files)
        return lambda name: Folder()

    def test_sounds_without_files_are_rows_all_the_same(self, words, find_source, tmp_path):
        folder = tmp_path / "corpus"
        folder.mkdir()
        settings = FreesoundTable(**words)
        clips, card = offline.build(folder, settings, find_source)
        write_sound_corpus(folder, clips, card)
        clips, _ = read_sound_corpus(folder)
        assert len(clips) == 12
        assert (clips["file"] == "").sum() == 11
        known = clips.set_index("id").loc["freesound-5"]
        assert (known["file"], known["source"]) == ("a/5.ogg", "esc10")
        assert re.fullmatch("[0-9a-f]{64}", checksum(clips))


@pytest.mark.real
def test_the_vu_sound_corpus_gives_concepts_that_a_person_would_name(tmp_path, monkeypatch):
    from tfrepro import sources

    root = Path(__file__).resolve().parents[3]
    mirror = root.parent / "shared" / "data"
    if not (mirror / "freesound-tags").is_dir():
        pytest.skip("no mirror folder with the VU Sound Corpus")

    def find_source(name):
        return sources.resolve(sources.load(name), mirrors=[mirror], cache=tmp_path)

    monkeypatch.chdir(root)
    settings = section_of(read_section(Sounds, "sounds"), "freesound-vu")
    monkeypatch.setattr(
        offline, "load_dictionary", partial(load_dictionary, keep=tmp_path / "nouns")
    )
    clips, _ = offline.build(tmp_path, settings, find_source)
    assert {"drum", "footsteps", "door", "engine", "water"} <= set(clips["label"])
    assert not {"stereo", "recording", "nandoo", "steps", "shoes"} & set(clips["label"])
    assert clips["label"].nunique() > 120
    assert (clips["source"] == "esc10").sum() >= 1
    kids = next(c for c in read(tmp_path, "concepts.json") if c["name"] == "kids")
    assert kids["merged"][0]["tag"] == "child"
    assert "young person" in kids["merged"][0]["merged_for"]
