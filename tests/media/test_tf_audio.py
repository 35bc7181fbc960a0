"""Reading in TensorFlow gives what the librosa path gives, to the tolerance it states."""

import subprocess
import sys
import warnings

import librosa
import numpy as np
import pytest
import soundfile
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st

from tfrepro.media.audio import decode, load_audio
from tfrepro.media.errors import MediaError
from tfrepro.simulate.sounds import sound_clips

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import tensorflow as tf
    import tensorflow_io as tfio

    from tfrepro.media.tf_audio import log_mel, mel_dataset, resample, sound_dataset

HIGH_BANDS = 6  # of 128, above 9 kHz, where the resamplers' filters fall differently


def librosa_log_mel(y, **settings):
    settings = {"sr": 22050, "n_fft": 1024, "hop_length": 512} | settings
    return librosa.power_to_db(librosa.feature.melspectrogram(y=y, **settings)).T


def noise(n, channels=1, level=0.1):
    shape = n if channels == 1 else (n, channels)
    return (level * np.random.default_rng(n).standard_normal(shape)).astype(np.float32)


@pytest.fixture
def write(tmp_path):
    """``write("a.wav", y, rate, container, subtype)``: the path of a sound file."""

    def write(name, y, rate=22050, container="WAV", subtype="PCM_16"):
        soundfile.write(tmp_path / name, y, rate, format=container, subtype=subtype)
        return tmp_path / name

    return write


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    """Two dozen rendered clips, FLAC and WAV, of four rates."""
    folder = tmp_path_factory.mktemp("rendered")
    files = []
    for number, clip in enumerate(sound_clips(24, 5, noise=1.0, companions=2.0, takes=2)):
        files.append(folder / f"{number:02d}.{clip.format}")
        soundfile.write(files[-1], clip.y, clip.rate)
    return files


class TestAgreement:
    def check(self, files, mean, worst):
        differences = [
            np.abs(ours - librosa_log_mel(load_audio(file)))
            for ours, file in zip(mel_dataset(files).as_numpy_iterator(), files, strict=True)
        ]
        assert np.mean([x.mean() for x in differences]) <= mean
        assert max(x.mean() for x in differences) <= worst
        assert max(x[:, :-HIGH_BANDS].mean() for x in differences) <= 0.001

    def test_rendered_clips_differ_by_a_quarter_of_a_decibel_at_most(self, rendered):
        self.check(rendered, mean=0.26, worst=0.28)

    @pytest.mark.real
    def test_esc10_differs_by_three_twentieths_of_a_decibel(self, real_data):
        files = sorted((real_data / "esc10").rglob("*.ogg"))[::10]
        self.check(files, mean=0.15, worst=0.3)

    @settings(max_examples=25, deadline=None)
    @given(
        n=st.integers(1, 20000),
        level=st.sampled_from([1.0, 1e-3, 1e-6]),
        tone=st.booleans(),
        sizes=st.sampled_from([(1024, 512, 128), (512, 128, 40)]),
    )
    def test_log_mel_frames_of_one_signal_are_those_of_librosa(self, n, level, tone, sizes):
        n_fft, hop_length, n_mels = sizes
        options = {"n_fft": n_fft, "hop_length": hop_length, "n_mels": n_mels}
        y = noise(n, level=level) + level * tone * np.sin(0.2 * np.arange(n), dtype=np.float32)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # librosa's, of short signals
            theirs = librosa_log_mel(y, **options)
        ours = log_mel(tf.constant(y), **options).numpy()
        assert ours.shape == theirs.shape
        np.testing.assert_allclose(ours, theirs, atol=0.01)

    def test_each_signal_of_a_batch_has_its_own_floor(self):
        y = noise(5000)
        batch = log_mel(tf.stack([y, 1e-4 * y])).numpy()
        np.testing.assert_allclose(batch[0], log_mel(tf.constant(y)), atol=1e-3)
        np.testing.assert_allclose(batch[1], log_mel(tf.constant(1e-4 * y)), atol=1e-3)

    def test_silence_is_at_the_floor(self):
        np.testing.assert_allclose(log_mel(tf.zeros(3000)), np.full((6, 128), -100), atol=1e-3)


class TestResampling:
    @pytest.mark.parametrize("rate", [16000, 32000, 44100, 48000, 96000, 192000, 12345])
    @pytest.mark.parametrize("extra", [0, 1, 17])
    def test_it_neither_delays_nor_shortens(self, rate, extra):
        n = rate // 2 + extra
        fade = np.hanning(n)
        y = (fade * np.sin(2 * np.pi * 700 / rate * np.arange(n))).astype(np.float32)
        ours, theirs = resample(tf.constant(y), rate, 22050).numpy(), soxr.resample(y, rate, 22050)
        assert len(ours) == len(theirs)
        np.testing.assert_allclose(ours, theirs, atol=5e-4)

    def test_tensorflow_io_alone_is_32_samples_late_at_half_the_rate(self):
        # If this ends, so does the reason for resample().
        click = np.zeros(4410, np.float32)
        click[2000] = 1
        assert np.argmax(tfio.audio.resample(click, 44100, 22050)) == 1000 + 32
        assert np.argmax(resample(tf.constant(click), 44100, 22050)) == 1000

    def test_the_same_rate_changes_nothing(self):
        y = noise(1000)
        np.testing.assert_array_equal(resample(tf.constant(y), 16000, 16000), y)


class TestReading:
    @pytest.mark.parametrize("channels", [1, 2])
    @pytest.mark.parametrize(
        ("container", "subtype"),
        [
            ("WAV", "PCM_U8"),
            ("WAV", "PCM_16"),
            ("WAV", "PCM_24"),
            ("WAV", "FLOAT"),
            ("WAVEX", "PCM_24"),
            ("FLAC", "PCM_S8"),
            ("FLAC", "PCM_16"),
            ("FLAC", "PCM_24"),
            ("OGG", "VORBIS"),
            ("MP3", "MPEG_LAYER_III"),
        ],
    )
    def test_each_format_gives_the_samples_of_load_audio(self, write, container, subtype, channels):
        path = write("sound", noise(9000, channels), 22050, container, subtype)
        (y,) = sound_dataset([path])
        np.testing.assert_allclose(y, load_audio(path), atol=1e-6)

    def test_files_of_all_kinds_come_in_their_order(self, write):
        files = [
            write("a", noise(5000), 22050),
            write("b", noise(6000, 2), 44100, "FLAC"),
            write("c", noise(7000), 16000, "OGG", "VORBIS"),
            write("d", noise(8000, 8), 44100, "WAV", "FLOAT"),
            write("e", noise(5500), 22050),
        ] * 4
        lengths = [len(y) for y in sound_dataset(files)]
        assert lengths == [len(load_audio(file)) for file in files]

    def test_signals_of_one_length_batch(self, write):
        files = [write("short", noise(1000)), write("long", noise(50000))]
        dataset = sound_dataset(files, seconds=1.5)
        assert dataset.element_spec == tf.TensorSpec([33075], tf.float32)
        (batch,) = dataset.batch(2)
        np.testing.assert_allclose(batch[0, :1000], load_audio(files[0]), atol=1e-6)
        np.testing.assert_array_equal(batch[0, 1000:], np.zeros(32075))
        np.testing.assert_allclose(batch[1], load_audio(files[1])[:33075], atol=1e-6)
        (mels,) = mel_dataset(files, seconds=1.5, n_mels=40).batch(2)
        assert mels.shape == (2, 65, 40)

    def test_another_rate_may_be_asked_for(self, write):
        path = write("sound", noise(9000), 22050)
        (y,) = sound_dataset([path], sample_rate=16000)
        assert len(y) == len(load_audio(path, 16000))
        assert next(iter(mel_dataset([path], sample_rate=16000))).shape == (1 + len(y) // 512, 128)

    def test_a_dataset_can_be_read_twice(self, write):
        dataset = sound_dataset([write("sound", noise(900))])
        first, second = list(dataset), list(dataset)
        np.testing.assert_array_equal(first, second)


class TestRefusals:
    @pytest.mark.parametrize(
        ("container", "subtype"),
        [
            ("OGG", "OPUS"),
            ("WAV", "PCM_32"),
            ("WAV", "DOUBLE"),
            ("WAV", "ULAW"),
            ("RF64", "PCM_16"),
            ("AIFF", "PCM_16"),
        ],
    )
    def test_a_format_without_decoder_is_refused_before_reading(self, write, container, subtype):
        files = [
            write("good.wav", noise(100)),
            write("bad", noise(48000), 48000, container, subtype),
        ]
        with pytest.raises(MediaError) as error:
            sound_dataset(files)
        assert str(error.value) == (
            f"{files[1]}: tensorflow-io does not read {container} with {subtype}; "
            "use tfrepro.media.audio.load_audio for it"
        )
        assert decode(files[1])[0].size

    @pytest.mark.parametrize("data", [b"\0\0\0\x20ftypisom" + bytes(100), b"text", b""])
    def test_what_is_no_sound_file_is_refused_before_reading(self, tmp_path, data):
        (tmp_path / "clip.mp4").write_bytes(data)
        with pytest.raises(MediaError) as error:
            mel_dataset([tmp_path / "clip.mp4"])
        text = str(error.value)
        assert text.startswith(f"{tmp_path / 'clip.mp4'}: is no file that tensorflow-io reads (")
        assert text.endswith("; use tfrepro.media.audio.load_audio for it")

    def test_a_missing_file_is_refused_before_reading(self, tmp_path):
        with pytest.raises(MediaError, match=r"none\.wav: is no file"):
            sound_dataset([tmp_path / "none.wav"])

    def test_a_file_without_samples_is_refused_before_reading(self, write):
        path = write("empty.wav", np.zeros(0))
        with pytest.raises(MediaError, match=f"{path}: holds no samples"):
            sound_dataset([path])

    def test_a_flac_that_does_not_say_its_length_is_refused_before_reading(self, write):
        path = write("streamed.flac", noise(9000), 22050, "FLAC")
        data = bytearray(path.read_bytes())
        data[21] &= 0xF0
        data[22:26] = bytes(4)
        path.write_bytes(data)
        with pytest.raises(MediaError, match="does not say its length; use"):
            sound_dataset([path])

    def test_no_files_are_a_mistake(self):
        with pytest.raises(ValueError, match="files is empty"):
            sound_dataset([])

    @pytest.mark.parametrize("container", ["WAV", "FLAC", "OGG", "MP3"])
    def test_a_body_that_is_cut_off_ends_the_iteration(self, write, container):
        subtype = {"OGG": "VORBIS", "MP3": "MPEG_LAYER_III"}.get(container, "PCM_16")
        path = write("cut", noise(30000), 22050, container, subtype)
        dataset = sound_dataset([path])
        path.write_bytes(path.read_bytes()[:-3000])
        with pytest.raises(tf.errors.InvalidArgumentError):
            list(dataset)

    def test_samples_that_are_not_finite_end_the_iteration_with_the_name_of_the_file(self, write):
        y = noise(1000)
        y[10] = np.nan
        path = write("not-finite.wav", y, 22050, "WAV", "FLOAT")
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"not-finite\.wav"):
            list(sound_dataset([path]))


def test_the_reader_of_load_audio_does_not_need_tensorflow():
    script = (
        "import sys, tfrepro.media.audio, tfrepro.features.acoustic, tfrepro.parallel;"
        "sys.exit('tensorflow' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script]).returncode == 0


def test_a_path_may_have_blanks_and_letters_beyond_ascii(write):
    assert len(next(iter(sound_dataset([write("ein Käuzchen ☾.wav", noise(500))])))) == 500
