"""The command ``check``: one line a report, for people or for machines."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from gettext import gettext as _
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from gxstudy.cli.group import os_message
from gxstudy.cli.machine import about
from gxstudy.cli.options import FILE, SECOND_READER
from gxstudy.errors import GxstudyError, UnreadableFileError

if TYPE_CHECKING:
    from gxstudy.report import Report

__all__ = ["check"]


@click.command()
@click.argument("files", type=FILE, nargs=-1, required=True, metavar="FILE...")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a report, one a line.")
@SECOND_READER
@click.pass_context
def check(
    ctx: click.Context, files: tuple[Path, ...], second_reader: Literal["camelot"] | None, *, as_json: bool
) -> None:
    """Check reports: one line a report.

    It says how many figures there are of each grade, how many sums fail and what was noticed. Of a file that holds
    several reports the second is named with #2.

    Exit code: 0 when all is fine; 1 when a figure cannot be believed as printed (a finding of severity error);
    that of the error when a file cannot be read. Of several files, the highest.
    """
    worst = 0
    for file in files:
        for code, line in _checked(file, second_reader, as_json=as_json):
            worst = max(worst, code)
            click.echo(line, err=code > 1 and not as_json)
    ctx.exit(worst)


def _checked(file: Path, second_reader: Literal["camelot"] | None, *, as_json: bool) -> Iterator[tuple[int, str]]:
    """Yield the exit code for each report of a file and the line on it."""
    from gxstudy.report import read_reports
    from gxstudy.several import named

    try:
        reports = read_reports(file, second_reader=second_reader)
    except (GxstudyError, OSError) as error:
        code = error.exit_code if isinstance(error, GxstudyError) else UnreadableFileError.exit_code
        message = os_message(error) if isinstance(error, OSError) else str(error)
        if as_json:
            told = {"kind": type(error).__name__, "message": message, "exit_code": code}
            yield code, json.dumps({"file": str(file), "error": told}, ensure_ascii=False)
        else:
            yield code, f"gxstudy: {message}"
        return
    for number, report in enumerate(reports):
        code = int(any(one.severity == "error" for one in report.findings))
        line = _as_line(named(str(file), number), report, code)
        yield code, json.dumps(about(file, report), ensure_ascii=False) if as_json else line


def _as_line(name: str, report: Report, code: int) -> str:
    from gxstudy.display import words
    from gxstudy.findings import SEVERITY_ZH

    failed = sum(not one.holds for one in report.checks)
    severities = Counter(one.severity for one in report.findings)
    named = SEVERITY_ZH if words.spoken() == "zh" else {}
    by_severity = ", ".join(f"{severities[one]} {named.get(one, one)}" for one in SEVERITY_ZH if severities[one])
    findings = words.count(len(report.findings), "finding") + (f" ({by_severity})" if by_severity else "")
    return (
        f"{'✗' if code else '✓'} {name}: {words.who(report)}; {_('form')} {report.edition}; "
        f"{words.grade_counts(report)}; {words.count(failed, 'failed sum')}{words.proposals(report)}; {findings}"
    )
