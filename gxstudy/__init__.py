"""Annual reports on open government information in China, read to trusted and traceable figures.

>>> import gxstudy as gx
>>> report = gx.read_report("data/raw/reports/hotan-science-2024.pdf")
>>> report.organ, report.year, report.edition
('和田地区科技局', 2024, '2021')
>>> gx.tidy(report).query("table == 'applications' and row == 'new' and column == 'total'")["value"].item()
0.0

What loads pandas, matplotlib or a PDF library is loaded when it is first used, so that ``import gxstudy`` costs next to
nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from gxstudy import errors, fees, forms
from gxstudy.desk import desk
from gxstudy.fetch import fetch
from gxstudy.panel import Panel, correction_rate, disclosure_rate, panel, published
from gxstudy.report import Report, read_report, read_reports
from gxstudy.trace import overlay, trace

if TYPE_CHECKING:
    from gxstudy import figures, specimens, studies
    from gxstudy.corpus import Corpus, build, open
    from gxstudy.frames import checks, facts, reports, tidy, wide
    from gxstudy.frames.codebook import codebook
    from gxstudy.takeaway import cite, to_excel

__version__ = "0.1.0"
__all__ = [
    "Corpus",
    "Panel",
    "Report",
    "__version__",
    "build",
    "checks",
    "cite",
    "codebook",
    "correction_rate",
    "desk",
    "disclosure_rate",
    "errors",
    "facts",
    "fees",
    "fetch",
    "figures",
    "forms",
    "open",
    "overlay",
    "panel",
    "published",
    "read_report",
    "read_reports",
    "reports",
    "specimens",
    "studies",
    "tidy",
    "to_excel",
    "trace",
    "wide",
]

_MODULES = ("figures", "specimens", "studies")
_HOMES = {
    "Corpus": "corpus",
    "build": "corpus",
    "open": "corpus",
    "checks": "frames",
    "codebook": "frames",
    "facts": "frames",
    "reports": "frames",
    "tidy": "frames",
    "wide": "frames",
    "cite": "takeaway",
    "to_excel": "takeaway",
}


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f"gxstudy.{name}")
    if name in _HOMES:
        return getattr(import_module(f"gxstudy.{_HOMES[name]}"), name)
    msg = f"module 'gxstudy' has no attribute {name!r}"
    raise AttributeError(msg)


def __dir__() -> list[str]:
    return sorted(__all__)
