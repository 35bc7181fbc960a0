"""A Freesound on loopback and what asks it."""

import importlib.util
import io
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tfrepro.corpora.freesound.api import Freesound


def _load(name: str):
    # Test folders are no packages.
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name("server.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


_server = _load("freesound_server")


@pytest.fixture(autouse=True)
def _straight_to_loopback(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture(scope="session")
def make_sounds():
    return _server.make_sounds


@pytest.fixture(scope="session")
def token():
    return _server.TOKEN


@pytest.fixture(scope="session")
def ogg() -> bytes:
    """A fifth of a second of sound."""
    return _encode(np.sin(np.arange(4410) / 20) / 2)


@pytest.fixture(scope="session")
def long_ogg() -> bytes:
    """Three seconds of it."""
    return _encode(np.random.default_rng(0).uniform(-0.5, 0.5, 3 * 22050))


@pytest.fixture
def server(ogg):
    """Twelve sounds of each of three words."""
    with _server.served(sounds=_server.make_sounds(36), preview=ogg) as server:
        yield server


@pytest.fixture
def clock():
    return _server.FakeClock()


@pytest.fixture
def catalogue(server, clock, tmp_path, token):
    """``catalogue(**settings)``: a Freesound of five sounds a page, with a journal."""
    opened = []

    def make(**settings) -> Freesound:
        for other in opened:
            other.close()
        settings = {"base": server.base, "page_size": 5, "clock": clock, **settings}
        key = settings.pop("token", token)
        opened.append(Freesound(key, settings.pop("folder", tmp_path / "journal"), **settings))
        return opened[-1]

    yield make
    for freesound in opened:
        freesound.close()


def _encode(samples: np.ndarray) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, samples, 22050, format="OGG", subtype="VORBIS")
    return file.getvalue()
