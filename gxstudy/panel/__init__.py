"""Tidy figures -> organ-year panel, and the rates that are taken from it.

``frame`` lays out reports as rows and figures as columns; ``rates`` divides them, by a denominator that the caller
names. Importing this package loads no pandas: its calls do.
"""

from gxstudy.panel.frame import FULL_REPORTS, MARKS, Exclusion, Panel, panel, published, stack
from gxstudy.panel.rates import (
    CORRECTION_RATES,
    DISCLOSURE_RATES,
    RateDefinition,
    Rates,
    correction_rate,
    disclosure_rate,
)

__all__ = [
    "CORRECTION_RATES",
    "DISCLOSURE_RATES",
    "FULL_REPORTS",
    "MARKS",
    "Exclusion",
    "Panel",
    "RateDefinition",
    "Rates",
    "correction_rate",
    "disclosure_rate",
    "panel",
    "published",
    "stack",
]
