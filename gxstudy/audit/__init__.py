"""Identities -> Checks, Findings, the grade of every Entry."""

from gxstudy.audit.checks import DOUBT, Audit, Check, audit

__all__ = ["DOUBT", "Audit", "Check", "audit"]
