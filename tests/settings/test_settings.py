"""``params.yaml``: what is wrong is said in one line, with key, value and what is allowed."""

from pathlib import Path

import pytest
import yaml
from pydantic import Field

from tfrepro.corpora.registry import MICRO_VIDEO_CORPORA, SOUND_CORPORA
from tfrepro.errors import UserError
from tfrepro.methods import METHODS, read_hyper_parameters
from tfrepro.settings.base import Section, validate
from tfrepro.settings.dare import Table2
from tfrepro.settings.everything import Settings, read_everything
from tfrepro.settings.reading import read_section
from tfrepro.settings.shared import Acoustic
from tfrepro.settings.venues import merged
from tfrepro.sources import names

PARAMS = Path(__file__).parents[2] / "params.yaml"
TABLE2 = "dare.table2"
METHODS_KEY = f"{TABLE2}.methods"
SOUNDS = ", ".join(SOUND_CORPORA)
VIDEOS = ", ".join(MICRO_VIDEO_CORPORA)
CLASSIFIERS = ", ".join(name for name, entry in METHODS.items() if entry.answers == "classes")
EMBEDDERS = ", ".join(name for name, entry in METHODS.items() if entry.answers == "embeddings")


RULES = {
    "seed_sounds": 9,
    "tag_sounds": 2,
    "tag_owners": 1,
    "nouns_only": False,
    "concept_sounds": 9,
    "least_sounds": 2,
}
WORDS = {"seeds": "seeds.txt", "overrides": "overrides.txt", "dictionary": "none", "rules": RULES}


@pytest.fixture
def small():
    """A valid file with one method of each kind, as a dictionary."""
    autoencoder = {
        "preset": "fast",
        "layers": [30, 20],
        "corruption": [0.1, 0.2],
        "compression": "none",
    }
    split = {"test": 16, "valid_share": 0.1, "seed": 7}
    return {
        "compute": {
            "jobs": 1,
            "backend": "local",
            "scheduler": None,
            "device": "cpu",
            "precision": "float32",
        },
        "sources": {"mirrors": [], "cache": "data/sources", "fetch": []},
        "sounds": {
            "rendered": {
                "clips": 48,
                "takes": 2,
                "companions": 1,
                "noise": 1,
                "seed": 1,
                "seeds": ["rain"],
                "rules": dict(RULES),
            },
            "esc10": {},
            "freesound-vu": dict(WORDS),
            "freesound": WORDS
            | {
                "address": "https://freesound.org/apiv2",
                "downloads": "data/freesound",
                "longest_s": 60,
                "jobs": 2,
                "per_minute": 60,
                "per_day": 2000,
            },
        },
        "acoustic": {"sample_rate": 22050, "n_fft": 1024, "hop_length": 512, "n_mfcc": 13},
        "autoencoder": {"model": dict(autoencoder), "corruption": 0.1, "seed": 3},
        "microvideos": yaml.safe_load(PARAMS.read_text())["microvideos"],
        "music_videos": yaml.safe_load(PARAMS.read_text())["music_videos"],
        "musicvideo": yaml.safe_load(PARAMS.read_text())["musicvideo"],
        "dare": {
            "table1": {"corpora": ["rendered"], "examples": 3},
            "table2": {
                "corpora": ["rendered"],
                "folds": 10,
                "seed": 7,
                "pretrain_on": [],
                "methods": {
                    "acoustic": {"C": 1.0},
                    "acoustic-pca": {"C": 1.0, "components": 20},
                    "sda": {"C": 1.0, "autoencoder": autoencoder},
                },
            },
            "venues": yaml.safe_load(PARAMS.read_text())["dare"]["venues"],
        },
        "eastern": yaml.safe_load(PARAMS.read_text())["eastern"],
        "nmcl": yaml.safe_load(PARAMS.read_text())["nmcl"],
        "yt8m": {
            "on_corrupt": "skip",
            "rendered": {
                "videos": 64,
                "shards": 2,
                "labels": 30,
                "noise": 1.0,
                "seed": 1,
                "split": dict(split),
            },
            "yt8m": {"split": dict(split)},
        },
        "crossmodal": {
            "corpora": ["rendered"],
            "held_out": "test",
            "seed": 1,
            "seeds": 2,
            "ks": [1, 5],
            "pools": [8, 16],
            "shuffles": 2,
            "fewer_videos": {"methods": ["ridge"], "videos": {"rendered": [20]}},
            "methods": {
                "random": {"dimensions": 8},
                "ridge": {"visual_ridge": 1.0, "acoustic_ridge": 1.0},
            },
            "overrides": {"rendered": {"ridge": {"visual_ridge": 2.0}}},
            "gallery": {"method": "ridge", "ids": [], "queries": 2, "matches": 2, "seed": 1},
            "index": {"method": "ridge", "finds": "visual", "approximate": False},
        },
        "models": yaml.safe_load(PARAMS.read_text())["models"],
    }


@pytest.fixture
def params(tmp_path):
    """Write a file; the errors it gives, without the file's name."""

    def errors(content):
        file = tmp_path / "params.yaml"
        if isinstance(content, bytes):
            file.write_bytes(content)
        else:
            file.write_text(content if isinstance(content, str) else yaml.safe_dump(content))
        try:
            read_everything(file)
        except UserError as error:
            lines = str(error).splitlines()
            assert all(line.startswith(f"{file}: ") for line in lines)
            return [line.removeprefix(f"{file}: ") for line in lines]
        return []

    return errors


def put(content, key, value):
    *parents, last = key.split(".")
    for parent in parents:
        content = content[parent]
    content[last] = value


def drop(content, key):
    *parents, last = key.split(".")
    for parent in parents:
        content = content[parent]
    return content.pop(last)


def test_the_projects_own_file_is_valid():
    assert isinstance(read_everything(PARAMS), Settings)


VENUES = "dare.venues"


@pytest.mark.parametrize(
    ("key", "value", "error"),
    [
        ("rows.table3", ["dare", "alexnet"], f"{VENUES}: rows.table3 names alexnet: add it to"),
        ("overrides.rendered", {"dar": {}}, f"{VENUES}: overrides.rendered names dar: add it to"),
        ("search.grids", {"svm": {"C": [1]}}, f"{VENUES}: search.grids names svm: add it to"),
        (
            "sweeps.values.dropout",
            [1.0],
            f"{VENUES}.sweeps.values.dropout.0 = 1.0: must be less than 1",
        ),
        (
            "corpora",
            ["rendered", "mosi"],
            f"{VENUES} names mosi: add it to microvideos.corpora as well",
        ),
        ("deep.batch", 1, f"{VENUES}.methods.early-fusion-0.batch = 1: must be at least 2"),
        ("methods.dare.steps", "both", f"{VENUES}.methods.dare.steps = 'both': must be"),
    ],
)
def test_mistakes_in_the_tables_of_dare_are_named(params, small, key, value, error):
    put(small, f"{VENUES}.{key}", value)
    assert any(line.startswith(error) for line in params(small)), params(small)


@pytest.mark.parametrize(
    ("key", "value", "error"),
    [
        ("rows.table1", ["eastern", "rnn"], "eastern: rows.table1 names rnn: add it to"),
        ("rows.table2", ["conv"], "eastern: rows.table2 lacks eastern, which the others are"),
        ("order.methods", ["conv"], "eastern.order: methods lacks eastern, which the others are"),
        ("overrides.mosi", {"conf": {}}, "eastern: overrides.mosi names conf: add it to methods"),
        ("sizes.corpora", ["mosi"], "eastern names mosi: add it to microvideos.corpora as well"),
        ("corpora", ["planted"], "eastern: overrides lacks planted: give it {}"),
        ("splits.test", 1.0, "eastern.splits.test = 1.0: must be less than 1"),
        ("methods.conv.atoms", 0, "eastern.methods.conv.atoms = 0: must be at least 1"),
        ("methods.eastern.units.smell", 3, "eastern.methods.eastern.units.smell = 3: no such"),
    ],
)
def test_mistakes_in_the_tables_of_eastern_are_named(params, small, key, value, error):
    put(small, f"eastern.{key}", value)
    assert any(line.startswith(error) for line in params(small)), params(small)


@pytest.mark.parametrize(
    ("key", "value", "error"),
    [
        ("rows.table2", ["nmcl", "alexnet"], "nmcl: rows.table2 names alexnet: add it to methods"),
        ("rows.gate", ["nmcl-frozen"], "nmcl: rows.gate lacks nmcl, which the others are tested"),
        ("overrides.mosi", {"nmc": {}}, "nmcl: overrides.mosi names nmc: add it to methods"),
        ("search.grids", {"svm": {"C": [1]}}, "nmcl: search.grids names svm: add it to"),
        ("corpora", ["rendered", "mosi"], "nmcl names mosi: add it to microvideos.corpora as"),
        ("corpora", ["planted-sequences"], "nmcl: overrides lacks planted-sequences: give it {}"),
        ("concepts.corpora", ["own"], "nmcl: concepts.corpora names own: add it to corpora"),
        ("planted.methods", ["late-att"], "nmcl.planted: methods lacks nmcl, which the others"),
        (
            "planted.effects.consistent",
            [0.1, 0.101],
            "nmcl.planted: effects.consistent holds a strength twice, in percent: [0.1, 0.101]",
        ),
        ("planted.effects.tail", [1.0], "nmcl.planted.effects.tail"),
        ("curves.points", 1, "nmcl.curves.points = 1: must be at least 2"),
        ("deep.dropout", 1.0, "nmcl.methods.early-fusion.dropout = 1.0: must be less than 1"),
        (
            "methods.nmcl.normalisation",
            "none",
            "nmcl.methods.nmcl.normalisation = 'none': must be softmax, scaled-softmax or sigmoid",
        ),
        ("methods.late-fusion", {"hosts": 3}, "nmcl.methods.late-fusion.hosts = 3: no such key"),
    ],
)
def test_mistakes_in_the_tables_of_nmcl_are_named(params, small, key, value, error):
    put(small, f"nmcl.{key}", value)
    assert any(line.startswith(error) for line in params(small)), params(small)


def test_what_nmcls_tables_compare_with_is_set_as_in_their_own_papers():
    dare, nmcl = (getattr(read_everything(PARAMS), name) for name in ("dare", "nmcl"))
    for corpus in nmcl.overrides:
        for name in ("trumann", "dare"):
            here, there = (
                merged(paper.deep, paper.overrides[corpus], name, paper.methods[name], deep=deep)
                for paper in (dare.venues, nmcl)
                for deep in [name == "dare"]
            )
            assert here == there, f"{name} on {corpus}"


def test_the_small_file_is_valid(params, small):
    assert params(small) == []


@pytest.mark.parametrize(
    ("wrong", "right", "said"),
    [
        (f"{TABLE2}.fold", f"{TABLE2}.folds", f"{TABLE2}.fold = 10: no such key; did you mean "),
        ("acoustic.n_ftt", "acoustic.n_fft", "acoustic.n_ftt = 1024: no such key; did you mean "),
        ("sounds.renderd", "sounds.rendered", "sounds.renderd: no such key; did you mean "),
        ("acustic", "acoustic", "acustic: no such key; did you mean "),
        ("dare.table_2", "dare.table2", "dare.table_2: no such key; did you mean "),
        (
            f"{METHODS_KEY}.acoustic.c",
            f"{METHODS_KEY}.acoustic.C",
            f"{METHODS_KEY}.acoustic.c = 1.0: no such key; did you mean ",
        ),
        (
            f"{METHODS_KEY}.acoustic-pca.component",
            f"{METHODS_KEY}.acoustic-pca.components",
            f"{METHODS_KEY}.acoustic-pca.component = 20: no such key; did you mean ",
        ),
        (
            f"{METHODS_KEY}.sda.autoencoder.layer",
            f"{METHODS_KEY}.sda.autoencoder.layers",
            f"{METHODS_KEY}.sda.autoencoder.layer = [30, 20]: no such key; did you mean ",
        ),
    ],
)
def test_a_misspelt_key_is_one_line_with_the_key_that_was_meant(params, small, wrong, right, said):
    put(small, wrong, drop(small, right))
    (line,) = params(small)
    meant = right.rpartition(".")[2]
    assert line.startswith(f"{said}{meant}?; allowed: ")
    assert meant in line.partition("allowed: ")[2].split(", ")


@pytest.mark.parametrize(
    "key",
    [
        "dare",
        "compute",
        "compute.jobs",
        "sounds.esc10",
        "autoencoder.model.layers",
        f"{TABLE2}.folds",
        f"{TABLE2}.methods",
        f"{METHODS_KEY}.acoustic.C",
        f"{METHODS_KEY}.sda.autoencoder",
    ],
)
def test_a_missing_key_is_named(params, small, key):
    drop(small, key)
    assert params(small) == [f"{key} is missing"]


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        # a key that nothing resembles
        (f"{TABLE2}.zoo", 3, " = 3: no such key; allowed: "
         "corpora, folds, seed, pretrain_on, methods"),
        ("sounds.esc10.clips", 3, " = 3: no such key"),
        # out of range
        (f"{TABLE2}.folds", 1, " = 1: must be at least 2"),
        (f"{TABLE2}.seed", -1, " = -1: must be at least 0"),
        ("acoustic.sample_rate", 192001, " = 192001: must be at most 192000"),
        ("autoencoder.corruption", 1.0, " = 1.0: must be less than 1"),
        ("sounds.rendered.noise", float("inf"), " = inf: must be a finite number"),
        ("sounds.rendered.noise", float("nan"), " = nan: must be a finite number"),
        ("compute.jobs", 0, " = 0: must be -1, for one a core, or at least 1"),
        ("compute.jobs", -2, " = -2: must be -1, for one a core, or at least 1"),
        ("compute.device", "tpu", " = 'tpu': must be auto, cpu or gpu"),
        ("compute.precision", "float64",
         " = 'float64': must be float32, mixed_float16 or mixed_bfloat16"),
        (f"{TABLE2}.corpora", [], " = []: must hold at least 1"),
        (f"{TABLE2}.methods", {}, ": must hold at least 1"),
        # wrong type
        (f"{TABLE2}.folds", "many", " = 'many': must be a whole number"),
        (f"{TABLE2}.folds", 2.5, " = 2.5: must be a whole number"),
        (f"{TABLE2}.folds", None, " = None: must be a whole number"),
        (f"{TABLE2}.folds", [10], " = [10]: must be a whole number"),
        ("sounds.rendered.noise", "loud", " = 'loud': must be a number"),
        ("sounds.rendered.noise", None, " = None: must be a number"),
        ("sources.cache", 5, " = 5: must be a path"),
        ("sources.mirrors", "here", " = 'here': must be a list, in square brackets"),
        (f"{TABLE2}.corpora", "rendered", " = 'rendered': must be a list, in square brackets"),
        (f"{TABLE2}.methods", ["sda"], " = ['sda']: must hold keys and their values"),
        ("sounds.rendered", 5,
         " = 5: must hold the keys clips, takes, companions, noise, seed, seeds, rules"),
        ("sounds.esc10", "all", " = 'all': must be {}"),
        # names
        (f"{TABLE2}.corpora", ["esc50"],
         ".0 = 'esc50': no such sound corpus; did you mean esc10?; allowed: " + SOUNDS),
        (f"{TABLE2}.corpora", ["rendered", "fsd"],
         ".1 = 'fsd': no such sound corpus; allowed: " + SOUNDS),
        (f"{TABLE2}.corpora", [10], ".0 = 10: must be text"),
        ("sources.fetch", ["esc11"],
         f".0 = 'esc11': no such source; did you mean esc10?; allowed: {', '.join(names())}"),
        # methods
        (f"{METHODS_KEY}.sdaa", {"C": 1.0},
         f": no such method; did you mean sda?; allowed: {CLASSIFIERS}"),
        (f"{METHODS_KEY}.zoo", {"C": 1.0}, f": no such method; allowed: {CLASSIFIERS}"),
        (f"{METHODS_KEY}.acoustic", None, " = None: must hold keys and their values"),
        (f"{METHODS_KEY}.acoustic.C", 0, " = 0: must be greater than 0"),
        (f"{METHODS_KEY}.acoustic.C", "large", " = 'large': must be a number"),
        (f"{METHODS_KEY}.acoustic-pca.components", 0, " = 0: must be at least 1"),
        (f"{METHODS_KEY}.sda.autoencoder.preset", "slow", " = 'slow': must be theano or fast"),
        (f"{METHODS_KEY}.sda.autoencoder.layers", [30, 0], ".1 = 0: must be at least 1"),
        (f"{METHODS_KEY}.sda.autoencoder.corruption", [0.1, 1], ".1 = 1: must be less than 1"),
        # methods that do not answer as their table needs
        (f"{METHODS_KEY}.ridge", {"visual_ridge": 1.0, "acoustic_ridge": 1.0},
         f": no such method; allowed: {CLASSIFIERS}"),
        ("crossmodal.methods.acoustic", {"C": 1.0}, f": no such method; allowed: {EMBEDDERS}"),
        ("crossmodal.methods.random.dimensions", 0, " = 0: must be at least 1"),
        # micro-videos
        ("microvideos.corpora", ["mossi"],
         f".0 = 'mossi': no such micro-video corpus; did you mean mosi?; allowed: {VIDEOS}"),
        ("microvideos.rendered.effects.order", 1.5, " = 1.5: must be at most 1"),
        ("microvideos.own.extraction.visual.extractor", "vgg",
         " = 'vgg': must be alexnet, resnet50, tflite or handmade"),
        ("compute.scheduler", "here:8786",
         " = 'here:8786': string should match pattern '^[a-z]+://.+'"),
    ],
)  # fmt: skip
def test_a_bad_value_is_one_line_with_the_key_the_value_and_what_is_allowed(
    params, small, key, value, said
):
    put(small, key, value)
    assert params(small) == [f"{key}{said}"]


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        (
            "acoustic.hop_length",
            1025,
            "acoustic: hop_length = 1025: must be at most n_fft = 1024",
        ),
        (
            "compute.backend",
            "dask",
            "compute: backend is dask: set scheduler to the address of its scheduler",
        ),
        (
            "microvideos.own.extraction.visual.weights",
            "random",
            "microvideos.own: extraction.visual.weights is random: name imagenet or a file",
        ),
        (
            "microvideos.own.extraction.audioset.model",
            "yamnet.tflite",
            "microvideos.own.extraction.audioset: model and class_map: name both, or set both to "
            "null",
        ),
        (
            f"{TABLE2}.pretrain_on",
            ["esc10"],
            f"{TABLE2}: pretrain_on names esc10: add it to corpora as well",
        ),
        (
            "sounds.rendered.clips",
            47,
            "sounds.rendered: clips = 47: must be at least 24 takes = 48, "
            "two recordings of each of the twelve concepts",
        ),
        (
            f"{METHODS_KEY}.sda.autoencoder.layers",
            [30, 20, 10],
            f"{METHODS_KEY}.sda.autoencoder: corruption holds 2 probabilities: "
            "must hold one for each of the 3 layers",
        ),
        (
            "musicvideo.styles.folds",
            4,
            "musicvideo.styles.folds = 4: music_videos.rendered leaves 3 videos of a kind to "
            "train on; must be as many at least",
        ),
    ],
)
def test_values_that_do_not_go_together_are_one_line_without_the_whole_section(
    params, small, key, value, said
):
    put(small, key, value)
    assert params(small) == [said]


def test_pretraining_needs_the_row_it_is_for(params, small):
    small["dare"]["table2"]["pretrain_on"] = ["rendered"]
    del small["dare"]["table2"]["methods"]["sda"]
    assert params(small) == [
        "dare.table2: pretrain_on is for the row sda: add it to methods as well"
    ]


def test_every_mistake_has_a_line_of_its_own(params, small):
    put(small, "compute.device", "tpu")
    put(small, f"{TABLE2}.folds", 1)
    assert len(params(small)) == 2


def test_every_mistake_in_the_methods_has_a_line_of_its_own(params, small):
    put(small, f"{METHODS_KEY}.acoustic.C", 0)
    put(small, f"{METHODS_KEY}.sdaa", {})
    assert params(small) == [
        f"{METHODS_KEY}.acoustic.C = 0: must be greater than 0",
        f"{METHODS_KEY}.sdaa: no such method; did you mean sda?; allowed: {CLASSIFIERS}",
    ]


def test_a_bad_override_is_named_where_it_stands(params, small):
    put(small, "crossmodal.overrides.rendered.ridge.acoustic_ridge", 0)
    assert params(small) == [
        "crossmodal.overrides.rendered.ridge.acoustic_ridge = 0: must be greater than 0"
    ]


def test_an_override_may_leave_out_what_its_method_has(params, small):
    put(small, "crossmodal.overrides.rendered.random", {})
    assert params(small) == []


def test_a_long_value_is_cut_short(params, small):
    put(small, f"{TABLE2}.folds", "x" * 500)
    (line,) = params(small)
    assert line.endswith("xxx...: must be a whole number")
    assert len(line) < 120


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("dare: [1, 2\nacoustic: {}\n", "not YAML (line 2: expected ',' or ']', but got ':')"),
        ("a: b: c\n", "not YAML (line 1: mapping values are not allowed here)"),
        ("a: \x00\n", "not YAML (unacceptable character #x0000: special characters are not "),
        (b"a: \xff\n", "not YAML (not even text in UTF-8)"),
        (
            "",
            "must hold the keys compute, sources, sounds, acoustic, autoencoder, microvideos",
        ),
        (
            "- 1\n",
            "must hold the keys compute, sources, sounds, acoustic, autoencoder, microvideos",
        ),
    ],
)
def test_a_file_that_is_no_settings_at_all_is_one_line(params, content, said):
    (line,) = params(content)
    assert line.startswith(said)


def test_a_file_that_is_not_there_says_where_to_look(tmp_path):
    with pytest.raises(UserError) as caught:
        read_everything(tmp_path / "params.yaml")
    assert str(caught.value) == (
        f"{tmp_path / 'params.yaml'}: missing; run this in the project's root folder"
    )


def test_a_section_is_read_without_looking_at_the_others(tmp_path, small):
    file = tmp_path / "params.yaml"
    put(small, "compute.device", "tpu")
    file.write_text(yaml.safe_dump(small))
    assert read_section(Table2, "dare.table2", file).folds == 10
    assert read_section(Acoustic, "acoustic", file).n_mfcc == 13


@pytest.mark.parametrize("key", ["dare.table9", "nothing.at.all", "compute.jobs.more"])
def test_a_section_that_is_not_there_is_named(tmp_path, small, key):
    file = tmp_path / "params.yaml"
    file.write_text(yaml.safe_dump(small))
    with pytest.raises(UserError) as caught:
        read_section(Table2, key, file)
    assert str(caught.value) == f"{file}: {key} is missing"


def test_a_method_is_read_under_the_key_of_its_table():
    assert read_hyper_parameters("acoustic", {"C": 2}, prefix="dare.table2.methods").C == 2
    with pytest.raises(UserError) as caught:
        read_hyper_parameters("acoustic", {"C": -2}, prefix="nmcl.table3.methods")
    assert str(caught.value) == (
        "params.yaml: nmcl.table3.methods.acoustic.C = -2: must be greater than 0"
    )


def test_settings_cannot_be_changed_after_they_were_checked(small):
    settings = validate(Settings, small)
    with pytest.raises(ValueError, match="frozen"):
        settings.compute.jobs = 5


def test_numbers_that_yaml_takes_for_text_are_numbers():
    """YAML 1.1 wants a point and a sign in 1.0e+3; few people know."""

    class Rate(Section):
        rate: float = Field(gt=0)

    assert yaml.safe_load("rate: 1e-3") == {"rate": "1e-3"}
    assert validate(Rate, yaml.safe_load("rate: 1e-3")).rate == 0.001


def test_the_galleries_that_the_report_shows_must_be_drawn(params, small):
    put(small, "microvideos.corpora", ["rendered", "mosi"])
    put(small, "eastern.overrides.mosi", {})
    put(small, "eastern.corpora", ["mosi"])
    assert params(small) == []
    put(small, "crossmodal.corpora", ["yt8m"])
    put(small, "crossmodal.fewer_videos.videos.yt8m", [])
    put(small, "crossmodal.overrides.yt8m", {})
    [said] = params(small)
    assert said.startswith("crossmodal.corpora and eastern.corpora: one of them must name rendered")
