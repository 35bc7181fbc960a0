"""Mel patches are those of YAMNet and librosa; a dog's bark is scored as a dog's bark."""

import pickle

import librosa
import numpy as np
import pytest
import soundfile
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from tfrepro.errors import UserError
from tfrepro.features.audioset import AudioSetScores, log_mel
from tfrepro.features.tflite import open_interpreter, run
from tfrepro.media.audio import load_audio

WINDOW = 800  # of the model made up here
HEAD = "index,mid,display_name\n"


def noise(n, seed=0):
    return np.random.default_rng(seed).normal(0, 0.1, n).astype(np.float32)


def librosa_log_mel(y):
    """Frames of 64 bands by librosa, (frames, 64), and log(mel + 0.01)."""
    # librosa centres a short window in the transform's 512 samples.
    spectrum = np.abs(
        librosa.stft(np.pad(y, 56), n_fft=512, hop_length=160, win_length=400, center=False)
    )
    bands = librosa.filters.mel(
        sr=16000, n_fft=512, n_mels=64, fmin=125, fmax=7500, htk=True, norm=None
    )
    return np.log(bands @ spectrum + 0.01).T


@pytest.mark.parametrize("kind", ["noise", "tone"])
def test_patches_are_those_of_librosa(kind):
    n = 3 * 96 * 160
    y = noise(n) if kind == "noise" else np.sin(0.3 * np.arange(n)).astype(np.float32)
    ours = log_mel(y, 16000)
    assert ours.shape == (2, 96, 64)
    assert ours.dtype == np.float32
    # librosa's triangles are straight in Hz, the released networks' in mel.
    theirs = librosa_log_mel(y)[:192].reshape(2, 96, 64)
    np.testing.assert_allclose(ours, theirs, atol=0.02)
    assert np.abs(ours - theirs).mean() < 0.002


@given(n=st.integers(0, 60000))
@settings(max_examples=20, deadline=None)
def test_there_are_as_many_whole_patches_as_fit(n):
    patches = log_mel(noise(n), 16000)
    frames = 1 + (n - 400) // 160
    assert patches.shape == (max(1, frames // 96), 96, 64)
    if n < 15600:
        followed = log_mel(np.pad(noise(n), (0, 15600 - n)), 16000)
        np.testing.assert_array_equal(patches, followed)


def test_other_rates_are_resampled():
    t = np.arange(0, 2, 1 / 48000)
    at_48, at_16 = log_mel(np.sin(3000 * t), 48000), log_mel(np.sin(3000 * t[::3]), 16000)
    assert at_48.shape == at_16.shape
    np.testing.assert_allclose(at_48[0, 1:], at_16[0, 1:], atol=0.01)


@pytest.fixture(scope="module")
def made_up(tmp_path_factory):
    """Scores of three concepts: the first sample, the last, and how many are not zero."""
    folder = tmp_path_factory.mktemp("audioset")

    def score(y):
        count = tf.reduce_sum(tf.cast(y != 0, tf.float32), keepdims=True)
        return tf.concat([y[:, :1], y[:, -1:], count], axis=1), y * 2

    module = tf.Module()
    module.call = tf.function(score, input_signature=[tf.TensorSpec((1, WINDOW), tf.float32)])
    converter = tf.lite.TFLiteConverter.from_concrete_functions(
        [module.call.get_concrete_function()], module
    )
    (folder / "model.tflite").write_bytes(converter.convert())
    (folder / "map.csv").write_text(HEAD + '2,/m/3,Count\n0,/m/1,"First, or so"\n1,/m/2,Last\n')
    return folder


@pytest.mark.parametrize("n", [0, 1, 799, 800, 801, 1200, 1201, 5000])
def test_scores_are_means_over_windows_that_leave_no_sample_out(made_up, n):
    scores = AudioSetScores(made_up / "model.tflite", made_up / "map.csv", hop=400 / 16000)
    y = noise(n, seed=n)
    starts = [0]
    while starts[-1] + WINDOW < n:
        starts.append(starts[-1] + 400)
    padded = np.pad(y, (0, starts[-1] + WINDOW - n))
    windows = [padded[start : start + WINDOW] for start in starts]
    expected = np.mean([(x[0], x[-1], np.count_nonzero(x)) for x in windows], axis=0)
    found = scores.signal(y)
    assert (found.shape, found.dtype) == ((3,), np.float32)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)


def test_names_are_in_the_order_of_the_scores(made_up):
    scores = AudioSetScores(made_up / "model.tflite", made_up / "map.csv")
    assert scores.names == ("First, or so", "Last", "Count")
    scores.signal(noise(10))
    assert len(pickle.dumps(scores)) < 1000
    assert scores.describe()["weights"]["file"] == "model.tflite"
    assert scores.describe()["hop"] == 0.48


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("", "gives no 0 scores"),
        ("a,b\n1,2\n", "no class map; needs the columns index, display_name"),
        ("index,mid,display_name\nx,/m/1,Dog\n", "no class map"),
        ("index,mid,display_name\n1,/m/1,Dog\n", "must count the concepts from 0"),
        ("index,mid,display_name\n0,/m/1,Dog\n", "gives no 1 scores"),
    ],
)
def test_a_class_map_that_does_not_fit_is_refused(made_up, tmp_path, content, complaint):
    (tmp_path / "map.csv").write_text(content)
    with pytest.raises(UserError, match=complaint):
        AudioSetScores(made_up / "model.tflite", tmp_path / "map.csv").signal(noise(10))


def test_missing_files_are_named(made_up, tmp_path):
    with pytest.raises(UserError, match=r"gone\.csv: cannot be read"):
        _ = AudioSetScores(made_up / "model.tflite", tmp_path / "gone.csv").names
    with pytest.raises(UserError, match=r"gone\.tflite: cannot be read"):
        AudioSetScores(tmp_path / "gone.tflite", made_up / "map.csv").signal(noise(10))


def test_a_hop_below_a_sample_is_refused(made_up):
    with pytest.raises(ValueError, match="hop is 0 s"):
        AudioSetScores(made_up / "model.tflite", made_up / "map.csv", hop=0)


@pytest.fixture(scope="module")
def yamnet(real_data):
    folder = real_data / "pretrained"
    return AudioSetScores(folder / "yamnet.tflite", folder / "yamnet_class_map.csv")


@pytest.mark.real
def test_patches_are_those_that_yamnet_makes_itself(yamnet, real_data):
    y = load_audio(next((real_data / "esc10").rglob("1-17367-A.ogg")), 16000)
    interpreter = open_interpreter(yamnet.model)
    _, patch = interpreter.get_output_details()
    theirs = np.exp(run(interpreter, y[:15600], patch).reshape(96, 64)) - 0.001
    ours = np.exp(log_mel(y, 16000)[0]) - 0.01
    # This file computes its spectrum with 8-bit weights.
    assert np.abs(ours - theirs).mean() < 0.01 * theirs.mean()


@pytest.mark.real
@pytest.mark.parametrize(
    ("clip", "concepts"),
    [
        ("1-30344-A.ogg", {"Dog", "Bark"}),
        ("1-17367-A.ogg", {"Rain", "Rain on surface"}),
        ("1-211527-A.ogg", {"Baby cry, infant cry"}),
        ("1-21935-A.ogg", {"Clock", "Tick-tock"}),
        ("1-19898-B.ogg", {"Chainsaw"}),
    ],
)
def test_real_clips_are_scored_as_what_they_are(yamnet, real_data, clip, concepts):
    scores = yamnet.file(next((real_data / "esc10").rglob(clip)))
    assert scores.shape == (len(yamnet.names),) == (521,)
    assert 0 <= scores.min() <= scores.max() <= 1
    best = [yamnet.names[i] for i in np.argsort(scores)[::-1][:5]]
    assert concepts <= set(best)


@pytest.mark.real
def test_silence_and_no_sound_at_all_are_scored_alike(yamnet, tmp_path):
    soundfile.write(tmp_path / "silent.wav", np.zeros(50000), 16000)
    silent = yamnet.file(tmp_path / "silent.wav")
    assert yamnet.names[silent.argmax()] == "Silence"
    np.testing.assert_allclose(yamnet.signal(np.empty(0, np.float32)), silent, atol=1e-6)


def test_a_keras_network_scores_patches(tmp_path):
    import keras

    network = keras.Sequential(
        [keras.Input((96, 64)), keras.layers.Flatten(), keras.layers.Dense(3, "sigmoid")]
    )
    network.save(tmp_path / "net.keras")
    (tmp_path / "map.csv").write_text("index,mid,display_name\n0,a,A\n1,b,B\n2,c,C\n")
    scores = AudioSetScores(tmp_path / "net.keras", tmp_path / "map.csv")
    y = noise(40000)
    expected = network.predict_on_batch(log_mel(y, 16000)).mean(axis=0)
    np.testing.assert_allclose(scores.signal(y), expected, rtol=1e-5)
    (tmp_path / "map.csv").write_text("index,mid,display_name\n0,a,A\n1,b,B\n")
    with pytest.raises(UserError, match="gives no 2 scores"):
        AudioSetScores(tmp_path / "net.keras", tmp_path / "map.csv").signal(y)
