"""The work at the desk without the desk: which figure is next, what is decided, and the way back.

Every decision is on the disk before the next figure is shown. Whoever stops in the middle goes on from there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, NamedTuple

from gxstudy import corrections
from gxstudy.corrections import Correction
from gxstudy.desk.cases import Case, doubtful
from gxstudy.errors import CallError, GxstudyError
from gxstudy.report import Report, read_reports
from gxstudy.several import identity, number_of
from gxstudy.text import read_number

__all__ = ["Progress", "Session", "Waiting", "now"]

Place = tuple[str, str, str]


class Waiting(NamedTuple):
    """A report with figures in doubt: its name, its file, the hash it had in the dataset, and how many figures."""

    report_id: str
    file: Path
    sha256: str
    figures: int

    @property
    def whose(self) -> tuple[str, int]:
        """The hash of its file, and its number in it."""
        return identity(self.sha256, self.report_id)


class _Skipped(NamedTuple):
    """A figure left for later: whose it is, its keys."""

    whose: tuple[str, int]
    place: Place


class Progress(NamedTuple):
    """How far the work is: figures decided, and those left (about: reports not yet opened count as in the dataset)."""

    decided: int
    left: int
    skipped: int
    report: int
    reports: int


def now() -> str:
    """Return the time in UTC, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Session:
    """One sitting at the desk.

    Parameters
    ----------
    waiting
        The reports, in the order in which they are looked at.
    path
        The file of corrections. Decisions in it are taken up, new ones are added to it.
    who
        The name that stands in it.
    lang
        Language of the labels.
    clock
        Gives the time of a decision.
    read
        Reads a report from its file, under a name.
    """

    def __init__(
        self,
        waiting: Sequence[Waiting],
        path: Path,
        who: str,
        *,
        lang: Literal["en", "zh"] = "en",
        clock: Callable[[], str] = now,
        read: Callable[[Path, str], Report] | None = None,
    ) -> None:
        self.path = path
        self.who = who
        self.report: Report | None = None
        self.trouble: dict[str, str] = {}
        self._waiting = tuple(waiting)
        self._lang: Literal["en", "zh"] = lang
        self._clock = clock
        self._read = read or _read
        self._lines = list(corrections.load(path))
        known = {one.whose for one in self._waiting}
        self._history: list[tuple[Correction, ...] | _Skipped] = [
            (one,) for one in corrections.in_force(self._lines) if one.whose in known
        ]
        self._skipped: set[_Skipped] = set()
        self._at = 0
        self._cases: tuple[Case, ...] = ()
        self._find()

    @property
    def case(self) -> Case | None:
        """The figure to look at now; None when none is left."""
        return self._cases[0] if self._cases else None

    @property
    def progress(self) -> Progress:
        """How far the work is."""
        later = sum(one.figures for one in self._waiting[self._at + 1 :])
        decided = sum(0 if isinstance(one, _Skipped) else len(one) for one in self._history)
        report = min(self._at + 1, len(self._waiting))
        return Progress(decided, len(self._cases) + later, len(self._skipped), report, len(self._waiting))

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to take back."""
        return bool(self._history)

    @property
    def proposals(self) -> int:
        """Figures of the report at hand for which a number is proposed and nothing is decided."""
        return sum(bool(case.proposed) for case in self._cases)

    def accept(self, why: str = "") -> None:
        """Take the number that is proposed.

        Raises
        ------
        CallError
            When nothing is proposed.
        """
        case = self._needed()
        if not case.proposed:
            msg = "nothing is proposed for this figure; type what is printed, or keep what was read"
            raise CallError(msg)
        self._decide([self._line(case, "corrected", case.proposed, self._clock(), why or case.because)])

    def accept_all(self, why: str = "") -> None:
        """Take every number that is proposed in the report at hand: a decision each, and one step to undo.

        What was left for later stays there.

        Raises
        ------
        CallError
            When nothing is proposed.
        """
        self._needed()
        cases = [case for case in self._cases if case.proposed]
        if not cases:
            msg = "nothing is proposed in this report; type what is printed, or keep what was read"
            raise CallError(msg)
        when = self._clock()
        self._decide([self._line(case, "corrected", case.proposed, when, why or case.because) for case in cases])

    def correct(self, new: str, why: str = "") -> None:
        """Take ``new`` as what is printed; nothing at all for a blank cell.

        Raises
        ------
        CallError
            When ``new`` is no number, or is what was read.
        """
        case = self._needed()
        new = new.strip()
        if read_number(new).status == "unreadable":
            msg = f"{new!r} cannot be read as a number; type the figure as it is printed"
            raise CallError(msg)
        if new == case.entry.raw.strip():
            msg = f"{new!r} is what was read; if it does stand there so, keep it"
            raise CallError(msg)
        self._decide([self._line(case, "corrected", new, self._clock(), why)])

    def keep(self, why: str = "") -> None:
        """Say that what was read does stand there: the doubt is about the report, not about the reading."""
        self._keep((self._needed(),), why)

    def keep_all(self, why: str = "") -> None:
        """Say so of every figure of the failed sums that this one is in: it is the report that does not add up.

        Figures that are in doubt for another reason are still asked for.
        """
        case = self._needed()
        others = (one for one in self._cases[1:] if one.place in case.fails_with and one.reason == "sum")
        self._keep((case, *others), why)

    def skip(self) -> None:
        """Leave the figure for later."""
        case = self._needed()
        key = _Skipped(case.whose, case.place)
        self._skipped.add(key)
        self._history.append(key)
        self._find()

    def undo(self) -> None:
        """Take the last step back, and show its figure again."""
        if not self._history:
            return
        last = self._history.pop()
        if isinstance(last, _Skipped):
            self._skipped.discard(last)
            whose, place = last
        else:
            when = self._clock()
            self._write([one._replace(decision="undone", who=self.who, when=when, why="") for one in last])
            whose, place = last[0].whose, last[0].place
        self._at = next(index for index, one in enumerate(self._waiting) if one.whose == whose)
        self._find(first=place)

    def again(self) -> None:
        """Take up what was skipped."""
        self._skipped.clear()
        self._history = [one for one in self._history if not isinstance(one, _Skipped)]
        self._at = 0
        self._find()

    def _needed(self) -> Case:
        if self.case is None:
            msg = "no figure is left to decide on"
            raise CallError(msg)
        return self.case

    def _keep(self, cases: Sequence[Case], why: str) -> None:
        when = self._clock()
        self._decide([self._line(one, "as_printed", one.entry.raw, when, why) for one in cases])

    def _line(
        self, case: Case, decision: Literal["corrected", "as_printed"], new: str, when: str, why: str
    ) -> Correction:
        raw = case.entry.raw
        return Correction(case.report_id, *case.place, raw, new, decision, self.who, when, why, case.sha256)

    def _decide(self, lines: Sequence[Correction]) -> None:
        self._write(lines)
        self._history.append(tuple(lines))
        self._find()

    def _write(self, lines: Sequence[Correction]) -> None:
        corrections.append(self.path, *lines)
        self._lines += lines

    def _find(self, first: Place | None = None) -> None:
        """Look for the next figure, from the report at hand on; ``first`` comes before the others of its report."""
        decisions = corrections.in_force(self._lines)
        while self._at < len(self._waiting):
            one = self._waiting[self._at]
            report = self._opened(one)
            if report is not None:
                cases = doubtful(report, decisions, lang=self._lang)
                left = [case for case in cases if _Skipped(case.whose, case.place) not in self._skipped]
                if left:
                    self._cases = tuple(sorted(left, key=lambda case: case.place != first))
                    return
            self._at += 1
        self._cases = ()

    def _opened(self, one: Waiting) -> Report | None:
        """Return the report, or None where its file is not what it was: said in ``trouble``."""
        if self.report is not None and identity(self.report.sha256, self.report.report_id) == one.whose:
            return self.report
        try:
            report = self._read(one.file, one.report_id)
        except (GxstudyError, OSError) as error:
            self.trouble[one.report_id] = f"{one.file}: {error}"
            return None
        if report.sha256 != one.sha256:
            self.trouble[one.report_id] = f"{one.file} is another file than when the dataset was built; build it again"
            return None
        self.report = report
        return report


def _read(file: Path, report_id: str) -> Report:
    """Return the report of a name; where a file holds several its name says which."""
    reports = read_reports(file, report_id=report_id)
    number = number_of(report_id)
    return replace(reports[number if number < len(reports) else 0], report_id=report_id)
