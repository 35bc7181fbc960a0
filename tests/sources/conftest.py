"""An HTTP server on loopback that knows ranges and fails to order."""

import hashlib
import re
import threading
from collections import deque
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

import pytest

from tfrepro.sources import Source, SourceFile, download


class FaultyServer:
    """Serves ``contents`` and does, request by request, what ``faults`` say.

    A fault is one of ``None`` (serve well), an HTTP status, ``("cut", n)`` (hang up after n
    bytes of the body), ``("stall", n)`` (send n bytes, then nothing), ``("other piece", n)``
    (answer a range with one that starts at n). ``seen`` has the path and the Range header of
    every request. ``ranges = False`` makes it ignore ranges.
    """

    def __init__(self):
        self.contents: dict[str, bytes] = {}
        self.faults: deque = deque()
        self.seen: list[tuple[str, str | None]] = []
        self.headers: list[dict[str, str]] = []
        self.ranges = True
        self.closing = threading.Event()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._http.daemon_threads = True
        threading.Thread(target=self._http.serve_forever, args=[0.01], daemon=True).start()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}/{path}"

    def close(self) -> None:
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()

    def _handler(outer):
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                outer._serve(self)

            def log_message(self, *arguments):
                pass

        return Handler

    def _serve(self, handler: BaseHTTPRequestHandler) -> None:
        path = unquote(handler.path).lstrip("/")
        asked = handler.headers.get("Range")
        self.seen.append((path, asked))
        self.headers.append(dict(handler.headers))
        fault = self.faults.popleft() if self.faults else None
        body = self.contents.get(path)
        if isinstance(fault, int) or body is None:
            self._answer(handler, fault or 404, b"")
            return
        start = int(re.fullmatch(r"bytes=(\d+)-", asked)[1]) if asked and self.ranges else 0
        match fault:
            case ("other piece", n):
                start = n
            case _ if start and start >= len(body):
                self._answer(handler, 416, b"")
                return
        status, extra = 200, {}
        if asked and self.ranges:
            status = 206
            extra = {"Content-Range": f"bytes {start}-{len(body) - 1}/{len(body)}"}
        self._answer(handler, status, body[start:], extra, fault)

    def _answer(self, handler, status, body, extra=(), fault=None) -> None:
        handler.send_response(status)
        for name, value in dict(extra).items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        match fault:
            case ("cut", n):
                handler.wfile.write(body[:n])
                handler.close_connection = True
            case ("stall", n):
                handler.wfile.write(body[:n])
                handler.wfile.flush()
                self.closing.wait(60)
                handler.close_connection = True
            case _:
                handler.wfile.write(body)


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    server = FaultyServer()
    yield server
    server.close()


@pytest.fixture(scope="module")
def lasting_server() -> Iterator[FaultyServer]:
    """The same, for tests that run many examples."""
    server = FaultyServer()
    yield server
    server.close()


@pytest.fixture
def make_source():
    """``make_source({"a.txt": b"..."}, server)``: a source whose files the server has."""

    def make(contents: dict[str, bytes], server: FaultyServer | None = None) -> Source:
        if server:
            server.contents |= contents
        files = [
            SourceFile(
                path=path,
                size=len(content),
                sha256=hashlib.sha256(content).hexdigest(),
                url=server.url(path.replace(" ", "%20")) if server else None,
            )
            for path, content in contents.items()
        ]
        return Source(
            name="toy",
            title="Toy",
            holds="Nothing much.",
            licence="CC0-1.0",
            homepage="https://example.org",
            files=tuple(files),
        )

    return make


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch):
    monkeypatch.setattr(download, "PAUSE_S", 0.0)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
