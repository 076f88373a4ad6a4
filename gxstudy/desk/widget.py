"""The desk as a widget: what :class:`~gxstudy.desk.session.Session` says, shown; what keys say, handed to it."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from typing import Any, Literal

import anywidget
import traitlets

from gxstudy.desk.cases import Case, Reason
from gxstudy.desk.session import Session
from gxstudy.errors import CallError
from gxstudy.report import Report
from gxstudy.trace import Fragment, crop, trace

__all__ = ["Desk"]

_HERE = Path(__file__).parent
_SAID: dict[str, dict[str, str]] = {
    "en": {
        "accept": "Accept",
        "accept_all": "Accept all proposals of this report",
        "keep": "Keep as read",
        "keep_all": "Keep the whole sum",
        "correct": "Correct",
        "skip": "Later",
        "undo": "Undo",
        "again": "Look at those left for later",
        "value": "figure as printed",
        "why": "why (optional)",
        "read": "Read",
        "nothing": "nothing",
        "proposed": "Proposed",
        "sums": "Sums with this figure",
        "no_sums": "No sum of the form holds this figure.",
        "no_picture": "Nothing is printed at this place.",
        "done": "No figure is left to decide on.",
        "kept_in": "Decisions are in",
        "by": "by",
        "decided": "decided",
        "left": "left",
        "later": "for later",
        "report": "report",
        "keys": "Click here once, then use the keys.",
    },
    "zh": {
        "accept": "采纳",
        "accept_all": "采纳本报告的全部建议",
        "keep": "照此保留",
        "keep_all": "整个合计都照此保留",
        "correct": "更正",
        "skip": "以后再看",
        "undo": "撤销",
        "again": "再看留待以后的",
        "value": "页面上印的数字",
        "why": "理由（可不填）",
        "read": "读作",
        "nothing": "空",
        "proposed": "建议",
        "sums": "包含这个数字的合计",
        "no_sums": "表式中没有包含这个数字的合计。",
        "no_picture": "这个位置没有印任何东西。",
        "done": "没有需要判断的数字了。",
        "kept_in": "判断存于",
        "by": "判断者",
        "decided": "已判断",
        "left": "剩余",
        "later": "留待以后",
        "report": "报告",
        "keys": "先点击这里，再用按键。",
    },
}
_REASONS: dict[str, dict[Reason, str]] = {
    "en": {
        "proposal": "another reading is proposed",
        "unreadable": "it cannot be read as a number",
        "sum": "it is in a sum that fails",
        "recogniser": "it was recognised from a picture, with doubt",
    },
    "zh": {
        "proposal": "有另一种读法的建议",
        "unreadable": "读不出数字",
        "sum": "它所在的合计不成立",
        "recogniser": "由图像识别，把握不大",
    },
}


class Desk(anywidget.AnyWidget):
    """The review desk. ``session`` holds the work; ``view`` is what is shown of it, as plain values."""

    _esm = _HERE / "desk.js"
    _css = _HERE / "desk.css"
    view = traitlets.Dict().tag(sync=True)

    def __init__(self, session: Session, *, lang: Literal["en", "zh"] = "en") -> None:
        super().__init__()
        self.session = session
        self._lang = lang
        self.on_msg(self._told)
        self._show("")

    def _told(self, _: Desk, content: dict[str, str], __: list[bytes]) -> None:
        """Do what a key says. What cannot be done is said in the view, and changes nothing."""
        session, why = self.session, content.get("why", "").strip()
        trouble = ""
        try:
            match content.get("do"):
                case "accept":
                    session.accept(why)
                case "accept_all":
                    session.accept_all(why)
                case "correct":
                    session.correct(content.get("new", ""), why)
                case "keep":
                    session.keep(why)
                case "keep_all":
                    session.keep_all(why)
                case "skip":
                    session.skip()
                case "undo":
                    session.undo()
                case "again":
                    session.again()
                case other:
                    trouble = f"no such step: {other!r}"
        except CallError as error:
            trouble = str(error)
        except OSError as error:
            trouble = f"{session.path} cannot be written ({error.strerror}); nothing was decided"
        self._show(trouble)

    def _show(self, trouble: str) -> None:
        session = self.session
        self.view = {
            "said": _SAID[self._lang],
            "case": None if session.case is None else _case(session.case, session.report, self._lang),
            "progress": session.progress._asdict(),
            "proposals": session.proposals,
            "undo": session.can_undo,
            "who": session.who,
            "path": str(session.path),
            "trouble": trouble,
            "aside": [f"{name}: {why}" for name, why in sorted(session.trouble.items())],
        }


def _case(case: Case, report: Report | None, lang: str) -> dict[str, Any]:
    picture, fragment = _shown(case, report)
    return {
        "report": f"{case.report_id} · {case.who}",
        "place": case.label,
        "reason": _REASONS[lang][case.reason],
        "raw": case.entry.raw,
        "sums": [one._asdict() for one in case.sums],
        "row": [one._asdict() for one in case.row],
        "together": len(case.fails_with),
        "proposed": case.proposed,
        "because": case.because,
        "picture": picture,
        "fragment": fragment,
    }


def _shown(case: Case, report: Report | None) -> tuple[str, str]:
    """Return where a figure stands: the strip of its page (PNG, base64) or, without pages, its table (HTML)."""
    if report is None:
        return "", ""
    try:
        if report.kind in ("pdf", "scan"):
            return b64encode(crop(report, *case.place).png).decode("ascii"), ""
        shown = trace(report, *case.place)
    except CallError:  # nothing is printed there
        return "", ""
    return "", shown.html if isinstance(shown, Fragment) else ""
