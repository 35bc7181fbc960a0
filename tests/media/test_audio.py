"""Decoding: every format gives the sound that was written, every bad file says what is wrong."""

import io
import math

import av
import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tfrepro.media.audio import SAMPLE_RATE, check_audible, decode, load_audio
from tfrepro.media.errors import MediaError

SUBTYPES = {
    ("WAV", "PCM_U8"): 1 / 128,
    ("WAV", "PCM_16"): 1 / 32768,
    ("WAV", "PCM_24"): 1e-6,
    ("WAV", "PCM_32"): 1e-6,
    ("WAV", "FLOAT"): 0,
    ("WAV", "DOUBLE"): 1e-7,
    ("WAVEX", "PCM_24"): 1e-6,
    ("RF64", "PCM_16"): 1 / 32768,
    ("FLAC", "PCM_16"): 1 / 32768,
    ("FLAC", "PCM_24"): 1e-6,
    ("OGG", "VORBIS"): 0.02,
    ("OGG", "OPUS"): 0.02,
    ("MP3", "MPEG_LAYER_III"): 0.02,
}


def tone(frequency=440.0, rate=44100, seconds=0.5, level=0.5):
    """A sine ``(n,)`` that starts and ends softly, so that codecs have no edge to smear."""
    t = np.arange(round(rate * seconds)) / rate
    fade = np.minimum(1, 50 * np.minimum(t, t[::-1]))
    return (level * fade * np.sin(2 * np.pi * frequency * t)).astype(np.float32)


def encode(y, rate=44100, container="WAV", subtype="PCM_16") -> bytes:
    """``y``, (n,) or (n, c), as the bytes of a sound file."""
    file = io.BytesIO()
    soundfile.write(file, y, rate, format=container, subtype=subtype)
    return file.getvalue()


def write_with_ffmpeg(path, codec, y=None, *, rate=44100, picture=False, layout="mono", **options):
    """A media file with ``y : (n,)``, in every channel, as its sound track; None for no track."""
    with av.open(str(path), "w", options=options) as container:
        streams = []
        if picture:
            video = container.add_stream("mpeg4", rate=10)
            video.width = video.height = 16
            frames = [av.VideoFrame(16, 16, "yuv420p") for _ in range(5)]
            streams.append((video, frames))
        if y is not None:
            sound = container.add_stream(codec, rate=rate)
            sound.layout = layout
            channels = np.tile(y, (sound.channels, 1))
            frame = av.AudioFrame.from_ndarray(channels, format="fltp", layout=layout)
            frame.rate = rate
            streams.append((sound, [frame]))
        for stream, frames in streams:
            for frame in [*frames, None]:
                container.mux(stream.encode(frame))
    return path


def strongest(y, rate):
    """Frequency in Hz and amplitude of the strongest sine in the middle of ``y``."""
    quarter = len(y) // 4
    middle = y[quarter:-quarter] * np.hanning(len(y) - 2 * quarter)
    size = 16 * len(middle)
    spectrum = np.abs(np.fft.rfft(middle, size))
    at = spectrum.argmax()
    return at * rate / size, spectrum[at] * 4 / len(middle)


def reason(path) -> str:
    with pytest.raises(MediaError) as error:
        load_audio(path)
    return str(error.value)


@pytest.fixture
def put(tmp_path):
    """``put("a.wav", data)``: the path of a file with those bytes."""

    def put(name, data):
        (tmp_path / name).write_bytes(data)
        return tmp_path / name

    return put


class TestFormats:
    @pytest.mark.parametrize(("container", "subtype"), SUBTYPES)
    def test_each_format_gives_the_samples_that_were_written(self, put, container, subtype):
        rate = 48000 if subtype == "OPUS" else 44100
        y = tone(rate=rate)
        path = put("sound", encode(y, rate, container, subtype))
        channels, heard_rate = decode(path)
        assert (channels.dtype, channels.shape, heard_rate) == (np.float32, (1, len(y)), rate)
        # libsndfile's Opus writer spoils the last few milliseconds.
        end = -240 if subtype == "OPUS" else None
        np.testing.assert_allclose(channels[0][:end], y[:end], atol=SUBTYPES[container, subtype])

    @pytest.mark.parametrize(
        ("name", "codec", "rate"),
        [
            ("clip.mp4", "aac", 44100),
            ("clip.mov", "aac", 44100),
            ("clip.webm", "libopus", 48000),
            ("clip.mkv", "aac", 44100),
            ("clip.avi", "libmp3lame", 44100),
            ("clip.aac", "aac", 44100),
            ("clip.mp2", "mp2", 44100),
            ("clip.aiff", "pcm_s16be", 44100),
        ],
    )
    def test_the_sound_track_of_a_container_is_heard(self, tmp_path, name, codec, rate):
        path = write_with_ffmpeg(tmp_path / name, codec, tone(rate=rate), rate=rate)
        y = load_audio(path)
        frequency, level = strongest(y, SAMPLE_RATE)
        assert frequency == pytest.approx(440, abs=1)
        assert level == pytest.approx(0.5, rel=0.06)
        assert len(y) == pytest.approx(0.5 * SAMPLE_RATE, abs=0.1 * SAMPLE_RATE)

    def test_a_video_with_pictures_and_sound_gives_its_sound(self, tmp_path):
        path = write_with_ffmpeg(tmp_path / "clip.mp4", "aac", tone(), picture=True)
        assert strongest(load_audio(path), SAMPLE_RATE)[0] == pytest.approx(440, abs=1)

    @pytest.mark.parametrize(
        "name", ["sound.mp4", "sound.txt", "sound.raw", "sound", "söund ☃.ogg"]
    )
    def test_the_first_bytes_choose_the_decoder_not_the_name(self, put, name):
        y = tone()
        channels, _ = decode(put(name, encode(y, subtype="FLOAT")))
        np.testing.assert_array_equal(channels[0], y)

    def test_an_id3_tag_in_front_of_an_mp3_changes_nothing(self, put):
        plain = encode(tone(), container="MP3", subtype="MPEG_LAYER_III")
        size = 5000
        length = bytes((size >> shift) & 0x7F for shift in (21, 14, 7, 0))
        tag = b"ID3\x03\x00\x00" + length + b"TIT2\x00\x00\x00\x05\x00\x00\x00tone"
        tagged = tag.ljust(10 + size, b"\0") + plain
        assert plain[:3] != b"ID3"
        np.testing.assert_array_equal(
            decode(put("tagged.mp3", tagged))[0], decode(put("plain.mp3", plain))[0]
        )

    def test_a_wav_may_lack_its_padding_byte(self, put):
        data = encode(tone()[:22049], subtype="PCM_U8")
        assert len(data) == 44 + 22049 + 1
        assert decode(put("unpadded.wav", data[:-1]))[0].shape[1] == 22049

    @pytest.mark.parametrize("options", [{}, {"write_xing": "0"}, {"id3v2_version": "0"}])
    def test_an_mp3_is_whole_with_and_without_a_header_that_says_so(self, tmp_path, options):
        path = write_with_ffmpeg(tmp_path / "a.mp3", "libmp3lame", tone(), **options)
        assert len(load_audio(path, 44100)) == pytest.approx(22050, abs=3000)

    @pytest.mark.parametrize("channels", [1, 2, 3, 4, 6, 8])
    def test_stb_vorbis_and_libsndfile_give_the_same_channels(self, put, channels):
        noise = 0.1 * np.random.default_rng(channels).standard_normal((30000, channels))
        data = encode(noise, 44100, "OGG", "VORBIS")
        ours, rate = decode(put("sound", data))
        theirs, their_rate = soundfile.read(io.BytesIO(data), dtype="float32", always_2d=True)
        assert rate == their_rate
        np.testing.assert_allclose(ours, theirs.T, atol=2e-6)

    def test_eight_channels_are_averaged(self, put):
        channels = np.stack([tone(200 * k) for k in range(1, 9)], axis=1)
        y = load_audio(put("eight.wav", encode(channels, 44100, "WAV", "FLOAT")), 44100)
        np.testing.assert_allclose(y, channels.mean(axis=1), atol=1e-6)

    def test_more_channels_than_ffmpeg_keeps_planes_for_are_averaged(self, tmp_path):
        y = tone()
        path = tmp_path / "sixteen.w64"
        soundfile.write(path, np.stack([y] * 16, axis=1), 44100, subtype="PCM_16")
        np.testing.assert_allclose(load_audio(path, 44100), y, atol=1e-4)

    def test_a_flac_that_does_not_say_its_length_is_read_to_its_end(self, put):
        data = bytearray(encode(tone(), container="FLAC"))
        data[21] &= 0xF0  # the low four of STREAMINFO's 36 bits of length
        data[22:26] = bytes(4)
        assert decode(put("streamed.flac", data))[0].shape[1] == 22050

    def test_a_wav_that_does_not_say_its_length_is_read_to_its_end(self, put):
        data = bytearray(encode(tone()))
        data[4:8] = b"\xff" * 4
        assert decode(put("streamed.wav", data))[0].shape[1] == 22050


class TestBadFiles:
    def test_an_empty_file(self, put):
        assert reason(put("empty.wav", b"")) == "is an empty file"

    @pytest.mark.parametrize("container", ["WAV", "OGG"])
    def test_a_header_without_samples(self, put, container):
        subtype = {"WAV": "PCM_16", "OGG": "VORBIS"}[container]
        data = encode(np.empty(0, np.float32), 44100, container, subtype)
        assert reason(put("none", data)) == "holds no samples"

    def test_a_flac_header_without_samples(self, put):
        assert reason(put("none.flac", encode(tone(), container="FLAC")[:86])).startswith(
            ("is cut off: 0 of 22050 samples", "is not a sound file or is damaged (decoder said:")
        )

    @pytest.mark.parametrize("kept", [0.3, 0.9])
    @pytest.mark.parametrize(
        ("container", "says"),
        [
            ("WAV", "is cut off: "),
            ("FLAC", "is not a sound file or is damaged (decoder said: "),
            ("OGG", "is cut off: "),
            ("MP3", "is cut off: "),
        ],
    )
    def test_a_cut_sound_file(self, put, container, says, kept):
        noise = 0.1 * np.random.default_rng(0).standard_normal(44100)
        subtype = {"OGG": "VORBIS", "MP3": "MPEG_LAYER_III"}.get(container, "PCM_16")
        data = encode(noise, 44100, container, subtype)
        assert reason(put("cut", data[: int(kept * len(data))])).startswith(says)

    @pytest.mark.parametrize("tail", [1, 100])
    @pytest.mark.parametrize("subtype", ["VORBIS", "OPUS"])
    def test_an_ogg_whose_last_page_is_short_is_cut_off(self, put, subtype, tail):
        data = encode(tone(rate=48000), 48000, "OGG", subtype)
        assert reason(put("cut.ogg", data[:-tail])).startswith("is cut off: ")

    @pytest.mark.parametrize("options", [{}, {"movflags": "faststart"}])
    def test_an_mp4_cut_within_a_frame(self, tmp_path, put, options):
        whole = write_with_ffmpeg(tmp_path / "whole.mp4", "aac", tone(), **options).read_bytes()
        says = "is not a media file or is damaged (decoder said: Invalid data"
        assert reason(put("cut.mp4", whole[: int(0.6 * len(whole))])).startswith(says)

    def test_an_mp4_cut_between_two_frames(self, tmp_path, put):
        whole = write_with_ffmpeg(tmp_path / "whole.mp4", "aac", tone(), movflags="faststart")
        with av.open(str(whole)) as container:
            starts = [packet.pos for packet in container.demux() if packet.size]
        data = whole.read_bytes()[: starts[len(starts) // 2]]
        assert reason(put("cut.mp4", data)) == "is cut off: 0.26 of 0.52 seconds"

    @pytest.mark.parametrize(
        ("data", "says"),
        [
            (
                b"just a few words\n" * 20,
                "is not a media file or is damaged (decoder said: Invalid data",
            ),
            (
                b"RIFF\x24\x00\x00\x00WAVE" + bytes(50),
                "is not a sound file or is damaged (decoder said: ",
            ),
            (b"RIFF", "is not a media file or is damaged (decoder said: "),
            (b"OggS" + bytes(100), "is damaged: the OGG page at byte 0"),
            (b"OggS", "is cut off: "),
            (b"fLaC" + bytes(100), "is not a sound file or is damaged (decoder said: "),
            (b"ID3" + bytes(100), "is not a sound file or is damaged (decoder said: "),
            (b"\xff\xfb" + bytes(100), "is not a sound file or is damaged (decoder said: "),
        ],
    )
    def test_a_file_that_is_no_sound(self, put, data, says):
        assert reason(put("sound.wav", data)).startswith(says)

    def test_a_picture_is_no_sound(self, tmp_path, put):
        with av.open(str(tmp_path / "a.png"), "w") as container:
            stream = container.add_stream("png", rate=1)
            stream.width = stream.height = 16
            stream.pix_fmt = "rgb24"
            container.mux(stream.encode(av.VideoFrame(16, 16, "rgb24")))
            container.mux(stream.encode(None))
        assert (
            reason(put("a.wav", (tmp_path / "a.png").read_bytes()))
            == "is not a media file or is damaged (decoder said: Invalid argument)"
        )

    def test_a_sound_track_that_changes_its_format(self, tmp_path, put):
        parts = [
            write_with_ffmpeg(tmp_path / f"{layout}.aac", "aac", tone(), layout=layout).read_bytes()
            for layout in ("mono", "stereo")
        ]
        says = "has a sound track that changes its format along the way"
        assert reason(put("both.aac", b"".join(parts))) == says

    def test_a_video_without_sound_track(self, tmp_path):
        path = write_with_ffmpeg(tmp_path / "silent.mp4", "aac", picture=True)
        assert reason(path) == "has no sound track"

    def test_a_folder_and_a_file_that_is_not_there(self, tmp_path):
        assert reason(tmp_path) == "cannot be read: Is a directory"
        assert reason(tmp_path / "none.wav") == "cannot be read: No such file or directory"

    @pytest.mark.parametrize(("bad", "shown"), [(math.nan, "nan"), (math.inf, "inf"), (2e9, "2e")])
    @pytest.mark.parametrize("channels", [1, 2])
    def test_a_float_wav_with_samples_that_are_no_sound(self, put, bad, shown, channels):
        y = np.stack([tone()] * channels, axis=1)
        y[1000] = bad
        text = reason(put("bad.wav", encode(y, subtype="FLOAT")))
        assert text.startswith(f"holds samples that are no sound: the largest is {shown}")

    def test_a_rate_that_no_sound_has(self, put):
        assert reason(put("slow.wav", encode(tone(), 3))) == "says its sample rate is 3 Hz"

    def test_less_than_one_sample_at_the_rate_asked_for(self, put):
        path = put("short.wav", encode(np.ones(1, np.float32), 192000))
        assert reason(path) == "is shorter than one sample at 22050 Hz"

    def test_silence_is_decoded_but_not_audible(self, put):
        y = load_audio(put("silent.wav", encode(np.zeros(44100, np.float32))))
        np.testing.assert_array_equal(y, np.zeros(22050, np.float32))
        with pytest.raises(MediaError, match="is silent: every sample is zero"):
            check_audible(y)
        check_audible(y + 1e-30)

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(data=st.binary(min_size=1, max_size=300))
    def test_random_bytes_are_refused(self, tmp_path, data):
        (tmp_path / "random").write_bytes(data)
        assert reason(tmp_path / "random")

    @pytest.mark.parametrize(
        "kind", ["wav", "float", "flac", "vorbis", "opus", "mp3", "mp4", "webm", "w64"]
    )
    def test_a_damaged_file_is_refused_or_gives_a_sound(self, tmp_path, kind):
        whole = self._whole(tmp_path, kind)
        rng = np.random.default_rng(0)
        for trial in range(40):
            data = bytearray(whole)
            for _ in range(rng.integers(1, 20)):
                # Headers are what confuses a decoder most.
                data[rng.integers(min(len(data), 300 if trial % 2 else len(data)))] = rng.integers(
                    256
                )
            (tmp_path / "damaged").write_bytes(data)
            try:
                y = load_audio(tmp_path / "damaged")
            except MediaError:
                continue
            assert np.isfinite(y).all()
            assert len(y)

    @staticmethod
    def _whole(tmp_path, kind) -> bytes:
        if kind in ("mp4", "webm"):
            codec, rate = ("aac", 44100) if kind == "mp4" else ("libopus", 48000)
            path = write_with_ffmpeg(tmp_path / f"x.{kind}", codec, tone(rate=rate), rate=rate)
            return path.read_bytes()
        container, subtype = {
            "wav": ("WAV", "PCM_16"),
            "float": ("WAV", "FLOAT"),
            "flac": ("FLAC", "PCM_16"),
            "vorbis": ("OGG", "VORBIS"),
            "opus": ("OGG", "OPUS"),
            "mp3": ("MP3", "MPEG_LAYER_III"),
            "w64": ("W64", "PCM_16"),
        }[kind]
        return encode(tone(rate=48000), 48000, container, subtype)

    def test_a_changed_byte_anywhere_in_an_ogg_is_noticed(self, put):
        whole = encode(tone(), container="OGG", subtype="VORBIS")
        for at in range(4, len(whole), 97):
            data = bytearray(whole)
            data[at] ^= 0x10
            assert reason(put("damaged.ogg", data)).startswith(("is damaged: ", "is cut off: "))


class TestResampling:
    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        rate=st.sampled_from([8000, 11025, 16000, 22050, 32000, 44100, 48000, 96000, 192000]),
        position=st.floats(0.02, 0.85),
        level=st.floats(1e-4, 0.99),
    )
    def test_a_sine_keeps_its_frequency_and_its_level(self, tmp_path, rate, position, level):
        frequency = position * min(rate, SAMPLE_RATE) / 2
        y = tone(frequency, rate, seconds=0.6, level=level)
        (tmp_path / "sine.wav").write_bytes(encode(y, rate, subtype="FLOAT"))
        heard = load_audio(tmp_path / "sine.wav")
        assert len(heard) == pytest.approx(0.6 * SAMPLE_RATE, abs=1)
        heard_frequency, heard_level = strongest(heard, SAMPLE_RATE)
        assert heard_frequency == pytest.approx(frequency, abs=1)
        assert heard_level == pytest.approx(level, rel=0.01)

    @pytest.mark.parametrize("rate", [44100, 192000])
    def test_what_lies_above_the_new_limit_is_gone(self, put, rate):
        y = load_audio(put("high.wav", encode(tone(15000, rate), rate, subtype="FLOAT")))
        assert np.abs(y).max() < 1e-3

    def test_a_file_of_the_rate_asked_for_is_left_as_it_is(self, put):
        y = tone(rate=SAMPLE_RATE)
        np.testing.assert_array_equal(
            load_audio(put("same.wav", encode(y, SAMPLE_RATE, subtype="FLOAT"))), y
        )


@pytest.mark.real
def test_the_real_vines_last_as_long_as_their_containers_say(real_data):
    files = sorted((real_data / "vine").glob("*.mp4"))
    assert len(files) == 21
    for file in files:
        with av.open(str(file)) as container:
            track = container.streams.audio[0]
            promised = float(track.duration * track.time_base)
        y = load_audio(file)
        check_audible(y)
        # AAC comes in frames of 1,024 samples at 44.1 kHz.
        assert len(y) / SAMPLE_RATE == pytest.approx(promised, abs=1024 / 44100)


@pytest.mark.real
def test_the_real_ogg_clips_are_those_of_libsndfile(real_data):
    files = sorted((real_data / "esc10").rglob("*.ogg"))[::10]
    for file in files:
        theirs, rate = soundfile.read(file, dtype="float32", always_2d=True)
        ours, our_rate = decode(file)
        assert our_rate == rate
        np.testing.assert_allclose(ours, theirs.T, atol=2e-6)


@pytest.mark.parametrize("name", ["list.m3u8", "list.txt", "sound"])
def test_a_play_list_is_no_sound_and_waits_for_nothing(tmp_path, name):
    path = tmp_path / name
    path.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\npart.ts\n")
    with pytest.raises(MediaError, match="is not a media file or is damaged"):
        load_audio(path)
