"""The information-processing fee: items and pages to yuan, and back.

Source of every rate: the fee Measures (政府信息公开信息处理费管理办法), 国办函〔2020〕109号 of 17 November 2020, in
force 1 January 2021. Article 3: a request is charged by item (按件) or by page (按量), never both, and both schedules
are excess-progressive (超额累进): a rate applies only to the part inside its bracket. Reading the charge as
"everything at the top rate" is thereby excluded and is not offered. All amounts are whole yuan, exact, never floats.

What the Measures leave open is a named option with a default: :class:`Reading` (the rate from item 31) and the
options of :func:`ledger` (whose places are counted together, whether page-charged requests use up places).
"""

from __future__ import annotations

import operator
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
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
    """Items 31-40 cost 200 each, 41-50 cost 300. The default: otherwise the bound at 30 would change nothing."""
    B = "B"
    """Items 31-40 still cost 100 each, 41-50 cost 200."""


class Bracket(NamedTuple):
    """Units ``first`` to ``last``, both included, cost ``rate`` yuan each; ``last`` is None where there is no end."""

    first: int
    last: int | None
    rate: int


class Steps(NamedTuple):
    """From unit ``first``: steps of ``width`` units, the first at ``rate`` yuan each, every next ``rise`` more."""

    first: int
    width: int
    rate: int
    rise: int


@dataclass(frozen=True, slots=True)
class Schedule:
    """One excess-progressive schedule as data: fixed brackets from unit 1, then rising steps where it has them.

    ``unit`` is what is counted (件 item, 页 page), ``article`` that of the Measures. The ``fixed`` brackets leave
    no gaps; the last of them has no end where there are no ``steps``.
    """

    unit: str
    article: int
    fixed: tuple[Bracket, ...]
    steps: Steps | None = None

    def brackets(self, upto: int) -> tuple[Bracket, ...]:
        """List every bracket that begins at or below unit ``upto``, the steps written out."""
        end = _whole(upto, "upto")
        begun = tuple(bracket for bracket in self.fixed if bracket.first <= end)
        if self.steps is None:
            return begun
        first, width, rate, rise = self.steps
        starts = enumerate(range(first, end + 1, width))
        return begun + tuple(Bracket(start, start + width - 1, rate + rise * j) for j, start in starts)


ITEMS_A = Schedule("件", 4, (Bracket(1, 10, 0), Bracket(11, 30, 100)), Steps(first=31, width=10, rate=200, rise=100))
"""By item, reading A. Counted per applicant and calendar month."""
ITEMS_B = Schedule("件", 4, (Bracket(1, 10, 0), Bracket(11, 30, 100)), Steps(first=31, width=10, rate=100, rise=100))
"""By item, reading B. Counted per applicant and calendar month."""
PAGES = Schedule("页", 5, (Bracket(1, 30, 0), Bracket(31, 100, 10), Bracket(101, 200, 20), Bracket(201, None, 40)))
"""By page. Counted per request and not added across requests (as generally understood)."""


def item_schedule(reading: Reading | Literal["A", "B"] = Reading.A) -> Schedule:
    """Return the item schedule of one reading; a CallError (a ValueError) for an unknown one."""
    if reading == Reading.A:
        return ITEMS_A
    if reading == Reading.B:
        return ITEMS_B
    message = f"reading: expected 'A' or 'B' (see gxstudy.fees.Reading), got {reading!r}"
    raise CallError(message)


class _ArrayLike(Protocol):
    """Anything numpy can turn into an array: an ndarray, a pandas Series or Index."""

    def __array__(self) -> NDArray[Any]: ...


_Count: TypeAlias = "int | np.integer[Any]"
_Counts: TypeAlias = "Sequence[_Count] | _ArrayLike"
_N = TypeVar("_N", int, "NDArray[np.int64]")


def _whole(value: object, where: str, *, least: int = 0) -> int:
    """Return one count or amount as an int from ``least`` to LARGEST, or a CallError that names the place."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, SupportsIndex) and not isinstance(value, bool):
        try:
            number = operator.index(value)
        except TypeError:  # numpy booleans, dates and arrays have the method but no number to give
            number = -1
        if least <= number <= LARGEST:
            return number
    message = f"{where}: expected a whole number from {least} to {LARGEST:,}, got {value!r}; leave a blank out"
    raise CallError(message)


def _whole_array(n: object, where: str) -> NDArray[np.int64]:
    """Check counts and make them an int64 array; the first bad one raises as in :func:`_whole`."""
    import numpy as np

    array = np.array(n, dtype=object) if isinstance(n, Sequence) else np.asarray(n)
    if array.dtype.kind not in "iufO" or np.ma.is_masked(n):
        message = f"{where}: expected whole numbers, none of them masked, got {type(n).__name__} of {array.dtype}"
        raise CallError(message)
    if array.dtype.kind == "O":
        checked = [_whole(value, f"{where}[{place}]") for place, value in enumerate(array.flat)]
        return np.array(checked, dtype=np.int64).reshape(array.shape)
    if array.dtype.kind == "f":
        array = array.astype(np.float64)
    good = (array >= 0) & (array <= LARGEST) & (array == np.floor(array))
    if not good.all():
        place = int(np.argmin(good))
        _whole(array.flat[place].item(), f"{where}[{place}]")
    return array.astype(np.int64)


def _total(schedule: Schedule, n: _N, minimum: Callable[[_N, int], _N]) -> _N:
    """Charge by the closed form; ``minimum`` is ``min`` for an int and ``numpy.minimum`` for an array."""
    yuan = n * 0
    for first, last, rate in schedule.fixed:
        yuan = yuan + rate * ((n if last is None else minimum(n, last)) - minimum(n, first - 1))
    if schedule.steps is not None:
        first, width, rate, rise = schedule.steps
        full, rest = divmod(n - minimum(n, first - 1), width)
        yuan = yuan + width * (rate * full + rise * (full * (full - 1) // 2)) + rest * (rate + rise * full)
    return yuan


def _charge(schedule: Schedule, n: object, where: str) -> int | NDArray[np.int64]:
    """Charge one count, or each of many where ``n`` is a sequence or has a dimension."""
    if isinstance(n, str) or not (isinstance(n, Sequence) or getattr(n, "ndim", 0) > 0):
        return _total(schedule, _whole(n, where), min)
    import numpy as np

    return _total(schedule, _whole_array(n, where), np.minimum)


def _giving(schedule: Schedule, yuan: int) -> tuple[int, ...]:
    """Find the counts that cost ``yuan``, by bisection: a charge never falls, and at LARGEST it is above LARGEST."""

    def charge(n: int) -> int:
        return _total(schedule, n, min)

    amount, counts = _whole(yuan, "yuan"), range(LARGEST + 1)
    return tuple(range(bisect_left(counts, amount, key=charge), bisect_right(counts, amount, key=charge)))


@overload
def by_items(n: _Count, *, reading: Reading | Literal["A", "B"] = ...) -> int: ...
@overload
def by_items(n: _Counts, *, reading: Reading | Literal["A", "B"] = ...) -> NDArray[np.int64]: ...
def by_items(n: _Count | _Counts, *, reading: Reading | Literal["A", "B"] = Reading.A) -> int | NDArray[np.int64]:
    """Compute the fee in yuan for ``n`` items of one applicant in one calendar month (国办函〔2020〕109号 art. 4).

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
def by_pages(n: _Count) -> int: ...
@overload
def by_pages(n: _Counts) -> NDArray[np.int64]: ...
def by_pages(n: _Count | _Counts) -> int | NDArray[np.int64]:
    """Compute the fee in yuan for ``n`` pages (sides up to A4) supplied on one request (国办函〔2020〕109号 art. 5).

    Takes, returns and raises what :func:`by_items` does. Pages are not added across requests: charge each by itself.
    The rates are those of the notice; that a page is one side up to A4 and that requests are not added are the general
    understanding, not checked against its text.
    """
    return _charge(PAGES, n, "pages")


def items_giving(yuan: int, *, reading: Reading | Literal["A", "B"] = Reading.A) -> tuple[int, ...]:
    """List every monthly item count whose whole fee is ``yuan``: eleven counts (0-10) for 0, one or none for the rest.

    This inverts the fee of a whole month. One request in a busy month may cost amounts that no month as a whole
    costs (see :func:`methods`).
    """
    return _giving(item_schedule(reading), yuan)


def pages_giving(yuan: int) -> tuple[int, ...]:
    """List every page count of one request that costs ``yuan``: 0-30 for 0, one or none for the rest."""
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
    """List the methods that can give ``yuan`` as the sum of ``cases`` charges, each of more than nothing.

    Exact, and the same under both readings. A case charged by item can cost any positive multiple of 100, for it
    depends on the places already used that month: one item in the step whose rate is the amount costs just that. A
    case charged by page costs what :func:`pages_giving` inverts: multiples of 10 up to 700, then of 20 up to 2,700,
    then 40 more a page. Two or more of them add up to any multiple of 10 from 10 yuan each.

    Parameters
    ----------
    yuan
        Amount of the charges in full, not a part payment.
    cases
        Number of requests charged; None when not stated (any number from one).

    Returns
    -------
    In the order items, pages, mixed; empty when the Measures cannot give the amount.

    Raises
    ------
    CallError
        A ValueError: an amount of 0 (it speaks of no method), no case, or not a whole number.
    """
    amount = _whole(yuan, "yuan", least=1)
    fewest = 1 if cases is None else _whole(cases, "cases", least=1)
    items = amount % 100 == 0 and amount >= 100 * fewest
    pages = len(pages_giving(amount)) > 0 if cases == 1 else amount % 10 == 0 and amount >= 10 * fewest
    mixed = cases != 1 and amount % 10 == 0 and amount >= 100 + 10 * max(fewest - 1, 1)
    possible = ((Method.ITEMS, items), (Method.PAGES, pages), (Method.MIXED, mixed))
    return tuple(method for method, can in possible if can)


def proof(yuan: int, *, cases: int | None = 1) -> Proof:
    """Say what ``yuan`` proves about the method; parameters and errors as in :func:`methods`.

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
        parties: tuple[tuple[str, object], ...] = (("applicant", self.applicant), ("agency", self.agency))
        for field, name in parties:
            if not isinstance(name, str) or not name.strip():
                message = f"{field}: expected a name, got {name!r}; nameless parties would be counted as one"
                raise CallError(message)
        if type(self.date) is not date:
            message = f"date: expected a datetime.date without time of day, got {self.date!r}"
            raise CallError(message)
        _whole(self.items, "items", least=1)
        if self.pages is not None:
            _whole(self.pages, "pages")


class Line(NamedTuple):
    """One charged request: item places its applicant has used in the month before and after it; its fee in yuan."""

    request: Request
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
        Count one applicant's items with all agencies together. By default each charging agency counts its own, the
        reading an agency can carry out alone.
    pages_use_places
        Let the items of requests charged by page use up places too. By default they do not.

    Raises
    ------
    CallError
        A ValueError: unknown reading, or more than :data:`LARGEST` items in an account.
    """
    schedule = item_schedule(reading)
    given = tuple(requests)
    used: dict[tuple[str, str | None, int, int], int] = {}
    lines: dict[int, Line] = {}
    for place, request in sorted(enumerate(given), key=lambda pair: pair[1].date):
        agency = None if across_agencies else request.agency
        account = (request.applicant, agency, request.date.year, request.date.month)
        before = used.get(account, 0)
        taken = request.items if request.pages is None or pages_use_places else 0
        after = _whole(before + taken, f"items of {request.applicant} in {request.date:%Y-%m}")
        if request.pages is None:
            yuan = _total(schedule, after, min) - _total(schedule, before, min)
        else:
            yuan = by_pages(request.pages)
        used[account] = after
        lines[place] = Line(request, before, after, yuan)
    charged = tuple(lines[place] for place in range(len(given)))
    return Ledger(charged, Reading(reading), across_agencies, pages_use_places)
