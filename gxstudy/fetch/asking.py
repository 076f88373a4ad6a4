"""One address -> one file: asked for, followed, tried again, and never more than the limits allow."""

from __future__ import annotations

import email.utils
import hashlib
import threading
import time
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import httpcore
import httpx
from protego import Protego
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from gxstudy.fetch.addresses import Deadline, Guard, RefusedAddressError, Resolver, look_up
from gxstudy.fetch.politeness import Pace, Robots, Rules
from gxstudy.fetch.values import Reason

__all__ = ["Asker", "Came", "FetchError", "Limits", "StoppedError"]

_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_ROBOTS_BYTES = 512 * 1024  # RFC 9309: at least that much is read
_CHUNK = 1 << 16
BACKOFF, LONGEST_BACKOFF = 1.0, 60.0
"""Seconds between two tries: a number between 0 and the first, doubled with each try, at most the second."""


class Limits(NamedTuple):
    """What one address may cost.

    ``seconds`` of silence, and ``deadline`` seconds for a whole answer; ``tries`` of it; ``redirects`` followed;
    ``bytes`` of the file, unpacked; ``patience``: seconds that a host may ask us to wait.
    """

    seconds: float
    deadline: float
    tries: int
    redirects: int
    bytes: int
    patience: float


class Came(NamedTuple):
    """An answer: its headers, and the hash and size of the bytes that were written; both None for "not modified"."""

    status: int
    final_url: str
    headers: tuple[tuple[str, str], ...]
    sha256: str | None
    size: int | None
    tries: int


class FetchError(Exception):
    """Nothing came, for ``reason``; ``again``: it may come another time, after ``wait`` seconds if they are known."""

    def __init__(
        self, reason: Reason, message: str, *, status: int | None = None, again: bool = False, wait: float | None = None
    ) -> None:
        super().__init__(message)
        self.reason, self.message, self.status, self.again, self.wait = reason, message, status, again, wait
        self.tries = 1


class StoppedError(Exception):
    """The fetch was interrupted."""


class Asker:
    """Asks for addresses. May be used by many threads.

    Parameters
    ----------
    limits
        What one address may cost.
    delay
        Seconds between two requests to one host.
    agent
        Who asks, as the header ``User-Agent`` and robots.txt have it.
    allow_private
        Whether addresses that are not of the public internet may be asked.
    robots
        Whether robots.txt is followed.
    resolve
        Looks up the numbers of a host.
    """

    def __init__(
        self,
        limits: Limits,
        *,
        delay: float,
        agent: str,
        allow_private: bool,
        robots: bool,
        resolve: Resolver = look_up,
    ) -> None:
        self._limits = limits
        self._agent = agent
        self._stopped = threading.Event()
        self._deadline = Deadline()
        self._pace = Pace(delay, self._sleep)
        self._robots = Robots(self._rules) if robots else None
        guard = Guard(allow_private=allow_private, resolve=resolve, deadline=self._deadline)
        self._transport = _Transport(guard)

    def close(self) -> None:
        """Close all connections."""
        self._transport.close()

    def stop(self) -> None:
        """End what any thread does here, as soon as may be, with :class:`StoppedError`."""
        self._stopped.set()

    def _sleep(self, seconds: float) -> None:
        if self._stopped.wait(seconds):
            raise StoppedError

    def fetch(self, url: str, part: Path, *, sha256: str | None = None, known: Mapping[str, str] | None = None) -> Came:
        """Write what comes for an address to a file.

        Parameters
        ----------
        url
            The address.
        part
            The file to write.
        sha256
            What it should hash to, where that is known.
        known
            Headers that make the request conditional.

        Raises
        ------
        FetchError
            When nothing comes, or not what should.
        OSError
            When the file cannot be written.
        """
        tried = self._retrying()
        try:
            for attempt in tried:
                with attempt:
                    came = self._once(url, part, known or {})
                    if sha256 is not None and came.sha256 is not None and came.sha256 != sha256:
                        msg = f"what came has the SHA-256 {came.sha256}, the list says {sha256}"
                        raise FetchError(Reason.HASH_DIFFERS, msg, status=came.status)
                    return came._replace(tries=attempt.retry_state.attempt_number)
        except FetchError as error:
            error.tries = tried.statistics.get("attempt_number", 1)
            raise
        raise AssertionError

    def _retrying(self) -> Retrying:
        return Retrying(
            stop=stop_after_attempt(self._limits.tries),
            wait=_wait,
            retry=retry_if_exception(lambda error: isinstance(error, FetchError) and error.again),
            sleep=self._sleep,
            reraise=True,
        )

    def _once(self, url: str, part: Path, known: Mapping[str, str]) -> Came:
        """Ask once, following redirects."""
        with self._following(url, known, robots=True) as response:
            headers = tuple((key.lower(), value) for key, value in response.headers.multi_items())
            final = str(response.url)
            if response.status_code == httpx.codes.NOT_MODIFIED and known:
                return Came(response.status_code, final, headers, None, None, 1)
            self._refuse_status(response)
            told = response.headers.get("content-length", "")
            if told.isdigit() and int(told) > self._limits.bytes:
                raise self._too_large(response.status_code)
            digest, size = hashlib.sha256(), 0
            with part.open("wb") as file:
                for piece in self._pieces(response):
                    size += len(piece)
                    digest.update(piece)
                    file.write(piece)
            if not size:
                raise FetchError(Reason.EMPTY, "the answer holds no bytes", status=response.status_code)
            return Came(response.status_code, final, headers, digest.hexdigest(), size, 1)

    @contextmanager
    def _following(self, url: str, known: Mapping[str, str], *, robots: bool) -> Iterator[httpx.Response]:
        """Ask for an address and where it leads; every step is checked, paced and counted."""
        client = httpx.Client(
            transport=self._transport,
            trust_env=False,
            timeout=self._limits.seconds,
            headers={"User-Agent": self._agent, "Accept": "*/*", "Accept-Encoding": "identity"},
        )
        at = _checked(url)
        for _ in range(self._limits.redirects + 1):
            if robots:
                self._ask_robots(at)
            self._pace.wait(at.host)
            self._deadline.at = time.monotonic() + self._limits.deadline
            self._sleep(0)
            with _said_plainly(), client.stream("GET", at, headers=dict(known)) as response:
                if response.status_code not in _REDIRECTS:
                    yield response
                    return
                at = _checked(_joined(at, response.headers.get("location", ""), response.status_code))
        msg = f"more than {self._limits.redirects} redirects, the last one to {at}"
        raise FetchError(Reason.TOO_MANY_REDIRECTS, msg)

    def _refuse_status(self, response: httpx.Response) -> None:
        status = response.status_code
        if status == httpx.codes.OK:
            return
        again = status in _AGAIN
        wait = _asked_to_wait(response.headers.get("retry-after", "")) if again else None
        if wait is not None:
            self._pace.hold(response.url.host, min(wait, self._limits.patience))
            if wait > self._limits.patience:
                msg = f"the host answers {status} and asks to wait for {wait:.0f} seconds; fetch again then"
                raise FetchError(Reason.ASKED_TO_WAIT, msg, status=status)
        raise FetchError(Reason.STATUS, f"the host answers {status}", status=status, again=again, wait=wait)

    def _pieces(self, response: httpx.Response) -> Iterator[bytes]:
        """Yield the content, unpacked, and never more of it than the limit."""
        coding = response.headers.get("content-encoding", "identity").strip().lower()
        left = self._limits.bytes
        packed = response.iter_raw(_CHUNK)
        for piece in packed if coding in ("", "identity") else _unpacked(packed, coding, left + 1):
            left -= len(piece)
            if left < 0:
                raise self._too_large(response.status_code)
            yield piece

    def _too_large(self, status: int) -> FetchError:
        return FetchError(
            Reason.TOO_LARGE, f"the file has more than the {self._limits.bytes} bytes it may", status=status
        )

    # robots.txt -------------------------------------------------------------------------------------------------------

    def _ask_robots(self, url: httpx.URL) -> None:
        if self._robots is None:
            return
        origin = str(url.copy_with(raw_path=b"/", fragment=None)).rstrip("/")
        rules = self._robots.of(origin)
        if rules.kind == "nothing":
            msg = f"{origin}/robots.txt cannot be read, so that nothing may be asked for: {rules.said}"
            raise FetchError(rules.reason or Reason.ROBOTS_UNREACHABLE, msg)
        if not rules.allow(str(url), self._agent):
            raise FetchError(Reason.ROBOTS, f"{origin}/robots.txt asks not to fetch {url}")

    def _rules(self, origin: str) -> Rules:
        """Return the rules of an origin after RFC 9309: none where there is no such file, nothing where it fails."""
        try:
            rules: Rules = self._retrying()(self._rules_once, origin)
        except FetchError as error:
            if error.reason == Reason.REFUSED_ADDRESS:
                return Rules("all")  # the address itself is refused in the same way, with its own reason
            silent = error.reason in (Reason.NO_CONNECTION, Reason.TOO_SLOW)
            return Rules("nothing", reason=error.reason if silent else None, said=error.message)
        asked = rules.delay(self._agent)
        if asked:
            self._pace.slow_down(httpx.URL(origin).host, asked)
        return rules

    def _rules_once(self, origin: str) -> Rules:
        with self._following(f"{origin}/robots.txt", {}, robots=False) as response:
            if 400 <= response.status_code < 500 and response.status_code not in _AGAIN:
                return Rules("all")
            self._refuse_status(response)
            text = b""
            for piece in self._pieces(response):
                text += piece
                if len(text) > _ROBOTS_BYTES:
                    break
        return Rules("rules", Protego.parse(text[:_ROBOTS_BYTES].decode("utf-8", "replace")))


class _Transport(httpx.BaseTransport):
    """Carries requests over connections that the guard makes."""

    def __init__(self, guard: Guard) -> None:
        self._pool = httpcore.ConnectionPool(ssl_context=httpx.create_ssl_context(), network_backend=guard)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        target = request.url
        answer = self._pool.handle_request(
            httpcore.Request(
                request.method,
                httpcore.URL(scheme=target.raw_scheme, host=target.raw_host, port=target.port, target=target.raw_path),
                headers=request.headers.raw,
                extensions=request.extensions,
            )
        )
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer))

    def close(self) -> None:
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        return self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


def _checked(url: str | httpx.URL) -> httpx.URL:
    """Return an address that is one of the web.

    Raises
    ------
    FetchError
        When it is not.
    """
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, UnicodeError, ValueError) as error:
        msg = f"not an address ({error})"
        raise FetchError(Reason.BAD_ADDRESS, msg) from error
    if parsed.scheme not in ("http", "https") or not parsed.host:
        msg = f"only http and https are asked, got {str(parsed)[:200]!r}"
        raise FetchError(Reason.BAD_ADDRESS, msg)
    return parsed


def _joined(url: httpx.URL, location: str, status: int) -> httpx.URL:
    if not location:
        raise FetchError(Reason.STATUS, f"the host answers {status} and does not say where to go", status=status)
    try:
        return url.join(location)
    except (httpx.InvalidURL, UnicodeError, ValueError) as error:
        msg = f"redirected to what is not an address ({error})"
        raise FetchError(Reason.BAD_ADDRESS, msg, status=status) from error


@contextmanager
def _said_plainly() -> Iterator[None]:
    """Turn the errors of the libraries into ours."""
    try:
        yield
    except RefusedAddressError as error:
        raise FetchError(Reason.REFUSED_ADDRESS, str(error)) from error
    except httpx.InvalidURL as error:
        raise FetchError(Reason.BAD_ADDRESS, f"redirected to what is not an address ({error})") from error
    except (httpcore.TimeoutException, httpx.TimeoutException) as error:
        raise FetchError(Reason.TOO_SLOW, f"no answer in time ({type(error).__name__}: {error})", again=True) from error
    except (httpcore.ConnectError, httpx.ConnectError) as error:
        raise FetchError(Reason.NO_CONNECTION, f"no connection ({error})", again=True) from error
    except (httpcore.ReadError, httpcore.WriteError, httpcore.RemoteProtocolError) as error:
        raise FetchError(Reason.CUT_OFF, f"the answer is broken or cut off ({error})", again=True) from error
    except (httpcore.ProtocolError, httpx.HTTPError, httpx.StreamError, ValueError) as error:
        raise FetchError(Reason.BAD_ANSWER, f"no answer of HTTP ({error})") from error


def _unpacked(packed: Iterator[bytes], coding: str, most: int) -> Iterator[bytes]:
    """Yield what was packed by gzip or deflate, never more than ``most`` bytes at once.

    Raises
    ------
    FetchError
        When it is packed otherwise, damaged, or its end is missing.
    """
    if coding not in ("gzip", "x-gzip", "deflate"):
        raise FetchError(Reason.BAD_ANSWER, f"the answer is packed as {coding[:40]!r}, which was not asked for")
    window = zlib.MAX_WBITS | 32  # gzip or zlib, as its head says
    unpacker = zlib.decompressobj(window)
    try:
        for piece in packed:
            rest = piece
            while rest:
                if unpacker.eof:
                    unpacker = zlib.decompressobj(window)
                yield unpacker.decompress(rest, most)
                rest = unpacker.unconsumed_tail or unpacker.unused_data
    except zlib.error as error:
        raise FetchError(
            Reason.BAD_ANSWER, f"the answer says that it is packed, but cannot be unpacked ({error})"
        ) from error
    if not unpacker.eof:
        raise FetchError(Reason.CUT_OFF, "the end of what was packed is missing", again=True)


def _asked_to_wait(said: str) -> float | None:
    """Return the seconds of a ``Retry-After``, a number or a date; None where it says neither."""
    if said.strip().isdigit():
        return float(said)
    try:
        return max(0.0, (email.utils.parsedate_to_datetime(said) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return None


def _wait(state: RetryCallState) -> float:
    """Return the seconds before the next try: as the host asks, else longer each time, with chance in it."""
    error = state.outcome.exception() if state.outcome is not None else None
    asked = error.wait if isinstance(error, FetchError) else None
    return asked if asked is not None else float(wait_random_exponential(BACKOFF, LONGEST_BACKOFF)(state))
