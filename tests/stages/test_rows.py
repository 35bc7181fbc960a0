"""Rows that are trained side by side, and kept while what is behind them stays as it is."""

import importlib
from pathlib import Path

import pytest

from tfrepro.files import read_json, write_json
from tfrepro.methods import read_hyper_parameters
from tfrepro.settings.shared import Compute

STAGES = Path(__file__).parents[2] / "stages"
FOLDER = Path("data/runs/some/paper/table")
COMPUTE = Compute(jobs=1, backend="local", scheduler=None, device="auto", precision="float32")


@pytest.fixture
def rows(monkeypatch, tmp_path):
    """The helper module in an empty project folder, where training only writes its arguments."""
    monkeypatch.syspath_prepend(STAGES)
    monkeypatch.chdir(tmp_path)
    module = importlib.import_module("_rows")
    for part in ("stages/paper_run", "methods/majority", "methods/logistic"):
        write_json(Path(f"data/code/{part}.json"), {"checksum": part})
    Path("features").mkdir()
    Path("features/visual.npy").write_text("features")
    module.trained = []

    def train(method, values, features, experiment, folder, *, stage, compute, salt, inputs):
        assert not folder.exists()
        assert compute.jobs == 1
        experiment(folder)
        module.trained.append(method)

    monkeypatch.setattr(module, "train", train)
    return module


def write(folder):
    folder.mkdir(parents=True)
    (folder / "run.json").write_text("{}")


def row(rows, method="majority", salt=None, inputs=(), **values):
    return rows.Row(read_hyper_parameters(method, values, prefix="methods"), write, salt, inputs)


def trained_again(rows, chosen, precision="float32"):
    """What is trained when the rows are brought up to date."""
    rows.trained.clear()
    compute = COMPUTE.model_copy(update={"precision": precision})
    rows.train_rows(chosen, Path("features"), FOLDER, stage="paper_run", compute=compute)
    assert sorted(path.name for path in FOLDER.iterdir()) == sorted(chosen)
    return rows.trained[:]


@pytest.fixture
def both(rows):
    chosen = {"majority": row(rows), "logistic": row(rows, "logistic", Cs=[1.0])}
    assert trained_again(rows, chosen) == ["majority", "logistic"]
    return chosen


def test_rows_that_are_up_to_date_are_kept(rows, both):
    assert trained_again(rows, both) == []


def test_a_row_with_other_hyper_parameters_is_trained_again_alone(rows, both):
    both["logistic"] = row(rows, "logistic", Cs=[2.0])
    assert trained_again(rows, both) == ["logistic"]


def test_a_new_row_is_trained_alone(rows, both):
    first = {"majority": both["majority"]}
    assert trained_again(rows, first) == []
    assert trained_again(rows, both) == ["logistic"]


def test_a_row_that_is_no_longer_asked_for_is_removed(rows, both):
    trained_again(rows, {"majority": both["majority"]})
    assert not (FOLDER / "logistic").exists()


def test_a_method_with_other_code_is_trained_again_alone(rows, both):
    write_json(Path("data/code/methods/majority.json"), {"checksum": "other"})
    assert trained_again(rows, both) == ["majority"]


def test_other_code_of_the_stage_trains_all_again(rows, both):
    write_json(Path("data/code/stages/paper_run.json"), {"checksum": "other"})
    assert trained_again(rows, both) == ["majority", "logistic"]


def test_other_features_train_all_again(rows, both):
    Path("features/visual.npy").write_text("others")
    assert trained_again(rows, both) == ["majority", "logistic"]


def test_another_precision_trains_all_again(rows, both):
    assert trained_again(rows, both, precision="mixed_float16") == ["majority", "logistic"]


def test_another_salt_or_input_file_trains_a_row_again(rows, both):
    both["majority"] = row(rows, salt=[1])
    assert trained_again(rows, both) == ["majority"]
    Path("tree").write_text("a tree")
    both["majority"] = row(rows, salt=[1], inputs=(Path("tree"),))
    assert trained_again(rows, both) == ["majority"]
    Path("tree").write_text("another tree")
    assert trained_again(rows, both) == ["majority"]


def test_a_row_that_was_cut_off_before_its_stamp_is_trained_again(rows, both):
    (FOLDER / "majority" / rows.STAMP).unlink()
    assert trained_again(rows, both) == ["majority"]
    assert read_json(FOLDER / "majority" / rows.STAMP)


def test_rows_before_one_that_fails_are_kept(rows, both):
    def fail(folder):
        raise ValueError("a bug")

    more = both | {"mdl": rows.Row(both["majority"].hyper_parameters, fail)}
    write_json(Path("data/code/methods/mdl.json"), {"checksum": "mdl"})
    with pytest.raises(ValueError, match="a bug"):
        trained_again(rows, more)
    assert trained_again(rows, both) == []


def test_side_by_side_only_as_far_as_there_are_rows(rows):
    eight = COMPUTE.model_copy(update={"jobs": 8, "device": "cpu"})
    assert rows._jobs(["dare", "mdl"], eight) == 2
    assert rows._jobs([], eight) == 1
    assert rows._jobs(["dare", "mdl"], COMPUTE) == 1
