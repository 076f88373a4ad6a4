"""The data dictionary: every column of every product, once.

The dtypes of the dataframes, the columns of the Parquet and CSV files, the Table Schema of a dataset and the codebook
are all made from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, NamedTuple, get_args

from gxstudy import forms
from gxstudy.errors import CallError
from gxstudy.fill import Grade, Status
from gxstudy.findings import Code, Severity
from gxstudy.layout import Kind

__all__ = ["AS_READ", "CHOICES", "PRODUCTS", "REASONS", "Choice", "DType", "Field", "Product", "product"]

DType = Literal["str", "Int64", "float64", "bool"]
Choice = Literal["only", "kept", "duplicate", "superseded", "contested"]
CHOICES: tuple[Choice, ...] = get_args(Choice)
"""What becomes of a report among those of its organ and year; missing where organ or year is not known."""


class Field(NamedTuple):
    """One column. ``dtype`` is that of pandas; ``values`` is the closed list where there is one."""

    name: str
    dtype: DType
    description: str
    unit: str = ""
    required: bool = False
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Product:
    """One dataframe: its name, what a row of it is, and its columns in order. ``key`` tells its rows apart."""

    name: str
    row: str
    fields: tuple[Field, ...]
    key: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(field.name for field in self.fields)


_REPORT = (
    Field("report_id", "str", "name of the report, unique in a dataset", required=True),
    Field("organ", "str", "who reports, as printed; where the report does not say, as the registry of a dataset says"),
    Field("year", "Int64", "year reported on, as printed; where the report does not say, as the registry says", "year"),
)
_PAGE = (
    Field("page", "Int64", "page on which it stands, counted from 1; missing for a file without pages"),
    Field("x0", "float64", "left edge, from the left of the page, to 0.01", "point (1/72 inch)"),
    Field("top", "float64", "upper edge, from the top of the page, to 0.01", "point (1/72 inch)"),
    Field("x1", "float64", "right edge, from the left of the page, to 0.01", "point (1/72 inch)"),
    Field("bottom", "float64", "lower edge, from the top of the page, to 0.01", "point (1/72 inch)"),
)
_TABLES = tuple(table.key for table in forms.load(forms.editions()[-1]).tables)
AS_READ = tuple(status for status in get_args(Status) if status != "proposed")
"""What a figure can be before any proposal is accepted."""
_SOURCE = Field("source", "str", "where the file came from: the registry's address, or else the path read")
_REGISTRY = (
    Field("registry_organ", "str", "who reports, as the registry says"),
    Field("registry_year", "Int64", "year reported on, as the registry says", "year"),
)

FIGURES = Product(
    "figures",
    "one figure: a place of a statutory table and what is printed there",
    (
        *_REPORT,
        Field(
            "edition",
            "str",
            "edition of the form on which the table is printed",
            required=True,
            values=forms.editions(),
        ),
        Field("table", "str", "key of the table", required=True, values=_TABLES),
        Field("row", "str", "key of the row", required=True),
        Field("column", "str", "key of the column", required=True),
        Field("value", "float64", "the number printed; missing where none is: blank is not zero", "that of the column"),
        Field("raw", "str", "the text as printed; empty for a blank or absent cell"),
        Field("status", "str", "what stands there", required=True, values=get_args(Status)),
        Field("grade", "str", "how far the sums of the form support it", required=True, values=get_args(Grade)),
        *_PAGE,
        _SOURCE,
    ),
    ("report_id", "table", "row", "column"),
)

REPORTS = Product(
    "reports",
    "one report",
    (
        *_REPORT,
        Field("edition", "str", "edition of the form", required=True, values=forms.editions()),
        Field("kind", "str", "kind of file", required=True, values=get_args(Kind)),
        Field("pages", "Int64", "number of pages", "pages", required=True),
        _SOURCE,
        Field("sha256", "str", "SHA-256 of the bytes of the file", required=True),
        Field(
            "fee_stated",
            "str",
            "information-processing fee: none, or some, is said to be charged; or the words on it cannot be read",
            values=("none", "charged", "unclear"),
        ),
        Field("fee_yuan", "float64", "information-processing fee collected", "yuan"),
        Field("fee_billed", "float64", "information-processing fee asked for in notices", "yuan"),
        Field("fee_cases", "Int64", "cases in which the information-processing fee was charged", "cases"),
        Field("fee_text", "str", "the sentence that says it, as printed"),
        Field("entries", "Int64", "places of the form in the report", "figures", required=True),
        *(
            Field(f"status_{status}", "Int64", f"figures with the status {status}", "figures", required=True)
            for status in AS_READ
        ),
        Field("proposals", "Int64", "figures for which the sums propose another reading", "figures", required=True),
        *(
            Field(f"grade_{grade}", "Int64", f"figures with the grade {grade}", "figures", required=True)
            for grade in get_args(Grade)
        ),
        Field("checks_held", "Int64", "sums that hold", "sums", required=True),
        Field("checks_failed", "Int64", "sums that fail", "sums", required=True),
        *(
            Field(f"findings_{severity}", "Int64", f"findings of the severity {severity}", "findings", required=True)
            for severity in get_args(Severity)
        ),
        Field("path", "str", "in a dataset: path of the file below the folder of raw files"),
        *_REGISTRY,
        Field("registry_published", "str", "day on which the report was published, as the registry says: 2025-01-31"),
        Field(
            "choice",
            "str",
            "in a dataset: what became of it among the reports of its organ and year",
            "",
            False,
            CHOICES,
        ),
        Field("choice_kept", "str", "report_id of the report that is kept of those of the organ and year"),
        Field("choice_why", "str", "why it is kept, or another one"),
        Field("organ_id", "str", "in a dataset: id of the organ, which outlives its names"),
        Field("province", "str", "province of the organ"),
        Field("prefecture", "str", "prefecture of the organ"),
        Field("county", "str", "county of the organ"),
        Field("code", "str", "code of the organ's place (GB/T 2260) in the year reported on"),
        Field("level", "str", "level of the organ: a word of gxstudy.organs.LEVELS"),
        Field("sector", "str", "work of the organ: a word of gxstudy.organs.SECTORS"),
    ),
    ("report_id",),
)

FACTS = Product(
    "facts",
    "one count said in the prose of a report",
    (
        *_REPORT,
        Field("key", "str", "key of the quantity", required=True),
        Field("value", "float64", "the number said", "that of the quantity", required=True),
        Field("text", "str", "the clause that says it"),
        *_PAGE,
        _SOURCE,
    ),
)

CHECKS = Product(
    "checks",
    "one sum of the form, tested in one row or column of a report",
    (
        *_REPORT,
        Field("identity", "str", "key of the sum in the form", required=True),
        Field("table", "str", "key of the table", required=True, values=_TABLES),
        Field("at", "str", "key of the column (or row) in which it was tested", required=True),
        Field("left", "float64", "sum of the left side", "that of the table", required=True),
        Field("right", "float64", "sum of the right side", "that of the table", required=True),
        Field("holds", "bool", "whether the two are equal", required=True),
        Field("entries", "str", "the places that took part, as row.column, parted by a space", required=True),
    ),
    ("report_id", "identity", "table", "at"),
)

FINDINGS = Product(
    "findings",
    "one thing noticed about a report, with its place as far as it is known",
    (
        *_REPORT,
        Field("code", "str", "what was noticed", required=True, values=tuple(code.value for code in Code)),
        Field("severity", "str", "how grave it is", required=True, values=get_args(Severity)),
        Field("message", "str", "the finding in words", required=True),
        Field("table", "str", "key of the table", values=_TABLES),
        Field("row", "str", "key of the row"),
        Field("column", "str", "key of the column"),
        *_PAGE,
        _SOURCE,
    ),
)

REASONS: Mapping[str, str] = MappingProxyType(
    {
        "missing": "the registry lists the file, but it is not there",
        "hash_differs": "the file is not the one that the registry lists",
        "duplicate": "another file has the same bytes, and is read in its place",
        "not_opened": "the file cannot be opened",
        "changed": "the file was changed while the dataset was being built",
        "empty_file": "the file holds no bytes",
        "unknown_file_kind": "the content is of no kind that is read",
        "truncated_file": "the file is cut off or damaged",
        "encrypted_file": "the file asks for a password",
        "no_text_layer": "the pages hold pictures only",
        "not_a_report": "the file is no annual report on government information disclosure",
        "unknown_form": "the tables follow no edition of the form that is known",
        "unreadable_file": "the file cannot be read for another reason",
        "timed_out": "reading took longer than a file may",
        "out_of_memory": "reading took more memory than a file may",
        "crashed": "the process that read the file died",
        "unexpected_error": "a fault of the library",
    }
)
"""Why no report was read from a file: the closed list."""

FAILURES = Product(
    "failures",
    "one file of a dataset from which no report was read",
    (
        Field("path", "str", "path of the file below the folder of raw files", required=True),
        Field("reason", "str", "key of the reason", required=True, values=tuple(REASONS)),
        Field("message", "str", "the reason in words", required=True),
        Field("sha256", "str", "SHA-256 of the bytes of the file; missing where it could not be read"),
        _SOURCE,
        *_REGISTRY,
    ),
    ("path",),
)

PRODUCTS = (FIGURES, REPORTS, FACTS, CHECKS, FINDINGS, FAILURES)
"""Every product of the library, in the order of the codebook."""


def product(name: str) -> Product:
    """Return the product of ``name``; :class:`~gxstudy.errors.CallError` where there is none."""
    for known in PRODUCTS:
        if known.name == name:
            return known
    msg = f"no product is called {name!r}; there are: {', '.join(known.name for known in PRODUCTS)}"
    raise CallError(msg)
