r"""Rich text: control words, bytes of a code page, merged cells, tables in tables; damage and hostile files."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import groupby
from pathlib import Path

import docx as python_docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markup import WordQuirks, contents, differences, spans, word_document
from strategies import Case, cases

import gxstudy as gx
from gxstudy.errors import EmptyFileError, NoTextLayerError, TruncatedFileError, UnreadableFileError
from gxstudy.layout import Paragraph
from gxstudy.readers import rtf
from gxstudy.specimens import Layout
from gxstudy.specimens.cells import Part, parts

HEAD = (
    r"{\rtf1\ansi\ansicpg936\deff0\deflang1033{\fonttbl{\f0\fnil\fcharset134 \'cb\'ce\'cc\'e5;}{\f1\fcharset0 Arial;}"
    r"{\f2\fcharset2 Wingdings;}{\f3\fcharset128 MS Mincho;}}{\colortbl ;\red0\green0\blue0;}"
    r"{\stylesheet{\s0 Normal;}}{\*\generator Riched20 10.0.19041}{\info{\title \'c4\'b3\'b1\'a8\'b8\'e6}}"
)


def file(body: str) -> bytes:
    return (HEAD + body + "}").encode("ascii")


def gbk(text: str) -> str:
    """Chinese as Word writes it: two bytes a character; what has a meaning in the file with a stroke before it."""
    return re.sub(
        r"[^\x00-\x7f]+",
        lambda run: "".join(f"\\'{byte:02x}" for byte in run[0].encode("gb18030")),
        re.sub(r"[\\{}]", r"\\\g<0>", text),
    )


def unicode(text: str) -> str:
    """Chinese as LibreOffice writes it: the number of each character, and what stands for it in old programs."""
    return "".join(
        character if character.isascii() else f"\\u{ord(character) - (65536 if ord(character) > 32767 else 0)}\\'3f"
        for character in text
    )


def blocks(body: str) -> list[str | list[list[str]]]:
    """Paragraphs as strings, grids as lists of rows of texts."""
    return contents(rtf.read(file(body)))


def places(body: str) -> dict[str, tuple[int, int, int, int]]:
    return spans(rtf.read(file(body)))


def row(*cells: str, edges: tuple[int, ...] = (), merges: dict[int, str] | None = None) -> str:
    """A row as Word writes it: where the cells end, what they hold."""
    ends = edges or tuple(2000 * (number + 1) for number in range(len(cells)))
    defined = "".join(
        f"{(merges or {}).get(number, '')}\\clbrdrt\\brdrs\\cellx{end}" for number, end in enumerate(ends)
    )
    held = "".join(f"\\pard\\intbl {gbk(cell)}\\cell" for cell in cells)
    return f"\\trowd\\trgaph108\\trleft0{defined}{held}\\row\n"


# Text -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body, expected",
    [
        (gbk("政府信息") + r"\par", "政府信息"),
        (unicode("政府信息") + r"\par", "政府信息"),
        (r"{\uc2\u25919\'d5\'fe\u24220\'b8\'ae}\par", "政府"),
        (r"{\uc0\u25919\u24220 x}\par", "政府x"),
        (r"\u25919{\'3f}5\par", "政?5"),
        (r"\u-10179\'3f\u-8704\'3f\par", "\U0001f600"),
        (r"\'81@\'81\'5c\par", "丂乗"),
        (r"\f1\'d5\'fe 5\par", "政 5"),
        (r"\f1 5\'b7 6\par", "5· 6"),
        (r"{\f3\'90\'ad}\par", "政"),
        (r"{\f2\'fe}5\par", "\uf0fe5"),
        (r"1{\v 23}4{\deleted 5}6\par", "146"),
        (r"1{\super 2}{\sub 3}\par", "1²₃"),
        (r"a\~b\_c\-d\\\{\}\par", "a b-cd\\{}"),
        (r"{\field{\*\fldinst PAGE}{\fldrslt 7}}\par", "7"),
        (r"{\*\bkmkstart x}5{\*\bkmkend x}{\*\unknown 9}{\footnote 8}\par", "5"),
        (r"{\header 1\par}{\footer 2\par}{\pict\pngblip 89504e}3\par", "3"),
        (r"{\listtext\f0 1.\tab}" + gbk("属于国家秘密") + r"\par", "1. 属于国家秘密"),
        (r"{\upr{a}{\*\ud{\u25919 ?}}}\par", "政"),
        (r"{\object{\*\objdata 0105}{\result 5}}\par", "5"),
        ("5\\\n", "5"),
        (r"{\pict\bin4 }}{{}6\par", "6"),
        (r"\emdash\bullet\ldblquote\par", "—•“"),
    ],
)
def test_text(body: str, expected: str) -> None:
    assert blocks(body) == [expected]


@pytest.mark.parametrize(
    "lost",
    [
        r"\intbl482",
        r"\intblx482",
        r"\intbl\qc482",
        r"\intbl\f0482",
        r"\intbl\fs21482",
        r"\intbl\f1482",
        r"\intbl\lang2052482",
    ],
)
def test_a_figure_that_became_the_number_of_a_word_is_not_blank(lost: str) -> None:
    (grid,) = blocks(row("甲", "1") + row("乙", "2").replace(r"\intbl 2", lost))
    assert isinstance(grid, list)
    assert grid[0] == ["甲", "1"]
    assert grid[1][1].startswith("\ufffd")


def test_numbers_of_words_are_no_text() -> None:
    assert blocks(r"\f0\fs0\fs21\lang2052\f99\cf0\b0\li0 5\par") == ["5"]


def test_figures_that_are_struck_out_are_no_figures() -> None:
    assert "\u0336" in str(blocks(r"{\strike 12}\par"))


def test_a_code_page_that_nobody_knows_gives_no_wrong_text() -> None:
    data = rb"{\rtf1\ansi\ansicpg999 \'d5\'fe 5\par}"
    (page,) = rtf.read(data).pages
    assert page.blocks == (Paragraph(1, "\ufffd\ufffd 5"),)


def test_what_stands_in_a_text_box_follows_its_paragraph() -> None:
    box = r"{\shp{\*\shpinst{\sp{\sn a}{\sv 1}}{\shptxt\pard " + gbk("盒") + r"\par}}{\shprslt 9}}"
    assert blocks(f"{gbk('前')}{box}{gbk('后')}\\par {gbk('完')}\\par") == ["前后", "盒", "完"]


# Tables ---------------------------------------------------------------------------------------------------------------


def test_merged_cells_have_their_spans() -> None:
    body = (
        row("甲", "乙", "", "丙", merges={0: r"\clvmgf", 1: r"\clmgf", 2: r"\clmrg"})
        + row("", "丁", "戊", "己", merges={0: r"\clvmrg", 2: r"\clvmgf"})
        + row("", "庚", "", "辛", merges={0: r"\clvmrg", 2: r"\clvmrg"})
    )
    assert places(body) == {
        "甲": (0, 0, 3, 1),
        "乙": (0, 1, 1, 2),
        "丙": (0, 3, 1, 1),
        "丁": (1, 1, 1, 1),
        "戊": (1, 2, 2, 1),
        "己": (1, 3, 1, 1),
        "庚": (2, 1, 1, 1),
        "辛": (2, 3, 1, 1),
    }


def test_cells_are_placed_by_their_edges_and_edges_close_together_are_one() -> None:
    body = row("甲", "1", "2", edges=(1000, 2000, 3000)) + row("乙", "3", edges=(1010, 2990))
    assert places(body) == {
        "甲": (0, 0, 1, 1),
        "1": (0, 1, 1, 1),
        "2": (0, 2, 1, 1),
        "乙": (1, 0, 1, 1),
        "3": (1, 1, 1, 2),
    }


@pytest.mark.parametrize(
    "body",
    [
        r"\trowd\cellx1000\cellx2000\intbl 1\cell 2\cell\row\intbl 3\cell 4\cell\row\pard",
        r"\trowd\cellx1000\cellx2000 1\cell 2\cell\row\trowd\cellx1000\cellx2000 3\cell 4\cell\row\pard",
        r"\pard\intbl 1\cell 2\cell{\trowd\cellx100\cellx200\row}\intbl 3\cell 4\cell{\trowd\cellx100\cellx200\row}",
        r"\intbl 1\cell 2\cell\row\intbl 3\cell 4\cell\row",
        r"\trowd\cellx1000\cellx2000\intbl 1\cell 2\cell\row\trowd\cellx1000\cellx2000\intbl 3\cell 4\cell",
        r"\trowd\cellx1000\intbl 1\cell 2\cell\row\trowd\cellx1000\intbl 3\cell 4\cell\row\pard",
    ],
    ids=["defined once", "nothing says in table", "defined behind", "never defined", "no end", "more than defined"],
)
def test_rows_of_careless_programs(body: str) -> None:
    assert blocks(body) == [[["1", "2"], ["3", "4"]]]


def test_paragraphs_and_tables_stand_in_their_order() -> None:
    middle = f"\\pard {gbk('中')}\\par "
    assert blocks(f"{gbk('前')}\\par {row('甲', '1')}{middle}{row('乙', '2')}\\pard {gbk('后')}\\par") == [
        "前",
        [["甲", "1"]],
        "中",
        [["乙", "2"]],
        "后",
    ]


def test_tables_in_tables() -> None:
    inner = "".join(
        rf"\pard\intbl\itap2 {gbk(label)}\nestcell {figure}\nestcell"
        r"{\*\nesttableprops\trowd\cellx500\cellx900\nestrow}{\nonesttables\par }"
        for label, figure in (("甲", "1"), ("乙", "2"))
    )
    body = rf"\trowd\cellx5000\pard\intbl {gbk('前')}\par {inner}\pard\intbl\itap1 {gbk('后')}\cell\row\pard"
    assert blocks(body) == ["前", [["甲", "1"], ["乙", "2"]], "后"]


def test_lines_and_pictures_of_a_cell() -> None:
    assert blocks(r"\trowd\cellx1000\cellx2000\intbl 1\par 2\cell 3\line 4\cell\row") == [[["1 2", "3 4"]]]
    (found,) = blocks((row("甲", "1") + row("乙", "2")).replace("1\\cell", r"{\pict 89504e}\cell"))
    assert found == [["甲", "\ufffc"], ["乙", "2"]]


# Whole reports --------------------------------------------------------------------------------------------------------


def table(part: Part) -> str:
    """A table as Word writes it: every row has a cell where one goes on from above, none where one goes on across."""
    ends = [round(9000 * sum(part.widths[: number + 1]) / sum(part.widths)) for number in range(len(part.widths))]
    at = {(y, cell.x): cell for cell in part.cells for y in range(cell.y, cell.bottom)}
    made = ""
    for _, line in groupby(sorted(at.items(), key=lambda one: one[0]), key=lambda one: one[0][0]):
        cells = list(line)
        merges = {
            number: "" if cell.bottom - cell.y == 1 else r"\clvmgf" if cell.y == y else r"\clvmrg"
            for number, ((y, _), cell) in enumerate(cells)
        }
        texts = [cell.text if cell.y == y else "" for (y, _), cell in cells]
        made += row(*texts, edges=tuple(ends[cell.x + cell.colspan - 1] for _, cell in cells), merges=merges)
    return made


def report_file(case: Case) -> bytes:
    lines = (
        f"{case.organ}{case.year}年政府信息公开工作年度报告",
        "一、总体情况",
        "本报告由本机关编制。本年度未收取信息处理费。",
    )
    prose = "".join(f"\\pard\\plain {gbk(line)}\\par\n" for line in lines)
    return file(prose + "\\pard\\par\n".join(table(part) for part in parts(case.specimen, case.layout)))


@settings(max_examples=15)
@given(cases())
def test_a_report_as_rich_text_gives_its_figures(case: Case) -> None:
    report = gx.read_report(report_file(case))
    assert differences(report, case.expected) == {}
    assert (report.organ, report.year, report.kind) == (case.organ, case.year, "rtf")


def test_the_same_figures_as_the_word_document_gives_and_no_places_on_paper() -> None:
    case = Case(seed=3)
    columns = ["organ", "year", "edition", "table", "row", "column", "value", "raw", "status", "grade"]
    ours, words = (
        gx.tidy(gx.read_report(data))[columns]
        for data in (report_file(case), word_document(case.specimen, case.layout, WordQuirks()))
    )
    assert ours.equals(words)
    report = gx.read_report(io.BytesIO(report_file(case)))
    assert report.fee.stated == "none"
    assert all(entry.boxes == () for entry in report.entries)


def by_another_library(case: Case) -> bytes:
    """A Word document that LibreOffice opens; those of the other tests lack what it asks for."""
    document = python_docx.Document()
    document.add_heading(f"{case.organ}{case.year}年政府信息公开工作年度报告", 0)
    document.sections[0].header.paragraphs[0].text = "页眉 12"
    for part in parts(case.specimen, case.layout):
        grid = document.add_table(part.height, len(part.widths))
        for cell in part.cells:
            first, last = grid.cell(cell.y, cell.x), grid.cell(cell.bottom - 1, cell.x + cell.colspan - 1)
            first.merge(last).text = cell.text
        document.add_paragraph("本年度未收取信息处理费。")
    saved = io.BytesIO()
    document.save(saved)
    return saved.getvalue()


def converted(name: str, data: bytes, place: Path) -> bytes:
    """A Word document as LibreOffice saves it as rich text."""
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("needs LibreOffice")
    (place / f"{name}.docx").write_bytes(data)
    profile = f"-env:UserInstallation={(place / 'profile').as_uri()}"
    command = [
        office,
        profile,
        "--headless",
        "--convert-to",
        "rtf",
        "--outdir",
        str(place),
        str(place / f"{name}.docx"),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    return (place / f"{name}.rtf").read_bytes()


@pytest.mark.slow
def test_the_rich_text_that_libreoffice_writes_gives_the_frames_of_the_pdf(shared: Path, tmp_path: Path) -> None:
    data = converted("hotan", (shared / "reports" / "hotan-science-2024.docx").read_bytes(), tmp_path)
    columns = ["organ", "year", "edition", "table", "row", "column", "value", "raw", "status", "grade"]
    ours, pdf = (gx.read_report(source) for source in (data, shared / "reports" / "hotan-science-2024.pdf"))
    assert len(gx.tidy(ours)) == 200
    assert gx.tidy(ours)[columns].equals(gx.tidy(pdf)[columns])
    assert (ours.fee.stated, ours.findings) == ("none", ())


@pytest.mark.slow
@pytest.mark.parametrize(
    "case",
    [
        Case(),
        Case(edition="2019", year=2020, seed=4),
        Case(seed=5, layout=Layout(disputes="down", thousands=",")),
        Case(seed=6, layout=Layout(disputes="split", disclosure="blocks")),
        Case(kind="sparse", zero="", layout=Layout(outcome_label="flat")),
    ],
    ids=["plain", "2019", "down", "split", "blanks"],
)
def test_reports_that_libreoffice_saved_as_rich_text(case: Case, tmp_path: Path) -> None:
    report = gx.read_report(converted("report", by_another_library(case), tmp_path))
    assert differences(report, case.expected) == {}
    assert (report.organ, report.year, report.kind) == (case.organ, case.year, "rtf")


# Damage and malice ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 0.999])
def test_a_file_cut_off_says_so(part: float) -> None:
    data = report_file(Case())
    with pytest.raises(TruncatedFileError, match=r"the RTF file is cut off.*fetch it again"):
        rtf.read(data[: int(len(data) * part)])


def hostile() -> Iterator[tuple[str, bytes, type[Exception]]]:
    yield "deep", b"{\\rtf1" + b"{" * 5000 + b"}" * 5001, UnreadableFileError
    yield "deep and open", b"{\\rtf1" + b"{" * 1_000_000, UnreadableFileError
    yield "tables in tables", file("".join(rf"\itap{level} x\par " for level in range(1, 40))), UnreadableFileError
    yield "a table as deep as a number", file(r"\itap2000000000 x\par"), UnreadableFileError
    yield "a binary of a lying length", file(r"{\*\x\bin2000000000 }x\par"), TruncatedFileError
    yield "a binary of a lying length in the text", file(r"\bin999999999 x\par"), TruncatedFileError
    yield "nothing", file(r"\par\pard  \par"), EmptyFileError
    yield "a picture", file(r"{\pict\pngblip 89504e470d0a}\par"), NoTextLayerError
    yield "no group at all", b"{\\rtf", TruncatedFileError
    yield "many words", b"{\\rtf1 " + b"\\b" * (rtf.MOST_WORDS + 10) + b"}", UnreadableFileError


@pytest.mark.parametrize("data, error", [one[1:] for one in hostile()], ids=[one[0] for one in hostile()])
def test_hostile_files_end_in_words_at_once(data: bytes, error: type[Exception]) -> None:
    start = time.process_time()
    with pytest.raises(error) as raised:
        rtf.read(data)
    assert "RTF" in str(raised.value)
    assert time.process_time() - start < 20


def test_a_file_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rtf, "LARGEST", 100)
    with pytest.raises(UnreadableFileError, match="at most 100 are read"):
        rtf.read(file("x"))


@pytest.mark.parametrize(
    "body",
    [
        r"\u\u55296 \u56832?\u-1?\u0?\u1114112?5\par",
        r"\cell\row\nestcell\nestrow\cellx\cellx-5\trowd 5\cell\row",
        r"\trowd" + r"\cellx9" * 5000 + r"\intbl 5" + r"\cell" * 5000 + r"\row",
        r"{\fonttbl}\f99999 5\'ff\'80\par",
        r"\uc99999999 \u25919 5\par 5\par",
        r"{\*}{\*\*}{\}\{}5\par",
        r"}}}}5",
    ],
    ids=["numbers", "words", "many cells", "fonts", "skip", "stars", "closed too often"],
)
def test_odd_files_are_read(body: str) -> None:
    (page,) = rtf.read(file("5\\par " + body)).pages
    assert page.blocks
    assert page.blocks[0] == Paragraph(1, "5") or isinstance(page.blocks[0], Paragraph)


damage: tuple[Callable[[bytes, int], bytes], ...] = (
    lambda data, at: data[:at] + data[at + 7 :],
    lambda data, at: data[:at] + b"}" + data[at:],
    lambda data, at: data[:at] + b"{" + data[at:],
    lambda data, at: data[:at] + b"\\row" + data[at:],
    lambda data, at: data[:at] + bytes([data[at] ^ 0x55]) + data[at + 1 :],
)


@settings(max_examples=40)
@given(st.integers(0, 1_000_000), st.sampled_from(damage))
def test_a_damaged_file_is_read_or_refused(place: int, damaged: Callable[[bytes, int], bytes]) -> None:
    data = report_file(replace(Case(), kind="sparse"))
    at = 6 + place % (len(data) - 8)
    with suppress(UnreadableFileError):
        assert gx.read_report(damaged(data, at)).kind == "rtf"
