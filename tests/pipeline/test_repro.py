"""The pipeline as a user runs it."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

pytestmark = pytest.mark.pipeline
PATIENCE = 300
TABLE = "dare_table2"  # of which each row is fitted often enough to be killed in between


def tfrepro(*words, cwd=None):
    """The installed command, when it has ended."""
    command = [Path(sys.executable).parent / "tfrepro", *words]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True)


def test_a_finished_pipeline_is_clean_and_does_nothing_again(finished):
    assert "up to date" in finished.dvc("status")
    again = finished.dvc("repro")
    assert "Running stage" not in again


def test_every_row_of_the_parameters_is_a_row_of_the_table(finished):
    params = yaml.safe_load((finished.folder / "params.yaml").read_text())
    table = json.loads(finished.metrics()["rendered/dare/table2.json"])
    assert list(table["rows"]) == [*params["dare"]["table2"]["methods"], "sda-on-rendered"]
    assert table["corpus"]["stands_in_for"]
    assert table["rows"]["mfcc-mean"]["macro_f1"]["published"] == 0.0492
    assert 0 < table["rows"]["sda"]["macro_f1"]["mean"] <= 1


def test_the_sounds_are_counted_step_by_step_beside_the_published(finished):
    made = json.loads(finished.metrics()["rendered/dare/table1.json"])
    assert made["corpus"]["stands_in_for"]
    assert made["protocol"]["thresholds"]["tag_sounds"] == 5
    numbers = {name: value["mean"] for name, value in made["rows"]["external-sounds"].items()}
    assert numbers["concepts"] == made["steps"]["kept_concepts"]["count"]
    assert numbers["clips"] == made["steps"]["kept_sounds"]["count"]
    assert made["steps"]["merged_concepts"]["published"] == 465
    assert 0.5 < numbers["mean_duration_s"] < 6


def test_every_sound_has_a_code_and_its_concepts(finished):
    folder = finished.folder / "data" / "features" / "sound_codes" / "rendered"
    codes = np.load(folder / "acoustic.npy", allow_pickle=False)
    index = pd.read_parquet(folder / "index.parquet")
    assert codes.shape == (len(index), 6)
    assert ((codes > 0) & (codes < 1)).all()
    assert all(label in own for label, own in zip(index["label"], index["concepts"], strict=True))


def test_micro_videos_are_counted_split_and_probed(finished):
    made = json.loads(finished.metrics()["rendered/microvideo/corpus.json"])
    assert made["corpus"]["stands_in_for"]
    assert made["corpus"]["sizes"]["items"] == sum(videos for *_, videos in made["classes"]) == 80
    assert made["extractors"]["visual"]["weights"] == "none"
    assert 0 < made["presence"]["textual"]["lacks"] < 40
    assert made["rows"]["majority"]["micro_f1"]["mean"] > 0.1
    assert {"visual", "acoustic", "textual", "all", "all-completed"} < set(made["rows"])
    folder = finished.folder / "data" / "features" / "prepared" / "rendered" / "videos"
    index = pd.read_parquet(folder / "index.parquet")
    assert set(index["split"]) == {"train", "valid", "test"}
    shapes = {file.stem: np.load(file, mmap_mode="r").shape for file in folder.glob("*.npy")}
    assert shapes == {
        "visual": (80, 844), "visual_sequence": (80, 2, 844),
        "acoustic": (80, 6), "acoustic_sequence": (80, 6, 512),
        "textual": (80, 8), "textual_sequence": (80, 20, 8),
    }  # fmt: skip
    silent = ~index["has_acoustic"].to_numpy()
    assert np.load(folder / "acoustic.npy")[silent].any(axis=1).all()


def test_external_sounds_are_coded_like_the_videos_sounds(finished):
    folder = finished.folder / "data" / "features" / "prepared" / "rendered" / "external"
    index = pd.read_parquet(folder / "index.parquet")
    assert np.load(folder / "acoustic.npy").shape == (len(index), 6)
    assert all(label in own for label, own in zip(index["label"], index["concepts"], strict=True))


def test_the_tables_of_dare_have_their_rows_tests_and_figures(finished):
    tables = {
        name: json.loads(finished.metrics()[f"rendered/dare/{name}.json"])
        for name in ("table3", "table4", "table5", "figure4", "figure5", "figure6")
    }
    assert list(tables["table3"]["rows"]) == ["majority", "mdl", "early-fusion-1", "dare"]
    assert list(tables["table4"]["rows"]) == ["dare-1", "dare-2"]
    assert sum(tables["table3"]["protocol"]["videos"].values()) == 80
    row = tables["table3"]["rows"]["early-fusion-1"]
    assert row["micro_f1"]["published"] == 0.2895
    assert {"p_micro_f1", "q_micro_f1", "effect_macro_f1"} < set(row)
    assert tables["table4"]["rows"]["dare-1"] == tables["table3"]["rows"]["dare"] | {
        "micro_f1": tables["table4"]["rows"]["dare-1"]["micro_f1"],
        "macro_f1": tables["table4"]["rows"]["dare-1"]["macro_f1"],
    }
    assert tables["table5"]["rows"]["dare"]["micro_f1_group_4"]["published"] == 0.0721
    assert next(iter(tables["figure4"]["rows"])) == "0"
    assert list(tables["figure5"]["rows"]) == ["0_1"]
    assert len(tables["figure6"]["venues"]) == 8
    model = finished.folder / "data" / "models" / "dare" / "rendered"
    assert {file.name for file in model.iterdir()} == {
        "network.keras", "scaling.npz", "model.json"
    }  # fmt: skip


def test_the_tables_of_eastern_have_their_rows_tests_and_cases(finished):
    tables = {
        f"table{n}": json.loads(finished.metrics()[f"rendered/eastern/table{n}.json"])
        for n in range(1, 6)
    }
    assert list(tables["table1"]["rows"]) == ["majority", "tmdl", "eastern"]
    assert tables["table1"]["rows"]["tmdl"]["macro_f1"]["published"] == 0.246
    assert {"p_macro_f1", "q_macro_f1", "effect_macro_f1"} < set(tables["table2"]["rows"]["conv"])
    assert tables["table2"]["rows"]["eastern"]["micro_f1"]["n"] == 2
    assert list(tables["table3"]["rows"]) == ["eastern-va", "eastern"]
    sizes = tables["table4"]["rows"]["fusion"]
    assert sizes["embedding_units"]["mean"] in (2, 4)
    assert sizes["embedding_units"]["published"] == 150
    assert [entry[:2] for entry in tables["table4"]["tried"]] == [["common", 2], ["common", 4]]
    cases = tables["table5"]
    assert [row[0] for row in cases["answers"]] == ["majority", "tmdl", "eastern", "conv"]
    assert len({len(row) - 1 for row in cases["answers"]} | {len(cases["truth"])}) == 1
    page = (finished.folder / "data/report/rendered/eastern/cases.html").read_text()
    assert page.count("data:image/jpeg") == len(cases["truth"])


def test_the_tables_of_nmcl_have_their_rows_tests_and_figures(finished):
    names = ("table2", "table3", "table4", "table5", "gate", *(f"figure{n}" for n in range(4, 8)))
    tables = {name: json.loads(finished.metrics()[f"rendered/nmcl/{name}.json"]) for name in names}
    assert list(tables["table2"]["rows"]) == ["majority", "late-att", "nmcl"]
    row = tables["table2"]["rows"]["late-att"]
    assert row["micro_f1"]["published"] == 0.30
    assert row["published_p_micro_f1"] == 1.52e-7
    assert {"p_micro_f1", "q_micro_f1", "effect_macro_f1"} < set(row)
    assert sum(tables["table2"]["protocol"]["videos"].values()) == 80
    assert list(tables["table3"]["rows"]) == ["nmcl-at", "nmcl"]
    pair = tables["table4"]["rows"]["nmcl-at"]
    assert {"micro_f1_acoustic", "micro_f1_textual", "p_micro_f1_textual"} < set(pair)
    assert "micro_f1_visual" not in pair
    assert pair["micro_f1_acoustic"]["published"] == 0.2012
    assert tables["table4"]["rows"]["nmcl"]["micro_f1_visual"]["n"] == 2
    assert tables["table5"]["rows"]["nmcl-ii"]["macro_f1"]["published"] == 0.237
    assert tables["gate"]["rows"]["nmcl-removed"]["micro_f1"]["published"] is None
    assert tables["figure4"]["rows"]["nmcl"]["auc_micro"]["published"] == 0.96
    assert tables["figure4"]["rows"]["majority"]["auc_macro"]["mean"] == 0.5
    settled = tables["figure5"]["rows"]["nmcl"]["iterations_to_settle"]
    assert settled["published"] == 30
    assert 1 <= settled["mean"] <= 2
    assert len(tables["figure6"]["strongest"]) <= 2
    assert len(tables["figure7"]["strongest"]) == 8
    for _, first, second, _ in tables["figure7"]["strongest"]:
        assert first[1] >= second[1]
    plots = finished.folder / "data" / "plots" / "rendered" / "nmcl"
    curves = pd.read_csv(plots / "figure4.csv")
    assert set(curves["panel"]) == {"micro-average", "macro-average"}
    assert set(curves["curve"]) == {"majority", "late-att", "nmcl"}
    by_epoch = pd.read_csv(plots / "figure5.csv")
    assert set(by_epoch["curve"]) == {"visual", "acoustic", "textual", "all modalities"}
    assert set(by_epoch["x"]) == {1, 2}
    assert pd.read_csv(plots / "figure7.csv")["concept"].nunique() == 4


def test_a_search_keeps_what_every_value_scored(finished):
    made = json.loads(finished.metrics()["rendered/dare/search/early-fusion-1.json"])
    tried = [dict(values)["learning_rate"] for values, *_ in made["tried"]]
    assert sorted(tried) == [0.001, 0.1]
    assert made["best"]["micro_f1"] == max(micro for _, micro, _ in made["tried"])
    fusion = json.loads(finished.metrics()["rendered/nmcl/search/logistic.json"])
    assert sorted(dict(values)["Cs"] for values, *_ in fusion["tried"]) == [[0.1], [1.0]]


def test_the_tables_of_retrieval_have_every_row_both_ways(finished):
    for table in ("table1", "table2"):
        made = json.loads(finished.metrics()[f"rendered/crossmodal/{table}.json"])
        assert list(made["rows"]) == ["random", "cca", "contrastive"]
        assert made["corpus"]["stands_in_for"]
        assert made["protocol"]["held_out_videos"] == 64
        for row in made["rows"].values():
            assert row["recall_at_1_pool_16"]["mean"] <= row["recall_at_5_pool_16"]["mean"]
    sizes = json.loads(finished.metrics()["rendered/crossmodal/training_videos.json"])
    assert list(sizes["rows"]) == ["random-192", "cca-100", "cca-192", "contrastive-192"]


def test_what_a_video_finds_can_be_looked_at_and_asked_for(finished):
    page = finished.folder / "data" / "report" / "rendered" / "crossmodal" / "figure2.html"
    assert page.read_text().count('<td class="query">') == 4
    index = finished.folder / "data" / "index" / "videos" / "rendered"
    some_id = pd.read_parquet(index / "ids.parquet")["id"][0]
    done = tfrepro("retrieve", index, "--id", some_id, "--top", "3")
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.strip().splitlines()) == 4


@pytest.mark.parametrize("method", ["dare", "nmcl", "eastern"])
def test_a_published_model_says_where_a_clip_was_taken(finished, tmp_path, method):
    """Away from the project, as whoever is given the folder has it."""
    model = finished.folder / "data" / "models" / "venue" / "rendered" / method
    clips = finished.folder / "data" / "corpora" / "microvideos" / "rendered" / "media"
    shutil.copytree(model, tmp_path / "model")
    clip = sorted(clips.glob("*.mp4"))[0]
    done = tfrepro("predict", "model", clip, "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["model"]["method"] == method
    assert answer["model"]["stands_in_for"]
    assert answer["model"]["venues"] == 8
    assert len(answer["clips"][0]["venues"]) == 3
    card = (model / "README.md").read_text()
    assert "**Trained on a stand-in.**" in card
    for score, value in answer["model"]["scores"].items():
        assert f"`{score}`: {value:.4f}" in card


def test_the_published_dare_scores_what_the_figures_model_does(finished):
    figure = json.loads(finished.metrics()["rendered/dare/figure6.json"])["rows"]["dare"]
    model = finished.folder / "data" / "models" / "venue" / "rendered" / "dare" / "model.json"
    for score, value in json.loads(model.read_text())["scores"].items():
        assert value == pytest.approx(figure[score]["mean"], abs=1e-5)


def test_a_published_search_finds_sounds_for_a_file(finished):
    made = json.loads(finished.metrics()["rendered/crossmodal/clips.json"])
    assert list(made["rows"]) == ["audio-to-video", "video-to-audio", "chance"]
    tested = made["protocol"]["held_out_videos"]
    assert made["rows"]["chance"]["recall_at_1_pool_" + str(tested)]["mean"] == pytest.approx(
        1 / tested, abs=1e-5
    )
    clips = finished.folder / "data" / "corpora" / "microvideos" / "rendered" / "media"
    search = finished.folder / "data" / "models" / "search" / "rendered"
    done = tfrepro("retrieve", search, sorted(clips.glob("*.mp4"))[0], "--top", "2")
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 3


def test_every_artifact_is_there_and_those_with_a_card_say_so(finished):
    artifacts = yaml.safe_load((finished.folder / "dvc.yaml").read_text())["artifacts"]
    for name, artifact in artifacts.items():
        folder = finished.folder / artifact["path"]
        assert folder.is_dir(), name
        if artifact["meta"]["card"] == "README.md":
            assert (folder / "README.md").read_text().startswith("# "), name


def test_plots_of_the_table_can_be_drawn(finished):
    finished.dvc("plots", "show", "--out", "drawn")
    page = (finished.folder / "drawn" / "index.html").read_text()
    assert "data_plots_rendered_dare_table2_confusion_csv" in page
    assert "data_plots_rendered_dare_table2_training_csv" in page
    assert "data_plots_rendered_dare_table2_csv" in page
    assert "data_plots_rendered_dare_figure3_csv" in page
    assert "data_plots_rendered_microvideo_venues_csv" in page
    for name in ("table3", "table5", "figure4", "figure5", "figure6", "figure6_examples"):
        assert f"data_plots_rendered_dare_{name}_csv" in page
    for name in ("table2", "gate", "figure4", "figure5", "figure6", "figure7"):
        assert f"data_plots_rendered_nmcl_{name}_csv" in page
    assert "data_plots_rendered_crossmodal_recall_csv" in page
    assert "data_plots_rendered_crossmodal_training_videos_csv" in page


def test_a_changed_parameter_reruns_what_depends_on_it_and_shows_in_the_diff(finished):
    before = yaml.safe_load((finished.folder / "params.yaml").read_text())
    changed = json.loads(json.dumps(before))
    changed["dare"]["table2"]["methods"]["mfcc-mean"]["C"] = 0.01
    (finished.folder / "params.yaml").write_text(yaml.safe_dump(changed, sort_keys=False))
    planned = finished.dvc("repro", "--dry")
    made = finished.dvc("repro", "dare_table2_run")
    (finished.folder / "params.yaml").write_text(yaml.safe_dump(before, sort_keys=False))
    assert "Running stage 'dare_table2_run@rendered'" in planned
    assert "Running stage 'sound_features" not in planned
    assert "1 of 2 rows are up to date" in made
    finished.dvc("repro")


def test_diffs_between_commits_and_the_report_tell_the_same_of_a_changed_parameter(finished):
    """The walk-through of the README and of the report's page on methods."""
    before = (finished.folder / "params.yaml").read_text()
    finished.commit("as it was")
    changed = yaml.safe_load(before)
    changed["dare"]["table2"]["methods"]["mfcc-mean"]["C"] = 0.001
    (finished.folder / "params.yaml").write_text(yaml.safe_dump(changed, sort_keys=False))
    finished.dvc("repro")
    finished.commit("a weaker classifier")
    params = finished.diff("params")["params.yaml"]
    table = finished.diff("metrics")["data/metrics/rendered/dare/table2.json"]
    plots = finished.dvc("plots", "diff", "HEAD~1", "HEAD", "--out", "compared")
    page = (finished.folder / "data" / "report" / "site" / "dare.html").read_text()
    (finished.folder / "params.yaml").write_text(before)
    finished.dvc("repro")

    assert list(params) == ["dare.table2.methods.mfcc-mean.C"]
    of_row = {key: value for key, value in table.items() if key.startswith("rows.mfcc-mean.")}
    score = of_row["rows.mfcc-mean.macro_f1.mean"]
    assert score["old"] != score["new"]
    assert f"<b>{100 * score['new']:.2f} ±" in page
    assert "compared" in plots
    drawn = (finished.folder / "compared" / "index.html").read_text()
    for value in (score["old"], score["new"]):
        assert f"{value:.5g}" in drawn


def test_the_report_has_all_tables_galleries_and_times_of_the_run(finished):
    site = finished.folder / "data" / "report" / "site"
    made = {file.name for file in site.iterdir()}
    assert {"index.html", "style.css", "data.html", "methods.html"} <= made
    assert {"crossmodal-rendered-figure2.html", "eastern-rendered-cases.html"} <= made
    start = (site / "index.html").read_text()
    for paper in ("dare", "eastern", "nmcl", "musicvideo", "crossmodal"):
        assert f"{paper}.html" in start
        page = (site / f"{paper}.html").read_text()
        assert "Fits took" in page or paper == "musicvideo"
        assert "synthetic stand-in" in page


def test_a_pipeline_killed_in_extraction_and_in_training_ends_with_the_same_metrics(
    finished, untouched
):
    data = untouched.folder / "data"
    work = data / ".work"
    features = data / "features" / "sounds" / "rendered"
    run = data / "runs" / "rendered" / "dare" / "table2" / "rows" / "sda"

    kill_when(untouched, lambda: list(work.glob("sound_features-rendered/*/block-*.npz")))
    assert not features.exists()
    kill_when(untouched, lambda: list(work.glob("dare_table2_run-rendered-sda/*/*-fold-*.npz")))
    assert features.exists()
    assert not run.exists()
    assert list(work.glob("dare_table2_run-rendered-sda/*/*-fold-*.npz"))

    untouched.dvc("repro", TABLE)
    made = untouched.metrics()
    assert {f"rendered/dare/{name}.json" for name in ("table2", "table2_grouped")} <= made.keys()
    assert made == {name: finished.metrics()[name] for name in made}
    assert not any(work.iterdir())


def kill_when(project, happened) -> None:
    """Start `dvc repro` and kill it and all its children once ``happened`` is true."""
    process = project.start("repro", TABLE)
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert process.poll() is None, "dvc repro ended before it could be killed"
        assert time.monotonic() < deadline, "nothing to kill for too long"
        time.sleep(0.005)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
