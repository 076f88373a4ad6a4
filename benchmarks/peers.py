"""The readers that are compared: how each is called, and how its tables become plain rows of text.

Every reader is a class with ``distributions`` (whose versions are printed), ``load`` (its imports, paid once and not
timed) and ``read`` (the timed call: from a path to whatever the reader gives its user). ``grids`` turns that into
tables of rows of cells for the scoring, outside the timing.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

Grid = list[list[str]]
Entries = list[tuple[str, str, str, str, str, str]]
"""Table, row, column, printed text, status, grade."""


class Reader(Protocol):
    distributions: tuple[str, ...]

    def load(self) -> None: ...
    def read(self, path: Path) -> Any: ...
    def grids(self, result: Any) -> list[Grid]: ...


class Floor:
    """PDFium loads every page and its text page, and nothing is asked of them: what every reader on PDFium must pay."""

    distributions = ("pypdfium2",)

    def load(self) -> None:
        import pypdfium2.raw as pdfium

        pdfium.FPDF_InitLibrary()
        self.pdfium = pdfium

    def read(self, path: Path) -> None:
        pdfium = self.pdfium
        document = pdfium.FPDF_LoadDocument(str(path).encode(), None)
        for index in range(pdfium.FPDF_GetPageCount(document)):
            page = pdfium.FPDF_LoadPage(document, index)
            text = pdfium.FPDFText_LoadPage(page)
            pdfium.FPDFText_ClosePage(text)
            pdfium.FPDF_ClosePage(page)
        pdfium.FPDF_CloseDocument(document)

    def grids(self, _: None) -> list[Grid]:
        return []


class Gxstudy:
    """read_report and tidy: the whole way from the file to a dataframe of graded figures."""

    distributions = ("gxstudy", "pypdfium2")

    def load(self) -> None:
        import gxstudy

        self.gxstudy = gxstudy

    def read(self, path: Path) -> Any:
        return self.gxstudy.tidy(self.gxstudy.read_report(path))

    def grids(self, _: Any) -> list[Grid]:
        return []

    def entries(self, result: Any) -> Entries:
        keys = ["table", "row", "column", "raw", "status", "grade"]
        return [tuple(str(value) for value in row) for row in result[keys].itertuples(index=False)]


class GxstudyReport(Gxstudy):
    """read_report alone, to show what the dataframe costs."""

    def read(self, path: Path) -> Any:
        return self.gxstudy.read_report(path)

    def entries(self, result: Any) -> Entries:
        return [(e.table, e.row, e.column, e.raw, e.status, e.grade) for e in result.entries]


class GxstudyGrids:
    """grids.find alone, without the form: what gxstudy makes of any ruled table.

    Every page is looked at in full: what the reader takes for prose is decided by the labels and figures of the form.
    """

    distributions = ("gxstudy", "pypdfium2")

    def load(self) -> None:
        from gxstudy import grids
        from gxstudy.readers import pdf

        self.find, self.pdf = grids.find, pdf

        def no_prose(text: str, *, first: bool) -> None:
            """Take no page for prose."""

        pdf.prose_lines = no_prose

    def read(self, path: Path) -> Any:
        return [grid for page in self.pdf.read(path.read_bytes()).pages for grid in self.find(page)]

    def grids(self, result: Any) -> list[Grid]:
        tables = []
        for grid in result:
            rows = [[""] * grid.columns for _ in range(grid.rows)]
            for cell in grid.cells:
                rows[cell.row][cell.column] = cell.text
            tables.append(rows)
        return tables


class Camelot:
    distributions = ("camelot-py", "playa-pdf", "opencv-python-headless")

    def __init__(self, **options: str) -> None:
        self.options = options

    def load(self) -> None:
        import logging

        import camelot

        logging.getLogger("camelot").setLevel(logging.CRITICAL)
        self.camelot = camelot

    def read(self, path: Path) -> Any:
        return self.camelot.read_pdf(str(path), pages="all", suppress_stdout=True, **self.options)

    def grids(self, result: Any) -> list[Grid]:
        return [table.data for table in result]


class Pdfplumber:
    distributions = ("pdfplumber", "pdfminer.six")

    def __init__(self, strategy: str = "lines") -> None:
        self.settings = {"vertical_strategy": strategy, "horizontal_strategy": strategy}

    def load(self) -> None:
        import logging

        import pdfplumber

        logging.getLogger("pdfminer").setLevel(logging.CRITICAL)
        self.pdfplumber = pdfplumber

    def read(self, path: Path) -> Any:
        with self.pdfplumber.open(path) as document:
            return [page.extract_tables(self.settings) for page in document.pages]

    def grids(self, result: Any) -> list[Grid]:
        return [[[cell or "" for cell in row] for row in table] for page in result for table in page]


class PdfOxide:
    distributions = ("pdf_oxide",)

    def load(self) -> None:
        import pdf_oxide

        pdf_oxide.disable_logging()
        self.open = pdf_oxide.PdfDocument

    def read(self, path: Path) -> Any:
        document = self.open(str(path))
        return [document.extract_tables(page) for page in range(document.page_count())]

    def grids(self, result: Any) -> list[Grid]:
        return [[[cell["text"] for cell in row["cells"]] for row in table["rows"]] for page in result for table in page]


class Tabula:
    """Through jpype where it is installed (Java inside the process), as tabula-py itself prefers."""

    distributions = ("tabula-py", "jpype1")

    def __init__(self, **options: bool) -> None:
        self.options = options

    def load(self) -> None:
        import shutil

        if shutil.which("java") is None:
            msg = "Java is missing"
            raise ImportError(msg)
        import tabula

        self.tabula = tabula

    def read(self, path: Path) -> Any:
        return self.tabula.read_pdf(
            str(path),
            pages="all",
            output_format="json",
            silent=True,
            java_options=["-Djava.awt.headless=true"],
            **self.options,
        )

    def grids(self, result: Any) -> list[Grid]:
        return [[[cell["text"] for cell in row] for row in table["data"]] for table in result]


class Img2table:
    distributions = ("img2table", "opencv-contrib-python")

    def load(self) -> None:
        from img2table.document import PDF

        self.document = PDF

    def read(self, path: Path) -> Any:
        return self.document(str(path)).extract_tables()

    def grids(self, result: Any) -> list[Grid]:
        tables = []
        for page in sorted(result):
            for table in result[page]:
                seen: set[tuple[int, ...]] = set()  # a merged cell is given once for every place that it covers
                rows = []
                for cells in table.content.values():
                    row = []
                    for cell in cells:
                        box = (cell.bbox.x1, cell.bbox.y1, cell.bbox.x2, cell.bbox.y2)
                        row.append("" if box in seen else cell.value or "")
                        seen.add(box)
                    rows.append(row)
                tables.append(rows)
        return tables


READERS: dict[str, Reader] = {
    "PDFium floor": Floor(),
    "gxstudy read_report + tidy": Gxstudy(),
    "gxstudy read_report": GxstudyReport(),
    "gxstudy grids.find": GxstudyGrids(),
    "pdf_oxide extract_tables": PdfOxide(),
    'camelot lattice, engine="vector"': Camelot(flavor="lattice", engine="vector"),
    "camelot lattice (default)": Camelot(flavor="lattice"),
    "camelot network": Camelot(flavor="network"),
    "camelot stream": Camelot(flavor="stream"),
    "pdfplumber extract_tables": Pdfplumber(),
    "pdfplumber, text strategy": Pdfplumber("text"),
    "tabula lattice": Tabula(lattice=True),
    "tabula stream": Tabula(stream=True),
    "img2table": Img2table(),
}
