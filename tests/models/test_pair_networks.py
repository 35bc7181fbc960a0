"""Networks of pairs: saved and loaded, side by side, in blocks, and one modality alone."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tfrepro.errors import UserError
from tfrepro.features.feature_set import FeatureSet
from tfrepro.models import pair_networks
from tfrepro.models.contrastive import ContrastiveEmbedding
from tfrepro.models.crossmodal import CrossModalEmbedding, CrossModalNetwork
from tfrepro.models.pair_networks import (
    dimensions,
    embed_alone,
    embed_arrays,
    embed_blocks,
    embed_pairs,
    save_networks,
)
from tfrepro.models.saved_networks import load_networks

ROOT = Path(__file__).parents[2]
TOWERS = {"visual_units": (12, 6), "acoustic_units": (8, 6)}


def videos(n=16, seed=0):
    """Random videos of six labels; 20 visual and 10 acoustic features."""
    rng = np.random.default_rng(seed)
    index = pd.DataFrame({"id": [f"{i}" for i in range(n)], "label": "x"})
    index["labels"] = [[i % 6] for i in range(n)]
    arrays = {
        "visual": rng.standard_normal((n, 20)).astype(np.float32),
        "acoustic": 3 * rng.standard_normal((n, 10)).astype(np.float32),
    }
    return FeatureSet(index, arrays, {})


@pytest.fixture(scope="module")
def fitted():
    """Methods after a few steps."""
    contrastive = ContrastiveEmbedding(
        visual_hidden=(12,), acoustic_hidden=(8,), dimensions=6, batch=16, steps=3, members=2
    )
    how = TOWERS | {"batch": 16, "steps": 3, "label_start": 0}
    return {
        "contrastive": contrastive.fit(videos()),
        "joint": CrossModalEmbedding(6, **how, joint_length=True).fit(videos()),
        "apart": CrossModalEmbedding(6, **how, joint_length=False).fit(videos()),
    }


@pytest.fixture
def networks(fitted):
    """Two trained networks whose embeddings stand side by side."""
    return fitted["contrastive"].networks_


class TestFiles:
    @pytest.mark.parametrize("name", ["contrastive", "joint", "apart"])
    def test_saved_and_loaded_networks_embed_the_same(self, fitted, name, tmp_path):
        fitted[name].save(tmp_path / "model")
        again = embed_pairs(load_networks(tmp_path / "model"), videos(seed=1)).arrays()
        for key, array in fitted[name].embed(videos(seed=1)).arrays().items():
            np.testing.assert_allclose(again[key], array, atol=1e-6)

    def test_each_member_is_a_file(self, fitted, tmp_path):
        fitted["contrastive"].save(tmp_path)
        assert sorted(os.listdir(tmp_path)) == ["network-1.keras", "network-2.keras"]

    def test_eleven_networks_come_back_in_order(self, tmp_path):
        made = [CrossModalNetwork(2, visual_units=(2,), acoustic_units=(2,)) for _ in range(11)]
        for number, network in enumerate(made):
            network.build([(None, 3), (None, 2)])
            network.classifier.bias.assign([number, 0])
        save_networks(tmp_path / "model", made)
        biases = [float(n.classifier.bias[0]) for n in load_networks(tmp_path / "model")]
        assert biases == list(range(11))

    def test_a_process_that_never_heard_of_the_model_can_load_it(self, fitted, tmp_path):
        fitted["apart"].save(tmp_path)
        code = (
            "import sys; from pathlib import Path; import numpy as np; "
            "from tfrepro.models.pair_networks import embed_alone; "
            "from tfrepro.models.saved_networks import load_networks; "
            "X = np.ones((3, 20), 'float32'); "
            "np.save(sys.argv[2], embed_alone(load_networks(Path(sys.argv[1])), 'visual', X))"
        )
        subprocess.run(
            [sys.executable, "-c", code, str(tmp_path), str(tmp_path / "v.npy")],
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            check=True,
            capture_output=True,
        )
        expected = embed_alone([fitted["apart"].network_], "visual", np.ones((3, 20), "float32"))
        np.testing.assert_allclose(np.load(tmp_path / "v.npy"), expected, atol=1e-6)

    @pytest.mark.parametrize("folder", ["", "nowhere"])
    def test_a_folder_without_networks_is_named(self, tmp_path, folder):
        with pytest.raises(UserError, match=f"{tmp_path / folder}: holds no network-1.keras"):
            load_networks(tmp_path / folder)


class TestMembers:
    def test_a_dot_product_is_the_mean_of_the_members_cosines(self, networks):
        way = embed_pairs(networks, videos(seed=1)).audio_to_video
        cosines = []
        for network in networks:
            v, a = map(np.asarray, network(tuple(videos(seed=1).arrays.values())))
            lengths = np.linalg.norm(a, axis=1)[:, None] * np.linalg.norm(v, axis=1)
            cosines.append(a @ v.T / lengths)
        np.testing.assert_allclose(
            way.queries @ way.candidates.T, np.mean(cosines, axis=0), atol=1e-6
        )

    def test_they_stand_side_by_side_and_have_length_one(self, networks):
        for vectors in embed_pairs(networks, videos()).arrays().values():
            assert vectors.shape == (16, 12)
            assert vectors.dtype == np.float32
            np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)

    def test_dimensions_are_those_of_the_features(self, fitted, networks):
        assert dimensions(networks) == dimensions([fitted["joint"].network_]) == (20, 10)


class TestBlocks:
    @pytest.mark.parametrize("block", [1, 5, 8, 16])
    def test_several_give_what_one_gives(self, networks, monkeypatch, block):
        pair = videos().arrays.values()
        whole = embed_arrays(networks, *pair)
        monkeypatch.setattr(pair_networks, "BLOCK", block)
        for ours, theirs in zip(embed_arrays(networks, *pair), whole, strict=True):
            np.testing.assert_allclose(ours, theirs, atol=1e-6)

    def test_they_say_which_rows_they_are(self, networks, monkeypatch):
        monkeypatch.setattr(pair_networks, "BLOCK", 5)
        pair = videos().arrays.values()
        v, a = embed_arrays(networks, *pair)
        blocks = list(embed_blocks(networks, *pair))
        assert [len(block[1]) for block in blocks] == [5, 5, 5, 1]
        for rows, visual, acoustic in blocks:
            np.testing.assert_array_equal(visual, v[rows])
            np.testing.assert_array_equal(acoustic, a[rows])

    def test_arrays_may_be_memory_mapped(self, networks, tmp_path):
        mapped = []
        for name, array in videos().arrays.items():
            np.save(tmp_path / f"{name}.npy", array)
            mapped.append(np.load(tmp_path / f"{name}.npy", mmap_mode="r"))
        for ours, theirs in zip(
            embed_arrays(networks, *mapped),
            embed_arrays(networks, *videos().arrays.values()),
            strict=True,
        ):
            np.testing.assert_array_equal(ours, theirs)


class TestAlone:
    @pytest.mark.parametrize("modality", ["visual", "acoustic"])
    @pytest.mark.parametrize("name", ["contrastive", "apart"])
    def test_a_modality_alone_is_embedded_as_in_its_pair(self, fitted, name, modality, tmp_path):
        fitted[name].save(tmp_path)
        networks = load_networks(tmp_path)
        expected = fitted[name].embed(videos(seed=1)).arrays()[modality]
        alone = embed_alone(networks, modality, videos(seed=1).arrays[modality])
        np.testing.assert_allclose(alone, expected, atol=1e-6)

    def test_a_joint_length_lets_no_modality_be_embedded_alone(self, fitted, tmp_path):
        fitted["joint"].save(tmp_path)
        for networks in ([fitted["joint"].network_], load_networks(tmp_path)):
            with pytest.raises(UserError, match=r"cannot embed one without .* crossmodal-apart"):
                embed_alone(networks, "visual", videos().arrays["visual"])

    @pytest.mark.parametrize("modality", ["visual", "acoustic"])
    @pytest.mark.parametrize("shape", [(4, 11), (20,), (10,), (4, 20, 10)])
    def test_another_dimension_is_named(self, networks, modality, shape):
        D = {"visual": 20, "acoustic": 10}[modality]
        with pytest.raises(UserError) as caught:
            embed_alone(networks, modality, np.ones(shape, np.float32))
        assert str(caught.value) == f"{modality} features of shape {shape}: must be (N, {D})"


def test_saving_fewer_networks_leaves_none_of_an_earlier_save(fitted, tmp_path):
    network = fitted["joint"].network_
    save_networks(tmp_path, [network, network])
    save_networks(tmp_path, [network])
    assert len(load_networks(tmp_path)) == 1
