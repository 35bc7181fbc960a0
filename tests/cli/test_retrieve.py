"""``tfrepro retrieve`` and ``tfrepro index``: an index built, and asked with what is at hand."""

import json
import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from tests import clip_models
from tfrepro.clips.clip_search import SearchFacts, write_clip_search
from tfrepro.clips.model_facts import versions
from tfrepro.features.feature_set import FeatureSet, write_feature_set
from tfrepro.media.audio import load_audio
from tfrepro.models.contrastive import ContrastiveEmbedding
from tfrepro.retrieval.index import Match, build_index, load_index
from tfrepro.retrieval.videos import build_video_index, encode_queries

D = {"visual": 20, "acoustic": 10}
SMALL = {"visual_hidden": (8,), "acoustic_hidden": (8,), "dimensions": 6, "batch": 20, "steps": 2}


def vectors(n=40, d=8, seed=0):
    x = np.random.default_rng(seed).standard_normal((n, d)).astype(np.float32)
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def videos(n=30, modalities=("visual", "acoustic"), seed=0):
    rng = np.random.default_rng(seed)
    arrays = {name: rng.standard_normal((n, D[name]), np.float32) for name in modalities}
    index = pd.DataFrame({"id": [f"v{i:02d}" for i in range(n)], "label": "x"})
    return FeatureSet(index, arrays, {"modalities": {name: {} for name in modalities}})


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """Trained networks."""
    folder = tmp_path_factory.mktemp("trained") / "model"
    ContrastiveEmbedding(**SMALL).fit(videos()).save(folder)
    return folder


@pytest.fixture(scope="module")
def search(tmp_path_factory):
    """The folder of a published search."""
    home, features = tmp_path_factory.mktemp("search"), clip_models.videos()
    ContrastiveEmbedding(**SMALL).fit(features).save(home / "networks")
    facts = SearchFacts(
        kind="search", method="contrastive", hyper_parameters={}, seed=0,
        corpus=clip_models.corpus(features), scores={}, scored_on="", versions=versions(), code={},
        videos=len(features),
    )  # fmt: skip
    end = clip_models.front_end(features)
    write_clip_search(home / "made", features, home / "networks", end, facts, "A card.")
    return home / "made"


class TestAnIndexOfVectors:
    @pytest.fixture
    def index(self, tmp_path):
        return build_index(tmp_path / "index", [f"v{i:03d}" for i in range(40)], vectors())

    def test_the_matches_of_an_id_are_a_line_each(self, index, run):
        code, out, err = run("retrieve", index.folder, "--id", "v005", "--top", 3)
        expected = index.search_ids(["v005"], 3)[0]
        assert (code, err) == (0, [])
        assert out.splitlines() == [
            "v005:",
            *(f"{rank:4d}  {m.score:7.4f}  {m.id}" for rank, m in enumerate(expected, 1)),
        ]

    def test_the_matches_of_vectors_are_json(self, index, run, tmp_path):
        np.save(tmp_path / "q.npy", vectors()[[3, 9]])
        words = ("--features", tmp_path / "q.npy", "--top", 2, "--json")
        code, out, _ = run("retrieve", index.folder, *words)
        answers = json.loads(out)["answers"]
        assert code == 0
        assert [answer["query"] for answer in answers] == ["0", "1"]
        assert [answer["matches"][0]["id"] for answer in answers] == ["v003", "v009"]
        assert Match(**answers[0]["matches"][1]) == index.search(vectors()[3], 2)[0][1]

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (["--id", "nobody"], "no item has the id"),
            (["--features", "nowhere.npy"], "nowhere.npy: cannot be read"),
            (["--id", "v001", "--top", "0"], "Invalid value for '--top'"),
            (["--id", "v001", "--approximate"], "without a graph"),
            (["--id", "v001", "--finds", "sounds"], "finds vectors, not sounds"),
            (["--id", "v001", "--finds", "words"], "'words' is not one of"),
            (["a.mp4"], "asks with no file"),
            ([], "ask with a FILE, with --id, or with --features"),
            (["a.mp4", "--id", "v001"], "ask with a FILE, with --id, or with --features"),
        ],
    )
    def test_a_mistake_is_one_line_on_stderr_and_exit_code_2(self, index, run, words, said):
        code, out, err = run("retrieve", index.folder, *words)
        assert (code, out, len(err)) == (2, "", 1)
        assert said in err[0]

    def test_it_is_asked_without_tensorflow(self, index):
        code = (
            "import sys; from tfrepro.cli.main import main; "
            f"assert main(['retrieve', {str(index.folder)!r}, '--id', 'v001']) == 0; "
            "sys.exit(any(name in sys.modules for name in ('tensorflow', 'keras', 'faiss')))"
        )
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


class TestAnIndexOfVideos:
    @pytest.fixture
    def built(self, run, model, tmp_path):
        """The folder that the command made, and what it said."""
        write_feature_set(tmp_path / "features", videos())
        folder = tmp_path / "out" / "index"
        return folder, run("index", tmp_path / "features", model, folder)

    def test_it_is_built_and_asked_with_features(self, built, run, model, tmp_path):
        folder, (code, out, _) = built
        assert (code, out) == (0, f"{folder}: 30 videos, 6 dimensions\n")
        assert os.listdir(folder.parent) == ["index"]
        assert load_index(folder).meta["built_from"] == "features"
        new = videos(3, seed=7).arrays["visual"]
        np.save(tmp_path / "q.npy", new)
        code, out, err = run("retrieve", folder, "--features", tmp_path / "q.npy", "--json")
        assert (code, err) == (0, [])
        index = build_video_index(tmp_path / "again", videos(), model, "acoustic")
        expected = index.search(encode_queries(index, new), 10)
        found = [
            [match["id"] for match in answer["matches"]] for answer in json.loads(out)["answers"]
        ]
        assert json.loads(out)["finds"] == "sounds"
        assert found == [[match.id for match in matches] for matches in expected]

    def test_it_is_asked_with_ids_and_vectors_as_well(self, built, run, tmp_path):
        np.save(tmp_path / "q.npy", load_index(built[0]).queries[[4]])
        words = ("retrieve", built[0], "--top")
        by_vector = run(*words, 30, "--features", tmp_path / "q.npy")[1]
        by_id = run(*words, 29, "--id", "v04")[1]
        found, others = (
            [line.split()[-1] for line in out.splitlines()[1:]] for out in (by_vector, by_id)
        )
        assert len(found) == 30
        assert [name for name in found if name != "v04"] == others

    def test_what_is_found_can_be_told(self, run, model, tmp_path):
        write_feature_set(tmp_path / "features", videos())
        run("index", tmp_path / "features", model, tmp_path / "index", "--finds", "visual")
        assert load_index(tmp_path / "index").meta["asked_with"] == "acoustic"

    def test_queries_of_a_wrong_dimension_are_one_line(self, built, run, tmp_path):
        np.save(tmp_path / "q.npy", np.ones((2, 10)))
        code, out, err = run("retrieve", built[0], "--features", tmp_path / "q.npy")
        assert (code, out) == (2, "")
        assert err == [
            "error: queries of shape (2, 10): must be (Q, 20), visual features, or (Q, 6), "
            "vectors of the index"
        ]

    @pytest.mark.parametrize(
        ("features", "said"),
        [
            (videos(0), "visual: must be (N, 20)"),
            (videos(modalities=["visual"]), "acoustic: must be (N, 10)"),
            (None, "index.parquet: missing"),
        ],
    )
    def test_a_set_that_cannot_be_indexed_is_one_line_and_leaves_nothing(
        self, run, model, tmp_path, features, said
    ):
        if features is not None:
            write_feature_set(tmp_path / "features", features)
        words = (tmp_path / "features", model, tmp_path / "out" / "index")
        code, out, err = run("index", *words)
        assert (code, out, len(err)) == (2, "", 1)
        assert said in err[0]
        assert not list(tmp_path.glob("out/*"))


class TestAPublishedSearch:
    def test_a_silent_video_asks_for_sounds(self, search, run, tmp_path):
        file = clip_models.clip(tmp_path / "a.mp4", silent=True)
        code, out, err = run("retrieve", search, file, "--top", 2)
        assert (code, err) == (0, [])
        assert out.splitlines()[0] == f"sounds for {file}:"
        assert len(out.splitlines()) == 3

    @pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.ogg"])
    def test_a_sound_asks_for_videos(self, search, run, tmp_path, name):
        import soundfile

        soundfile.write(tmp_path / name, vectors(1, 22050)[0] * 10, 22050)
        code, out, _ = run("retrieve", search, tmp_path / name, "--json")
        assert code == 0
        assert json.loads(out)["finds"] == "videos"
        assert len(json.loads(out)["answers"][0]["matches"]) == 10

    def test_a_video_with_a_sound_asks_for_sounds_unless_told_otherwise(
        self, search, run, tmp_path
    ):
        file = clip_models.clip(tmp_path / "a.mp4")
        assert load_audio(file).any()
        assert run("retrieve", search, file)[1].startswith("sounds for")
        assert run("retrieve", search, file, "--finds", "videos")[1].startswith("videos for")

    def test_an_item_of_the_index_asks_both_ways(self, search, run):
        for finds in ("sounds", "videos"):
            out = run("retrieve", search, "--id", "v03", "--finds", finds, "--json")[1]
            answer = json.loads(out)
            assert answer["finds"] == finds
            assert "v03" not in {match["id"] for match in answer["answers"][0]["matches"]}

    @pytest.mark.parametrize(
        ("content", "words", "said"),
        [
            (None, [], "a.mp4: no such file"),
            (b"", [], "a.mp4: is an empty file"),
            (b"no media at all" * 99, [], "a.mp4: is not a video file or is damaged"),
            ("silent", ["--finds", "videos"], "a.mp4: has no sound track"),
            ("silent", ["--finds", "sounds", "--id", "v03"], "with one of them"),
        ],
    )
    def test_a_file_that_cannot_ask_is_one_line_and_exit_code_2(
        self, search, run, tmp_path, content, words, said
    ):
        file = tmp_path / "a.mp4"
        if content == "silent":
            clip_models.clip(file, silent=True)
        elif content is not None:
            file.write_bytes(content)
        code, out, err = run("retrieve", search, file, *words)
        assert (code, out, len(err)) == (2, "", 1)
        assert said in err[0]

    def test_a_model_of_venues_finds_nothing(self, run, tmp_path):
        (tmp_path / "model.json").write_text('{"files": {}, "kind": "venue"}')
        code, out, err = run("retrieve", tmp_path, "--id", "x")
        assert (code, out) == (2, "")
        assert err == [f"error: {tmp_path}: is a model of the kind 'venue', not 'search'"]
