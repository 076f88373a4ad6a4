"""Annual reports on open government information in China, read to trusted and traceable figures.

>>> import gxstudy as gx
>>> report = gx.read_report("data/raw/reports/hotan-science-2024.pdf")  # doctest: +SKIP
>>> gx.tidy(report)  # doctest: +SKIP

Names are loaded when they are first used, so that ``import gxstudy`` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from gxstudy.report import Report, read_report

if TYPE_CHECKING:
    from gxstudy.frames import tidy

__version__ = "0.1.0"
__all__ = ["Report", "__version__", "read_report", "tidy"]

_HOMES = {"tidy": "gxstudy.frames"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        msg = f"module 'gxstudy' has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(import_module(_HOMES[name]), name)
