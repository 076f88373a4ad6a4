"""What a command tells a machine of a report, as plain values for JSON."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gxstudy.report import Report

__all__ = ["about", "figures"]


def about(file: Path, report: Report) -> dict[str, Any]:
    """Return what ``check --json`` says of one report."""
    from gxstudy.display import words

    return {
        "file": str(file),
        "report_id": report.report_id,
        "sha256": report.sha256,
        "organ": report.organ,
        "year": report.year,
        "edition": report.edition,
        "pages": report.pages,
        "grades": dict(sorted(Counter(one.grade for one in report.entries).items())),
        "statuses": dict(sorted(Counter(one.status for one in report.entries).items())),
        "failed_sums": [
            {
                "identity": one.identity,
                "table": one.table,
                "at": one.at,
                "left": str(one.left),
                "right": str(one.right),
                "text": words.sum_text(report, one, said="en"),
            }
            for one in report.checks
            if not one.holds
        ],
        "proposals": [
            {
                "table": one.table,
                "row": one.row,
                "column": one.column,
                "raw": one.raw,
                "value_read": None if one.value_read is None else str(one.value_read),
                "value_proposed": str(one.value_proposed),
                "reason": one.reason,
                "cost": one.cost,
                "runner_up": one.runner_up,
            }
            for one in report.proposals
        ],
        "findings": [
            {
                "code": one.code.value,
                "severity": one.severity,
                "message": one.message,
                "where": {key: value for key, value in one.where._asdict().items() if value is not None},
            }
            for one in report.findings
        ],
    }


def figures(report: Report) -> list[dict[str, Any]]:
    """Return every figure: its keys, printed text, value as text (exact), status, grade and boxes."""
    return [
        {
            "table": one.table,
            "row": one.row,
            "column": one.column,
            "raw": one.raw,
            "value": None if one.value is None else str(one.value),
            "status": one.status,
            "grade": one.grade,
            "boxes": [box._asdict() for box in one.boxes],
        }
        for one in report.entries
    ]
