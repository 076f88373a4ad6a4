"""The command ``diff``: which figures differ between two datasets."""

from __future__ import annotations

import json
from collections import Counter
from gettext import gettext as _
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gxstudy.cli.options import FOLDER

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["diff"]

_SHOWN = 40


@click.command()
@click.argument("old", type=FOLDER)
@click.argument("new", type=FOLDER)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a difference, one a line; the counts last.")
@click.option("--limit", type=click.IntRange(min=0), default=_SHOWN, show_default=True, help="Figures to show.")
@click.pass_context
def diff(ctx: click.Context, old: Path, new: Path, limit: int, *, as_json: bool) -> None:
    """Tell which figures differ between two datasets.

    Figures are compared by organ, year and place of the form, whatever became of the files: added, removed, or with
    another value, status or grade. Reports that came, went or count in the place of another are told first; the figures
    of those that came or went are counted, and told with --json alone.

    Exit code: 0 when nothing differs, 1 when something does.

    \b
      gxstudy diff published/dataset my/dataset
      gxstudy diff published/dataset my/dataset --json | jq 'select(.kind == "value")'
    """  # noqa: D301
    from gxstudy import corpus
    from gxstudy.corpus.compare import count

    found = corpus.diff(corpus.open(old), corpus.open(new))
    for line in _lines(found.reports, as_json=as_json):
        click.echo(line)
    kinds: Counter[str] = Counter()
    shown = 0
    for some in found.figures():
        told = some if as_json else some[some["report"] == "both"].head(limit - shown)
        shown += len(told)
        for line in _lines(told, as_json=as_json):
            click.echo(line)
        kinds.update(some["kind"])
    counts = count(kinds, found.reports)
    if as_json:
        click.echo(json.dumps({"counts": counts}))
    else:
        if kinds.total() > shown:
            click.echo(_("... and {n} more figures").format(n=kinds.total() - shown))
        said = ", ".join(f"{number} {name}" for name, number in counts.items() if number)
        click.echo(said or _("no figure differs"))
    ctx.exit(int(any(counts.values())))


def _lines(frame: pd.DataFrame, *, as_json: bool) -> list[str]:
    """Return the rows of a frame, as JSON or in words."""
    plain = frame.astype("object").where(frame.notna(), None)
    names = [str(name) for name in plain.columns]
    rows = [dict(zip(names, row, strict=True)) for row in plain.itertuples(index=False, name=None)]
    if as_json:
        return [json.dumps(row, ensure_ascii=False) for row in rows]
    return [_figure(row) if "kind" in row else _report(row) for row in rows]


def _figure(row: dict[str, object]) -> str:
    place = f"{row['organ'] or '?'} {row['year'] or '?'} {row['table']}.{row['row']}.{row['column']}"
    sides = (
        " ".join(_said(row[f"{name}_{side}"]) for name in ("value", "status", "grade") if row[f"status_{side}"])
        for side in ("old", "new")
    )
    return f"{row['kind']}: {place}: {' -> '.join(side or '-' for side in sides)}"


def _report(row: dict[str, object]) -> str:
    sides = (
        f"{row[f'report_id_{side}']} ({row[f'organ_{side}'] or '?'} {row[f'year_{side}'] or '?'})"
        if row[f"report_id_{side}"]
        else "-"
        for side in ("old", "new")
    )
    return f"report {row['change']}: {' -> '.join(sides)}"


def _said(value: object) -> str:
    return "-" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
