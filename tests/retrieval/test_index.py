"""The index: what brute force finds, saved whole, and mistakes named."""

import json
import sys
import threading
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tfrepro.errors import UserError
from tfrepro.retrieval.index import build_index, load_index
from tfrepro.retrieval.top_k import top_k


def vectors(n=40, d=8, seed=0):
    x = np.random.default_rng(seed).standard_normal((n, d)).astype(np.float32)
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def names(n=40):
    return [f"v{i:03d}" for i in range(n)]


@pytest.fixture
def index(tmp_path):
    return build_index(tmp_path / "index", names(), vectors())


class TestTopK:
    @settings(max_examples=60, deadline=None)
    @given(
        seed=st.integers(0, 9999),
        sizes=st.tuples(st.integers(1, 30), st.integers(1, 90), st.integers(1, 12)),
        blocks=st.tuples(st.integers(1, 40), st.integers(1, 100)),
        grid=st.booleans(),
    )
    def test_it_is_what_brute_force_finds(self, seed, sizes, blocks, grid):
        Q, N, k = sizes
        rng = np.random.default_rng(seed)
        queries, found = (rng.standard_normal((n, 5)).astype(np.float32) for n in (Q, N))
        if grid:  # of many equal products
            queries, found = np.round(queries), np.round(found)
        scores, rows = top_k(queries, found, k, query_block=blocks[0], vector_block=blocks[1])
        products = queries @ found.T
        k = min(k, N)
        np.testing.assert_allclose(scores, -np.sort(-products, axis=1)[:, :k], atol=1e-5)
        np.testing.assert_allclose(np.take_along_axis(products, rows, 1), scores, atol=1e-5)
        assert all(len(set(row)) == k for row in rows)

    @pytest.mark.parametrize("order", [1, -1])
    def test_vectors_that_get_better_and_better_are_no_trouble(self, order):
        found = np.linspace(-1, 1, 1000, dtype=np.float32)[::order, None]
        queries = np.linspace(0.1, 1, 20, dtype=np.float32)[:, None]
        _, rows = top_k(queries, found, 3, query_block=6, vector_block=50)
        np.testing.assert_array_equal(rows, [[999, 998, 997] if order == 1 else [0, 1, 2]] * 20)

    def test_its_memory_does_not_grow_with_the_vectors(self, tmp_path):
        peaks = []
        for n in (20_000, 80_000):
            file = tmp_path / f"{n}.npy"
            out = np.lib.format.open_memmap(file, "w+", np.float32, (n, 16))
            out[:] = np.random.default_rng(0).standard_normal((n, 16))
            found = np.load(file, mmap_mode="r")
            tracemalloc.start()
            top_k(vectors(2000, 16), found, 10, threads=2)
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
        assert peaks[1] < 1.3 * peaks[0]


class TestSearch:
    def test_it_gives_ids_and_scores_best_first(self, index):
        query = vectors(1, seed=3)[0]
        products = vectors() @ query
        best = np.argsort(-products)[:5]
        (matches,) = index.search(query, 5)
        assert [match.id for match in matches] == [names()[i] for i in best]
        assert [match.score for match in matches] == pytest.approx(products[best], abs=1e-6)

    def test_many_queries_are_answered_in_order(self, index):
        answers = index.search(vectors()[[7, 3]], 1)
        assert [matches[0].id for matches in answers] == ["v007", "v003"]

    def test_an_item_is_never_its_own_match(self, index):
        for name, matches in zip(names(), index.search_ids(names(), 39), strict=True):
            assert {match.id for match in matches} == set(names()) - {name}

    def test_ids_ask_with_their_queries_where_they_have_some(self, tmp_path):
        sounds, images = vectors(seed=1), vectors(seed=2)
        index = build_index(tmp_path / "index", names(), images, queries=sounds)
        (matches,) = index.search_ids(["v004"], 1)
        products = images @ sounds[4]
        products[4] = -2
        assert matches[0].id == names()[products.argmax()]

    def test_more_matches_than_items_are_all_items(self, index):
        assert len(index.search(vectors(1), 100)[0]) == 40
        assert len(index.search_ids(["v001"], 100)[0]) == 39


class TestFolder:
    def test_a_loaded_index_answers_the_same(self, index, tmp_path):
        again = load_index(tmp_path / "index")
        queries = vectors(5, seed=9)
        assert again.search(queries, 7) == index.search(queries, 7)
        assert isinstance(again.vectors, np.memmap)

    def test_it_says_what_it_holds(self, tmp_path):
        build_index(tmp_path / "index", names(), vectors(), meta={"model": "crossmodal"})
        facts = json.loads((tmp_path / "index" / "meta.json").read_text())
        assert facts == {"model": "crossmodal", "items": 40, "dimensions": 8}

    def test_a_failed_build_leaves_what_was_there(self, index, tmp_path):
        broken = vectors()
        broken[3] = np.nan
        with pytest.raises(ValueError, match="not finite"):
            build_index(tmp_path / "index", names(), broken)
        assert [path.name for path in tmp_path.iterdir()] == ["index"]
        assert len(load_index(tmp_path / "index").ids) == 40

    def test_vectors_may_be_memory_mapped_and_many_blocks_long(self, tmp_path):
        np.save(tmp_path / "v.npy", vectors(20_000, 3).astype(np.float64))
        mapped = np.load(tmp_path / "v.npy", mmap_mode="r")
        index = build_index(tmp_path / "index", names(20_000), mapped)
        np.testing.assert_array_equal(index.vectors, mapped.astype(np.float32))


class TestMistakes:
    def test_a_query_of_another_dimension(self, index):
        with pytest.raises(ValueError, match=r"shape \(1, 5\): the index holds vectors of 8 dim"):
            index.search(np.ones(5), 1)

    def test_a_query_that_is_not_finite(self, index):
        queries = vectors(3)
        queries[1, 0] = np.nan
        with pytest.raises(ValueError, match="query 1 holds values that are not finite"):
            index.search(queries, 1)

    def test_no_matches_asked_for(self, index):
        with pytest.raises(ValueError, match="k = 0: must be at least 1"):
            index.search(vectors(1), 0)

    def test_an_unknown_id(self, index):
        with pytest.raises(UserError, match="no item has the id 'nobody'"):
            index.search_ids(["v001", "nobody"], 1)

    def test_an_empty_index(self, tmp_path):
        with pytest.raises(ValueError, match="at least one item"):
            build_index(tmp_path / "index", [], np.empty((0, 4)))
        assert not (tmp_path / "index").exists()

    def test_a_vector_that_is_not_finite(self, tmp_path):
        broken = vectors()
        broken[7, 1] = np.inf
        with pytest.raises(ValueError, match="vectors: that of 'v007' holds values that are not"):
            build_index(tmp_path / "index", names(), broken)
        with pytest.raises(ValueError, match="queries: that of 'v007'"):
            build_index(tmp_path / "index", names(), vectors(), queries=broken)

    def test_an_id_that_appears_twice(self, tmp_path):
        with pytest.raises(ValueError, match="the id 'v001' appears twice"):
            build_index(tmp_path / "index", ["v001", "v001"], vectors(2))

    @pytest.mark.parametrize("shape", [(3, 8), (40,), (40, 8, 1)])
    def test_vectors_that_do_not_fit_the_ids(self, tmp_path, shape):
        with pytest.raises(ValueError, match=r"must be \(40, d\)"):
            build_index(tmp_path / "index", names(), np.ones(shape))

    def test_queries_that_do_not_fit_the_vectors(self, tmp_path):
        with pytest.raises(ValueError, match=r"queries of shape \(40, 7\): must be \(40, 8\)"):
            build_index(tmp_path / "index", names(), vectors(), queries=vectors(d=7))

    def test_a_folder_that_is_no_index(self, tmp_path):
        with pytest.raises(UserError, match=r"meta.json: missing; .* is not an index"):
            load_index(tmp_path)

    def test_vectors_that_were_exchanged(self, index, tmp_path):
        np.save(tmp_path / "index" / "vectors.npy", vectors(39))
        with pytest.raises(UserError, match=r"vectors.npy: holds float32 \(39, 8\), must be"):
            load_index(tmp_path / "index")

    def test_a_pickle_in_the_place_of_vectors_is_not_opened(self, index, tmp_path):
        np.save(tmp_path / "index" / "vectors.npy", np.array([{}]), allow_pickle=True)
        with pytest.raises(UserError, match="cannot be read as an array"):
            load_index(tmp_path / "index")


class TestApproximate:
    @pytest.fixture(scope="class")
    def graph(self, tmp_path_factory):
        pytest.importorskip("faiss")
        folder = tmp_path_factory.mktemp("retrieval") / "index"
        return build_index(folder, names(3000), vectors(3000, 16), approximate=True)

    def test_it_finds_nearly_all_of_the_best(self, graph):
        queries = vectors(200, 16, seed=1)
        exact, near = graph.search(queries, 10), graph.search(queries, 10, approximate=True)
        found = [
            len({match.id for match in a} & {match.id for match in b})
            for a, b in zip(exact, near, strict=True)
        ]
        assert np.mean(found) / 10 > 0.98

    def test_its_scores_are_the_dot_products(self, graph):
        query = vectors(1, 16, seed=2)
        ours = {match.id: match.score for match in graph.search(query, 50)[0]}
        for match in graph.search(query, 5, approximate=True)[0]:
            assert match.score == pytest.approx(ours[match.id], abs=1e-5)

    def test_an_item_is_never_its_own_match(self, graph):
        (matches,) = graph.search_ids(["v042"], 5, approximate=True)
        assert len(matches) == 5
        assert "v042" not in {match.id for match in matches}

    def test_more_matches_than_items_are_no_trouble(self, tmp_path):
        pytest.importorskip("faiss")
        index = build_index(tmp_path / "index", names(4), vectors(4), approximate=True)
        matches = index.search(vectors(1), 10, approximate=True)[0]
        assert {match.id for match in matches} == set(names(4))

    def test_an_index_without_a_graph_says_so(self, index):
        with pytest.raises(UserError, match="was built without a graph"):
            index.search(vectors(1), 1, approximate=True)

    def test_without_faiss_one_line_says_what_to_install(self, tmp_path, monkeypatch):
        monkeypatch.setitem(sys.modules, "faiss", None)
        with pytest.raises(UserError, match="pip install faiss-cpu"):
            build_index(tmp_path / "index", names(), vectors(), approximate=True)
        assert not (tmp_path / "index").exists()
        build_index(tmp_path / "index", names(), vectors())


def test_threads_share_nothing(index):
    """Two searches at once give what each gives alone."""
    queries = vectors(500, seed=5)
    alone = index.search(queries, 5)
    together = [None, None]

    def search(place):
        together[place] = index.search(queries, 5)

    threads = [threading.Thread(target=search, args=(place,)) for place in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert together == [alone, alone]
