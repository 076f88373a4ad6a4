"""Reports -> tidy dataframes; the data dictionary; the wide view; the codebook; exports.

The columns of every product and their dtypes are said once, in :mod:`gxstudy.frames.dictionary`. Text is pandas ``str``
(missing is NaN), whole numbers that may be missing are ``Int64``, other numbers ``float64``, truth values ``bool``.
"""

from gxstudy.frames.codebook import codebook, codebook_html, codebook_markdown
from gxstudy.frames.dictionary import PRODUCTS, Field, Product, product
from gxstudy.frames.export import write_csv
from gxstudy.frames.tables import checks, facts, findings, reports, tidy, wide

__all__ = [
    "PRODUCTS",
    "Field",
    "Product",
    "checks",
    "codebook",
    "codebook_html",
    "codebook_markdown",
    "facts",
    "findings",
    "product",
    "reports",
    "tidy",
    "wide",
    "write_csv",
]
