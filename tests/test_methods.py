"""The registry: every name makes a method, and reading it costs nothing."""

import inspect
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
import yaml

from tfrepro.errors import UserError
from tfrepro.evaluation.embedder import Embedder
from tfrepro.evaluation.method import Method
from tfrepro.evaluation.style_finder import StyleFinder
from tfrepro.features import acoustic
from tfrepro.methods import BLOCKS, METHODS, make_method, read_hyper_parameters
from tfrepro.provenance import code_of_method
from tfrepro.settings.base import Section

ROOT = Path(__file__).parents[1]
PARAMS = ROOT / "params.yaml"
SHAPES = {
    "classes": (Method, "predict_proba"),
    "embeddings": (Embedder, "embed"),
    "chunks": (StyleFinder, "predict"),
}
# How the rows of a table answer, where not with classes.
ANSWERS = {
    "crossmodal.methods": "embeddings",
    "musicvideo.retrieval.methods": "embeddings",
    "musicvideo.styles.methods": "chunks",
}


def factory(entry):
    module, _, name = entry.factory.partition(":")
    return getattr(import_module(module), name)


def tables_of_methods(value, key=""):
    """Every ``methods`` section of the parameters, not lists of names: dotted key and content."""
    if isinstance(value, dict):
        for name, inner in value.items():
            inner_key = f"{key}.{name}" if key else name
            if name == "methods" and isinstance(inner, dict):
                shared = value.get("deep", {})
                yield inner_key, {m: with_shared(m, own, shared) for m, own in inner.items()}
            else:
                yield from tables_of_methods(inner, inner_key)


def with_shared(name, own, shared):
    """A method's own hyper-parameters, with those that all networks of its table have."""
    return {**(shared if METHODS[name].keras else {}), **own}


@pytest.mark.parametrize("name", METHODS)
def test_a_methods_class_takes_what_its_entry_its_settings_and_a_seed_give_it(name):
    entry = METHODS[name]
    signature = inspect.signature(factory(entry))
    fields = entry.settings.model_fields
    assert not set(entry.fixed) & set(fields), "what is fixed cannot be set"
    given = {**dict.fromkeys(fields), **entry.fixed, "seed": 0}
    signature.bind(**given)
    without_default = {
        key
        for key, p in signature.parameters.items()
        if p.default is inspect.Parameter.empty and p.kind is not p.VAR_KEYWORD
    }
    assert without_default <= set(given)


@pytest.mark.parametrize("name", METHODS)
def test_a_methods_class_has_the_shape_that_its_answers_call_for(name):
    made = factory(METHODS[name])
    shape, answer = SHAPES[METHODS[name].answers]
    assert issubclass(made, shape)
    for function in ("fit", answer):
        ours = list(inspect.signature(getattr(made, function)).parameters)
        assert ours == list(inspect.signature(getattr(shape, function)).parameters)


@pytest.mark.parametrize("name", METHODS)
def test_a_methods_settings_are_a_strict_section(name):
    assert issubclass(METHODS[name].settings, Section)
    assert METHODS[name].settings.model_config["extra"] == "forbid"


@pytest.mark.parametrize("name", METHODS)
def test_a_methods_name_can_be_a_file_and_a_key(name):
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name), "no dots, which DVC takes apart"


@pytest.mark.parametrize("name", METHODS)
def test_an_entry_that_trains_a_network_says_so(name):
    """Its code reaches Keras if, and only if, the device is to be set up first."""
    files = [ROOT / file for file in code_of_method(name) if file.endswith(".py")]
    lines = [line for file in files for line in file.read_text().splitlines()]
    assert any(re.match(r"(import|from) keras\b", line) for line in lines) == METHODS[name].keras


def test_a_made_method_keeps_its_arguments_and_its_seed():
    hyper_parameters = read_hyper_parameters("acoustic-pca", {"C": 2, "components": 5}, prefix="x")
    method = make_method("acoustic-pca", hyper_parameters, seed=11)
    assert isinstance(method, Method)
    assert (method.C, method.components, method.seed) == (2.0, 5, 11)
    assert method.modalities == METHODS["acoustic-pca"].fixed["modalities"]


def test_every_call_makes_a_method_of_its_own():
    hyper_parameters = read_hyper_parameters("acoustic", {"C": 2}, prefix="x")
    assert make_method("acoustic", hyper_parameters, 0) is not make_method(
        "acoustic", hyper_parameters, 0
    )


def test_a_method_that_answers_with_embeddings_is_made_too():
    values = {"components": 5, "visual_ridge": 1, "acoustic_ridge": 0.5}
    hyper_parameters = read_hyper_parameters("cca", values, prefix="x", answers="embeddings")
    method = make_method("cca", hyper_parameters, seed=11)
    assert isinstance(method, Embedder)
    assert not isinstance(method, Method)
    assert (method.components, method.acoustic_ridge, method.seed) == (5, 0.5, 11)


@pytest.mark.parametrize("name", METHODS)
def test_a_method_in_a_table_of_another_kind_is_refused_with_those_that_fit(name):
    """Whatever values are given."""
    for other in SHAPES.keys() - {METHODS[name].answers}:
        fitting = [key for key, entry in METHODS.items() if entry.answers == other]
        with pytest.raises(UserError) as caught:
            read_hyper_parameters(name, {}, prefix="x.methods", answers=other)
        assert str(caught.value).startswith(f"params.yaml: x.methods.{name}: no such method")
        assert str(caught.value).endswith(f"; allowed: {', '.join(fitting)}")


def test_a_table_is_one_of_classification_unless_told_otherwise():
    with pytest.raises(UserError, match=r"x\.cca: no such method; .*allowed: spectrum-mean, "):
        read_hyper_parameters("cca", {}, prefix="x")


def test_every_method_of_the_parameters_is_registered_and_answers_as_its_table_needs():
    tables = dict(tables_of_methods(yaml.safe_load(PARAMS.read_text())))
    assert set(tables) > ANSWERS.keys()
    for key, methods in tables.items():
        for name, values in methods.items():
            assert name in METHODS, f"{key}.{name}"
            read_hyper_parameters(name, values, prefix=key, answers=ANSWERS.get(key, "classes"))


def test_importing_the_registry_imports_no_method_and_no_tensorflow():
    code = (
        "import sys, tfrepro.methods as m;"
        "loaded = {e.module for e in m.METHODS.values()} | {'tensorflow', 'keras'};"
        "assert not loaded & set(sys.modules), loaded & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_registry_knows_the_blocks_of_the_acoustic_vector():
    assert BLOCKS == acoustic.BLOCKS
