"""An index of videos: built from features and networks, asked with either."""

import os

import numpy as np
import pandas as pd
import pytest

from tfrepro.errors import UserError
from tfrepro.features.feature_set import FeatureSet
from tfrepro.models import pair_networks
from tfrepro.models.contrastive import ContrastiveEmbedding
from tfrepro.models.crossmodal import CrossModalNetwork
from tfrepro.models.pair_networks import save_networks
from tfrepro.retrieval.index import build_index, load_index
from tfrepro.retrieval.videos import build_video_index, encode_queries

D = {"visual": 20, "acoustic": 10}
ASKED_WITH = {"visual": "acoustic", "acoustic": "visual"}


def videos(n=30, modalities=("visual", "acoustic"), seed=0):
    """Two views of the same hidden causes."""
    rng, world = np.random.default_rng(seed), np.random.default_rng(99)
    causes, maps = rng.standard_normal((n, 8)), {m: world.standard_normal((8, D[m])) for m in D}
    arrays = {name: np.tanh(causes @ maps[name]).astype(np.float32) for name in modalities}
    index = pd.DataFrame({"id": [f"v{i:02d}" for i in range(n)], "label": "x"})
    meta = {"modalities": {name: {"dimension": D[name]} for name in modalities}}
    return FeatureSet(index, arrays, meta)


@pytest.fixture(scope="module")
def method():
    """Two members with six dimensions each."""
    settings = {"visual_hidden": (16,), "acoustic_hidden": (16,), "dimensions": 6}
    return ContrastiveEmbedding(**settings, batch=30, steps=4, members=2).fit(videos())


@pytest.fixture(scope="module")
def model(method, tmp_path_factory):
    """Their folder."""
    folder = tmp_path_factory.mktemp("trained") / "model"
    method.save(folder)
    return folder


@pytest.fixture(scope="module")
def index(model, tmp_path_factory):
    """What finds sounds by images."""
    folder = tmp_path_factory.mktemp("retrieval") / "index"
    return build_video_index(folder, videos(), model, "acoustic")


class TestBuilding:
    @pytest.mark.parametrize("finds", ["visual", "acoustic"])
    def test_an_id_finds_the_nearest_others_of_the_other_modality(
        self, method, model, finds, tmp_path
    ):
        index = build_video_index(tmp_path / "index", videos(), model, finds)
        arrays = method.embed(videos()).arrays()
        products = arrays[ASKED_WITH[finds]] @ arrays[finds].T
        np.fill_diagonal(products, -2)
        for row, matches in enumerate(index.search_ids(index.ids.tolist(), 3)):
            best = np.argsort(-products[row])[:3]
            assert [match.id for match in matches] == [f"v{i:02d}" for i in best]
            assert [m.score for m in matches] == pytest.approx(products[row, best], abs=1e-5)

    def test_blocks_give_the_same(self, index, model, monkeypatch, tmp_path):
        monkeypatch.setattr(pair_networks, "BLOCK", 7)
        again = build_video_index(tmp_path / "index", videos(), model, "acoustic")
        np.testing.assert_allclose(again.vectors, index.vectors, atol=1e-6)
        np.testing.assert_allclose(again.queries, index.queries, atol=1e-6)

    def test_it_says_what_it_finds_and_what_it_is_asked_with(self, model, tmp_path):
        facts = {"corpus": "toy"}
        build_video_index(tmp_path / "index", videos(), model, "visual", meta=facts)
        assert load_index(tmp_path / "index").meta == {
            "corpus": "toy",
            "finds": "visual",
            "asked_with": "acoustic",
            "features": D,
            "items": 30,
            "dimensions": 12,
        }

    def test_nothing_else_is_left_beside_it(self, index):
        assert os.listdir(index.folder.parent) == ["index"]

    def test_a_failed_build_leaves_nothing(self, model, tmp_path):
        broken = videos()
        broken.arrays["visual"][3] = np.nan
        with pytest.raises(ValueError, match="that of 'v03' holds values that are not finite"):
            build_video_index(tmp_path / "index", broken, model, "acoustic")
        assert os.listdir(tmp_path) == []

    def test_it_may_have_a_graph(self, index, model, tmp_path):
        pytest.importorskip("faiss")
        graph = build_video_index(tmp_path / "index", videos(), model, "acoustic", approximate=True)
        ((near, *_),) = graph.search_ids(["v05"], 3, approximate=True)
        ((exact, *_),) = index.search_ids(["v05"], 3)
        assert near.id == exact.id

    @pytest.mark.parametrize("lacking", ["visual", "acoustic"])
    def test_a_set_that_lacks_a_modality_is_refused(self, model, lacking, tmp_path):
        features = videos(modalities=[ASKED_WITH[lacking]])
        message = rf"{lacking}: must be \(N, {D[lacking]}\) like the model's.* found nothing"
        with pytest.raises(UserError, match=message):
            build_video_index(tmp_path / "index", features, model, "acoustic")
        assert os.listdir(tmp_path) == []

    def test_an_empty_set_is_refused(self, model, tmp_path):
        with pytest.raises(UserError, match=r"visual: must be .* N > 0; found \(0, 20\)"):
            build_video_index(tmp_path / "index", videos(0), model, "acoustic")

    def test_features_of_another_dimension_are_refused(self, model, tmp_path):
        features = videos()
        features.arrays["acoustic"] = np.ones((30, 11), np.float32)
        with pytest.raises(UserError, match=r"acoustic: must be \(N, 10\) .* found \(30, 11\)"):
            build_video_index(tmp_path / "index", features, model, "acoustic")

    def test_a_folder_without_networks_is_refused(self, tmp_path):
        with pytest.raises(UserError, match="holds no network-1"):
            build_video_index(tmp_path / "index", videos(), tmp_path, "acoustic")


class TestQueries:
    def test_features_become_the_queries_of_their_videos(self, index):
        made = encode_queries(index, videos().arrays["visual"])
        np.testing.assert_allclose(made, index.queries, atol=1e-6)

    def test_features_of_new_videos_find_what_their_embeddings_find(self, index, method):
        new = videos(5, seed=7)
        embedded = method.embed(new).video_to_audio.queries
        found = index.search(encode_queries(index, new.arrays["visual"]), 4)
        expected = index.search(embedded, 4)
        assert [[m.id for m in ms] for ms in found] == [[m.id for m in ms] for ms in expected]

    def test_the_index_needs_nothing_of_the_folder_its_model_came_from(
        self, method, model, tmp_path
    ):
        save_networks(tmp_path / "model", method.networks_)
        index = build_video_index(tmp_path / "index", videos(), tmp_path / "model", "visual")
        for file in (tmp_path / "model").iterdir():
            file.unlink()
        made = encode_queries(load_index(index.folder), videos().arrays["acoustic"])
        np.testing.assert_allclose(made, index.queries, atol=1e-6)

    def test_one_vector_of_features_is_one_query(self, index):
        (made,) = encode_queries(index, videos().arrays["visual"][4])
        np.testing.assert_allclose(made, index.queries[4], atol=1e-6)

    def test_vectors_of_the_index_pass_through(self, index):
        vectors = np.random.default_rng(0).standard_normal((4, 12))
        np.testing.assert_array_equal(encode_queries(index, vectors), vectors)

    def test_an_index_without_a_model_leaves_all_to_the_search(self, tmp_path):
        plain = build_index(tmp_path / "index", ["a", "b"], np.eye(2))
        vectors = np.ones((3, 7))
        np.testing.assert_array_equal(encode_queries(plain, vectors), vectors)

    @pytest.mark.parametrize("shape", [(3, 10), (13,), (1, 2)])
    def test_what_is_neither_is_one_clear_error(self, index, shape):
        with pytest.raises(UserError) as caught:
            encode_queries(index, np.ones(shape))
        assert str(caught.value) == (
            f"queries of shape {np.atleast_2d(np.ones(shape)).shape}: must be (Q, 20), visual "
            "features, or (Q, 12), vectors of the index"
        )

    def test_a_model_that_needs_both_modalities_answers_to_ids_only(self, tmp_path):
        network = CrossModalNetwork(3, visual_units=(8, 4), acoustic_units=(8, 4))
        network.build([(None, 20), (None, 10)])
        save_networks(tmp_path / "model", [network])
        index = build_video_index(tmp_path / "index", videos(), tmp_path / "model", "acoustic")
        assert len(index.search_ids(["v03"], 2)[0]) == 2
        with pytest.raises(UserError, match="cannot embed one without the other"):
            encode_queries(index, videos().arrays["visual"])
