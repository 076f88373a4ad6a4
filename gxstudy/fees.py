"""The information-processing fee: items and pages to yuan, and back.

Source of every rate: the fee Measures (政府信息公开信息处理费管理办法), 国办函〔2020〕109号 of 17 November 2020, in force
1 January 2021. Article 3: a request is charged by item (按件) or by page (按量), never both, and both schedules are
excess-progressive (超额累进): a rate applies only to the part inside its bracket. Reading the charge as "everything at
the top rate" is thereby excluded and is not offered. All amounts are whole yuan, exact, never floating point.

What the Measures leave open is a named option with a default: :class:`Reading` (the rate from item 31) and the
options of :func:`ledger` (whose places are counted together, whether page-charged requests use up places).
"""

from __future__ import annotations

import operator
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol, SupportsIndex, TypeAlias, TypeVar, overload

from gxstudy.errors import CallError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = [
    "ITEMS_A",
    "ITEMS_B",
    "LARGEST",
    "PAGES",
    "Account",
    "Bracket",
    "Ledger",
    "Line",
    "Method",
    "Proof",
    "Reading",
    "Request",
    "Schedule",
    "Steps",
    "by_items",
    "by_pages",
    "item_schedule",
    "items_giving",
    "ledger",
    "methods",
    "pages_giving",
    "proof",
]

LARGEST = 1_000_000_000
"""Largest count and largest amount accepted anywhere here: up to it every charge fits a signed 64-bit integer."""


class Reading(StrEnum):
    """How the rate rises from item 31 (国办函〔2020〕109号 art. 4(3): steps of 10 items, each raising the rate by 100).

    The article does not say whether items 31-40 are already a raised step; no official worked example is known.
    """

    A = "A"
    """The first rise comes at item 31: 31-40 cost 200 each, 41-50 cost 300. The default: else 30 would bound nothing."""
    B = "B"
    """The first rise comes at item 41: 31-40 still cost 100 each, 41-50 cost 200."""


class Bracket(NamedTuple):
    """Units ``first`` to ``last``, both included, cost ``rate`` yuan each; ``last`` is None where there is no end."""

    first: int
    last: int | None
    rate: int


class Steps(NamedTuple):
    """From unit ``first`` on: steps of ``width`` units, the first at ``rate`` yuan each, each next one ``rise`` more."""

    first: int
    width: int
    rate: int
    rise: int


@dataclass(frozen=True, slots=True)
class Schedule:
    """One excess-progressive schedule as data: fixed brackets from unit 1, then rising steps where it has them.

    Attributes
    ----------
    unit
        What is counted, in Chinese as the Measures name it (件 item, 页 page).
    article
        Article of 国办函〔2020〕109号.
    fixed
        Brackets in order, without gaps. Only a schedule without steps has a last bracket without end.
    steps
        What follows the fixed brackets, or None.
    """

    unit: str
    article: int
    fixed: tuple[Bracket, ...]
    steps: Steps | None = None

    def brackets(self, upto: int) -> tuple[Bracket, ...]:
        """Every bracket that begins at or below unit ``upto``, the steps written out."""
        rising: tuple[Bracket, ...] = ()
        if self.steps is not None:
            first, width, rate, rise = self.steps
            starts = range(first, _whole(upto, "upto") + 1, width)
            rising = tuple(Bracket(start, start + width - 1, rate + rise * j) for j, start in enumerate(starts))
        return tuple(bracket for bracket in self.fixed if bracket.first <= upto) + rising


ITEMS_A = Schedule("件", 4, (Bracket(1, 10, 0), Bracket(11, 30, 100)), Steps(first=31, width=10, rate=200, rise=100))
"""By item, reading A. Counted per applicant and calendar month."""
ITEMS_B = Schedule("件", 4, (Bracket(1, 10, 0), Bracket(11, 30, 100)), Steps(first=31, width=10, rate=100, rise=100))
"""By item, reading B. Counted per applicant and calendar month."""
PAGES = Schedule("页", 5, (Bracket(1, 30, 0), Bracket(31, 100, 10), Bracket(101, 200, 20), Bracket(201, None, 40)))
"""By page. Counted per request and not added across requests."""


def item_schedule(reading: Reading | Literal["A", "B"] = Reading.A) -> Schedule:
    """The item schedule under one reading; :class:`~gxstudy.errors.CallError` (a ValueError) for an unknown reading."""
    if reading == Reading.A:
        return ITEMS_A
    if reading == Reading.B:
        return ITEMS_B
    raise CallError(f"reading: expected 'A' or 'B' (see gxstudy.fees.Reading), got {reading!r}")


class _ArrayLike(Protocol):
    """Anything numpy can turn into an array: an ndarray, a pandas Series or Index."""

    def __array__(self) -> NDArray[Any]: ...


_Counts: TypeAlias = Sequence[int] | _ArrayLike
_N = TypeVar("_N", int, "NDArray[np.int64]")


@overload
def by_items(n: SupportsIndex, *, reading: Reading | Literal["A", "B"] = ...) -> int: ...
@overload
def by_items(n: _Counts, *, reading: Reading | Literal["A", "B"] = ...) -> NDArray[np.int64]: ...
def by_items(
    n: SupportsIndex | _Counts, *, reading: Reading | Literal["A", "B"] = Reading.A
) -> int | NDArray[np.int64]:
    """Fee in yuan for ``n`` items of one applicant in one calendar month (国办函〔2020〕109号 art. 4).

    Items are what the agency counted after splitting a request into single matters: often more than the requests of
    the statutory table, never to be equated with them.

    Parameters
    ----------
    n
        Cumulative items of the month: one whole number, or a sequence, array or Series of them. Whole-valued floats
        (as pandas makes of a column with blanks) are taken.
    reading
        See :class:`Reading`.

    Returns
    -------
    An int for one number; else an int64 array of the same shape.

    Raises
    ------
    CallError
        A ValueError: negative, fractional, boolean, missing, or above :data:`LARGEST`. A blank is not zero.
    """
    return _charge(item_schedule(reading), n, "items")


@overload
def by_pages(n: SupportsIndex) -> int: ...
@overload
def by_pages(n: _Counts) -> NDArray[np.int64]: ...
def by_pages(n: SupportsIndex | _Counts) -> int | NDArray[np.int64]:
    """Fee in yuan for ``n`` pages supplied on ONE request (国办函〔2020〕109号 art. 5); a page is one side up to A4.

    Takes, returns and raises what :func:`by_items` does. Pages are not added across requests: charge each by itself.
    """
    return _charge(PAGES, n, "pages")


def items_giving(yuan: int, *, reading: Reading | Literal["A", "B"] = Reading.A) -> tuple[int, ...]:
    """Every monthly item count whose whole fee is ``yuan``: eleven counts (0-10) for 0, one or none for the rest.

    This inverts the fee of a whole month. One request in a busy month may cost amounts that no month as a whole
    costs (see :func:`methods`).
    """
    return _giving(item_schedule(reading), yuan)


def pages_giving(yuan: int) -> tuple[int, ...]:
    """Every page count of one request that costs ``yuan``: 0-30 for 0, one or none for the rest."""
    return _giving(PAGES, yuan)


class Method(StrEnum):
    """How the cases behind an amount were charged (art. 3: one method per request, so MIXED needs two cases)."""

    ITEMS = "items"
    """Every case by item."""
    PAGES = "pages"
    """Every case by page."""
    MIXED = "mixed"
    """At least one case by item and at least one by page."""


class Proof(StrEnum):
    """What an amount proves about the method."""

    ITEMS = "items"
    """Every case was charged by item."""
    PAGES = "pages"
    """At least one case was charged by page."""
    OPEN = "open"
    """Both methods can give the amount."""
    IMPOSSIBLE = "impossible"
    """No charge under the Measures gives it: misprinted, part-paid, or another fee."""


def methods(yuan: int, *, cases: int | None = 1) -> tuple[Method, ...]:
    """The methods that can give ``yuan`` as the sum of ``cases`` charges, each of more than nothing.

    Exact, and the same under both readings. A case charged by item can cost any positive multiple of 100, because it
    depends on the places already used that month (a single item at the rate ``yuan`` costs just that). A case charged by
    page costs an amount with a page count behind it: multiples of 10 to 700, of 20 from there to 2,700, then 40 more for
    each page. Two or more such cases can add up to any multiple of 10 from 10 each.

    Parameters
    ----------
    yuan
        Amount charged: the amount of the notices in full, not a part payment.
    cases
        Number of requests charged; None when not stated (any number from one).

    Returns
    -------
    In the order items, pages, mixed; empty when the Measures cannot give the amount.

    Raises
    ------
    CallError
        A ValueError: an amount of 0 (no charge: it speaks of no method) or no case, or not a whole number.
    """
    amount = _whole(yuan, "yuan")
    if amount == 0:
        raise CallError("yuan: expected a charge above 0, got 0; an amount of 0 says nothing of a method, leave it out")
    if cases is not None and _whole(cases, "cases") == 0:
        raise CallError("cases: expected at least 1, or None when the number is not stated, got 0")
    fewest = 1 if cases is None else cases
    items = amount % 100 == 0 and amount >= 100 * fewest
    pages = len(pages_giving(amount)) > 0 if cases == 1 else amount % 10 == 0 and amount >= 10 * fewest
    mixed = cases != 1 and amount % 10 == 0 and amount >= 100 + 10 * max(fewest - 1, 1)
    possible = ((Method.ITEMS, items), (Method.PAGES, pages), (Method.MIXED, mixed))
    return tuple(method for method, can in possible if can)


def proof(yuan: int, *, cases: int | None = 1) -> Proof:
    """What ``yuan`` proves about the method; parameters and errors as in :func:`methods`.

    Not divisible by 100: PAGES (or IMPOSSIBLE). Divisible by 100: OPEN as a rule, but ITEMS for a single case that no
    page count gives (2,800).
    """
    possible = methods(yuan, cases=cases)
    if not possible:
        return Proof.IMPOSSIBLE
    if Method.ITEMS not in possible:
        return Proof.PAGES
    return Proof.ITEMS if possible == (Method.ITEMS,) else Proof.OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request for the ledger.

    Attributes
    ----------
    applicant, agency
        Names as the caller tells them apart: equal text is the same party, anything else another.
    date
        The day that fixes the month. The Measures do not say which (filing, receipt, completed correction): the
        caller's choice, the same for all requests.
    items
        Items the agency counts in the request (art. 4: it may split by matter), at least 1.
    pages
        Pages supplied, when the request is charged by page; None when it is charged by item.
    """

    applicant: str
    agency: str
    date: date
    items: int = 1
    pages: int | None = None

    def __post_init__(self) -> None:
        for field, name in (("applicant", self.applicant), ("agency", self.agency)):
            if not isinstance(name, str) or not name.strip():
                raise CallError(f"{field}: expected a name, got {name!r}; nameless parties would be counted as one")
        if not isinstance(self.date, date) or isinstance(self.date, datetime):
            raise CallError(f"date: expected a datetime.date without time of day, got {self.date!r}")
        if _whole(self.items, "items") == 0:
            raise CallError("items: expected at least 1, got 0")
        if self.pages is not None:
            _whole(self.pages, "pages")


class Account(NamedTuple):
    """What places are counted for: an applicant in a month with an agency (None: all agencies together)."""

    applicant: str
    agency: str | None
    year: int
    month: int


class Line(NamedTuple):
    """One charged request: item places used up in its account before and after it, and its fee in yuan."""

    request: Request
    account: Account
    before: int
    after: int
    yuan: int


@dataclass(frozen=True, slots=True)
class Ledger:
    """Requests with their charges, in the order given, and the assumptions under which they were charged."""

    lines: tuple[Line, ...]
    reading: Reading
    across_agencies: bool
    pages_use_places: bool

    @property
    def yuan(self) -> int:
        """All charges together."""
        return sum(line.yuan for line in self.lines)


def ledger(
    requests: Iterable[Request],
    *,
    reading: Reading | Literal["A", "B"] = Reading.A,
    across_agencies: bool = False,
    pages_use_places: bool = False,
) -> Ledger:
    """Charge each request by what its applicant asked before it in the same calendar month.

    A request by item costs the rise of the month's fee that it causes; one by page costs :func:`by_pages` of its own
    pages. Places are used up in order of date, requests of one day in the order given. The Measures are silent on the
    points below (国办函〔2020〕109号 art. 4 says only: the same applicant, cumulative in one calendar month).

    Parameters
    ----------
    requests
        In any order.
    reading
        See :class:`Reading`.
    across_agencies
        Count one applicant's items with all agencies together. The default counts them for each charging agency: no
        agency can see the others' requests.
    pages_use_places
        Let requests charged by page use up item places too. They do not by default: their fee is complete in itself.

    Raises
    ------
    CallError
        A ValueError: unknown reading, or more than :data:`LARGEST` items in an account.
    """
    schedule = item_schedule(reading)
    given = tuple(requests)
    used: dict[Account, int] = {}
    lines: dict[int, Line] = {}
    for place, request in sorted(enumerate(given), key=lambda pair: pair[1].date):
        agency = None if across_agencies else request.agency
        account = Account(request.applicant, agency, request.date.year, request.date.month)
        before = used.get(account, 0)
        after = before + request.items if request.pages is None or pages_use_places else before
        if request.pages is None:
            yuan = _charge_one(schedule, after, "items of the month") - _charge_one(schedule, before, "items of the month")
        else:
            yuan = by_pages(request.pages)
        used[account] = after
        lines[place] = Line(request, account, before, after, yuan)
    return Ledger(tuple(lines[place] for place in range(len(given))), Reading(reading), across_agencies, pages_use_places)
