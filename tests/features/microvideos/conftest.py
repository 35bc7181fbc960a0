"""Corpora of micro-videos as the two stages build them: the table, then the features."""

from pathlib import Path

import pytest

from tfrepro import sources
from tfrepro.corpora.microvideos.table import (
    EXTERNAL,
    checksum,
    read_micro_videos,
    write_micro_videos,
)
from tfrepro.corpora.registry import MICRO_VIDEO_CORPORA, MICRO_VIDEO_FEATURES
from tfrepro.features.feature_set import read_feature_set
from tfrepro.features.microvideos.write import write_features
from tfrepro.settings.everything import read_everything
from tfrepro.settings.microvideos import section_of

ROOT = Path(__file__).resolve().parents[3]
MIRROR = ROOT.parent / "shared" / "data"


@pytest.fixture(scope="session")
def section():
    """``section(corpus, **changes)``: its settings in params.yaml, some of them changed."""
    everything = read_everything(ROOT / "params.yaml").microvideos

    def of(corpus, **changes):
        return section_of(everything, corpus).model_copy(update=changes)

    return of


@pytest.fixture(scope="session")
def build(tmp_path_factory):
    """``build(corpus, settings)``: table and features in a new folder, which is returned."""

    def find_source(name):
        if not (MIRROR / name).is_dir():
            pytest.skip(f"no mirror folder with {name}")
        return sources.resolve(sources.load(name), mirrors=[MIRROR], cache=Path("unused"))

    def build(corpus, settings):
        home = tmp_path_factory.mktemp(corpus)
        (home / "corpus").mkdir()
        builder = MICRO_VIDEO_CORPORA[corpus].load_builder()
        write_micro_videos(home / "corpus", *builder(home / "corpus", settings, find_source))
        videos, card = read_micro_videos(home / "corpus")
        make = MICRO_VIDEO_FEATURES[corpus].load_builder()
        made = make(home / "corpus", videos, settings, find_source, home / "work")
        meta = {"corpus": {"name": card.name, "checksum": checksum(videos)}, "code": {}}
        write_features(home / "features", made, meta, home / "corpus" / EXTERNAL)
        return home

    return build


@pytest.fixture(scope="session")
def features_of(build):
    """``features_of(corpus, settings)``: the feature set of its videos."""
    return lambda corpus, settings: read_feature_set(build(corpus, settings) / "features/videos")
