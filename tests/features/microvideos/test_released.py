"""VENUE-188 and EASTERN's set in their released forms, as feature sets."""

import tracemalloc

import h5py
import numpy as np
import pandas as pd
import pytest

from tfrepro.errors import UserError
from tfrepro.features.microvideos.prepare import given_or_made_split

CLASSES = ("Pub", "Café", "Zoo", "Art Museum")
SIZES = {"train": 6, "valid": 3, "test": 5}


def values(rows, visual=4096, seed=0):
    return np.random.default_rng(seed).standard_normal((rows, visual + 300)).astype(np.float32)


@pytest.fixture
def venue188(tmp_path, section):
    """``venue188(nodes)``: the settings of a file with these nodes."""
    names = tmp_path / "leaf_venue_name.txt"
    lines = [f"{number}::::{name}\r\n" for number, name in enumerate(CLASSES, 1)]
    names.write_bytes("".join(lines).encode())

    def write(nodes):
        with h5py.File(tmp_path / "venue.h5", "w") as h5:
            for name, array in nodes.items():
                h5[name] = array
        return section("venue188", file=tmp_path / "venue.h5", names=names)

    return write


def test_a_split_file_becomes_a_feature_set_as_it_is(venue188, features_of):
    nodes = {}
    for number, (part, size) in enumerate(SIZES.items()):
        nodes[f"X_{part}"] = values(size, seed=number)
        nodes[f"y_{part}"] = np.arange(size) % 4
        nodes[f"id_{part}"] = np.arange(size) + 100 * number
    features = features_of("venue188", venue188(nodes))
    assert features.classes == ("Art Museum", "Café", "Pub", "Zoo")
    assert features.index["split"].value_counts().to_dict() == SIZES
    assert features.meta["modalities"]["visual"]["extractor"]["name"] == "AlexNet"
    assert features.index[["has_visual", "has_acoustic", "has_textual"]].all(axis=None)
    X = np.concatenate([nodes[f"X_{part}"] for part in SIZES])
    np.testing.assert_array_equal(features.stack(["visual", "acoustic", "textual"]), X)
    assert (given_or_made_split(features, (0, 1)) == features.index["split"]).all()


def test_the_older_file_is_split_as_the_authors_code_does(venue188, features_of):
    nodes = {"features": values(30), "labels": np.arange(30) % 4}
    features = features_of("venue188", venue188(nodes))
    assert (features.index["split"] == "").all()
    split = pd.Series(given_or_made_split(features, (0, 1)))
    assert split.value_counts().to_dict() == {"train": 14, "test": 9, "valid": 7}
    part = features.take([29, 0, 3])
    np.testing.assert_array_equal(part.arrays["acoustic"], values(30)[[29, 0, 3], 4096:4296])


def test_memory_holds_a_block_whatever_the_number_of_videos(venue188, build, monkeypatch):
    monkeypatch.setattr("tfrepro.features.feature_set._copy.__defaults__", (256,))
    rows = 4000
    nodes = {"features": np.zeros((rows, 812), np.float32), "labels": np.arange(rows) % 4}
    settings = venue188(nodes)
    del nodes
    tracemalloc.start()
    build("venue188", settings)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < rows * 812 * 4 / 2


def test_settings_without_files_are_one_line(build, section):
    with pytest.raises(UserError, match=r"microvideos\.venue188\.file: name yours"):
        build("venue188", section("venue188"))
    with pytest.raises(UserError, match=r"microvideos\.eastern\.folder: name yours"):
        build("eastern", section("eastern"))
    with pytest.raises(UserError, match=r"microvideos\.own\.folder: name yours"):
        build("own", section("own"))


@pytest.mark.real
def test_the_parents_of_venue188_are_foursquares_top_level(real_data, section, tmp_path, build):
    with h5py.File(tmp_path / "venue.h5", "w") as h5:
        h5["features"], h5["labels"] = values(188, 512), np.arange(188)
    names = real_data / "venue" / "leaf_venue_name.txt"
    home = build("venue188", section("venue188", file=tmp_path / "venue.h5", names=names))
    index = pd.read_parquet(home / "features/videos/index.parquet").set_index("label")
    assert index.loc["Art Museum", "parent"] == "Arts & Entertainment"
    assert (index["parent"] != "").mean() > 0.9
    assert index["parent"].nunique() <= 11


# --- EASTERN -------------------------------------------------------------------------------------


@pytest.fixture
def eastern(tmp_path, section):
    rng = np.random.default_rng(0)
    shapes = {"visual": (6, 12, 8), "acoustic": (6, 6, 5), "textual": (6, 4, 3)}
    for name, shape in shapes.items():
        np.save(tmp_path / f"{name}.npy", rng.standard_normal(shape))
    table = {"id": list("abcdef"), "label": ["Gym", "Garden"] * 3, "words": [4, 1, 2, 0, 3, 4]}
    pd.DataFrame(table).to_csv(tmp_path / "videos.csv", index=False)
    return section("eastern", folder=tmp_path)


def test_sequences_come_as_they_are_and_vectors_are_their_means(eastern, features_of):
    features = features_of("eastern", eastern)
    words = np.load(eastern.folder / "textual.npy")
    np.testing.assert_allclose(features.arrays["textual_sequence"], words, rtol=1e-6)
    assert features.index["textual_sequence_length"].tolist() == [4, 1, 2, 1, 3, 4]
    np.testing.assert_allclose(features.arrays["textual"][2], words[2, :2].mean(0), rtol=1e-5)
    frames = np.load(eastern.folder / "visual.npy")
    np.testing.assert_allclose(features.arrays["visual"], frames.mean(1), rtol=1e-4, atol=1e-6)
    assert features.index["has_textual"].tolist() == [True] * 3 + [False] + [True] * 2


def test_arrays_that_do_not_fit_the_table_are_named(eastern, build):
    np.save(eastern.folder / "acoustic.npy", np.zeros((5, 6, 5)))
    with pytest.raises(UserError, match=r"acoustic\.npy: .* must be numbers of shape \(6, T, D\)"):
        build("eastern", eastern)


def test_a_pickled_array_is_refused(eastern, build):
    np.save(eastern.folder / "visual.npy", np.array([{}] * 6), allow_pickle=True)
    with pytest.raises(UserError, match=r"visual\.npy: cannot be read as an array"):
        build("eastern", eastern)
