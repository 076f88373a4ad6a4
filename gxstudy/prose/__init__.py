"""The narrative -> Facts: who reports on which year, the counts said in prose, and the fee statement.

A count said in prose is believed only where its clause names the quantity and leaves no other reading: earlier years,
comparisons, counts by channel or by month, and parts of a total (其中…) are passed over. A quantity that is missed
costs little; a wrong one would accuse a report of contradicting its own tables.

Everything works on the paragraphs joined into one text, for a line of a PDF may end in the middle of a number.
"""

from __future__ import annotations

from gxstudy.prose.charges import fee
from gxstudy.prose.counts import facts
from gxstudy.prose.title import Title, heading, titles
from gxstudy.prose.values import PLACES, Fact, Fee, Heading

__all__ = ["PLACES", "Fact", "Fee", "Heading", "Title", "facts", "fee", "heading", "titles"]
