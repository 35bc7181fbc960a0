"""Settings of the music videos that cannot work are refused by key."""

import pytest

from tfrepro.errors import UserError
from tfrepro.methods import read_hyper_parameters
from tfrepro.settings.base import validate
from tfrepro.settings.musicvideo import MusicVideoPaper

MACHINE = {
    "units": 4,
    "learning_rate": 0.01,
    "steps": 20,
    "batch": 8,
    "decay_steps": 100,
    "momentum": [0.5, 0.9],
    "momentum_steps": 10,
    "weight_decay": 0.001,
    "gibbs_steps": 1,
    "step_up": None,
    "sparsity_target": 0.1,
    "sparsity_cost": 0.01,
}
MACHINES = {"visual": [MACHINE, MACHINE], "acoustic": [MACHINE], "shared": MACHINE}
FEED = {
    "hidden": 4,
    "learning_rate": 0.01,
    "batch": 8,
    "penalty": 0.0,
    "held_out": None,
    "epochs": 2,
    "patience": None,
}
DBN = {"network": MACHINES, "levels": [1, 2], "classifier": FEED, "fusion": FEED}


def settings(key="", value=None):
    """A good section, with one value replaced."""
    values = {
        "corpora": ["rendered"],
        "seed": 1,
        "runs": 3,
        "retrieval": {
            "candidates": 2000,
            "queries": 500,
            "most": 0.5,
            "train_on": {"rendered": ["music"], "yt8m-music": ["music", "all"]},
            "ns": [1, 10],
            "methods": {"shared-dbn": {"network": MACHINES, "steps": 10, "distance": "angle"}},
            "overrides": {"rendered": {"shared-dbn": {"steps": 5}}, "yt8m-music": {}},
        },
        "styles": {
            "style": {"rendered": "style", "yt8m-music": "Music video"},
            "test": 0.5,
            "folds": 3,
            "transductive": False,
            "fused": ["rendered"],
            "methods": {"dbn": DBN},
            "overrides": {"rendered": {}, "yt8m-music": {}},
        },
        "splits": {"corpora": [], "methods": ["dbn"]},
    }
    if key:
        *parents, last = key.split(".")
        place = values
        for parent in parents:
            place = place[parent]
        place[last] = value
    return values


def check(key="", value=None):
    return validate(MusicVideoPaper, settings(key, value), prefix="musicvideo")


def test_a_good_section_passes():
    paper = check()
    assert paper.retrieval.train_on["yt8m-music"] == ("music", "all")
    assert paper.styles.fused == ("rendered",)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("corpora", ["vimeo"], r"musicvideo\.corpora\.0 = 'vimeo': no such music video corpus"),
        ("corpora", ["own"], r"musicvideo: retrieval\.overrides lacks own: give it \{\}"),
        ("retrieval.queries", 3000, r"queries = 3000: must be at most 2000"),
        ("retrieval.methods", {"random": {}}, "methods lacks shared-dbn, which the others"),
        ("retrieval.overrides.rendered", {"cca": {}}, r"retrieval\.overrides\.rendered names cca"),
        ("retrieval.train_on.rendered", ["all"], r"train_on\.rendered lacks music"),
        ("retrieval.train_on.rendered", ["some"], r"train_on\.rendered\.0 = 'some': must be music"),
        ("retrieval.train_on", {"own": ["music"]}, r"retrieval\.train_on lacks rendered"),
        ("styles.style", {"own": "style"}, r"styles\.style lacks rendered"),
        ("styles.methods", {"initial": {}}, "methods lacks dbn, which the others"),
        ("splits.methods", ["svm"], r"splits\.methods names svm: add it to styles\.methods"),
        ("splits.corpora", ["own"], r"splits\.corpora names own: add it to corpora as well"),
        ("styles.fused", ["own"], r"styles\.fused names own: add it to corpora as well"),
        ("styles.folds", 1, r"styles\.folds = 1: must be at least 2"),
    ],
)
def test_a_section_that_cannot_work_is_refused(key, value, message):
    with pytest.raises(UserError, match=message):
        check(key, value)


def read(name, values, answers="chunks"):
    return read_hyper_parameters(name, values, prefix="methods", answers=answers)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"levels": [2, 5]}, r"levels \[2, 5\]: must rise from 1"),
        ({"levels": [1, 5, 2]}, r"levels \[1, 5, 2\]: must rise from 1"),
        ({"network": MACHINES | {"visual": []}}, r"network\.visual = \[\]: must hold at least 1"),
        (
            {"network": MACHINES | {"shared": MACHINE | {"steps": 25}}},
            r"network\.shared: steps = 25: must be a multiple of 10",
        ),
        (
            {"network": MACHINES | {"tuning": {}}},
            r"network\.tuning: no such key",
        ),
    ],
)
def test_a_network_that_cannot_work_is_refused(change, message):
    with pytest.raises(UserError, match=message):
        read("dbn", DBN | change)


def test_no_more_steps_of_sampling_count_than_there_are():
    values = {"network": MACHINES, "steps": 5, "last": 6, "distance": "angle"}
    with pytest.raises(UserError, match="last = 6: must be at most steps = 5"):
        read("shared-dbn-gibbs", values, "embeddings")
