"""A Freesound on loopback: its pages, its previews and its failures, for sounds made up here."""

import json
import sys
import threading
from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

TOKEN = "q7XpT0kenOfTheTests"
CHUNKED = {"Transfer-Encoding": "chunked"}


def make_sounds(number: int, words: tuple[str, ...] = ("dog", "bell", "rain")) -> list[dict]:
    """So many sounds as Freesound describes them; sound i has words[i % len(words)] as a tag."""
    return [
        {
            "id": 1000 + i,
            "name": f"{words[i % len(words)].title()} no. {i}",
            "tags": [words[i % len(words)], f"Take-{i % 7}", "field-recording"],
            "duration": 0.5 + i % 60 / 4,
            "license": "https://creativecommons.org/publicdomain/zero/1.0/",
            "username": f"owner{i % 13}",
        }
        for i in range(number)
    ]


@dataclass
class FreesoundServer:
    """Answers ``/apiv2/search/text/`` and ``/previews/<id>.ogg``.

    Attributes
    ----------
    sounds : the catalogue; a query finds those whose tags hold all its words, in this order
    faults : what happens to the next searches, one after the other, see below
    preview_faults : the same for a preview, by id
    before : (query, page) -> called once before that page is answered
    preview : bytes of every preview that ``previews`` does not give
    asked : number of requests by path with parameters, sorted; see :meth:`times_asked`
    headers : of every request
    delay_s : pause before every answer

    Faults
    ------
    ``None`` (answer well), an HTTP status, ``("throttle", headers)``, ``("cut", n)`` (hang up
    after n bytes of the body), ``("cut chunk", n)`` (the same, of a body without a length),
    ``("slow", n)`` (n bytes of the body, then nothing), ``("silent",)`` (not even a header),
    ``("body", b)`` (b in place of the page), ``("echo",)`` (a refusal that repeats the token).
    """

    sounds: list = field(default_factory=list)
    faults: deque = field(default_factory=deque)
    preview_faults: dict = field(default_factory=lambda: defaultdict(deque))
    before: dict = field(default_factory=dict)
    preview: bytes = b""
    previews: dict = field(default_factory=dict)
    asked: Counter = field(default_factory=Counter)
    headers: list = field(default_factory=list)
    token: str = TOKEN
    delay_s: float = 0.0
    closing: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self):
        self._lock = threading.Lock()
        self._http = _QuietServer(("127.0.0.1", 0), _handler(self))
        self._http.daemon_threads = True
        threading.Thread(target=self._http.serve_forever, args=[0.01], daemon=True).start()

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    @property
    def base(self) -> str:
        return f"{self.root}/apiv2"

    def times_asked(self, query: str, page: int) -> int:
        """How often that page was asked for, whatever its size."""
        return sum(
            number
            for path, number in self.asked.items()
            if path.startswith("/apiv2/search/")
            and parse_qs(urlsplit(path).query)["query"] == [query]
            and parse_qs(urlsplit(path).query)["page"] == [str(page)]
        )

    def total(self) -> int:
        return sum(self.asked.values())

    def preview_address(self, sound: int) -> str:
        return f"{self.root}/previews/{sound}.ogg"

    def matching(self, query: str) -> list:
        words = set(query.split())
        return [
            sound if sound is None or sound.get("broken") else sound | self._addresses(sound)
            for sound in self.sounds
            if sound is None or words <= set(sound.get("tags") or [])
        ]

    def close(self) -> None:
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        url = urlsplit(handler.path)
        parameters = {name: values[0] for name, values in parse_qs(url.query).items()}
        with self._lock:
            path = f"{url.path}?{urlencode(sorted(parameters.items()))}".rstrip("?")
            self.asked[path] += 1
            self.headers.append(dict(handler.headers))
        self.closing.wait(self.delay_s)
        if url.path.startswith("/previews/"):
            self._answer_preview(handler, int(url.path.split("/")[-1].removesuffix(".ogg")))
        elif url.path == "/apiv2/search/text/":
            self._answer_search(handler, parameters)
        else:
            _send(handler, 404, b"<html>no such page</html>")

    def _addresses(self, sound: dict) -> dict:
        address = self.preview_address(sound["id"])
        return {
            "previews": {
                "preview-lq-mp3": address.replace(".ogg", "-lq.mp3"),
                "preview-lq-ogg": address.replace(".ogg", "-lq.ogg"),
                "preview-hq-ogg": address,
            }
        }

    def _answer_search(self, handler: BaseHTTPRequestHandler, parameters: dict) -> None:
        query, number = parameters["query"], int(parameters["page"])
        with self._lock:
            if change := self.before.pop((query, number), None):
                change()
            fault = self.faults.popleft() if self.faults else None
        if handler.headers.get("Authorization") != f"Token {self.token}":
            fault = 401
        if isinstance(fault, int):
            _send(handler, fault, json.dumps({"detail": f"made to say {fault}"}).encode())
            return
        page = self._page(query, number, int(parameters["page_size"]))
        if page is None:
            _send(handler, 404, json.dumps({"detail": "Invalid page."}).encode())
            return
        self._send_with(handler, fault, json.dumps(page).encode())

    def _page(self, query: str, number: int, size: int) -> dict | None:
        found = self.matching(query)
        first = (number - 1) * size
        if number > 1 and first >= len(found):
            return None
        link = f"{self.base}/search/text/?" + urlencode({"query": query, "page": number + 1})
        return {
            "count": len(found),
            "previous": None,
            "next": link if first + size < len(found) else None,
            "results": found[first : first + size],
        }

    def _answer_preview(self, handler: BaseHTTPRequestHandler, sound: int) -> None:
        with self._lock:
            faults = self.preview_faults[sound]
            fault = faults.popleft() if faults else None
        if isinstance(fault, int):
            _send(handler, fault, b"<html>no</html>")
        else:
            self._send_with(handler, fault, self.previews.get(sound, self.preview))

    def _send_with(self, handler: BaseHTTPRequestHandler, fault, body: bytes) -> None:
        match fault:
            case None:
                _send(handler, 200, body)
            case ("throttle", headers):
                _send(handler, 429, b'{"detail": "Request was throttled (60/min)"}', headers)
            case ("echo",):
                said = {"detail": f"unknown: {handler.headers['Authorization']}"}
                _send(handler, 403, json.dumps(said).encode())
            case ("body", other):
                _send(handler, 200, other)
            case ("cut", n):
                _send(handler, 200, body[:n], length=len(body))
                handler.close_connection = True
            case ("cut chunk", n):
                _send(handler, 200, b"%x\r\n%b\r\n" % (n, body[:n]), CHUNKED)
                handler.close_connection = True
            case ("silent",):
                self.closing.wait(60)
                handler.close_connection = True
            case ("slow", n):
                _send(handler, 200, body[:n], length=len(body))
                handler.wfile.flush()
                self.closing.wait(60)
                handler.close_connection = True


def _send(handler, status: int, body: bytes, headers=(), length: int | None = None) -> None:
    if "Date" in dict(headers):
        handler.send_response_only(status)
    else:
        handler.send_response(status)
    for name, value in dict(headers).items():
        handler.send_header(name, value)
    if "Transfer-Encoding" not in dict(headers):
        handler.send_header("Content-Length", str(len(body) if length is None else length))
    handler.end_headers()
    handler.wfile.write(body)


class _QuietServer(ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        # Clients that are killed hang up at any point.
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


def _handler(server: FreesoundServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Headers and body go out at once, else loopback waits for acknowledgements.
        wbufsize = -1
        disable_nagle_algorithm = True

        def do_GET(self):
            try:
                server.answer(self)
            except ConnectionError:
                self.close_connection = True

        def log_message(self, *arguments):
            pass

    return Handler


@dataclass
class FakeClock:
    """Time that passes only in sleep."""

    now: float = 1_700_000_000.0
    slept: list = field(default_factory=list)

    def time(self) -> float:
        return self.now

    def sleep(self, seconds: float, /) -> None:
        self.slept.append(seconds)
        self.now += seconds


@contextmanager
def served(**settings) -> Iterator[FreesoundServer]:
    server = FreesoundServer(**settings)
    try:
        yield server
    finally:
        server.close()
