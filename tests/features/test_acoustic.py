"""The 1,104-D vector is what plain librosa calls give."""

import librosa
import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from tfrepro.features.acoustic import BLOCKS, AcousticFrontEnd
from tfrepro.media.audio import load_audio
from tfrepro.media.errors import MediaError
from tfrepro.simulate.sounds import sound_clips


def plain_librosa(y, sr=22050):
    """The four blocks, computed as a reader of the paper would."""
    spectrum = np.abs(librosa.stft(y, n_fft=1024, hop_length=512))
    static = librosa.feature.mfcc(y=y, sr=sr, n_mfcc=13, n_fft=1024, hop_length=512)
    cepstrum = np.concatenate(
        [static, librosa.feature.delta(static), librosa.feature.delta(static, order=2)]
    )
    return dict(
        zip(
            BLOCKS,
            (spectrum.mean(1), spectrum.max(1), cepstrum.mean(1), cepstrum.max(1)),
            strict=True,
        )
    )


def check_agreement(ours, theirs):
    assert ours.keys() == theirs.keys()
    for name in theirs:
        worst = np.abs(ours[name] - theirs[name]).max()
        assert worst <= 1e-4 * np.abs(theirs[name]).max(), name


@settings(max_examples=40, deadline=None)
@given(
    n=st.integers(8 * 512, 40000),
    seed=st.integers(0, 999),
    level=st.sampled_from([1.0, 1e-2, 1e-5]),
    clicks=st.booleans(),
)
def test_a_signal_gives_what_librosa_gives(n, seed, level, clicks):
    rng = np.random.default_rng(seed)
    y = rng.standard_normal(n) * (rng.random(n) < 0.01 if clicks else 1)
    y = (level * (y + np.sin(0.1 * np.arange(n)))).astype(np.float32)
    check_agreement(AcousticFrontEnd().signal(y), plain_librosa(y))


def test_it_has_1104_dimensions():
    front_end = AcousticFrontEnd()
    blocks = front_end.signal(np.random.default_rng(0).standard_normal(22050).astype(np.float32))
    assert {name: len(block) for name, block in blocks.items()} == front_end.dimensions
    assert list(front_end.dimensions.values()) == [513, 513, 39, 39]
    assert sum(front_end.dimensions.values()) == 1104
    assert front_end.units.keys() == front_end.dimensions.keys()
    assert all(block.dtype == np.float32 for block in blocks.values())


@pytest.mark.parametrize(
    "settings", [{"n_fft": 512, "hop_length": 256}, {"n_mfcc": 20}, {"sample_rate": 16000}]
)
def test_dimensions_follow_the_settings(settings):
    front_end = AcousticFrontEnd(**settings)
    blocks = front_end.signal(np.ones(9000, np.float32))
    assert {name: len(block) for name, block in blocks.items()} == front_end.dimensions


@given(n=st.integers(1, 8 * 512 - 1))
@settings(max_examples=20, deadline=None)
def test_a_short_clip_is_followed_by_silence(n):
    y = np.random.default_rng(n).standard_normal(n).astype(np.float32)
    blocks = AcousticFrontEnd().signal(y)
    assert all(np.isfinite(block).all() for block in blocks.values())
    check_agreement(blocks, plain_librosa(np.pad(y, (0, 8 * 512 - n))))


@pytest.mark.filterwarnings("error")
def test_silence_gives_numbers_but_a_silent_file_is_refused(tmp_path):
    front_end = AcousticFrontEnd()
    assert all(np.isfinite(x).all() for x in front_end.signal(np.zeros(9000, np.float32)).values())
    soundfile.write(tmp_path / "silent.wav", np.zeros(9000), 22050)
    with pytest.raises(MediaError, match="is silent"):
        front_end.file(tmp_path / "silent.wav")


def test_rendered_files_give_what_librosa_gives(tmp_path):
    for number, clip in enumerate(sound_clips(12, 3, noise=1.0, companions=2.0, takes=1)):
        path = tmp_path / f"{number}.{clip.format}"
        soundfile.write(path, clip.y, clip.rate)
        y, _ = librosa.load(path, sr=22050)
        check_agreement(AcousticFrontEnd().file(path), plain_librosa(y))


@pytest.mark.real
def test_real_clips_give_what_librosa_gives(real_data):
    for path in sorted((real_data / "esc10").rglob("*.ogg"))[::25]:
        y, _ = librosa.load(path, sr=22050)
        assert len(y) == len(load_audio(path))
        check_agreement(AcousticFrontEnd().file(path), plain_librosa(y))


@pytest.mark.real
def test_the_real_vines_all_have_a_vector(real_data):
    for path in sorted((real_data / "vine").glob("*.mp4")):
        blocks = AcousticFrontEnd().file(path)
        assert all(np.isfinite(block).all() for block in blocks.values())
