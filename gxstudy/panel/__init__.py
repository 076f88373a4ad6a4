"""Tidy figures -> organ-year panel, and the rates that are taken from it.

``frame`` lays out reports as rows and figures as columns, ``pieces`` those of a dataset of any size; ``blanks`` fills,
on request, what the form's own sums leave no doubt about; ``rates`` divides, by a denominator that the caller names.
Importing this package loads no pandas: its calls do.
"""

from gxstudy.panel.blanks import fill_proved
from gxstudy.panel.frame import FULL_REPORTS, MARKS, Exclusion, Panel, identities, published, stack
from gxstudy.panel.pieces import panel
from gxstudy.panel.rates import (
    CORRECTION_RATES,
    DISCLOSURE_RATES,
    CorrectionOf,
    DisclosureOf,
    RateDefinition,
    Rates,
    Route,
    correction_rate,
    disclosure_rate,
)

__all__ = [
    "CORRECTION_RATES",
    "DISCLOSURE_RATES",
    "FULL_REPORTS",
    "MARKS",
    "CorrectionOf",
    "DisclosureOf",
    "Exclusion",
    "Panel",
    "RateDefinition",
    "Rates",
    "Route",
    "correction_rate",
    "disclosure_rate",
    "fill_proved",
    "identities",
    "panel",
    "published",
    "stack",
]
