"""Downloads over a real connection that breaks in every way."""

import hashlib
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tfrepro.errors import UserError
from tfrepro.sources import Source, SourceFile, cache, resolve
from tfrepro.sources.download import CHUNK

ROOT = Path(__file__).parents[2]
BODY = bytes(range(256)) * (CHUNK // 64)  # four chunks


@pytest.fixture
def fetch(tmp_path, server, make_source):
    """Resolve a source of one file, ``a b.bin``, into ``tmp_path``."""
    source = make_source({"a b.bin": BODY}, server)
    return lambda: resolve(source, mirrors=[], cache=tmp_path).path("a b.bin")


@pytest.fixture
def final(tmp_path):
    return tmp_path / "toy" / "a b.bin"


@pytest.fixture
def part(final):
    return final.with_name("a b.bin.part")


def test_a_download_has_the_right_bytes_and_leaves_nothing_else(fetch, final):
    assert fetch() == final
    assert final.read_bytes() == BODY
    assert [p.name for p in final.parent.iterdir()] == ["a b.bin"]


def test_a_downloaded_file_is_readable_for_others_as_files_are(fetch, tmp_path):
    (tmp_path / "plain").touch()
    assert fetch().stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_bytes_are_asked_for_as_they_are(fetch, server):
    fetch()
    assert server.headers[0]["Accept-Encoding"] == "identity"


def test_a_broken_connection_resumes_where_it_broke(fetch, server):
    server.faults.append(("cut", CHUNK))
    assert fetch().read_bytes() == BODY
    assert server.seen == [("a b.bin", None), ("a b.bin", f"bytes={CHUNK}-")]


def test_a_connection_that_breaks_again_and_again_moves_on_each_time(fetch, server):
    server.faults.extend([("cut", CHUNK)] * 3)
    assert fetch().read_bytes() == BODY
    assert [asked for _, asked in server.seen] == [
        None,
        *(f"bytes={CHUNK * n}-" for n in (1, 2, 3)),
    ]


def test_a_run_that_failed_is_continued_by_the_next(fetch, server, final, part):
    server.faults.extend([("cut", CHUNK), 503, 503, 503])
    with pytest.raises(UserError):
        fetch()
    assert not final.exists()
    assert part.read_bytes() == BODY[:CHUNK]
    server.seen.clear()
    assert fetch().read_bytes() == BODY
    assert server.seen == [("a b.bin", f"bytes={CHUNK}-")]
    assert not part.exists()


def test_a_killed_run_leaves_no_final_file_and_is_continued(fetch, server, final, part, tmp_path):
    server.faults.append(("stall", 2 * CHUNK))
    code = """
import sys
from pathlib import Path
from tfrepro.sources import Source, resolve
source = Source.model_validate_json(sys.argv[1])
resolve(source, mirrors=[], cache=Path(sys.argv[2]))
"""
    source = Source(
        name="toy",
        title="Toy",
        holds="",
        licence="",
        homepage="https://example.org",
        files=(
            SourceFile(
                path="a b.bin",
                size=len(BODY),
                sha256=hashlib.sha256(BODY).hexdigest(),
                url=server.url("a%20b.bin"),
            ),
        ),
    )
    arguments = [sys.executable, "-c", code, source.model_dump_json(), str(tmp_path)]
    process = subprocess.Popen(arguments, cwd=ROOT)
    try:
        deadline = time.monotonic() + 60
        while not (part.exists() and part.stat().st_size == 2 * CHUNK):
            assert time.monotonic() < deadline
            assert process.poll() is None
            time.sleep(0.01)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert [p.name for p in final.parent.iterdir()] == ["a b.bin.part"]
    assert fetch().read_bytes() == BODY
    assert server.seen[1:] == [("a b.bin", f"bytes={2 * CHUNK}-")]
    assert [p.name for p in final.parent.iterdir()] == ["a b.bin"]


def test_a_whole_part_file_needs_no_request(fetch, server, part):
    part.parent.mkdir()
    part.write_bytes(BODY)
    assert fetch().read_bytes() == BODY
    assert server.seen == []


def test_a_connection_that_never_holds_is_one_clear_error(fetch, server):
    server.faults.extend([("cut", 5)] * 4)
    with pytest.raises(
        UserError, match=r"\(IncompleteRead\(5 bytes read, \d+ more expected\), 4 t"
    ):
        fetch()


def test_a_silent_server_is_given_up(fetch, server, monkeypatch):
    monkeypatch.setattr("tfrepro.sources.download.TIMEOUT_S", (1, 0.05))
    server.faults.extend([("stall", 0)] * 4)
    with pytest.raises(UserError, match=r"\(Read timed out\., 4 tries\)"):
        fetch()


def test_a_server_without_ranges_starts_from_zero(fetch, server):
    server.ranges = False
    server.faults.append(("cut", CHUNK))
    assert fetch().read_bytes() == BODY
    assert [asked for _, asked in server.seen] == [None, f"bytes={CHUNK}-"]


def test_a_server_that_sends_another_piece_starts_from_zero(fetch, server):
    server.faults.extend([("cut", CHUNK), ("other piece", 5)])
    assert fetch().read_bytes() == BODY
    assert [asked for _, asked in server.seen] == [None, f"bytes={CHUNK}-", None]


def test_a_busy_server_is_asked_again(fetch, server):
    server.faults.extend([503, 429])
    assert fetch().read_bytes() == BODY
    assert len(server.seen) == 3


def test_waiting_grows_between_tries(fetch, server, monkeypatch):
    waits = []
    monkeypatch.setattr("tfrepro.sources.download.PAUSE_S", 1.0)
    monkeypatch.setattr("tfrepro.sources.download.time.sleep", waits.append)
    server.faults.extend([503] * 9)
    with pytest.raises(UserError, match=r"HTTP 503 Service Unavailable, 4 tries"):
        fetch()
    assert waits == [1, 2, 4]
    assert len(server.seen) == 4


def test_a_missing_page_is_not_asked_for_again(fetch, server, final):
    server.contents.clear()
    with pytest.raises(UserError) as error:
        fetch()
    assert str(error.value) == (
        f"toy: a b.bin: could not be fetched from {server.url('a%20b.bin')} (HTTP 404 Not Found): "
        "set sources.mirrors in params.yaml to a folder that holds toy/a b.bin, "
        "or run again with a network"
    )
    assert len(server.seen) == 1
    assert list(final.parent.iterdir()) == []


def test_no_network_is_one_clear_error(tmp_path):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/a"
    file = SourceFile(path="a", size=1, sha256="0" * 64, url=url)
    source = Source(
        name="toy", title="", holds="", licence="", homepage="https://example.org", files=(file,)
    )
    with pytest.raises(UserError) as error:
        resolve(source, mirrors=[], cache=tmp_path)
    message = str(error.value)
    assert message.startswith(f"toy: a: could not be fetched from {url} (")
    assert "Connection refused, 4 tries" in message
    assert message.endswith(
        "set sources.mirrors in params.yaml to a folder that holds toy/a, "
        "or run again with a network"
    )


def test_wrong_bytes_are_one_clear_error_and_do_not_stay(fetch, server, final):
    wrong = b"x" * len(BODY)
    server.contents["a b.bin"] = wrong
    with pytest.raises(UserError) as error:
        fetch()
    message = str(error.value)
    assert message.startswith(f"toy: a b.bin: wrong bytes from {server.url('a%20b.bin')} (")
    assert f"expected {hashlib.sha256(BODY).hexdigest()}" in message
    assert f"got {hashlib.sha256(wrong).hexdigest()}" in message
    assert message.endswith("set sources.mirrors in params.yaml to a folder that holds toy/a b.bin")
    assert list(final.parent.iterdir()) == []
    assert len(server.seen) == 1


def test_wrong_bytes_kept_from_before_cost_one_more_try(fetch, server, part):
    part.parent.mkdir()
    part.write_bytes(b"x" * CHUNK)
    assert fetch().read_bytes() == BODY
    assert [asked for _, asked in server.seen] == [f"bytes={CHUNK}-", None]


def test_a_truncated_public_file_is_one_clear_error(fetch, server, final):
    server.contents["a b.bin"] = BODY[:CHUNK]
    with pytest.raises(UserError, match=rf"ends after {CHUNK} bytes, {len(BODY)} expected, 4 t"):
        fetch()
    assert not final.exists()


def test_a_public_file_that_is_too_long_is_given_up_at_once(fetch, server, final):
    server.contents["a b.bin"] = BODY * 2
    server.faults.append(("stall", len(BODY) + CHUNK))
    with pytest.raises(UserError, match=rf"longer than the {len(BODY)} bytes expected"):
        fetch()
    assert list(final.parent.iterdir()) == []


def test_a_part_file_that_is_too_long_is_dropped(fetch, server, part):
    part.parent.mkdir()
    part.write_bytes(BODY + b"x")
    assert fetch().read_bytes() == BODY
    assert server.seen == [("a b.bin", None)]


def test_a_folder_that_cannot_be_written_is_one_clear_error(fetch, tmp_path):
    (tmp_path / "toy").write_text("in the way")
    with pytest.raises(UserError, match=r"toy: cannot write to .*toy \(File exists\)"):
        fetch()


def test_two_runs_at_once_download_once(fetch, server):
    threads = [threading.Thread(target=fetch) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert fetch().read_bytes() == BODY
    assert server.seen == [("a b.bin", None)]


class Bar:
    """What a tqdm was told."""

    def __init__(self, total, **settings):
        self.total, self.n = total, 0

    def update(self, gained):
        self.n += gained

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass


@pytest.mark.parametrize(
    "prepare",
    [
        lambda server, part: None,
        lambda server, part: server.faults.append(("cut", CHUNK)),
        lambda server, part: server.faults.extend([("cut", CHUNK), ("other piece", 5)]),
        lambda server, part: part.write_bytes(BODY[:CHUNK]),
        lambda server, part: part.write_bytes(b"x" * CHUNK),
        lambda server, part: part.write_bytes(BODY),
    ],
)
def test_the_bar_ends_at_the_bytes_of_the_file_whatever_happened(
    fetch, server, part, monkeypatch, prepare
):
    bars = []
    monkeypatch.setattr(cache, "tqdm", lambda **settings: bars.append(Bar(**settings)) or bars[-1])
    part.parent.mkdir()
    prepare(server, part)
    fetch()
    assert [(bar.n, bar.total) for bar in bars] == [(len(BODY), len(BODY))]
    fetch()
    assert len(bars) == 1, "no bar when nothing is downloaded"


@settings(max_examples=60, deadline=None)
@given(cut=st.integers(0, 3000), again=st.integers(0, 3000), ranges=st.booleans())
def test_cut_at_any_byte_the_final_file_is_the_same(lasting_server, cut, again, ranges):
    body = bytes(i * 7 % 251 for i in range(3000))
    server = lasting_server
    server.contents["x"] = body
    server.ranges = ranges
    server.seen.clear()
    server.faults.clear()
    server.faults.extend([("cut", again)] if again < 3000 - cut else [])
    with tempfile.TemporaryDirectory() as folder:
        left = Path(folder, "toy", "x.part")
        left.parent.mkdir()
        left.write_bytes(body[:cut])
        resolved = resolve(_source(body, server.url("x")), mirrors=[], cache=Path(folder))
        assert resolved.path("x").read_bytes() == body
        assert [p.name for p in left.parent.iterdir()] == ["x"]
    if 0 < cut < 3000:
        assert server.seen[0] == ("x", f"bytes={cut}-")


@settings(max_examples=40, deadline=None)
@given(rubbish=st.binary(max_size=80))
def test_whatever_a_part_file_holds_the_final_file_is_right(lasting_server, rubbish):
    body = bytes(range(64))
    lasting_server.contents["x"] = body
    lasting_server.ranges = True
    lasting_server.faults.clear()
    with tempfile.TemporaryDirectory() as folder:
        left = Path(folder, "toy", "x.part")
        left.parent.mkdir()
        left.write_bytes(rubbish)
        resolved = resolve(_source(body, lasting_server.url("x")), mirrors=[], cache=Path(folder))
        assert resolved.path("x").read_bytes() == body


def _source(body, url):
    digest = hashlib.sha256(body).hexdigest()
    file = SourceFile(path="x", size=len(body), sha256=digest, url=url)
    return Source(
        name="toy", title="", holds="", licence="", homepage="https://example.org", files=(file,)
    )
