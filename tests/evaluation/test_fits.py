"""Fits that leave frames behind: resumed where they stopped, read as they were written."""

from functools import partial

import pandas as pd
import pytest

from tfrepro.errors import UserError
from tfrepro.evaluation.fits import Fit, read_fits, run_fits


def squares(log, number, dies=False):
    log.append(number)
    if dies:
        raise KeyboardInterrupt
    return {"squares": pd.DataFrame({"square": [number**2]}), "history": pd.DataFrame()}


def fits(log, victim=None):
    return [
        Fit({"kind": kind, "seed": n}, partial(squares, log, n, n == victim), {"rows": 10 * n})
        for n, kind in enumerate("aab")
    ]


@pytest.fixture
def start(tmp_path):
    return lambda made, **how: run_fits(made, tmp_path / "work", tmp_path / "run", **how)


def test_frames_say_which_fit_they_are_of(start, tmp_path):
    start(fits([]), info={"method": "toy"})
    run = read_fits(tmp_path / "run")
    assert run.info["method"] == "toy"
    assert run.frames["squares"].to_dict("list") == {
        "square": [0, 1, 4],
        "kind": ["a", "a", "b"],
        "seed": [0, 1, 2],
    }
    assert run.frames["history"].empty


def test_what_each_fit_took_is_kept_with_its_facts(start):
    costs = start(fits([])).costs
    assert costs[["kind", "seed", "rows"]].to_numpy().tolist() == [
        ["a", 0, 0], ["a", 1, 10], ["b", 2, 20],
    ]  # fmt: skip
    assert (costs["seconds"] >= 0).all()
    assert (costs["peak_mb"] > 1).all()


def test_what_is_finished_is_not_done_again(start, tmp_path):
    log = []
    with pytest.raises(KeyboardInterrupt):
        start(fits(log, victim=2))
    assert log == [0, 1, 2]
    assert not (tmp_path / "run").exists(), "half a run does not appear"
    run = start(fits(log))
    assert log == [0, 1, 2, 2]
    assert run.frames["squares"]["square"].tolist() == [0, 1, 4]


def test_a_folder_without_a_run_is_named(tmp_path):
    with pytest.raises(UserError, match=r"run\.json: missing; run `dvc repro` to train it"):
        read_fits(tmp_path)
