"""Exceptions of gxstudy: one root, two branches.

Exceptions are for files that cannot be read and for callers who ask wrongly. Trouble *inside* a report that can be
read is never an exception: it is a :class:`gxstudy.findings.Finding`.

Every class carries the exit code with which the command line ends when it meets the error.
"""

from __future__ import annotations

__all__ = [
    "CallError",
    "EmptyFileError",
    "EncryptedFileError",
    "GxstudyError",
    "MissingDependencyError",
    "NoTextLayerError",
    "NotAReportError",
    "StorageError",
    "TruncatedFileError",
    "UnknownFileKindError",
    "UnknownFormError",
    "UnreadableFileError",
]


class GxstudyError(Exception):
    """Root of every error that gxstudy raises on purpose."""

    exit_code: int = 1


class CallError(GxstudyError, ValueError):
    """The caller asked for something that does not exist or does not fit (a key, an option, a combination)."""

    exit_code = 2


class MissingDependencyError(GxstudyError, ImportError):
    """An optional library that the call needs is not installed."""

    exit_code = 2


class StorageError(GxstudyError, OSError):
    """A dataset cannot be written: the disk is full, or fails."""


class UnreadableFileError(GxstudyError, ValueError):
    """A file from which no report can be read. The branches say why."""

    exit_code = 10


class EmptyFileError(UnreadableFileError):
    """The file holds no bytes."""

    exit_code = 11


class UnknownFileKindError(UnreadableFileError):
    """The content is of no kind that gxstudy reads (or of one that must be converted first)."""

    exit_code = 12


class TruncatedFileError(UnreadableFileError):
    """The file begins like a known kind but is cut off or damaged."""

    exit_code = 13


class EncryptedFileError(UnreadableFileError):
    """The file asks for a password."""

    exit_code = 14


class NoTextLayerError(UnreadableFileError):
    """The pages hold pictures only: a scan, to be read with character recognition."""

    exit_code = 15


class NotAReportError(UnreadableFileError):
    """The file can be read but is not an annual report on government information disclosure."""

    exit_code = 16


class UnknownFormError(UnreadableFileError):
    """The file is an annual report, but its tables follow no edition of the statutory form that gxstudy knows."""

    exit_code = 17
