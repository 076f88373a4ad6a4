"""A web server on this machine that misbehaves as it is asked to, and remembers what it was asked for."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

__all__ = ["Asked", "Server", "plain", "raw", "serving"]


class Asked(NamedTuple):
    """One request: what for, of which host, when, and with which headers."""

    path: str
    host: str
    at: float
    headers: dict[str, str]


Answer = Callable[["Handler"], None]


@dataclass
class Server:
    """What it answers by path (the last answer again and again), and what it was asked for."""

    port: int
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def url(self, path: str, *, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def on(self, path: str, *answers: Answer) -> str:
        """Answer so on ``path``, one after the other; return the address."""
        self.answers[path] = list(answers)
        return self.url(path)

    def paths(self) -> list[str]:
        return [one.path for one in self.asked if one.path != "/robots.txt"]


class Handler(BaseHTTPRequestHandler):
    """Answers one request."""

    protocol_version = "HTTP/1.1"
    told: Server

    def do_GET(self) -> None:
        headers = {key.lower(): value for key, value in self.headers.items()}
        self.told.asked.append(Asked(self.path, headers.get("host", ""), time.monotonic(), headers))
        answers = self.told.answers.get(self.path) or [plain(b"not here", status=404)]
        try:
            (answers.pop(0) if len(answers) > 1 else answers[0])(self)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        pass


def plain(body: bytes, *, status: int = 200, **headers: str) -> Answer:
    """An answer as it should be; ``Content_Type`` is the header Content-Type."""

    def answer(handler: Handler) -> None:
        handler.send_response(status)
        for name, value in {"Content_Length": str(len(body)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def raw(*pieces: bytes, pause: float = 0.0, endless: bool = False) -> Answer:
    """Bytes as they are, head included, with pauses; then the connection is closed, or the last piece never ends."""

    def answer(handler: Handler) -> None:
        handler.close_connection = True
        for piece in pieces:
            handler.wfile.write(piece)
            handler.told.ended.wait(pause)
        while endless and not handler.told.ended.is_set():
            handler.wfile.write(pieces[-1])
            handler.told.ended.wait(pause)

    return answer


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def server_bind(self) -> None:
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        super().server_bind()


@contextmanager
def serving() -> Iterator[Server]:
    """Serve on a free port of this machine."""
    told = Server(0)
    server = _Server(("127.0.0.1", 0), type("Told", (Handler,), {"told": told}))
    told.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield told
    finally:
        told.ended.set()
        server.shutdown()
        server.server_close()
        thread.join()
