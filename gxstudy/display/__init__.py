"""Sheets, Checks, Findings -> text for a terminal and HTML for a notebook.

Stands above :mod:`gxstudy.report`, so that a Report can show itself: what is needed of one is written down in
:class:`Shown`. Every label, row and merged cell comes from the form data. Nothing is said by colour alone: each mark
has a plain sign.

:mod:`.words` says what both outputs say, :mod:`.printed` lays a table out as its form prints it, :mod:`.as_text` and
:mod:`.as_html` draw.
"""

from gxstudy.display.as_html import html
from gxstudy.display.as_text import terminal
from gxstudy.display.words import Lang, Shown, place_text, sum_text, summary

__all__ = ["Lang", "Shown", "html", "place_text", "sum_text", "summary", "terminal"]
