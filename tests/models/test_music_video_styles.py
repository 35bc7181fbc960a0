"""Styles of music videos: every row is there, and what is planted is found."""

import numpy as np
import pytest

from tfrepro.evaluation.segment_levels import average_precision
from tfrepro.features.chunks import Chunks
from tfrepro.models.music_video_styles import InitialStyles, SharedStyles

FEED = {
    "hidden": 8, "learning_rate": 0.02, "batch": 512, "penalty": 1e-4, "held_out": None,
    "epochs": 30, "patience": None,
}  # fmt: skip
FUSION = FEED | {"hidden": 4}
MACHINE = {"units": 12, "learning_rate": 0.02, "steps": 100, "batch": 32, "momentum_steps": 50}
STACK = (MACHINE | {"units": 16}, MACHINE)
MACHINES = {"visual": STACK, "acoustic": STACK, "shared": MACHINE | {"units": 20}}
TUNING = {"missing": 0.5, "learning_rate": 0.005, "batch": 64, "epochs": 3}
LAYERS = {
    "visual": (16, 12),
    "acoustic": (16, 12),
    "shared": 20,
    "training": TUNING | {"corruption": 0.1, "pretraining_epochs": 3},
}
NETWORKS = {
    "dbn": MACHINES,
    "dbn-tuned": MACHINES | {"tuning": TUNING},
    "autoencoder": LAYERS,
}


def chunks(videos=32, S=4, seed=0):
    """Two chunks a video; every fourth video is of the style, which is seen and heard."""
    rng, world = np.random.default_rng(seed), np.random.default_rng(99)
    positive = np.repeat(np.arange(videos) % 4 == 0, 2)
    causes = rng.standard_normal((2 * videos, S, 3))
    causes[..., 0] += 3.0 * positive[:, None]
    arrays = {
        name: (
            causes @ world.standard_normal((3, D)) + 0.3 * rng.standard_normal((2 * videos, S, D))
        )
        for name, D in {"visual": 14, "acoustic": 9}.items()
    }
    names = np.array([f"c{i}" for i in range(2 * videos)])
    of = np.repeat([f"v{i}" for i in range(videos)], 2)
    return Chunks(names, of, positive, {n: X.astype(np.float32) for n, X in arrays.items()})


def folds_of(train):
    return np.unique(train.videos, return_inverse=True)[1] % 2


@pytest.mark.parametrize("kind", NETWORKS)
def test_every_time_scale_and_their_fusion_find_the_style(kind):
    train, test = chunks(), chunks(seed=1)
    finder = SharedStyles(kind, NETWORKS[kind], (1, 2, 4), FEED, FUSION, seed=2)
    rows = finder.fit(train, folds_of(train)).predict(test)
    assert {row: P.shape for row, P in rows.items()} == {
        "video-deep": (64, 4),
        "music-deep": (64, 4),
        "shared-base-1": (64, 4),
        "shared-base-2": (64, 2),
        "shared-base-4": (64, 1),
        "multi-timescale": (64,),
        "multi-timescale-in-sample": (64,),
    }
    for row, P in rows.items():
        assert average_precision(test.positive, P) > 0.4, f"{row}; by chance 0.25"
    assert len(finder.history_) > 0


def test_features_themselves_find_it_too():
    train, test = chunks(), chunks(seed=1)
    rows = InitialStyles(FEED, "linear", 1.0, seed=2).fit(train, folds_of(train)).predict(test)
    assert set(rows) == {"video-initial", "music-initial", "svm-initial"}
    for row, P in rows.items():
        assert P.shape == (64, 4)
        assert average_precision(test.positive, P) > 0.4, row


def test_with_one_level_there_is_nothing_to_fuse_and_what_is_not_labelled_is_learned_from():
    train, test = chunks(videos=8, S=1), chunks(videos=8, S=1, seed=1)
    finder = SharedStyles("dbn", MACHINES, (1,), FEED, FUSION)
    rows = finder.fit(train, folds_of(train), test).predict(test)
    assert {row: P.shape for row, P in rows.items()} == {
        "video-deep": (16, 1), "music-deep": (16, 1), "shared-base-1": (16, 1),
    }  # fmt: skip
    both = np.concatenate([part.flat()["visual"] for part in (train, test)])
    mean, _ = finder.scaling_.moments_["visual"]
    np.testing.assert_allclose(mean, both.mean(axis=0), atol=1e-4)


def test_a_level_that_cuts_no_chunk_evenly_is_refused():
    train = chunks(videos=8)
    with pytest.raises(ValueError, match="level 3: must divide the 4 segments"):
        SharedStyles("dbn", MACHINES, (1, 3), FEED, FUSION).fit(train, folds_of(train))
