"""Many addresses -> a folder: one thread a host, each file put in its place and remembered at once."""

from __future__ import annotations

import errno
import hashlib
import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from gxstudy.corpus.index import sha256_of
from gxstudy.fetch.asking import Asker, Came, FetchError
from gxstudy.fetch.names import HEAD, name_of, note, suffix_of
from gxstudy.fetch.records import Address, Failed, Fetched, Journal, write
from gxstudy.fetch.values import FetchProgress, Folder, Reason

__all__ = ["gather"]

_ODD_PLACES = frozenset({errno.EISDIR, errno.ENOTDIR, errno.EEXIST, errno.ENAMETOOLONG, errno.EINVAL, errno.ENOTEMPTY})


def gather(
    rows: Sequence[Address],
    failed: Sequence[Failed],
    out: Path,
    hidden: Path,
    asker: Asker,
    *,
    hosts: int,
    refresh: bool,
    progress: Callable[[FetchProgress], None],
) -> Folder:
    """Fetch all rows, each host in a thread of its own, and write the registry.

    Parameters
    ----------
    rows, failed
        The addresses, and the rows of their list that hold none.
    out, hidden
        The folder, and the one below it that keeps the journal and what is not complete.
    asker
        Asks for one address. It is closed at the end.
    hosts
        How many hosts are asked at the same time.
    refresh
        Whether what is there is asked for again.
    progress
        Called after each address.
    """
    with closing(asker), closing(Journal(hidden / "journal.jsonl")) as journal:
        gathering = _Gathering(out, hidden, asker, journal, failed, progress, refresh=refresh, total=len(rows))
        gathering.run(rows, hosts)
        there = [(row, journal.known[row.url]) for row in rows if row.url in gathering.there]
        write(out, there, gathering.failed)
        return Folder(out, len(there) - gathering.kept, gathering.kept, len(gathering.failed))


class _Gathering:
    """The state that the threads share."""

    def __init__(
        self,
        out: Path,
        hidden: Path,
        asker: Asker,
        journal: Journal,
        failed: Sequence[Failed],
        progress: Callable[[FetchProgress], None],
        *,
        refresh: bool,
        total: int,
    ) -> None:
        self.there: set[str] = set()
        self.failed = list(failed)
        self.kept = 0
        self._out = out
        self._hidden = hidden
        self._asker = asker
        self._journal = journal
        self._progress = progress
        self._refresh = refresh
        self._total = total + len(failed)
        self._lock = threading.Lock()

    def run(self, rows: Sequence[Address], hosts: int) -> None:
        """Fetch all rows."""
        self._tell()
        by_host: dict[str, list[Address]] = defaultdict(list)
        for row in rows:
            by_host[_host(row.url)].append(row)
        with ThreadPoolExecutor(hosts, thread_name_prefix="fetch") as pool:
            try:
                for future in as_completed([pool.submit(self._one_host, mine) for mine in by_host.values()]):
                    future.result()
            except BaseException:
                self._asker.stop()
                pool.shutdown(cancel_futures=True)
                raise

    def _tell(self) -> None:
        done = len(self.there) + len(self.failed)
        self._progress(FetchProgress(done, len(self.failed), self.kept, self._total))

    def _one_host(self, rows: Sequence[Address]) -> None:
        for row in rows:
            before = self._before(row)
            outcome: Failed | None = None
            changed = before is None
            if before is None or self._refresh:
                try:
                    changed = self._one(row, before)
                except FetchError as error:
                    outcome = Failed(row.line, row.url, error.reason, error.message, error.status, error.tries)
            with self._lock:
                if outcome is not None:
                    self.failed.append(outcome)
                else:
                    self.there.add(row.url)
                    self.kept += not changed
                self._tell()

    def _before(self, row: Address) -> Fetched | None:
        """Return what is known of the file of an address, None where it is not there as it came."""
        with self._lock:
            known = self._journal.known.get(row.url)
        if known is None or row.sha256 not in (None, known.sha256) or row.path not in (None, known.path):
            return None
        return known if _hash(self._out / known.path) == known.sha256 else None

    def _one(self, row: Address, before: Fetched | None) -> bool:
        """Fetch one address; return whether it is other than before."""
        part = self._hidden / f"{hashlib.sha256(row.url.encode('utf-8', 'surrogatepass')).hexdigest()}.part"
        try:
            came = self._asker.fetch(row.url, part, sha256=row.sha256, known=_conditions(before))
            if came.sha256 is None or (before is not None and before.sha256 == came.sha256):
                return False
            entry = self._put(row, came, part)
        except OSError as error:
            if error.errno not in _ODD_PLACES:
                raise
            msg = f"the file cannot be put at {row.path!r}: {error.strerror}"
            raise FetchError(Reason.BAD_ROW, msg) from error
        finally:
            part.unlink(missing_ok=True)
        with self._lock:
            if before is not None and before.path != entry.path:
                _set_aside(self._out / before.path, before.sha256)
            self._journal.add(entry)
        return True

    def _put(self, row: Address, came: Came, part: Path) -> Fetched:
        """Put what came in its place; what stood there under another hash stays beside it."""
        with part.open("rb") as file:
            suffix = suffix_of(file.read(HEAD), row.url)
        path = row.path or name_of(row.url, suffix)
        place = self._out / path
        if not place.parent.resolve().is_relative_to(self._out.resolve()):
            raise FetchError(Reason.BAD_ROW, f"the path {path!r} leads out of the folder by a link", status=came.status)
        place.parent.mkdir(parents=True, exist_ok=True)
        old = _hash(place)
        if old is not None and old != came.sha256:
            _set_aside(place, old)
        part.replace(place)
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        said = note(row.url, suffix)
        return Fetched(
            row.url, path, str(came.sha256), came.size or 0, came.status, came.final_url, now, came.headers, said
        )


def _hash(place: Path) -> str | None:
    """Return the hash of a file, None where there is none that can be read."""
    try:
        return sha256_of(place)
    except OSError:
        return None


def _set_aside(place: Path, sha256: str) -> None:
    """Keep an earlier file under a name that no build takes for a report."""
    place.replace(place.with_name(f"~{sha256[:12]}-{place.name}"))


def _conditions(before: Fetched | None) -> dict[str, str]:
    """Return the headers that ask only for what has changed."""
    if before is None:
        return {}
    told = {"If-None-Match": before.header("etag"), "If-Modified-Since": before.header("last-modified")}
    return {key: value for key, value in told.items() if value}


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""
