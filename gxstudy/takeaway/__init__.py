"""What a researcher takes away besides dataframes: a workbook of one report, citations."""

from gxstudy.takeaway.citation import cite
from gxstudy.takeaway.workbook import to_excel

__all__ = ["cite", "to_excel"]
