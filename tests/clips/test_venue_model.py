"""A model that was published answers as it did before, from its folder alone."""

import json
import shutil
from dataclasses import replace

import keras
import numpy as np
import pytest

from tests import clip_models
from tfrepro.clips.published_eastern import STEPS_OF_NOTHING
from tfrepro.clips.venue_model import load_venue_model
from tfrepro.errors import UserError
from tfrepro.models.dare import load_dare

METHODS = ("dare", "nmcl", "eastern")


@pytest.fixture(scope="module")
def features():
    return clip_models.videos()


@pytest.fixture(scope="module")
def front_end(features):
    return clip_models.front_end(features)


@pytest.fixture(scope="module", params=METHODS)
def published(request, features, front_end, tmp_path_factory):
    """The method as it was trained, the facts, and the folder that it was written to."""
    home = tmp_path_factory.mktemp(request.param)
    made = clip_models.trained(request.param, features, home)
    folder = home / "model"
    return made, clip_models.publish(folder, request.param, features, made, front_end), folder


@pytest.fixture(scope="module")
def dare(features, front_end, tmp_path_factory):
    home = tmp_path_factory.mktemp("dare")
    made = clip_models.trained("dare", features, home)
    clip_models.publish(home / "model", "dare", features, made, front_end)
    return home / "model"


@pytest.fixture
def damaged(dare, tmp_path):
    """A copy of a model that may be damaged."""
    return shutil.copytree(dare, tmp_path / "model")


def test_a_model_that_is_read_gives_the_probabilities_that_it_gave(published, features):
    made, facts, folder = published
    loaded = load_venue_model(folder)
    np.testing.assert_allclose(loaded.method.predict(features), made.predict(features), atol=1e-6)
    assert loaded.facts == facts


def test_its_network_is_loaded_in_safe_mode(published):
    network = keras.models.load_model(published[2] / "network.keras", safe_mode=True)
    assert network.weights


def test_every_clip_has_all_venues_the_likeliest_first(published, features):
    made, _, folder = published
    answers = load_venue_model(folder).predict(features)
    assert [answer.clip for answer in answers] == features.index["id"].tolist()
    P = made.predict(features)
    for answer, p in zip(answers, P, strict=True):
        assert {venue for venue, _ in answer.venues} == set(clip_models.VENUES)
        assert answer.venues[0][0] == clip_models.VENUES[p.argmax()]
        assert sum(p for _, p in answer.venues) == pytest.approx(1, abs=1e-5)


def test_a_modality_that_a_clip_lacks_says_nothing(published, features):
    answers = load_venue_model(published[2]).predict(features)
    has = features.index[["has_acoustic", "has_textual"]].to_numpy()
    for answer, (heard, said) in zip(answers, has, strict=True):
        assert answer.has == {"visual": True, "acoustic": heard, "textual": said}
        assert set(answer.alone) == {name for name, there in answer.has.items() if there}


def test_a_modality_alone_does_not_depend_on_the_others(published, features):
    made, facts, folder = published
    if facts.method == "nmcl":
        pytest.skip("a host takes what it has in common with its guests")
    loaded = load_venue_model(folder)
    rng = np.random.default_rng(7)
    changed = {
        name: array if name.startswith("acoustic") else rng.permutation(array)
        for name, array in features.arrays.items()
    }
    alone = loaded.method.predict_alone(features, loaded.front_end)["acoustic"]
    other = loaded.method.predict_alone(replace(features, arrays=changed), loaded.front_end)
    np.testing.assert_allclose(other["acoustic"], alone, atol=1e-6)
    assert np.abs(alone - made.predict(features)).max() > 1e-3


def test_what_a_modality_alone_lacks_is_as_the_corpus_has_it(features):
    """A word vector of nothing is one step of zeros, as the stage that prepares texts leaves it."""
    from tfrepro.features.word_vectors import WordVectors

    vectors = WordVectors(dimensions=2, min_count=1).fit([["a", "b"], ["b", "a"]])
    sequences, lengths = vectors.transform([[]], 4)
    assert lengths.tolist() == [STEPS_OF_NOTHING["textual"]]
    assert not sequences.any()


def test_only_dare_hears_concepts_and_of_a_silent_clip_none(published, features):
    _, facts, folder = published
    answers = load_venue_model(folder).predict(features)
    if facts.method != "dare":
        assert {answer.heard for answer in answers} == {None}
        return
    assert facts.concepts == clip_models.CONCEPTS
    heard = [answer.heard for answer in answers]
    assert any(heard)
    for concepts, there in zip(heard, features.index["has_acoustic"], strict=True):
        deviations = [d for _, d in concepts]
        assert deviations == sorted(deviations, reverse=True)
        assert all(d >= 1 for d in deviations)
        assert there or not concepts


def test_concepts_are_told_in_deviations_from_the_training_videos(dare, features):
    loaded = load_venue_model(dare)
    A = load_dare(dare).concept_scores(clip_models.part(features, "train"))
    expected = (A - A.mean(axis=0)) / A.std(axis=0)
    answers = loaded.predict(clip_models.part(features, "train"))
    for answer, row in zip(answers, expected, strict=True):
        for concept, deviations in answer.heard:
            k = clip_models.CONCEPTS.index(concept)
            assert deviations == pytest.approx(row[k], abs=1e-4)


def test_no_clip_has_no_answer(dare, features):
    assert load_venue_model(dare).predict(features.take([])) == []


def test_the_card_says_what_it_stands_in_for_and_how_it_scored(published):
    _, facts, folder = published
    card = (folder / "README.md").read_text()
    for part in ("## Data", "## Licence", "## Metrics", "## Intended use", "## Limits"):
        assert part in card
    assert "**Trained on a stand-in.** `toy` is used instead of the real thing" in card
    assert "reproduces" not in card
    assert f"`micro_f1`: {facts.scores['micro_f1']:.4f}" in card
    assert "27 train, 9 valid, 9 test" in card


def test_a_folder_that_is_no_model_says_so_and_what_may_be_meant(dare, tmp_path):
    with pytest.raises(UserError, match=r"nothing: holds no model\.json; not a published model$"):
        load_venue_model(tmp_path / "nothing")
    with pytest.raises(UserError, match=r"did you mean .*model\?"):
        load_venue_model(dare.parent)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "cannot be read"),
        ("[]", "names no files"),
        ("{}", "names no files"),
        ('{"files": {}}', "is a model of the kind None, not 'venue'"),
        ('{"files": {}, "kind": "search"}', "is a model of the kind 'search', not 'venue'"),
        ('{"files": {}, "kind": "venue"}', "method is missing"),
    ],
)
def test_facts_that_are_not_whole_are_named(damaged, content, said):
    (damaged / "model.json").write_text(content)
    with pytest.raises(UserError, match=said):
        load_venue_model(damaged)


def test_facts_that_were_cut_off_are_one_line(damaged):
    whole = (damaged / "model.json").read_text()
    (damaged / "model.json").write_text(whole[: len(whole) // 2])
    with pytest.raises(UserError, match=r"model\.json: cannot be read") as error:
        load_venue_model(damaged)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("name", ["network.keras", "front_end/completion.npz", "README.md"])
def test_a_file_that_was_changed_or_is_gone_is_named(damaged, name):
    (damaged / name).write_bytes(b"other")
    with pytest.raises(UserError, match=f"{name}: not the file that was published"):
        load_venue_model(damaged)
    (damaged / name).unlink()
    with pytest.raises(UserError, match=rf"{name}: missing; model\.json names it"):
        load_venue_model(damaged)


def test_concepts_that_do_not_fit_are_named(damaged):
    facts = json.loads((damaged / "model.json").read_text())
    facts["concepts"] = facts["concepts"][:2]
    (damaged / "model.json").write_text(json.dumps(facts))
    with pytest.raises(UserError, match=r"concepts\.npz: holds 3 concepts, must hold 2"):
        load_venue_model(damaged)
