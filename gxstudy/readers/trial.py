"""Pages that may explode are tried in a process of their own before they are read.

PDFium decodes and parses a whole page before it can be asked anything about it, and ends the process when memory runs
out. A few kilobytes are enough for that: a stream that decodes to a gigabyte, forms that draw forms that draw forms.
What may be such a file shows in its plain bytes (a stream's dictionary is never packed). Only such files pay for the
trial; all others are read at once.
"""

from __future__ import annotations

import re
import sys
import time
import zlib
from collections.abc import Sequence
from typing import NamedTuple

__all__ = ["MEMORY_LIMIT", "TIME_LIMIT", "Look", "look", "sound_pages"]

MEMORY_LIMIT = 1 << 30
"""Address space (bytes) that PDFium may take to load a page, where the system can limit it."""
TIME_LIMIT = 8
"""Time of the processor (seconds) for all pages of a file that is tried; those not reached are left out. A busy machine
does not shorten it, so that the same file gives the same pages there too."""
PATIENCE = 10
"""So many times as long is waited by the clock: for a system that cannot limit the processor, or a page that hangs."""
BEGUN, ENDED, CLOSED = "begun", "ended", "closed"
"""What the other process says before the first page, behind the last one, and of a file that cannot be opened."""
FAILURES = 3
"""After so many pages that could not be loaded the rest of the file is left out."""
DENSE_SIZE, DENSE_RATIO = 1 << 14, 100
"""A packed stream of this size (bytes) whose beginning grows by this factor may be too big when unpacked."""
DRAWN_LIMIT = 1_000
"""More drawings of forms or pictures than this in plain sight may be too many."""
LOOKED_THROUGH = 1 << 20
"""So much of a form (bytes, unpacked) is looked through for what it draws."""
CONTENTS_LIMIT = 100
"""More pieces of one page's content than this may be one piece many times."""

_FORM = re.compile(rb"/Subtype\s*/Form\b")
_INNER = re.compile(rb"/XObject\s*(?:<<\s*/|\d)")
_ELSEWHERE = re.compile(rb"/Resources\s+\d")
_NUMBER = re.compile(rb"(\d+)\s+\d+\s+obj\b")
_DO = re.compile(rb"\bDo\b")
_LENGTH = re.compile(rb"/Length\s+(\d{1,12})\s*(?:/|>>)")
_FILTERS = re.compile(rb"/Filter\s*\[([^\]]*)\]")
_CONTENTS = re.compile(rb"/Contents\s*\[([^\]]*)\]")
_LAYERS = b"/OCProperties"
_PACKED = re.compile(rb"/(?:Fl\b|FlateDecode|LZW|RL\b|RunLength)")


class Look(NamedTuple):
    """What the plain bytes of a PDF tell.

    ``explosive``: it may need much more to be loaded than its size tells: forms within forms, streams packed twice or
    very densely, LZW, and things drawn very many times. It errs on the side of caution: a trial costs about a fifth of
    a second and changes nothing else. ``layered``: it may have parts that can be switched off.
    """

    explosive: bool
    layered: bool


def look(data: bytes) -> Look:
    """Return what the bytes of a PDF tell about how it is to be read."""
    plain, streams = _parts(data)
    explosive = (
        b"/LZW" in plain
        or _nested(data, streams)
        or any(len(_PACKED.findall(array)) > 1 for array in _FILTERS.findall(plain))
        or any(array.count(b"R") > CONTENTS_LIMIT for array in _CONTENTS.findall(plain))
        or any(not s.packed and data.count(b" Do", s.begin, s.end) > DRAWN_LIMIT for s in streams)
        or any(_dense(data, s) for s in streams)
    )
    return Look(explosive, _LAYERS in plain or any(_layers_in(data, s) for s in streams if b"/ObjStm" in s.entries))


class _Stream(NamedTuple):
    """A stream: its object up to its body, where the body lies, and whether it is packed."""

    entries: bytes
    begin: int
    end: int
    packed: bool


def _parts(data: bytes) -> tuple[bytes, list[_Stream]]:
    """Return what stands outside the streams, and the streams.

    Their bodies are jumped over, not looked through: a report is mostly fonts and pictures.
    """
    outside: list[bytes] = []
    streams: list[_Stream] = []
    at = 0
    while (found := data.find(b"stream", at)) >= 0:
        before = data[at:found]
        outside.append(before)
        entries = before[max(0, before.rfind(b" obj") - 24) :]
        begin = found + (8 if data.startswith(b"\r\n", found + 6) else 7)
        said = _LENGTH.search(entries)
        end = begin + int(said[1]) if said else begin
        if not data[end : end + 16].lstrip().startswith(b"endstream"):
            end = data.find(b"endstream", begin)
            if end < 0:
                return b"".join(outside), streams
        streams.append(_Stream(entries, begin, end, b"/Filter" in entries))
        at = data.find(b"endstream", end) + len(b"endstream")
    outside.append(data[at:])
    return b"".join(outside), streams


def sound_pages(data: bytes) -> frozenset[int] | None:
    """Return the pages (from 0) that PDFium loads within the limits, tried in other processes.

    Parameters
    ----------
    data
        The bytes of the file.

    Returns
    -------
    frozenset of int or None
        None when the file cannot be opened at all, for a reason that opening it will tell, and where no other process
        can be started.
    """
    import subprocess

    sound: set[int] = set()
    start = 0
    left = TIME_LIMIT
    for _ in range(FAILURES):
        command = [sys.executable, "-m", __name__, str(start), str(left)]
        spent = _spent()
        try:
            told = subprocess.run(command, input=data, capture_output=True, timeout=PATIENCE * left, check=False).stdout
            left -= round(_spent() - spent)
        except subprocess.TimeoutExpired as late:
            told = late.stdout or b"late"
            left = 0
        lines = told.decode("ascii").split()
        if not lines or lines[-1] == CLOSED:
            return None
        done = [int(line) for line in lines if line.isdigit()]
        sound.update(done)
        if lines[-1] == ENDED or left <= 0:
            break
        start = done[-1] + 2 if done else start + 1  # behind the one that failed
    return frozenset(sound)


def _spent() -> float:
    """Return the time of the processor (seconds) that ended processes of this one took; by the clock elsewhere."""
    try:
        import resource
    except ImportError:
        return time.monotonic()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _nested(data: bytes, streams: Sequence[_Stream]) -> bool:
    """Return whether forms draw forms: two that draw something, or one that may draw itself."""
    found = 0
    for stream in streams:
        if not _FORM.search(stream.entries):
            continue
        elsewhere = _ELSEWHERE.search(stream.entries) is not None
        if (elsewhere or _INNER.search(stream.entries)) and _draws(data, stream):
            number = _NUMBER.search(stream.entries)
            if elsewhere or number is None or re.search(rb"\b%s\s+\d+\s+R\b" % number[1], stream.entries):
                return True
            found += 1
    return found > 1


def _draws(data: bytes, stream: _Stream) -> bool:
    """Return whether a form draws forms or pictures, or is too long to tell."""
    body = data[stream.begin : stream.end]
    if stream.packed:
        unpacker = zlib.decompressobj()
        try:
            body = unpacker.decompress(body, LOOKED_THROUGH)
        except zlib.error:
            return True
        if not unpacker.eof:
            return True
    return _DO.search(body) is not None


def _dense(data: bytes, stream: _Stream) -> bool:
    """Return whether a big stream holds little but repetition; pictures may, for they are never unpacked."""
    if stream.end - stream.begin < DENSE_SIZE or b"/Image" in stream.entries:
        return False
    packed = data[stream.begin : stream.begin + 1024]
    try:
        return len(zlib.decompressobj().decompress(packed, DENSE_RATIO * 1024)) >= DENSE_RATIO * 1000
    except zlib.error:
        return False


def _layers_in(data: bytes, stream: _Stream) -> bool:
    """Return whether objects that are packed together may say that the file has layers."""
    body = data[stream.begin : stream.end]
    unpacker = zlib.decompressobj()
    try:
        body = unpacker.decompress(body, LOOKED_THROUGH) if stream.packed else body
    except zlib.error:
        return True
    return _LAYERS in body or bool(stream.packed and not unpacker.eof)


def _try(start: int, seconds: int) -> None:
    """Load pages one after the other and write the number of each that is loaded to the standard output."""
    from gxstudy.errors import UnreadableFileError
    from gxstudy.readers import pdfium
    from gxstudy.readers.pdf_painted import painted

    data = sys.stdin.buffer.read()
    _say(BEGUN)
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    except (ImportError, ValueError):  # a system without limits, or with a lower one
        pass
    try:
        with pdfium.opened(data) as pdf:
            for index in range(start, pdf.page_count):
                with pdf.page(index) as loaded:
                    if loaded is not None:
                        loaded.loose_boxes(range(len(loaded.text())))
                        painted(loaded)
                _say(str(index))
        _say(ENDED)
    except UnreadableFileError:
        _say(CLOSED)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    _try(int(sys.argv[1]), int(sys.argv[2]))
