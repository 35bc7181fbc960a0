"""Runs of retrieval methods: resumable, read as written, never shown a held-out video."""

import os
import shutil
from functools import partial

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfrepro.errors import UserError
from tfrepro.evaluation.embedding_runs import (
    ALL,
    read_embedding_run,
    run_embedder,
    training_subsets,
)
from tfrepro.features.embeddings import Direction, Embeddings
from tfrepro.features.feature_set import FeatureSet
from tfrepro.methods import make_method
from tfrepro.settings.retrieval_methods import Cca, RidgeRegression

ROWS, HELD_OUT = np.arange(0, 40, 2), np.array([31, 5, 17, 9, 1])
SIZES, SEEDS = (4, 10), (3, 4)


def videos(n=40):
    """Videos whose features and ids come from their row number."""
    rng = np.random.default_rng(0)
    index = pd.DataFrame({"id": [f"v{i:02d}" for i in range(n)], "label": "x"})
    arrays = {
        "visual": rng.standard_normal((n, 6)).astype(np.float32),
        "acoustic": rng.standard_normal((n, 4)).astype(np.float32),
    }
    return FeatureSet(index, arrays, {})


class Toy:
    """Shifts the features by its seed and logs which videos it saw."""

    def __init__(self, log, seed, victim=None):
        self.log = log
        self.seed = seed
        self.victim = victim

    def fit(self, train, valid=None):
        self.log.append(("fit", self.seed, tuple(train.index["id"])))
        if len(self.log) == self.victim:
            raise KeyboardInterrupt
        self.history_ = pd.DataFrame({"epoch": [1, 2], "loss": [0.5, self.seed / 3]})
        return self

    def embed(self, test):
        self.log.append(("embed", self.seed, tuple(test.index["id"])))
        visual, acoustic = (x[:, :4] + self.seed for x in test.arrays.values())
        return Embeddings.in_one_space(visual, acoustic)

    def save(self, folder):
        folder.mkdir()
        (folder / "network").write_text(f"{self.seed}")


class Silent:
    """Logs nothing, saves nothing, and has a space for each direction."""

    def __init__(self, seed):
        pass

    def fit(self, train, valid=None):
        return self

    def embed(self, test):
        visual, acoustic = test.arrays.values()
        return Embeddings(
            audio_to_video=Direction(2 * visual, visual),
            video_to_audio=Direction(3 * acoustic, acoustic),
        )


@pytest.fixture
def start(tmp_path):
    """``start(make)``: the run of a method; finished fits are kept in ``work``."""

    def run(make, sizes=SIZES, seeds=SEEDS, **how):
        trainings = training_subsets(ROWS, sizes, seeds)
        folders = tmp_path / "work", tmp_path / "run"
        return run_embedder(make, videos(), trainings, HELD_OUT, *folders, **how)

    return run


def ids(rows):
    return tuple(f"v{row:02d}" for row in rows)


def contents(folder):
    """File -> bytes, but for what the fits took."""
    files = [file for file in folder.rglob("*") if file.is_file() and file.name != "run.json"]
    return {str(file.relative_to(folder)): file.read_bytes() for file in files}


class TestSubsets:
    @given(
        rows=st.lists(st.integers(0, 999), min_size=2, max_size=50, unique=True),
        seed=st.integers(0, 99),
        data=st.data(),
    )
    def test_with_one_seed_the_smaller_are_parts_of_the_larger(self, rows, seed, data):
        small, large = sorted(data.draw(st.tuples(*[st.integers(1, len(rows))] * 2)))
        _, first, second = training_subsets(np.array(rows), (small, large), (seed,))
        assert (len(set(first.rows)), len(set(second.rows))) == (small, large)
        assert set(first.rows) <= set(second.rows) <= set(rows)

    def test_all_rows_come_first_with_every_seed(self):
        made = training_subsets(ROWS, SIZES, SEEDS)
        assert [training.folder for training in made] == [
            "all/seed-3",
            "all/seed-4",
            "videos-4/seed-3",
            "videos-4/seed-4",
            "videos-10/seed-3",
            "videos-10/seed-4",
        ]
        for training in made[:2]:
            np.testing.assert_array_equal(training.rows, ROWS)

    def test_seeds_draw_different_ones(self):
        *_, first, second = training_subsets(ROWS, (10,), (0, 1))
        assert set(first.rows) != set(second.rows)

    def test_as_many_as_there_are_is_all_of_them(self):
        *_, whole = training_subsets(ROWS, (20,), (0,))
        np.testing.assert_array_equal(whole.rows, ROWS)

    def test_more_than_there_are_is_an_error(self):
        with pytest.raises(UserError, match="21 is too many, there are only 20 to train on"):
            training_subsets(ROWS, (4, 21), (0,))


class TestRun:
    def test_it_is_read_as_it_was_written(self, start):
        log = []
        run = start(partial(Toy, log), info={"method": "toy"})
        again = read_embedding_run(run.folder)
        assert again.ids.tolist() == list(ids(HELD_OUT))
        assert again.info == run.info
        assert again.info["method"] == "toy"
        pd.testing.assert_frame_equal(again.history, run.history)
        expected = videos().take(HELD_OUT).arrays
        for name in (ALL, "videos-4", "videos-10"):
            for seed in SEEDS:
                way = again.embeddings(seed, name).audio_to_video
                np.testing.assert_array_equal(way.candidates, expected["visual"][:, :4] + seed)
                np.testing.assert_array_equal(way.queries, expected["acoustic"] + seed)

    def test_a_space_for_each_direction_is_read_as_it_was_written(self, start):
        made = start(Silent).embeddings(3)
        expected = Silent(3).embed(videos().take(HELD_OUT))
        for name in ("audio_to_video", "video_to_audio"):
            ours, theirs = getattr(made, name), getattr(expected, name)
            np.testing.assert_array_equal(ours.queries, theirs.queries)
            np.testing.assert_array_equal(ours.candidates, theirs.candidates)

    def test_embeddings_are_memory_mapped(self, start):
        run = start(Silent)
        assert isinstance(run.embeddings(3).audio_to_video.queries, np.memmap)

    def test_it_knows_its_trainings_and_their_seeds(self, start):
        run = start(Silent)
        assert run.trainings == {ALL: 20, "videos-4": 4, "videos-10": 10}
        assert run.seeds() == run.seeds("videos-4") == SEEDS
        assert run.seeds("videos-5") == ()

    def test_the_cost_of_every_fit_is_kept(self, start):
        costs = start(Silent).info["costs"]
        assert len(costs) == 6
        for cost in costs:
            assert 0 <= cost["seconds"] < 60
            assert 1 < cost["peak_mb"] < 1e6

    def test_the_history_says_which_fit_it_is_of(self, start):
        history = start(partial(Toy, [])).history
        assert len(history) == 12
        curve = history[(history["training"] == "videos-10") & (history["seed"] == 4)]
        assert curve["epoch"].tolist() == [1, 2]
        assert curve["loss"].tolist() == pytest.approx([0.5, 4 / 3])

    def test_a_method_that_logs_nothing_has_an_empty_history(self, start):
        assert start(Silent).history.empty

    def test_a_run_that_was_there_is_replaced(self, start, tmp_path):
        start(partial(Toy, []))
        shutil.rmtree(tmp_path / "work")
        run = start(Silent, sizes=(), seeds=(8,))
        assert run.seeds() == (8,)
        assert sorted(os.listdir(run.folder)) == [
            "all",
            "history.parquet",
            "run.json",
            "videos.parquet",
        ]


class TestHonesty:
    def test_no_fit_sees_a_held_out_video(self, start):
        log = []
        start(partial(Toy, log))
        seen = [names for kind, _, names in log if kind == "fit"]
        assert [len(names) for names in seen] == [20, 20, 4, 4, 10, 10]
        for names in seen:
            assert set(names) <= set(ids(ROWS))
            assert not set(names) & set(ids(HELD_OUT))

    def test_the_held_out_videos_and_only_they_are_embedded(self, start):
        log = []
        start(partial(Toy, log))
        asked = [names for kind, _, names in log if kind == "embed"]
        assert asked == [ids(HELD_OUT)] * 6

    def test_rows_that_are_neither_are_never_touched(self, start):
        log = []
        start(partial(Toy, log))
        touched = set().union(*(names for _, _, names in log))
        assert touched == set(ids(ROWS)) | set(ids(HELD_OUT))


class TestModels:
    def test_that_of_the_first_seed_on_all_videos_is_kept_and_no_other(self, start):
        run = start(partial(Toy, []))
        saved = [str(file.relative_to(run.folder)) for file in run.folder.rglob("network")]
        assert saved == ["all/seed-3/model/network"]
        assert (run.folder / saved[0]).read_text() == "3"

    def test_a_method_that_cannot_be_saved_leaves_none(self, start):
        assert not list(start(Silent).folder.rglob("model"))


class TestResuming:
    def test_an_interrupted_run_goes_on_without_what_is_finished(self, start, tmp_path):
        log = []
        with pytest.raises(KeyboardInterrupt):
            start(partial(Toy, log, victim=5))  # in the third of six fits
        assert not (tmp_path / "run").exists(), "half a run does not appear"
        finished = [(seed, len(names)) for kind, seed, names in log if kind == "embed"]
        assert finished == [(3, 5), (4, 5)]

        log.clear()
        resumed = start(partial(Toy, log))
        fitted = [(seed, len(names)) for kind, seed, names in log if kind == "fit"]
        assert fitted == [(3, 4), (4, 4), (3, 10), (4, 10)], "only the unfinished are done again"
        assert (resumed.folder / "all" / "seed-3" / "model").is_dir()

    def test_it_ends_as_if_it_had_not_been_interrupted(self, start, tmp_path):
        with pytest.raises(KeyboardInterrupt):
            start(partial(Toy, [], victim=5))
        resumed = contents(start(partial(Toy, [])).folder)
        shutil.rmtree(tmp_path / "work")
        assert contents(start(partial(Toy, [])).folder) == resumed

    def test_a_finished_run_is_written_again_without_fitting(self, start):
        log = []
        start(partial(Toy, log))
        log.clear()
        start(partial(Toy, log))
        assert log == []


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("cca", Cca(components=3, visual_ridge=0.1, acoustic_ridge=0.1)),
        ("ridge", RidgeRegression(visual_ridge=0.1, acoustic_ridge=0.1)),
    ],
)
def test_one_and_two_processes_give_the_same_run(name, settings, tmp_path):
    make, trainings = partial(make_method, name, settings), training_subsets(ROWS, SIZES, SEEDS)
    runs = [
        run_embedder(
            make, videos(), trainings, HELD_OUT, tmp_path / f"w{n}", tmp_path / f"r{n}", jobs=n
        )
        for n in (1, 2)
    ]
    for training in trainings:
        one, two = (run.embeddings(training.seed, training.name).arrays() for run in runs)
        assert one.keys() == two.keys()
        for key, array in one.items():
            np.testing.assert_allclose(array, two[key], atol=1e-6)


@pytest.mark.parametrize("missing", ["videos.parquet", "history.parquet", "run.json"])
def test_what_is_missing_of_a_run_is_named(start, missing):
    folder = start(Silent, sizes=(), seeds=(0,)).folder
    (folder / missing).unlink()
    with pytest.raises(UserError, match=rf"{missing}: missing; run `dvc repro` to train it"):
        read_embedding_run(folder)


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UserError, match=f"{tmp_path}/nowhere/videos.parquet: missing"):
        read_embedding_run(tmp_path / "nowhere")
