"""Filled-in tables as an audit sees them: written by hand, or drawn so that every identity holds."""

from __future__ import annotations

from hypothesis import strategies as st

from gxstudy import forms
from gxstudy.fill import Entry, Sheet
from gxstudy.layout import Box
from gxstudy.text import read_number

Places = dict[tuple[str, str], str]


def sheet(table: str, printed: Places, *, edition: str = "2021", variant: bool = False) -> Sheet:
    entries = []
    for number, (row, column) in enumerate(forms.load(edition).table(table).places(variant=variant)):
        raw = printed.get((row, column), "0")
        value, status = read_number(raw)
        boxes = (Box(1, 10.0, 10.0 * number, 20.0, 10.0 * number + 8),)
        entries.append(Entry(table, row, column, raw, value, status, "unchecked", boxes))
    return Sheet(table, edition, tuple(entries))


@st.composite
def consistent_applications(draw: st.DrawFn, edition: str = "2021", *, variant: bool = False) -> Places:
    """A filled table three whose identities all hold, built from its leaves."""
    form = forms.load(edition).table("applications")
    rows = list(dict.fromkeys(row for row, _ in form.places(variant=variant)))
    outcomes = [row for row in rows if row not in ("new", "carried_in", "handled_total", "carried_out")]
    applicants = [column.key for column in form.columns if column.key != "total"]
    counts = st.integers(0, 3000)
    figures: dict[tuple[str, str], int] = {}
    for column in applicants:
        for row in outcomes:
            figures[row, column] = draw(counts)
        handled = sum(figures[row, column] for row in outcomes)
        out = draw(counts)
        carried = draw(st.integers(0, handled + out))
        figures |= {
            ("handled_total", column): handled,
            ("carried_out", column): out,
            ("carried_in", column): carried,
            ("new", column): handled + out - carried,
        }
    for row in rows:
        figures[row, "total"] = sum(figures[row, column] for column in applicants)
    return {place: str(value) for place, value in figures.items()}
