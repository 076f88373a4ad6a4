"""Addresses -> files, politely and warily, with a registry that a build reads.

The list of addresses is a CSV file; the result is a folder with the files, ``registry.csv`` (what came, from where and
when), ``headers.jsonl`` (the headers of every answer) and ``fetch_failures.csv`` (for which addresses nothing came, and
why). ``gxstudy build`` takes that folder as it is. What came is remembered in ``.fetch`` in the same folder the moment
it is in its place: a fetch that was interrupted goes on from there.

Only ``http`` and ``https`` are asked, and only addresses of the public internet, after every redirect too. Proxies
named in the environment are not used, since nobody could tell what they reach.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from gxstudy.errors import CallError, MissingDependencyError
from gxstudy.fetch.values import FetchProgress, Folder

__all__ = ["FetchProgress", "Folder", "fetch"]

_HIDDEN = ".fetch"


def fetch(
    registry: str | Path,
    out: str | Path,
    *,
    delay: float = 1.0,
    hosts: int = 8,
    tries: int = 4,
    seconds: float = 30.0,
    deadline: float = 300.0,
    mebibytes: int = 64,
    redirects: int = 5,
    patience: float = 120.0,
    contact: str = "",
    robots: bool = True,
    refresh: bool = False,
    allow_private: bool = False,
    progress: Callable[[FetchProgress], None] | None = None,
) -> Folder:
    """Fetch the files of a list of addresses into a folder that a build reads.

    An address for which nothing comes costs nothing else: it is a row of ``fetch_failures.csv``, and is asked again by
    the next fetch. What came is not asked again.

    Parameters
    ----------
    registry
        CSV in UTF-8 with a column ``url`` (or ``source``). ``sha256``, where given, is what the file must hash to;
        ``path`` where it is to stand below the folder; all other columns go with it (``organ``, ``year``, ``kind`` and
        ``report_id`` are used by a build).
    out
        The folder.
    delay
        Seconds between two requests to one host, at least; its robots.txt may ask for more.
    hosts
        How many hosts are asked at the same time. One host is never asked for two things at once.
    tries
        How often an address is tried when the host is silent, breaks off or answers 408, 425, 429 or 5xx; the pause
        grows each time, or is what ``Retry-After`` says.
    seconds, deadline
        Longest silence, and longest time for one answer.
    mebibytes
        Largest file, unpacked.
    redirects
        How many are followed.
    patience
        Longest wait, in seconds, that a host may ask for; what asks for more is a failure.
    contact
        Told to the hosts with every request: an address of mail or of a page that says who asks.
    robots
        Whether robots.txt is followed (RFC 9309). Leave it on unless the host has given you leave.
    refresh
        Ask again for what is there, on condition that it has changed. What has is replaced; the file that was there
        stays beside it, its name beginning with ``~``.
    allow_private
        Also ask addresses that are not of the public internet, such as those of this machine.
    progress
        Called with a :class:`FetchProgress` after each address, in the order in which they are done.

    Returns
    -------
    Folder
        Where the files are, and the counts.

    Raises
    ------
    CallError
        When the list cannot be understood, or another fetch is writing to ``out``.
    MissingDependencyError
        When what it needs is not installed.
    OSError
        When ``out`` cannot be written, as on a full disk; the next fetch goes on from there.
    """
    try:
        from gxstudy.fetch.asking import Asker, Limits
        from gxstudy.fetch.gathering import gather
        from gxstudy.fetch.records import read_addresses
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("gxstudy"):
            raise
        msg = f"fetching needs {error.name}, which is not installed: pip install 'gxstudy[fetch]'"
        raise MissingDependencyError(msg) from error

    listed, target = Path(registry), Path(out)
    numbers = {"hosts": hosts, "tries": tries, "seconds": seconds, "deadline": deadline, "mebibytes": mebibytes}
    _check(listed, target, numbers, {"delay": delay, "redirects": redirects, "patience": patience})
    agent = _agent(contact)
    rows, failed = read_addresses(listed)
    limits = Limits(seconds, deadline, tries, redirects, mebibytes << 20, patience)
    with _alone(target) as hidden:
        asker = Asker(limits, delay=delay, agent=agent, allow_private=allow_private, robots=robots)
        return gather(rows, failed, target, hidden, asker, hosts=hosts, refresh=refresh, progress=progress or _ignore)


def _agent(contact: str) -> str:
    from gxstudy.corpus.results import version

    said = f"; {contact}" if contact else ""
    agent = f"gxstudy/{version('gxstudy') or '0'} (research on government information disclosure{said})"
    if not agent.isascii() or not agent.isprintable():
        msg = f"contact is {contact!r}; expected printable ASCII characters"
        raise CallError(msg)
    return agent


def _ignore(_: FetchProgress) -> None:
    """Nobody wants to know."""


def _check(registry: Path, out: Path, above_zero: dict[str, float], from_zero: dict[str, float]) -> None:
    if not registry.is_file():
        msg = f"there is no file {registry}; the first argument is the list of addresses (CSV)"
        raise CallError(msg)
    if out.exists() and not out.is_dir():
        msg = f"{out} is a file; the second argument is the folder to fetch into"
        raise CallError(msg)
    if (out / "registry.csv").exists() and not (out / _HIDDEN).exists():
        msg = f"{out} holds a registry.csv that no fetch wrote; give another folder"
        raise CallError(msg)
    wrong = [(name, value, "more than 0") for name, value in above_zero.items() if not value > 0]
    wrong += [(name, value, "0 or more") for name, value in from_zero.items() if not value >= 0]
    for name, value, expected in wrong:
        msg = f"{name} is {value}; expected {expected}"
        raise CallError(msg)


@contextmanager
def _alone(out: Path) -> Iterator[Path]:
    """Hold the folder for one fetch; give the hidden folder in which it keeps its journal."""
    from filelock import FileLock, Timeout

    hidden = out / _HIDDEN
    hidden.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(hidden / "lock", timeout=0):
            for left in hidden.glob("*.part"):
                left.unlink()
            yield hidden
    except Timeout:
        msg = f"another fetch is writing to {out}; wait for it, or give another folder"
        raise CallError(msg) from None
