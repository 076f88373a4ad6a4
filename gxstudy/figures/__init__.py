"""Results -> figures for papers. Every number drawn comes from the result; nothing is computed here.

Figures are made for print at one of two widths, in English or Chinese, in colours that colour-blind readers can tell
apart and that differ in grey, with marks of different shape besides. The one font, Noto Sans SC, comes from a package
and carries both languages.

The function that draws a study has the name of the study, and of its module here.
"""

from gxstudy.figures.backlog import backlog
from gxstudy.figures.base import DataFigure, save, style
from gxstudy.figures.copying import copying
from gxstudy.figures.correction_rates import correction_rates, funnel, shrinkage
from gxstudy.figures.denominators import denominators, rank_agreement
from gxstudy.figures.every import draw_all, sources
from gxstudy.figures.fees import fees
from gxstudy.figures.grounds import applicants, grounds
from gxstudy.figures.reporting_quality import reporting_quality
from gxstudy.figures.review_first import review_first
from gxstudy.figures.zero_applications import zero_applications

__all__ = [
    "DataFigure",
    "applicants",
    "backlog",
    "copying",
    "correction_rates",
    "denominators",
    "draw_all",
    "fees",
    "funnel",
    "grounds",
    "rank_agreement",
    "reporting_quality",
    "review_first",
    "save",
    "shrinkage",
    "sources",
    "style",
    "zero_applications",
]
