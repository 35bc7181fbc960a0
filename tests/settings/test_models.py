"""Settings of the models that are published."""

import copy
from pathlib import Path

import pytest
import yaml

from tfrepro.errors import UserError
from tfrepro.settings.everything import read_everything

PARAMS = yaml.safe_load((Path(__file__).resolve().parents[2] / "params.yaml").read_text())


@pytest.fixture
def mistakes(tmp_path):
    """``mistakes(key, value, ...)``: what is wrong with params.yaml after such changes."""

    def of(*changes):
        params, file = copy.deepcopy(PARAMS), tmp_path / "params.yaml"
        for key, value in zip(changes[::2], changes[1::2], strict=True):
            *parents, last = key.split(".")
            section = params
            for parent in parents:
                section = section[parent]
            section[last] = value
        file.write_text(yaml.safe_dump(params))
        try:
            read_everything(file)
        except UserError as error:
            return [line.removeprefix(f"{file}: ") for line in str(error).splitlines()]
        return []

    return of


OWN = ("microvideos.corpora", ["rendered", "own"])
DARE = ("dare.venues.corpora", ["rendered", "own"])


def test_models_of_your_own_videos_are_asked_for_by_their_name(mistakes):
    both = ["rendered", "own"]
    changes = (*OWN, *DARE, "dare.venues.figure6.corpora", both, "models.corpora", both)
    assert mistakes(*changes, "models.search.corpora", both) == []


def test_nothing_may_be_published(mistakes):
    assert mistakes("models.corpora", [], "models.search.corpora", []) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            ("models.corpora", ["mosi"]),
            "models: corpora names mosi: must be one whose features come from files, "
            "rendered or own",
        ),
        (
            ("models.search.corpora", ["planted"]),
            "models: search.corpora names planted: must be one whose features come from files, "
            "rendered or own",
        ),
        (
            ("models.venues", ["dare", "trumann"]),
            "models.venues.1 = 'trumann': must be dare, nmcl or eastern",
        ),
        (("models.venues", []), "models.venues = []: must hold at least 1"),
        (
            ("models.search.corpora", ["own"]),
            "models.search names own: add it to microvideos.corpora as well",
        ),
        (
            (*OWN, "models.corpora", ["own"]),
            "models.corpora names own: add it to dare.venues.figure6.corpora as well",
        ),
        (
            (*OWN, "models.corpora", ["own"], "models.venues", ["nmcl"], "nmcl.overrides",
             {c: v for c, v in PARAMS["nmcl"]["overrides"].items() if c != "own"}),
            "models.corpora names own: give it {} in nmcl.overrides",
        ),
        (
            ("models.search.contrastive", PARAMS["models"]["search"]["contrastive"] | {"batch": 1}),
            "models.search.contrastive.batch = 1: must be at least 2",
        ),
        (("models.search.ks", []), "models.search.ks = []: must hold at least 1"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_line(mistakes, changes, said):
    assert mistakes(*changes) == [said]
