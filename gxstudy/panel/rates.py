"""Rates of a panel. Each has a name that says what it is divided by, and none is the usual one.

"The disclosure rate" of one and the same report can be 40 or 91 per cent, and publishers rarely say which they print.
So :func:`disclosure_rate` and :func:`correction_rate` have no default denominator; :data:`DISCLOSURE_RATES` and
:data:`CORRECTION_RATES` say what there is and who uses it. Both counts stay beside the rate, as whole numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from gxstudy.errors import CallError
from gxstudy.forms import editions, load
from gxstudy.panel.frame import Exclusion, Panel

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "CORRECTION_RATES",
    "DISCLOSURE_RATES",
    "ROUTES",
    "CorrectionOf",
    "DisclosureOf",
    "RateDefinition",
    "Rates",
    "Route",
    "correction_rate",
    "disclosure_rate",
]

DisclosureOf = Literal[
    "handled_in_full", "handled_or_pending", "received", "handled", "decided_on_merits", "resolvable"
]
CorrectionOf = Literal["all_cases", "closed", "upheld_or_corrected"]
Route = Literal["review", "suit_direct", "suit_after_review"]

ROUTES: tuple[Route, ...] = ("review", "suit_direct", "suit_after_review")
"""The rows of table four: administrative review, suits brought at once, suits brought after review."""

_DENIED = (
    "denied.state_secret",
    "denied.law_prohibits",
    "denied.security_stability",
    "denied.third_party",
    "denied.internal",
    "denied.process",
    "denied.enforcement_file",
    "denied.query",
)
_UNAVAILABLE = ("unavailable.not_held", "unavailable.not_existing", "unavailable.unclear")
_DISCLOSED = ("granted", "partial")
_GRADES = ("contradicted", "doubtful", "recognised", "unchecked", "consistent", "confirmed", "proved")
_DESCRIBED = ("report_id", "organ", "year", "edition", "part")


class RateDefinition(NamedTuple):
    """One rate: the figures added up above the line, those added up below it, and those taken off below it.

    ``is_share`` says whether the figures above the line are counted below it too. If they are not, the rate can exceed
    one, and it is no proportion. ``used_by`` names who divides so, ``meaning`` says what the rate answers.
    """

    key: str
    above: tuple[str, ...]
    below: tuple[str, ...]
    less: tuple[str, ...]
    is_share: bool
    formula: str
    meaning: str
    used_by: str


DISCLOSURE_RATES: tuple[RateDefinition, ...] = (
    RateDefinition(
        "handled_in_full",
        ("granted",),
        ("handled_total",),
        (),
        True,
        "disclosed in full / handled",
        "how many applications handled in the year ended with all that was asked for",
        "no publisher known",
    ),
    RateDefinition(
        "handled_or_pending",
        _DISCLOSED,
        ("new", "carried_in"),
        (),
        True,
        "(in full + in part) / (new + carried in)",
        "how many of all that lay on the desk in the year were met within it; open ones count against the organ",
        "GovInsight, a public tool that checks these reports (公开率)",
    ),
    RateDefinition(
        "received",
        _DISCLOSED,
        ("new",),
        (),
        False,
        "(in full + in part) / new",
        "disclosures of the year per application received in it; those carried in count above the line only",
        "no publisher known; what one gets from the two numbers most reports say in prose",
    ),
    RateDefinition(
        "handled",
        _DISCLOSED,
        ("handled_total",),
        (),
        True,
        "(in full + in part) / handled",
        "how many applications handled in the year ended with information",
        "Shanghai Putuo district, statistics for the first half of 2022 (公开率: disclosed / answered)",
    ),
    RateDefinition(
        "decided_on_merits",
        _DISCLOSED,
        (*_DISCLOSED, *_DENIED, *_UNAVAILABLE),
        (),
        True,
        "(in full + in part) / (in full + in part + denied + unavailable)",
        "the same, of those that got an answer to what they asked; not those rejected or closed otherwise",
        "no publisher known; the base that leaves out procedural endings",
    ),
    RateDefinition(
        "resolvable",
        _DISCLOSED,
        (*_DISCLOSED, *_DENIED),
        (),
        True,
        "(in full + in part) / (in full + in part + denied)",
        "where the organ had the information: how often it gave it",
        "like 'resolvable requests' in the statistics of the United Kingdom's central government",
    ),
)
"""The six disclosure rates, from the table of applications. ``denied`` are the eight rows under 不予公开 (row
``denied.query`` among them, which is no ground of articles 14 to 16 of the Regulations), ``unavailable`` the three
under 无法提供."""

CORRECTION_RATES: tuple[RateDefinition, ...] = (
    RateDefinition(
        "all_cases",
        ("corrected",),
        ("total",),
        (),
        True,
        "corrected / total",
        "how many cases of the year ended with the organ corrected; open ones count as not corrected",
        "GovInsight, a public tool that checks these reports (纠错率)",
    ),
    RateDefinition(
        "closed",
        ("corrected",),
        ("total",),
        ("pending",),
        True,
        "corrected / (total - pending)",
        "the same, of the cases that ended; settled and withdrawn ones (其他结果) count as not corrected",
        "no publisher known for these reports; statistics of courts often count closed cases",
    ),
    RateDefinition(
        "upheld_or_corrected",
        ("corrected",),
        ("upheld", "corrected"),
        (),
        True,
        "corrected / (upheld + corrected)",
        "of the cases in which the organ's decision was judged: how often it fell",
        "no publisher known",
    ),
)
"""The three correction rates, of a row of the table of disputes. 结果纠正 is what the report prints; it is not called a
lost case anywhere in the form."""

_WHY = {
    "figure_missing": "a figure of the rate is blank, struck through, unreadable, absent or was not seen",
    "figures_disagree": "a count is negative, or the part is larger than the whole: the figures contradict each other",
    "nothing_to_divide_by": "the figures below the line add up to 0",
}


@dataclass(frozen=True, slots=True, repr=False)
class Rates:
    """One rate, of every report of a panel.

    Attributes
    ----------
    frame
        The rows of the panel, in their order and under their index: ``report_id``, ``organ``, ``year``, ``edition``,
        ``part``; ``numerator`` and ``denominator`` (Int64, the exact counts); ``rate`` (float64, missing where there is
        none); ``grade``, the lowest that a figure of the rate has; ``left_out``, the reason where there is no rate.
    definition
        What was divided by what.
    figures
        The columns of the panel that were added up, above and below the line.
    exclusions
        Reports without a rate, counted by reason.
    flags
        Reports kept although a sum of the form fails on a figure of theirs.
    """

    frame: pd.DataFrame
    definition: RateDefinition
    figures: tuple[str, ...]
    exclusions: tuple[Exclusion, ...]
    flags: tuple[Exclusion, ...]

    def __repr__(self) -> str:
        """Say what was divided by what, and of how many reports."""
        left_out = ", ".join(f"{item.n} {item.reason}" for item in self.exclusions)
        there = int(self.frame["rate"].notna().sum())
        return f"Rates({self.definition.formula}: {there} reports{f'; left out: {left_out}' if left_out else ''})"


def disclosure_rate(panel: Panel, *, of: DisclosureOf, applicant: str = "total") -> Rates:
    """Return how much was disclosed, divided by what ``of`` names.

    Parameters
    ----------
    panel
        Uses the columns ``applications.ROW.APPLICANT``.
    of
        A key of :data:`DISCLOSURE_RATES`. There is no default.
    applicant
        A column of the table: ``natural_person``, ``business``, ``research``, ``public_interest``, ``legal_service``,
        ``other``, or all of them together (``total``).

    Raises
    ------
    CallError
        When there is no such rate or applicant, or the panel lacks a column.
    """
    definition = _known("of", of, DISCLOSURE_RATES)
    columns = [
        column.key for table in load(editions()[-1]).tables for column in table.columns if table.key == "applications"
    ]
    if applicant not in columns:
        msg = f"applicant={applicant!r}; expected one of {', '.join(columns)}"
        raise CallError(msg)
    above, below, less = (
        [f"applications.{row}.{applicant}" for row in rows]
        for rows in (definition.above, definition.below, definition.less)
    )
    return _rates(panel, definition, above, below, less)


def correction_rate(panel: Panel, *, route: Route, of: CorrectionOf) -> Rates:
    """Return how often the organ was corrected in review or in court, divided by what ``of`` names.

    Parameters
    ----------
    panel
        Uses the columns ``disputes.ROUTE.RESULT``.
    route
        One of :data:`ROUTES`.
    of
        A key of :data:`CORRECTION_RATES`. There is no default.

    Raises
    ------
    CallError
        When there is no such rate or route, or the panel lacks a column.
    """
    definition = _known("of", of, CORRECTION_RATES)
    if route not in ROUTES:
        msg = f"route={route!r}; expected one of {', '.join(ROUTES)}"
        raise CallError(msg)
    above, below, less = (
        [f"disputes.{route}.{column}" for column in columns]
        for columns in (definition.above, definition.below, definition.less)
    )
    return _rates(panel, definition, above, below, less)


def _known(what: str, key: str, definitions: Sequence[RateDefinition]) -> RateDefinition:
    for definition in definitions:
        if definition.key == key:
            return definition
    there = "; ".join(f"{definition.key!r}: {definition.formula}" for definition in definitions)
    msg = f"{what}={key!r} names no rate; expected one of {there}"
    raise CallError(msg)


def _rates(
    panel: Panel, definition: RateDefinition, above: Sequence[str], below: Sequence[str], less: Sequence[str]
) -> Rates:
    import pandas as pd

    figures = tuple(dict.fromkeys([*above, *below, *less]))
    missing = [name for name in figures if name not in panel.states.columns]
    if missing:
        msg = (
            f"the panel has no column {missing[0]!r}, which {definition.formula} needs; it has "
            f"{len(panel.states.columns)} figures: make it with gxstudy.panel() from reports with that table"
        )
        raise CallError(msg)
    values = panel.frame[list(figures)]
    seen = values.notna().all(axis="columns")
    numerator = values[list(above)].sum(axis="columns")
    denominator = values[list(below)].sum(axis="columns") - values[list(less)].sum(axis="columns")
    disagree = (values < 0).any(axis="columns") | (denominator < 0)
    if definition.is_share:
        disagree |= numerator > denominator
    left_out = pd.Series(pd.NA, index=values.index, dtype="str")
    left_out = left_out.mask(denominator == 0, "nothing_to_divide_by").mask(disagree, "figures_disagree")
    left_out = left_out.mask(~seen, "figure_missing")
    frame = panel.frame[list(_DESCRIBED)].copy()
    frame["numerator"] = numerator.where(seen).astype("Int64")
    frame["denominator"] = denominator.where(seen).astype("Int64")
    frame["rate"] = (numerator / denominator).where(left_out.isna())
    frame["grade"] = _lowest(panel.grades[list(figures)])
    frame["left_out"] = left_out
    counts = left_out.value_counts()
    exclusions = tuple(Exclusion(key, int(counts[key]), "reports", why) for key, why in _WHY.items() if key in counts)
    doubted = int(((frame["grade"] == "contradicted") & left_out.isna()).sum())
    flags = (Exclusion("contradicted", doubted, "reports", "a sum of the form fails on a figure"),) if doubted else ()
    return Rates(frame, definition, figures, exclusions, flags)


def _lowest(grades: pd.DataFrame) -> pd.Series[str]:
    """Return the lowest grade of each row; missing where a figure has none."""
    order = {grade: rank for rank, grade in enumerate(_GRADES)}
    ranks = grades.apply(lambda column: column.map(order)).astype("float64")
    lowest: pd.Series[str] = ranks.min(axis="columns", skipna=False).map(dict(enumerate(_GRADES)))
    return lowest
