"""Settings of the cross-modal paper that cannot work are refused by key."""

import pytest

from tfrepro.errors import UserError
from tfrepro.settings.base import validate
from tfrepro.settings.crossmodal import CrossModalPaper

METHODS = {"ridge": {"visual_ridge": 1.0, "acoustic_ridge": 2.0}, "random": {"dimensions": 8}}
GALLERY = {"method": "ridge", "ids": [], "queries": 2, "matches": 2, "seed": 1}
FEWER = {"methods": ["ridge"], "videos": {"rendered": [20, 40], "yt8m": []}}
INDEX = {"method": "random", "finds": "visual", "approximate": False}


def settings(**changes):
    values = {
        "corpora": ["rendered"],
        "held_out": "test",
        "seed": 1,
        "seeds": 3,
        "ks": [1, 5],
        "pools": [8, 16],
        "shuffles": 2,
        "fewer_videos": FEWER,
        "methods": METHODS,
        "overrides": {"rendered": {"ridge": {"acoustic_ridge": 3.0}}, "yt8m": {}},
        "gallery": GALLERY,
        "index": INDEX,
    }
    return values | changes


def check(**changes):
    return validate(CrossModalPaper, settings(**changes), prefix="crossmodal")


def test_a_good_section_passes():
    paper = check()
    assert paper.gallery.method == "ridge"
    assert paper.fewer_videos.videos == {"rendered": (20, 40), "yt8m": ()}
    assert paper.overrides["rendered"]["ridge"] == {"acoustic_ridge": 3.0}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"gallery": GALLERY | {"method": "cca"}}, ": gallery.method names cca: add it to methods"),
        ({"index": INDEX | {"method": "cca"}}, ": index.method names cca: add it to methods"),
        (
            {"overrides": {"rendered": {"cca": {}}}},
            ": overrides.rendered.cca names cca: add it to methods as well",
        ),
        (
            {"fewer_videos": FEWER | {"methods": ["ridge", "cca"]}},
            r": fewer_videos\.methods\.1 names cca: add it to methods as well",
        ),
        (
            {"fewer_videos": FEWER | {"videos": {"yt8m": []}}},
            r": fewer_videos\.videos lacks rendered: give it \[\] or \{\}",
        ),
        ({"overrides": {"yt8m": {}}}, ": overrides lacks rendered"),
        (
            {"corpora": ["rendered", "yt8m"], "overrides": {"rendered": {}}},
            ": overrides lacks yt8m",
        ),
        ({"corpora": ["esc10"]}, r"\.corpora\.0 = 'esc10': no such video corpus; allowed: ren"),
        ({"corpora": []}, r"\.corpora = \[\]: must hold at least 1"),
        ({"held_out": "train"}, r"\.held_out = 'train': must be test or valid"),
        ({"seeds": 0}, r"\.seeds = 0: must be at least 1"),
        ({"shuffles": 0}, r"\.shuffles = 0: must be at least 1"),
        ({"ks": [0]}, r"\.ks\.0 = 0: must be at least 1"),
        ({"pools": [8, 1]}, r"\.pools\.1 = 1: must be at least 2"),
        (
            {"fewer_videos": FEWER | {"videos": {"rendered": [1]}}},
            r"\.fewer_videos\.videos\.rendered\.0 = 1: must be at least 2",
        ),
        ({"methods": {}}, r"\.methods: must hold at least 1"),
        ({"index": INDEX | {"finds": "sound"}}, r"\.index\.finds = 'sound': must be visual or ac"),
        ({"gallery": GALLERY | {"queries": 0}}, r"\.gallery\.queries = 0: must be at least 1"),
        ({"epochs": 3}, r"\.epochs = 3: no such key"),
    ],
)
def test_what_cannot_work_is_one_line_that_names_it(changes, message):
    with pytest.raises(UserError, match=f"^params.yaml: crossmodal{message}") as caught:
        check(**changes)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "changes",
    [
        {"overrides": {"rendered": {}, "esc10": {}}},
        {"fewer_videos": FEWER | {"videos": {"rendered": [], "esc10": []}}},
    ],
)
def test_an_unknown_corpus_is_named(changes):
    with pytest.raises(UserError) as caught:
        check(**changes)
    assert "esc10" in str(caught.value)
    assert "no such video corpus; allowed: rendered, yt8m" in str(caught.value)
