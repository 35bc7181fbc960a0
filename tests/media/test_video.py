"""Pictures: those of the right times, to the bit those of a full decoding; bad files say why."""

from contextlib import suppress
from fractions import Fraction

import av
import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tfrepro.media import video
from tfrepro.media.audio import load_audio
from tfrepro.media.errors import MediaError
from tfrepro.media.video import VideoFacts, all_frames, frames_at, frames_every, probe, write_video

SIZE = (48, 64)
RATE = 10


def flat(level, size=SIZE):
    """A picture of one grey or one colour."""
    return np.full((*size, 3), level, np.uint8)


def numbered(count):
    """Grey pictures that :func:`numbers` tells apart; up to 25."""
    return [flat(10 * number) for number in range(count)]


def numbers(frames):
    """Which of the :func:`numbered` pictures these are."""
    return [round(frame.mean() / 10) for frame in frames]


def moving(count, seed=0):
    """Something textured that pans, so that pictures lean on their neighbours."""
    texture = np.random.default_rng(seed).integers(0, 256, (60, 60, 3)).astype(np.uint8)
    scene = texture.repeat(4, axis=0).repeat(4, axis=1)
    return [scene[at : at + SIZE[0], 2 * at : 2 * at + SIZE[1]] for at in range(count)]


def encode(path, frames, codec="libx264", times=None, **options):
    """A file of ``frames``, shown at ``times`` in thousandths of a second, ten a second if None."""
    with av.open(str(path), "w") as container:
        track = container.add_stream(codec, RATE, options=options)
        track.height, track.width = frames[0].shape[:2]
        track.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        for number, frame in enumerate(frames):
            picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(frame))
            if times is not None:
                picture.pts, picture.time_base = times[number], Fraction(1, 1000)
                track.codec_context.time_base = Fraction(1, 1000)
            container.mux(track.encode(picture))
        container.mux(track.encode(None))
    return path


def picked_from_all(path, seconds, size=None):
    """What :func:`frames_every` should give, by decoding everything."""
    times, frames = zip(*all_frames(path, size), strict=True)
    asked = np.arange(0, probe(path).seconds - 1e-6, seconds)
    rows = np.searchsorted(times, asked + 1e-6, side="right") - 1
    return asked, np.stack(frames)[rows]


def read_all(path):
    return list(all_frames(path, (8, 8)))


def read_some(path):
    return frames_every(path, 0.5, (8, 8))


def reason(path, ways=(probe, read_some, read_all)):
    """Why each way of reading the file fails, which is the same for all."""
    reasons = set()
    for way in ways:
        with pytest.raises(MediaError) as error:
            way(path)
        reasons.add(str(error.value))
    (only,) = reasons
    return only


@pytest.fixture
def clip(tmp_path):
    """Two and a half seconds of numbered pictures."""
    write_video(tmp_path / "clip.mp4", numbered(25), RATE)
    return tmp_path / "clip.mp4"


class TestPicking:
    def test_the_picture_of_each_time_is_the_last_one_not_after_it(self, clip):
        times, frames = frames_every(clip, 0.5)
        assert (frames.dtype, frames.shape) == (np.uint8, (5, *SIZE, 3))
        np.testing.assert_array_equal(times, [0, 0.5, 1, 1.5, 2])
        assert numbers(frames) == [0, 5, 10, 15, 20]
        assert numbers(frames_every(clip, 0.35)[1]) == [0, 3, 7, 10, 14, 17, 21, 24]
        assert numbers(frames_every(clip, 0.1)[1]) == list(range(25))
        assert numbers(frames_every(clip, 100)[1]) == [0]

    def test_a_count_repeats_the_last_picture_or_leaves_out_the_rest(self, clip):
        times, frames = frames_every(clip, 0.5, count=8)
        np.testing.assert_array_equal(times, 0.5 * np.arange(8))
        assert numbers(frames) == [0, 5, 10, 15, 20, 24, 24, 24]
        assert numbers(frames_every(clip, 0.5, count=2)[1]) == [0, 5]

    def test_any_times_may_be_asked_for_in_any_order(self, clip):
        assert numbers(frames_at(clip, [2.0, 0.0, 0.99, 0.99, 99])) == [20, 0, 9, 9, 24]

    def test_the_rate_may_vary(self, tmp_path):
        times = [0, 40, 1000, 1600, 1640, 3000]
        path = encode(tmp_path / "clip.mp4", numbered(6), times=times)
        assert numbers(frames_every(path, 0.5)[1])[:7] == [0, 1, 2, 2, 4, 4, 5]
        assert [time for time, _ in all_frames(path)] == pytest.approx(np.array(times) / 1000)
        assert probe(path).frames == 6
        assert probe(path).seconds >= 3

    def test_times_count_from_the_first_picture(self, tmp_path):
        times = [5000 + 100 * number for number in range(12)]
        path = encode(tmp_path / "clip.mkv", numbered(12), times=times)
        assert numbers(frames_every(path, 0.5)[1]) == [0, 5, 10]
        assert next(all_frames(path))[0] == 0

    def test_all_frames_are_there_in_order(self, clip):
        times, frames = zip(*all_frames(clip, (16, 16)), strict=True)
        assert numbers(frames) == list(range(25))
        assert list(times) == pytest.approx(np.arange(25) / RATE)
        assert frames[0].shape == (16, 16, 3)


class TestExactness:
    """What is not decoded changes nothing in what is."""

    @pytest.mark.parametrize(
        ("name", "codec", "options"),
        [
            ("short-groups.mp4", "libx264", {"g": "7", "bf": "3"}),
            ("one-group.mp4", "libx264", {"bf": "3"}),
            ("open-groups.mp4", "libx264", {"x264-params": "open-gop=1:keyint=9:bframes=3"}),
            ("pyramid.mkv", "libx264", {"x264-params": "b-pyramid=normal:bframes=5:keyint=12"}),
            ("refresh.mp4", "libx264", {"x264-params": "intra-refresh=1:keyint=10"}),
            ("stream.ts", "libx264", {"g": "7", "bf": "2"}),
            ("b.avi", "mpeg4", {"bf": "2", "g": "9"}),
            ("b.mpg", "mpeg2video", {"bf": "2", "g": "6"}),
            ("vp8.webm", "libvpx", {"g": "12", "auto-alt-ref": "1", "lag-in-frames": "16"}),
            ("vp9.webm", "libvpx-vp9", {"g": "12", "deadline": "realtime"}),
            ("stills.avi", "mjpeg", {}),
        ],
    )
    def test_each_coding_gives_the_pictures_of_a_full_decoding(
        self, tmp_path, name, codec, options
    ):
        path = encode(tmp_path / name, moving(40), codec, **options)
        assert probe(path).frames == len(list(all_frames(path))) == 40
        for step in (0.15, 0.5, 1.3):
            asked, expected = picked_from_all(path, step)
            times, frames = frames_every(path, step)
            np.testing.assert_allclose(times, asked)
            np.testing.assert_array_equal(frames, expected)
        np.testing.assert_array_equal(frames_every(path, 1.3, threads=2)[1], expected)

    def test_a_part_of_the_file_is_decoded(self, tmp_path, monkeypatch):
        path = encode(tmp_path / "clip.mp4", moving(40), g="10", bf="0")
        decoded, decode = [], video._decode

        def count(*arguments):
            for frame in decode(*arguments):
                decoded.append(frame.pts)
                yield frame

        monkeypatch.setattr(video, "_decode", count)
        frames_every(path, 1.0)
        assert len(decoded) == 4

    @pytest.mark.parametrize("codec", ["libx264", "mpeg4"])
    @pytest.mark.parametrize("options", [{"g": "20", "bf": "2"}, {"bf": "0"}])
    def test_wrong_marks_of_key_frames_only_cost_time(self, tmp_path, codec, options):
        path = encode(tmp_path / "clip.mp4", moving(40), codec, **options)
        expected = picked_from_all(path, 0.3)[1]
        # Without its list of key frames, an MP4 file calls every picture one.
        path.write_bytes(path.read_bytes().replace(b"stss", b"free"))
        np.testing.assert_array_equal(frames_every(path, 0.3)[1], expected)


class TestPictures:
    @pytest.mark.parametrize(
        "colour", [(200, 30, 60), (30, 180, 40), (20, 60, 220), (255, 255, 255)]
    )
    def test_colours_come_back(self, tmp_path, colour):
        write_video(tmp_path / "clip.mp4", [flat(colour)] * 3, RATE)
        _, frames = frames_every(tmp_path / "clip.mp4", 1)
        np.testing.assert_allclose(frames[0], flat(colour), atol=3)

    @pytest.mark.parametrize("codec", ["libx264", "mjpeg"])
    def test_a_smaller_picture_is_made_of_averages(self, tmp_path, codec):
        rows, columns = np.indices((64, 64))
        board = np.where((rows + columns) % 2, 220, 20).astype(np.uint8)
        path = encode(tmp_path / "a.avi", [np.dstack([board] * 3)] * 2, codec, b="3M", qmin="1")
        _, frames = frames_every(path, 1, (8, 16))
        assert frames.shape == (1, 8, 16, 3)
        np.testing.assert_allclose(frames, 120, atol=6)

    def test_a_picture_may_be_enlarged(self, clip):
        _, frames = frames_every(clip, 0.5, (100, 90))
        assert frames.shape == (5, 100, 90, 3)
        assert numbers(frames) == [0, 5, 10, 15, 20]

    @pytest.mark.parametrize(
        ("matrix", "turns"),
        [((0, 1, -1, 0), 3), ((-1, 0, 0, -1), 2), ((0, -1, 1, 0), 1)],
        ids=["clockwise", "upside down", "counterclockwise"],
    )
    def test_pictures_are_turned_as_they_are_shown(self, tmp_path, matrix, turns):
        corner = flat(20)
        corner[:16, :32] = (220, 40, 40)
        path = encode(tmp_path / "clip.mp4", [corner] * 3)
        lying = (20, 24) if turns % 2 else (24, 20)
        upright, small = frames_every(path, 1)[1][0], frames_every(path, 1, lying)[1][0]
        data = bytearray(path.read_bytes())
        at = data.index(b"tkhd") + 44  # the track header's matrix
        for place, value in zip((0, 4, 12, 16), matrix, strict=True):
            data[at + place : at + place + 4] = (value << 16).to_bytes(4, "big", signed=True)
        path.write_bytes(data)
        expected = np.rot90(upright, turns)
        np.testing.assert_array_equal(frames_every(path, 1)[1][0], expected)
        assert (probe(path).height, probe(path).width) == expected.shape[:2]
        np.testing.assert_array_equal(frames_every(path, 1, (24, 20))[1][0], np.rot90(small, turns))


class TestFacts:
    def test_they_are_those_of_the_pictures(self, clip):
        assert probe(clip) == VideoFacts(64, 48, 25, 2.5, pytest.approx(10))

    def test_one_picture_is_a_video(self, tmp_path):
        write_video(tmp_path / "clip.mp4", numbered(1), 5)
        assert probe(tmp_path / "clip.mp4") == VideoFacts(64, 48, 1, 0.2, pytest.approx(5))
        assert len(frames_every(tmp_path / "clip.mp4", 0.5)[1]) == 1


class TestBadFiles:
    def test_a_missing_file_a_folder_and_an_empty_file(self, tmp_path):
        assert reason(tmp_path / "none.mp4") == "cannot be read: No such file or directory"
        assert reason(tmp_path) == "cannot be read: Is a directory"
        (tmp_path / "empty.mp4").touch()
        assert reason(tmp_path / "empty.mp4") == "is an empty file"

    def test_a_sound_file_has_no_video_track(self, tmp_path):
        soundfile.write(tmp_path / "sound.wav", np.ones(900), 22050)
        assert reason(tmp_path / "sound.wav") == "has no video track"

    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("clip.mp4", "no video at all\n" * 100),
            ("notes.txt", "FFmpeg would draw this.\n"),
            ("list.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:9,\nclip.ts\n"),
            ("list.txt", "ffconcat version 1.0\nfile clip.mp4\n"),
        ],
    )
    def test_texts_and_playlists_are_no_videos(self, clip, name, text):
        clip.with_name(name).write_text(text)
        assert reason(clip.with_name(name)).startswith("is not a video file or is damaged")

    @pytest.mark.parametrize("share", [0.95, 0.7, 0.3])
    def test_a_file_that_is_cut_off(self, tmp_path, share):
        path = tmp_path / "clip.mp4"
        write_video(path, moving(30), RATE, bit_rate=100_000)
        data = path.read_bytes()
        start = data.index(b"mdat")
        path.write_bytes(data[: start + int(share * (len(data) - start))])
        words = reason(path).split()
        assert words[:3] == ["is", "cut", "off:"]
        assert words[4:] == ["of", "30", "frames"]
        assert 0 <= int(words[3]) < 30

    def test_a_file_without_its_index(self, tmp_path):
        path = encode(tmp_path / "clip.mp4", moving(30))
        data = path.read_bytes()
        assert data.index(b"mdat") < data.index(b"moov")
        path.write_bytes(data[: data.index(b"moov")])
        assert reason(path).startswith("is not a video file or is damaged")

    def test_damaged_pictures_are_noticed(self, tmp_path):
        path = tmp_path / "clip.mp4"
        write_video(path, moving(30), RATE)
        data = bytearray(path.read_bytes())
        middle = (data.index(b"mdat") + len(data)) // 2
        data[middle : middle + 400] = bytes(400)
        path.write_bytes(data)
        for way in (read_all, lambda path: frames_every(path, 0.1)):
            assert "is damaged" in reason(path, [way])

    def test_a_stream_without_times(self, tmp_path):
        path = encode(tmp_path / "clip.h264", moving(10))
        assert reason(path) == "does not say when its pictures are shown"

    @settings(
        max_examples=60,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(
        start=st.sampled_from([b"\x07", b"\0\0\0\x20ftypisom", b"RIFF1234AVI LIST"]),
        data=st.binary(),
    )
    def test_random_bytes_are_no_video(self, tmp_path, start, data):
        (tmp_path / "noise.mp4").write_bytes(start + data)
        reason(tmp_path / "noise.mp4")

    @settings(
        max_examples=40,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(changes=st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), min_size=1))
    def test_changed_bytes_give_pictures_or_a_reason(self, tmp_path, capfd, changes):
        path = tmp_path / "changed.mp4"
        write_video(path, moving(20), RATE, bit_rate=50_000)
        data = bytearray(path.read_bytes())
        for place, value in changes:
            data[int(place * len(data))] = value
        path.write_bytes(data)
        for way in (probe, read_some, read_all):
            with suppress(MediaError):
                assert way(path)
        assert capfd.readouterr() == ("", "")

    @pytest.mark.parametrize(
        "call",
        [
            lambda path: frames_every(path, 0),
            lambda path: frames_every(path, float("nan")),
            lambda path: frames_every(path, 1, count=0),
            lambda path: frames_every(path, 1, threads=0),
            lambda path: frames_every(path, 1, (0, 8)),
            lambda path: frames_at(path, []),
            lambda path: frames_at(path, [-0.1]),
        ],
    )
    def test_settings_out_of_range_are_a_mistake(self, clip, call):
        with pytest.raises(ValueError, match="must be"):
            call(clip)


class TestWriting:
    def test_the_same_pictures_give_the_same_bytes(self, tmp_path):
        rng = np.random.default_rng(0)
        texture = rng.integers(0, 256, (40, 40, 3)).astype(np.uint8).repeat(4, 0).repeat(4, 1)
        frames = [texture[at : at + 96, at : at + 96] for at in range(30)]
        files = set()
        for number in range(12):
            # Bytes that hang on memory which was never set show when it was used before.
            _used = [rng.bytes(int(n)) for n in rng.integers(1, 300_000, 5)]
            write_video(tmp_path / f"{number}.mp4", iter(frames), 10, np.sin(np.arange(30_000)))
            files.add((tmp_path / f"{number}.mp4").read_bytes())
        assert len(files) == 1

    @pytest.mark.parametrize("rate", [22050, 44100])
    def test_its_sound_is_heard(self, tmp_path, rate):
        # Softly, so that the codec has no edge to smear.
        y = 0.5 * np.hanning(2 * rate) * np.sin(2 * np.pi * 1000 / rate * np.arange(2 * rate))
        write_video(tmp_path / "clip.mp4", numbered(20), RATE, y, rate)
        heard = load_audio(tmp_path / "clip.mp4", rate)
        assert len(heard) == pytest.approx(2 * rate, abs=0.1 * rate)
        spectrum = np.abs(np.fft.rfft(heard))
        assert spectrum.argmax() * rate / len(heard) == pytest.approx(1000, abs=2)
        assert np.abs(heard).max() == pytest.approx(0.5, abs=0.05)
        assert numbers(frame for _, frame in all_frames(tmp_path / "clip.mp4")) == list(range(20))

    def test_there_may_be_no_sound(self, clip):
        with pytest.raises(MediaError, match="has no sound track"):
            load_audio(clip)

    @pytest.mark.parametrize("rate", [5, 29.97, Fraction(30000, 1001)])
    def test_the_rate_is_kept(self, tmp_path, rate):
        write_video(tmp_path / "clip.mp4", numbered(20), rate)
        assert probe(tmp_path / "clip.mp4").rate == pytest.approx(float(rate), rel=1e-3)

    @pytest.mark.parametrize(
        ("frames", "message"),
        [
            ([], "frames is empty"),
            ([flat(0, (47, 64))], r"uint8 \(H, W, 3\) of one even size, not uint8 \(47, 64, 3\)"),
            ([flat(0), flat(0, (64, 64))], r"not uint8 \(64, 64, 3\)"),
            ([np.zeros((48, 64, 3))], "not float64"),
            ([np.zeros((48, 64), np.uint8)], r"not uint8 \(48, 64\)"),
        ],
    )
    def test_other_pictures_are_refused(self, tmp_path, frames, message):
        with pytest.raises(ValueError, match=message):
            write_video(tmp_path / "clip.mp4", frames, RATE)

    def test_a_rate_of_sound_that_aac_lacks_is_refused(self, tmp_path):
        with pytest.raises(ValueError, match="sound_rate 12345 must be one of"):
            write_video(tmp_path / "clip.mp4", numbered(2), RATE, np.zeros(9), 12345)


@pytest.mark.real
class TestVines:
    def test_their_facts_are_those_that_opencv_counts(self, real_data):
        import cv2

        files = sorted((real_data / "vine").glob("*.mp4"))
        assert len(files) == 21
        for number, file in enumerate(files):
            facts = probe(file)
            assert (facts.width, facts.height) == (480, 480)
            assert 84 <= facts.frames <= 197
            assert 2.8 <= facts.seconds <= 6.6
            if number % 3 == 0:
                capture, count = cv2.VideoCapture(str(file)), 0
                while capture.grab():
                    count += 1
                assert facts.frames == count

    def test_twelve_pictures_of_each_are_those_of_a_full_decoding(self, real_data):
        for number, file in enumerate(sorted((real_data / "vine").glob("*.mp4"))):
            times, frames = frames_every(file, 0.5, (32, 32), 12)
            np.testing.assert_array_equal(times, 0.5 * np.arange(12))
            assert frames.shape == (12, 32, 32, 3)
            if number % 5 == 0:
                expected = picked_from_all(file, 0.5, (32, 32))[1][:12]
                np.testing.assert_array_equal(frames[: len(expected)], expected)
