"""How what is shown in a notebook looks: translucent tints and lines, for a light and a dark page alike."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gxstudy.fill import Grade
    from gxstudy.findings import Severity

__all__ = ["GRADE_TINTS", "HEAD_TINT", "LINE", "MUTED", "RULE", "SEVERITY_TINTS", "UNREADABLE_TINT", "heading", "noted"]

GRADE_TINTS: dict[Grade, str] = {
    "proved": "rgba(0,158,115,0.15)",
    "consistent": "rgba(86,180,233,0.18)",
    "confirmed": "rgba(0,114,178,0.22)",
    "unchecked": "rgba(128,128,128,0.10)",
    "recognised": "rgba(128,128,128,0.10)",
    "doubtful": "rgba(230,159,0,0.30)",
    "contradicted": "rgba(213,94,0,0.38)",
}
SEVERITY_TINTS: dict[Severity, str] = {
    "error": GRADE_TINTS["contradicted"],
    "warning": "rgba(230,159,0,0.30)",
    "info": "rgba(128,128,128,0.18)",
}
UNREADABLE_TINT = "rgba(204,121,167,0.38)"
HEAD_TINT = "rgba(128,128,128,0.07)"
LINE = "1px solid rgba(128,128,128,0.32)"
RULE = "2px solid rgba(128,128,128,0.75)"
MUTED = "opacity:0.62;font-weight:normal"


def heading(text: str) -> str:
    """Return a heading within what is shown."""
    return f'<div style="font-weight:bold;margin-top:14px">{escape(text)}</div>'


def noted(sign: str, text: str, severity: Severity) -> str:
    """Return a line with the sign of a severity before it."""
    chip = f'<span style="background-color:{SEVERITY_TINTS[severity]};padding:0px 5px">{sign}</span>'
    return f'<div style="margin-top:3px">{chip} {escape(text)}</div>'
