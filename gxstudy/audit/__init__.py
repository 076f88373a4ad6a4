"""Identities -> Checks, Findings, the grade of every Entry; proposals for misread digits."""

from gxstudy.audit.checks import DOUBT, Audit, Check, audit
from gxstudy.audit.proposals import Proposal, Proposed, accept, propose

__all__ = ["DOUBT", "Audit", "Check", "Proposal", "Proposed", "accept", "audit", "propose"]
