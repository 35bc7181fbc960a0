"""Music videos from files to a feature set, by the functions of the two stages."""

import importlib
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from tfrepro.features.feature_set import read_feature_set
from tfrepro.files import write_json
from tfrepro.media.video import write_video
from tfrepro.settings.music_videos import MusicVideos, OwnMusicVideos, section_of
from tfrepro.settings.reading import read_section
from tfrepro.settings.shared import Compute
from tfrepro.simulate.music import RATE
from tfrepro.simulate.music_plans import Effects
from tfrepro.simulate.music_videos import music_videos

ROOT = Path(__file__).parents[2]
COMPUTE = Compute(jobs=1, backend="local", scheduler=None, device="auto", precision="float32")


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """``project(corpus, settings)``: an empty project after both stages; its corpus and features.

    The settings may be smaller than a file's may.
    """

    def run(corpus, settings):
        folder = tmp_path_factory.mktemp(corpus)
        with pytest.MonkeyPatch.context() as patch:
            patch.syspath_prepend(ROOT / "stages")
            patch.chdir(folder)
            for part in (f"music_videos/{corpus}", "stages/music_videos",
                         "stages/music_video_features"):  # fmt: skip
                write_json(Path(f"data/code/{part}.json"), {"checksum": part})
            for name in ("music_videos", "music_video_features"):
                stage = importlib.import_module(name)
                sections = {MusicVideos: SimpleNamespace(**{corpus: settings}), Compute: COMPUTE}
                patch.setattr(stage, "read_section", lambda kind, key, of=sections: of[kind])
                getattr(stage, name)(corpus)
            assert not any(Path("data/.work").glob("*"))
        data = folder / "data"
        return (
            pd.read_parquet(data / "corpora/music_videos" / corpus / "videos.parquet"),
            read_feature_set(data / "features/music_videos" / corpus),
        )

    return run


@pytest.fixture(scope="module")
def rendered(project):
    section = section_of(
        read_section(MusicVideos, "music_videos", ROOT / "params.yaml"), "rendered"
    )
    small = {"videos": 2, "seconds": 12, "share": 0.5}
    return project("rendered", section.model_copy(update=small))


def test_two_rendered_videos_become_four_segments(rendered):
    videos, features = rendered
    assert features.index["group"].tolist() == [name for name in videos["id"] for _ in range(2)]
    assert features.index["start_s"].tolist() == [0, 6] * 2
    assert set(features.index["chunk"]) == {""}
    assert sorted(set(features.index["label"])) == ["other", "style"]
    assert features.arrays["visual"].shape == (4, 7443)
    assert features.arrays["acoustic"].shape == (4, 1052)
    for rows in features.arrays.values():
        assert np.isfinite(rows).all()
        assert len(np.unique(rows, axis=0)) == 4


def test_meta_says_what_the_numbers_are_and_what_they_came_from(rendered):
    meta = rendered[1].meta
    assert meta["corpus"]["name"] == "rendered"
    assert meta["corpus"]["files"] == 2
    assert len(meta["corpus"]["checksum"]) == 64
    assert set(meta["code"]) == {
        "music_videos/rendered", "stages/music_videos", "stages/music_video_features"
    }  # fmt: skip
    assert (meta["segment_s"], meta["segments"]) == (6, 10)
    for name in ("visual", "acoustic"):
        facts = meta["modalities"][name]
        assert facts["dimension"] == rendered[1].arrays[name].shape[1]
        assert list(facts["spans"].values())[-1][1] == facts["dimension"]
        assert facts["unit"]
        assert facts["extractor"]["weights"] == "none"


def test_of_your_own_videos_a_broken_one_is_a_reject(project, tmp_path):
    video = next(music_videos(1, 0, Effects(), seconds=7))
    write_video(tmp_path / "good.mp4", video.frames((64, 64)), 12, sound=video.sound,
                sound_rate=RATE)  # fmt: skip
    whole = (tmp_path / "good.mp4").read_bytes()
    (tmp_path / "cut.mp4").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "m.csv").write_text("file,style,group\ncut.mp4,Pop,a\ngood.mp4,Folk,b\n")
    settings = OwnMusicVideos(folder=tmp_path, manifest=tmp_path / "m.csv")
    videos, features = project("own", settings)
    assert videos["id"].tolist() == ["cut", "good"]
    assert features.index[["id", "label", "group"]].to_numpy().tolist() == [
        ["good-000", "Folk", "b"]
    ]
    assert features.rejects["file"].tolist() == ["cut.mp4"]
    assert "cut off" in features.rejects["reason"][0]
    assert features.meta["corpus"]["files"] == 2
