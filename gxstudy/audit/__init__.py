"""Identities -> Checks, Findings, the grade of every Entry; proposals for misread digits."""

from gxstudy.audit.checks import DOUBT, Audit, Check, audit
from gxstudy.audit.prints import Captioned, contested, differing, own_prints
from gxstudy.audit.proposals import Proposal, Proposed, accept, propose

__all__ = [
    "DOUBT",
    "Audit",
    "Captioned",
    "Check",
    "Proposal",
    "Proposed",
    "accept",
    "audit",
    "contested",
    "differing",
    "own_prints",
    "propose",
]
