"""Sound corpora on disk: true checksums, clean folds, credits, and clear errors."""

from pathlib import Path

import numpy as np
import pytest

from tfrepro import sources
from tfrepro.corpora import esc10, rendered_sounds
from tfrepro.corpora.sounds import (
    checksum,
    locate,
    read_sound_corpus,
    write_sound_corpus,
)
from tfrepro.errors import UserError
from tfrepro.files import read_json, sha256
from tfrepro.media.audio import load_audio
from tfrepro.settings.sounds import RenderedSounds
from tfrepro.simulate.sounds import sound_clips
from tfrepro.simulate.voice_words import VOICE_WORDS

MIRROR = Path(__file__).resolve().parents[3] / "shared" / "data"
RULES = {
    "seed_sounds": 500,
    "tag_sounds": 4,
    "tag_owners": 2,
    "nouns_only": True,
    "concept_sounds": 500,
    "least_sounds": 4,
}
SETTINGS = RenderedSounds(
    clips=120,
    takes=2,
    companions=1.0,
    noise=0.5,
    seed=3,
    seeds=("bird", "whistle", "siren", "engine", "bell", "guitar", "rain", "clock"),
    rules=RULES,
)


def rendered_clips():
    settings = SETTINGS.model_dump(exclude={"seeds", "rules"})
    return list(sound_clips(settings.pop("clips"), settings.pop("seed"), **settings))


def numbers(clips):
    """Of rendered clips, in the order they were made."""
    return [int(name.removeprefix("rendered-")) for name in clips["id"]]


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rendered")
    clips, card = rendered_sounds.build(folder, SETTINGS)
    write_sound_corpus(folder, clips, card)
    return folder


@pytest.fixture(scope="module")
def real():
    if not (MIRROR / "esc10").is_dir():
        pytest.skip("no mirror folder with ESC-10")

    def find_source(name):
        return sources.resolve(sources.load(name), mirrors=[MIRROR], cache=Path("unused"))

    return find_source


def test_a_rendered_corpus_is_real_audio_files_with_true_checksums(rendered):
    clips, card = read_sound_corpus(rendered)
    assert card.stands_in_for
    for clip, file in zip(clips.itertuples(), locate(clips, rendered, None), strict=True):
        assert sha256(file) == clip.sha256
        assert len(load_audio(file)) > 0.7 * 22050
        assert clip.label in clip.concepts


def test_the_files_hold_the_clips_that_were_rendered(rendered):
    clips, _ = read_sound_corpus(rendered)
    made = rendered_clips()
    for number, file in zip(numbers(clips), locate(clips, rendered, None), strict=True):
        heard = load_audio(file, made[number].rate)
        np.testing.assert_allclose(heard, made[number].y, atol=1 / 32767)


def test_a_clip_is_labelled_with_what_is_loudest_in_it_and_tagged_with_what_is_heard(rendered):
    clips, _ = read_sound_corpus(rendered)
    made = rendered_clips()
    assert len(clips) > 0.95 * len(made)
    right = 0
    for number, clip in zip(numbers(clips), clips.itertuples(), strict=True):
        heard = [VOICE_WORDS[concept] for concept in made[number].concepts]
        right += clip.label.removesuffix("s") in heard[0]
        assert {name.removesuffix("s") for name in clip.concepts} <= {w for ws in heard for w in ws}
    # An owner's rare word for it is not found by any search.
    assert right > 0.95 * len(clips)


def test_its_concepts_come_out_of_the_procedure(rendered):
    clips, _ = read_sound_corpus(rendered)
    concepts = {concept["name"]: concept for concept in read_json(rendered / "concepts.json")}
    assert set(clips["label"]) == {name for name, concept in concepts.items() if concept["kept"]}
    reasons = {m["merged_for"] for concept in concepts.values() for m in concept["merged"]}
    assert any(reason.startswith("form of ") for reason in reasons)
    assert any("-n: " in reason for reason in reasons)
    harvest = read_json(rendered / "harvest.json")
    assert harvest["thresholds"] == RULES
    assert (
        harvest["counts"]["kept_sounds"] == len(clips) == len(list((rendered / "media").iterdir()))
    )
    assert harvest["counts"]["distinct_tags"] > harvest["counts"]["nouns"] > len(concepts)


def test_the_same_settings_give_the_same_files(rendered, tmp_path):
    again, _ = rendered_sounds.build(tmp_path, SETTINGS)
    assert checksum(again) == checksum(read_sound_corpus(rendered)[0])


def test_takes_of_a_recording_share_a_fold_and_every_fold_has_nearly_every_concept(rendered):
    clips, _ = read_sound_corpus(rendered)
    assert (clips.groupby("group")["fold"].nunique() == 1).all()
    assert clips["label"].nunique() == 12
    assert (clips.groupby("fold")["label"].nunique() >= 11).all()
    assert set(clips["fold"]) == {1, 2, 3, 4, 5}


def test_the_checksum_sees_labels_concepts_and_sound(rendered):
    clips, _ = read_sound_corpus(rendered)
    for column, value in (("label", "x"), ("sha256", "0" * 64), ("group", "g"), ("fold", 9)):
        changed = clips.copy()
        changed.loc[5, column] = value
        assert checksum(changed) != checksum(clips)


def test_rows_that_do_not_make_a_corpus_are_refused(rendered, tmp_path):
    clips, card = read_sound_corpus(rendered)
    with pytest.raises(ValueError, match="lack the columns \\['label'\\]"):
        write_sound_corpus(tmp_path, clips.drop(columns="label"), card)
    twice = clips.assign(id="same")
    with pytest.raises(ValueError, match="two clips named same"):
        write_sound_corpus(tmp_path, twice, card)


def test_a_folder_without_a_corpus_is_one_clear_error(tmp_path):
    with pytest.raises(UserError, match="run `dvc repro` to build it"):
        read_sound_corpus(tmp_path)


@pytest.mark.real
def test_esc10_is_as_published(real, tmp_path):
    clips, _ = esc10.build(tmp_path, None, real)
    assert len(clips) == 400
    assert (clips["label"].value_counts() == 40).all()
    assert clips["label"].nunique() == 10
    assert (clips["fold"].value_counts() == 80).all()
    assert clips["group"].nunique() == 304
    assert (clips.groupby("group")["fold"].nunique() == 1).all()
    assert (clips[["title", "user", "licence"]] != "").all(axis=None)
    assert not list(tmp_path.iterdir())


@pytest.mark.real
def test_esc10_recordings_are_known_by_their_number_on_freesound(real):
    found = esc10.recordings(real)
    assert len(found) == 304
    assert found[100032].file == "001 - Dog bark/1-100032-A.ogg"


@pytest.mark.real
def test_esc10_files_are_where_the_rows_say(real, tmp_path):
    clips, card = esc10.build(tmp_path, None, real)
    write_sound_corpus(tmp_path, clips, card)
    clips, _ = read_sound_corpus(tmp_path)
    files = locate(clips, tmp_path, real)
    for row in range(0, 400, 40):
        assert files[row].name == f"{clips['id'][row]}.ogg"
        assert sha256(files[row]) == clips["sha256"][row]
        assert load_audio(files[row]).any()


def test_a_clip_without_credits_is_one_clear_error(tmp_path):
    (tmp_path / "README.md").write_text("no credits")

    class Source:
        source = type("", (), {"files": [type("", (), {"path": "001 - Dog/1-9-A.ogg"})]})

        def path(self, name):
            return tmp_path / name

    with pytest.raises(UserError, match=r"says nothing about the licence of 1-9-A\.ogg"):
        esc10.build(tmp_path, None, lambda name: Source())


def test_credits_are_read_from_a_line_of_the_readme():
    line = (
        "- **[1-9-A.ogg](https://example.org/1-9-A.ogg)**:  clip derived from "
        "[my [dog].wav](http://www.freesound.org/people/ann/sounds/9/) by *ann* "
        "([CC0](http://creativecommons.org/publicdomain/zero/1.0/))"
    )
    assert esc10.read_credits(line) == {
        "1-9-A.ogg": {"title": "my [dog].wav", "user": "ann", "licence": "CC0"}
    }
