"""General ruled tables with random spans, drawn with raw PDF operators: no form, no Chinese.

Every table has one text for each cell, different from all others, so that what a reader returns can be compared cell by
cell. The same seed gives the same bytes.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import NamedTuple

Grid = list[list[str]]
Span = tuple[int, int, int, int]
"""Row, column, row span, column span."""

STYLES = (
    "cell borders",
    "long lines",
    "filled rectangles",
    "dashed",
    "doubled",
    "no outer border",
    "shaded header",
    "inside a form",
)


class Sheet(NamedTuple):
    """One page: its bytes, the style of its rules, and its tables with the text of a merged cell at its top left."""

    name: str
    style: str
    data: bytes
    tables: list[Grid]


class Table(NamedTuple):
    lefts: list[float]
    tops: list[float]
    spans: list[Span]
    texts: list[str]

    def grid(self) -> Grid:
        rows = [[""] * (len(self.lefts) - 1) for _ in self.tops[1:]]
        for (row, column, _, _), text in zip(self.spans, self.texts, strict=True):
            rows[row][column] = text
        return rows


def sheets(count: int, *, seed: int) -> Iterator[Sheet]:
    """Draw ``count`` pages, the styles in turn, each with one or two tables between lines of prose."""
    for number in range(count):
        draw = random.Random(f"{seed}/{number}")
        style = STYLES[number % len(STYLES)]
        top = 780.0
        parts: list[str] = []
        tables: list[Grid] = []
        for _ in range(draw.choice((1, 1, 2))):
            parts.append(_prose(draw, top, lines=draw.randint(1, 4)))
            top -= 80
            table = _table(draw, top, room=230)
            parts += [_rules(table, style), _texts(table)]
            tables.append(table.grid())
            top = table.tops[-1] - 40
        parts.append(_prose(draw, top, lines=2))
        yield Sheet(
            f"table-{number:03}", style, _document("\n".join(parts), inside_form=style == "inside a form"), tables
        )


# ------------------------------------------------------------------------------------------------------- content


def _table(draw: random.Random, top: float, *, room: float) -> Table:
    rows, columns = draw.randint(2, 12), draw.randint(2, 8)
    widths = [draw.uniform(0.6, 2.0) for _ in range(columns)]
    scale = draw.uniform(360, 460) / sum(widths)
    heights = [draw.uniform(15, 30) for _ in range(rows)]
    shrink = min(1.0, room / sum(heights))
    lefts = [72.0]
    for width in widths:
        lefts.append(round(lefts[-1] + width * scale, 2))
    tops = [top]
    for height in heights:
        tops.append(round(tops[-1] - max(14.0, height * shrink), 2))
    spans = _spans(draw, rows, columns)
    texts = _words(draw, spans, lefts)
    return Table(lefts, tops, spans, texts)


def _spans(draw: random.Random, rows: int, columns: int) -> list[Span]:
    """Cover the raster with merged cells at random; no row or column of it is left without an edge of its own."""
    share = draw.choice((0.0, 0.1, 0.25))
    taken: set[tuple[int, int]] = set()
    spans: list[Span] = []
    for row in range(rows):
        for column in range(columns):
            if (row, column) in taken:
                continue
            high = wide = 1
            if draw.random() < share:
                high, wide = draw.choice(((1, 2), (2, 1), (2, 2), (1, 3), (3, 1)))
            covered = [(r, c) for r in range(row, row + high) for c in range(column, column + wide)]
            fits = row + high <= rows and column + wide <= columns and not taken.intersection(covered)
            if not fits:
                high = wide = 1
                covered = [(row, column)]
            taken.update(covered)
            spans.append((row, column, high, wide))
    starts_row, starts_column = {span[0] for span in spans}, {span[1] for span in spans}
    if len(starts_row) < rows or len(starts_column) < columns:
        return _spans(draw, rows, columns)  # an edge that no cell shows cannot be asked of anybody
    return spans


def _words(draw: random.Random, spans: list[Span], lefts: list[float]) -> list[str]:
    texts = []
    for index, (row, column, _, wide) in enumerate(spans):
        room = lefts[column + wide] - lefts[column]
        if draw.random() < 0.08 and row and column:
            texts.append("")
            continue
        text = str(100 + index) if draw.random() < 0.6 else f"{draw.choice('abcdefgh')}{index}"
        if room > 75 and draw.random() < 0.5:
            text += " " + draw.choice(("of all", "in total", "per year", "new", "A-B"))
        texts.append(text)
    return texts


def _prose(draw: random.Random, top: float, *, lines: int) -> str:
    words = ("the", "report", "counts", "what", "was", "asked", "and", "answered", "in", "2024", "by", "each", "body")
    return "\n".join(
        f"BT /F 10 Tf 72 {top - 15 * n} Td ({' '.join(draw.choices(words, k=14))}) Tj ET" for n in range(lines)
    )


def _texts(table: Table) -> str:
    drawn = []
    for (row, column, high, wide), text in zip(table.spans, table.texts, strict=True):
        if text:
            left, right = table.lefts[column], table.lefts[column + wide]
            middle = (table.tops[row] + table.tops[row + high]) / 2
            x = max(left + 2, (left + right) / 2 - 2.1 * len(text))
            drawn.append(f"BT /F 8 Tf {x:.2f} {middle - 3:.2f} Td ({text}) Tj ET")
    return "\n".join(drawn)


# --------------------------------------------------------------------------------------------------------- rules


def _rules(table: Table, style: str) -> str:
    boxes = [
        (table.lefts[c], table.tops[r + high], table.lefts[c + wide], table.tops[r]) for r, c, high, wide in table.spans
    ]
    if style in ("cell borders", "inside a form"):
        return "0.5 w\n" + "\n".join(f"{x0} {y0} {x1 - x0:.2f} {y1 - y0:.2f} re S" for x0, y0, x1, y1 in boxes)
    edges = list(_edges(table))
    outer = (table.lefts[0], table.lefts[-1], table.tops[0], table.tops[-1])
    if style == "no outer border":
        edges = [
            e for e in edges if not (e[0] == e[2] and e[0] in outer[:2]) and not (e[1] == e[3] and e[1] in outer[2:])
        ]
    if style == "filled rectangles":
        return "\n".join(
            f"{x0 - 0.25:.2f} {y0 - 0.25:.2f} {x1 - x0 + 0.5:.2f} {y1 - y0 + 0.5:.2f} re f" for x0, y0, x1, y1 in edges
        )
    lines = "\n".join(f"{x0} {y0} m {x1} {y1} l S" for x0, y0, x1, y1 in edges)
    if style == "dashed":
        return f"0.6 w [2 1.5] 0 d\n{lines}\n[] 0 d"
    if style == "doubled":
        second = "\n".join(
            f"{x0 + 1.2 * (x0 == x1):.2f} {y0 + 1.2 * (y0 == y1):.2f} m "
            f"{x1 + 1.2 * (x0 == x1):.2f} {y1 + 1.2 * (y0 == y1):.2f} l S"
            for x0, y0, x1, y1 in edges
        )
        return f"0.3 w\n{lines}\n{second}"
    if style == "shaded header":
        x0, x1 = table.lefts[0], table.lefts[-1]
        shade = f"0.85 0.9 0.95 rg {x0} {table.tops[1]} {x1 - x0:.2f} {table.tops[0] - table.tops[1]:.2f} re f 0 g"
        return f"{shade}\n0.7 w\n{lines}"
    return f"0.5 w\n{lines}"


def _edges(table: Table) -> Iterator[tuple[float, float, float, float]]:
    """Yield the rules as lines that run as far as they go without a merged cell in their way."""
    owner = {
        (r, c): index
        for index, (row, column, high, wide) in enumerate(table.spans)
        for r in range(row, row + high)
        for c in range(column, column + wide)
    }
    rows, columns = len(table.tops) - 1, len(table.lefts) - 1
    for row in range(rows + 1):
        parted = [owner.get((row - 1, column)) != owner.get((row, column)) for column in range(columns)]
        for first, end in _runs(parted):
            yield table.lefts[first], table.tops[row], table.lefts[end], table.tops[row]
    for column in range(columns + 1):
        parted = [owner.get((row, column - 1)) != owner.get((row, column)) for row in range(rows)]
        for first, end in _runs(parted):
            yield table.lefts[column], table.tops[end], table.lefts[column], table.tops[first]


def _runs(flags: list[bool]) -> Iterator[tuple[int, int]]:
    start = None
    for index, flag in enumerate([*flags, False]):
        if flag and start is None:
            start = index
        elif not flag and start is not None:
            yield start, index
            start = None


# -------------------------------------------------------------------------------------------------------- the file


def _document(content: str, *, inside_form: bool) -> bytes:
    font = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    resources = "<< /Font << /F 4 0 R >> >>"
    page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources {} /Contents 5 0 R >>"
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>"]
    if inside_form:
        # drawn twice as large in a form that halves it, so that a reader that forgets its matrix is found out
        form = f"/Type /XObject /Subtype /Form /BBox [0 0 1190 1684] /Matrix [0.5 0 0 0.5 0 0] /Resources {resources}"
        objects += [
            page.format("<< /XObject << /X 6 0 R >> >>"),
            font,
            _stream("", "/X Do"),
            _stream(form, f"2 0 0 2 0 0 cm\n{content}"),
        ]
    else:
        objects += [page.format(resources), font, _stream("", content)]
    out = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("ascii")
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode("ascii")
    out += b"".join(f"{place:010} 00000 n \n".encode("ascii") for place in places)
    return out + f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode("ascii")


def _stream(entries: str, content: str) -> str:
    return f"<< {entries} /Length {len(content)} >>\nstream\n{content}\nendstream"
