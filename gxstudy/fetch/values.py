"""What a fetch says of itself: how far it is, and what it left."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

__all__ = ["FetchProgress", "Folder", "Reason"]


class FetchProgress(NamedTuple):
    """How far a fetch is, in addresses: ``kept`` of those ``done`` were there from an earlier one."""

    done: int
    failed: int
    kept: int
    total: int


class Folder(NamedTuple):
    """What a fetch left: the folder, and how many addresses came, were there, and failed."""

    path: Path
    fetched: int
    kept: int
    failed: int


class Reason(StrEnum):
    """Why nothing came for an address."""

    BAD_ROW = "bad_row"
    """The row of the list cannot be followed, or its file not be put where it says."""
    TWICE = "twice"
    """An earlier row has the same address, path or ``report_id``."""
    BAD_ADDRESS = "bad_address"
    """Not an address of the web, or redirected to what is none."""
    REFUSED_ADDRESS = "refused_address"
    """The host has no address of the public internet."""
    ROBOTS = "robots"
    """The robots.txt of the host asks not to."""
    ROBOTS_UNREACHABLE = "robots_unreachable"
    """The robots.txt of the host cannot be read."""
    NO_CONNECTION = "no_connection"
    """The name is not known, nobody answers, or the certificate is not good."""
    TOO_SLOW = "too_slow"
    """The answer did not come in time."""
    CUT_OFF = "cut_off"
    """The answer broke off."""
    BAD_ANSWER = "bad_answer"
    """The answer is no HTTP, or packed in a way that was not asked for."""
    STATUS = "status"
    """The host answers with another status than 200."""
    ASKED_TO_WAIT = "asked_to_wait"
    """The host asks to wait for longer than we do."""
    TOO_MANY_REDIRECTS = "too_many_redirects"
    """The address leads on and on."""
    TOO_LARGE = "too_large"
    """The file has more bytes than it may."""
    EMPTY = "empty"
    """The answer holds no bytes."""
    HASH_DIFFERS = "hash_differs"
    """What came does not hash to what the list says."""
