"""``tfrepro predict``: what is printed, and how it ends."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import clip_models


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """The folder of a tiny DARE."""
    home, features = tmp_path_factory.mktemp("dare"), clip_models.videos()
    made = clip_models.trained("dare", features, home)
    clip_models.publish(home / "model", "dare", features, made, clip_models.front_end(features))
    return home / "model"


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    """A folder with a video with sound, one without, a sound, a broken file, and a text."""
    folder = tmp_path_factory.mktemp("clips")
    clip_models.clip(folder / "loud.mp4", 1)
    clip_models.clip(folder / "silent.mp4", 2, silent=True)
    (folder / "broken.mp4").write_bytes(b"nothing" * 99)
    (folder / "notes.txt").write_text("nothing")
    return folder


def test_a_clip_is_answered_in_lines_that_fit_a_terminal(run, model, clips):
    code, out, err = run("predict", model, clips / "loud.mp4", "--text", "a day in the park")
    assert (code, err) == (0, [])
    lines = out.splitlines()
    text = " ".join(lines)
    assert text.startswith("dare, trained on toy: 3 venues, micro-F1 ")
    assert "toy stands in for the real thing." in text
    assert str(clips / "loud.mp4") in lines
    kinds = [line.split()[0] for line in lines[lines.index(str(clips / "loud.mp4")) + 1 :]]
    assert kinds == ["venue", "visual", "acoustic", "textual", "heard"]
    assert all(len(line) <= 80 or line == str(clips / "loud.mp4") for line in lines)


def test_what_a_clip_lacks_is_said(run, model, clips):
    _, out, _ = run("predict", model, clips / "silent.mp4")
    lines = [line.strip() for line in out.splitlines()]
    assert "acoustic  (no sound)" in lines
    assert "textual   (no words, or none that the model knows)" in lines
    assert not any(line.startswith("heard") for line in lines)


def test_json_holds_what_a_machine_needs(run, model, clips):
    code, out, err = run("predict", model, clips / "loud.mp4", "--json", "--top", 2)
    assert (code, err) == (0, [])
    answer = json.loads(out)
    assert answer["model"]["stands_in_for"] == "the real thing"
    assert set(answer["model"]["scores"]) == {"micro_f1", "macro_f1"}
    [clip] = answer["clips"]
    assert clip["file"] == str(clips / "loud.mp4")
    assert len(clip["venues"]) == 2
    assert 1 >= clip["venues"][0]["probability"] >= clip["venues"][1]["probability"] >= 0
    assert clip["has"] == {"visual": True, "acoustic": True, "textual": False}
    assert set(clip["alone"]) == {"visual", "acoustic"}
    assert all(set(heard) == {"concept", "deviations"} for heard in clip["heard"])
    assert answer["unreadable"] == []


def test_of_a_folder_the_good_are_answered_and_the_bad_are_told(run, model, clips):
    code, out, err = run("predict", model, clips, "--json")
    assert code == 1
    answer = json.loads(out)
    assert [Path(clip["file"]).name for clip in answer["clips"]] == ["loud.mp4", "silent.mp4"]
    [bad] = answer["unreadable"]
    assert Path(bad["file"]).name == "broken.mp4"
    assert bad["reason"].startswith("is not a video file or is damaged")
    code, out, err = run("predict", model, clips)
    assert code == 1
    assert [line.partition(": ")[0] for line in err] == [str(clips / "broken.mp4")]


def test_a_sound_has_no_picture_to_look_at(run, model, tmp_path):
    import numpy as np
    import soundfile

    soundfile.write(tmp_path / "a.wav", np.ones(22050) / 2, 22050)
    code, out, _ = run("predict", model, tmp_path / "a.wav", "--json")
    assert code == 1
    assert json.loads(out)["clips"] == []
    assert json.loads(out)["unreadable"] == [
        {"file": str(tmp_path / "a.wav"), "reason": "has no video track"}
    ]


def test_words_come_from_a_manifest(run, model, clips, tmp_path):
    (tmp_path / "words.csv").write_text("file,text\nloud.mp4,park\n")
    out = run("predict", model, clips, "--manifest", tmp_path / "words.csv", "--json")[1]
    assert [clip["has"]["textual"] for clip in json.loads(out)["clips"]] == [True, False]


def test_mistakes_are_one_line_and_exit_code_2(run, model, clips, tmp_path):
    (tmp_path / "empty").mkdir()
    damaged = shutil.copytree(model, tmp_path / "damaged")
    facts = (damaged / "model.json").read_text()
    (damaged / "model.json").write_text(facts[:100])
    loud = clips / "loud.mp4"
    for words, said in {
        (model, tmp_path / "empty"): "holds no video",
        (model, tmp_path / "none.mp4"): "no such file or folder",
        (tmp_path / "none", loud): "holds no model.json",
        (loud, loud): "must be the folder of a published model",
        (model.parent, loud): "did you mean",
        (damaged, loud): "model.json: cannot be read",
        (model, clips, "--text", "x"): "--text is for one clip, there are 3",
        (model,): "Missing argument 'PATH'",
        (model, loud, "--top", "0"): "'--top'",
    }.items():
        code, out, err = run("predict", *words)
        assert (code, out, len(err)) == (2, "", 1), words
        assert said in err[0], words


def test_the_installed_command_needs_nothing_but_the_folder_of_a_model(model, clips, tmp_path):
    """No project, no training data, no params.yaml; and TensorFlow keeps quiet."""
    copy = shutil.copytree(model, tmp_path / "model")
    (tmp_path / "elsewhere").mkdir()
    words = [Path(sys.executable).parent / "tfrepro", "predict", copy, clips / "loud.mp4", "--json"]
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("TF_", "PYTHON"))}
    done = subprocess.run(
        words, cwd=tmp_path / "elsewhere", env=environment, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert len(json.loads(done.stdout)["clips"]) == 1
    assert not list((tmp_path / "elsewhere").iterdir())
