"""How often a host may be asked, and for what: one request after the other, and its robots.txt."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Literal, NamedTuple

from protego import Protego

from gxstudy.fetch.values import Reason

__all__ = ["Pace", "Robots", "Rules"]

_LONGEST_DELAY = 60.0


class Pace:
    """Keeps the requests to each host apart, whichever thread makes them.

    Parameters
    ----------
    delay
        Seconds from the beginning of one request to that of the next.
    sleep
        Waits so many seconds.
    """

    def __init__(self, delay: float, sleep: Callable[[float], object]) -> None:
        self._delay = delay
        self._sleep = sleep
        self._lock = threading.Lock()
        self._next: dict[str, float] = {}
        self._delays: dict[str, float] = {}

    def wait(self, host: str) -> None:
        """Wait for the turn of a request to ``host``, and take it."""
        with self._lock:
            now = time.monotonic()
            turn = max(self._next.get(host, now), now)
            self._next[host] = turn + max(self._delay, self._delays.get(host, 0.0))
        if turn > now:
            self._sleep(turn - now)

    def slow_down(self, host: str, delay: float) -> None:
        """Ask ``host`` no more often than every ``delay`` seconds from now on (at most a minute)."""
        with self._lock:
            self._delays[host] = min(delay, _LONGEST_DELAY)

    def hold(self, host: str, seconds: float) -> None:
        """Leave ``host`` alone for so many seconds."""
        with self._lock:
            until = time.monotonic() + seconds
            self._next[host] = max(self._next.get(host, until), until)


class Rules(NamedTuple):
    """What a host allows: by its rules, everything, or nothing (``reason`` and ``said`` are why)."""

    kind: Literal["rules", "all", "nothing"]
    parsed: Protego | None = None
    reason: Reason | None = None
    said: str = ""

    def allow(self, url: str, agent: str) -> bool:
        """Return whether an address may be asked for."""
        return self.kind == "all" or (self.parsed is not None and bool(self.parsed.can_fetch(url, agent)))

    def delay(self, agent: str) -> float:
        """Return the seconds between two requests that the host asks for, 0 where it asks for none."""
        return float(self.parsed.crawl_delay(agent) or 0.0) if self.parsed is not None else 0.0


class Robots:
    """The rules of each host, asked for once.

    Parameters
    ----------
    ask
        Origin (``https://host``) -> its rules.
    """

    def __init__(self, ask: Callable[[str], Rules]) -> None:
        self._ask = ask
        self._lock = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}
        self._known: dict[str, Rules] = {}

    def of(self, origin: str) -> Rules:
        """Return the rules of an origin."""
        with self._lock:
            lock = self._locks.setdefault(origin, threading.Lock())
        with lock:
            if origin not in self._known:
                self._known[origin] = self._ask(origin)
            return self._known[origin]
