"""The studies: each takes a panel and returns a frozen result with its intervals, n, exclusions and definition.

The function of a study has the name of its module; here the name means the function. What else a module defines is
imported from it: ``from gxstudy.studies.review_first import review_first
from gxstudy.studies.zero_applications import DEFINITIONS``.
"""

from gxstudy.studies.backlog import backlog
from gxstudy.studies.copying import copying
from gxstudy.studies.correction_rates import correction_rates
from gxstudy.studies.denominators import denominators
from gxstudy.studies.fees import fees
from gxstudy.studies.grounds import grounds
from gxstudy.studies.reporting_quality import reporting_quality
from gxstudy.studies.review_first import review_first
from gxstudy.studies.zero_applications import zero_applications

__all__ = [
    "backlog",
    "copying",
    "correction_rates",
    "denominators",
    "fees",
    "grounds",
    "reporting_quality",
    "review_first",
    "zero_applications",
]
