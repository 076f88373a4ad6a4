"""The kind of a file by its content: what is read, what is refused, and what the refusal says."""

from __future__ import annotations

import io
import random
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gxstudy.errors import (
    EmptyFileError,
    EncryptedFileError,
    TruncatedFileError,
    UnknownFileKindError,
    UnreadableFileError,
)
from gxstudy.readers.kinds import kind_of

PAGE = "<!DOCTYPE html>\n<html><head><title>年度报告</title></head><body><table><tr><td>自然人</td></tr></table></body>"
PROSE = "某某县人民政府2023年政府信息公开工作年度报告\n一、总体情况\n自然人\t0\n"
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n%%EOF\n"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 504


def archive(*names: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in names:
            packed.writestr(name, "content " * 50)
    return stream.getvalue()


# What is read ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        PDF,
        b"\r\n" + PDF,
        b"\xef\xbb\xbf" + PDF,
        b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n\r\n" + PDF,
        b"<br /><b>Notice</b>: Undefined index in down.php<br />\n" + PDF,
        b"\x00" * 1000 + PDF,
        b"%PDF-1.4\n",
    ],
    ids=["plain", "line-end", "mark", "http-head", "php-notice", "zeros", "header-only"],
)
def test_a_pdf_may_have_junk_before_its_header(data: bytes) -> None:
    assert kind_of(data) == "pdf"


def test_a_text_that_speaks_of_the_header_of_a_pdf_is_no_pdf() -> None:
    assert kind_of("文件头为%PDF-1.4，见说明。".encode()) == "text"
    assert kind_of(b"<html><body>starts with %PDF-1.7; <script>var obj = 1</script></body></html>") == "html"
    assert kind_of(b"plain text, a long one " * 60 + PDF) == "text"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_web_pages_and_texts_in_any_encoding(encoding: str) -> None:
    assert kind_of(PAGE.encode(encoding)) == "html"
    assert kind_of(PROSE.encode(encoding)) == "text"


def test_utf_16_big_endian_with_a_mark() -> None:
    assert kind_of(b"\xfe\xff" + PAGE.encode("utf-16-be")) == "html"
    assert kind_of(b"\xfe\xff" + PROSE.encode("utf-16-be")) == "text"


@pytest.mark.parametrize("tag", ["<script>", "<td>12</td>", "<br>" * 12, "<table>", "<p>"])
def test_a_text_that_speaks_of_a_tag_is_no_web_page(tag: str) -> None:
    assert kind_of(f"<!-- 1 -->\n{'某县统计局2024年政府信息公开工作年度报告。' * 30}{tag}".encode()) == "text"


def test_a_text_full_of_tags_is_a_web_page_wherever_they_begin() -> None:
    text = "# 某县统计局2024年政府信息公开工作年度报告\n" + "正文。\n" * 3000
    assert kind_of(text.encode()) == "text"
    assert kind_of((text + "<tr><td>自然人</td></tr>" * 100).encode()) == "html"


@pytest.mark.parametrize(
    "data",
    [
        "<table border=1><tr><td>自然人</td></tr></table>",
        '<div class="TRS_Editor"><p>一、总体情况</p></div>',
        "<TABLE><TBODY></TBODY></TABLE>",
        "<!-- saved -->\n<!--" + "x" * 3000 + "-->\n<HTML>",
        '<?xml version="1.0" encoding="utf-8"?>\n<html xmlns="http://www.w3.org/1999/xhtml"><body/></html>',
        "\n\n  <style>p {}</style><p>一、总体情况</p>",
        '<html xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:w="urn:schemas-microsoft-com:office:word">',
    ],
)
def test_pieces_of_web_pages_are_web_pages(data: str) -> None:
    assert kind_of(data.encode()) == "html"


@pytest.mark.parametrize("data", ["a < b and c > d", "1 <2> 3", "见<关于公开的通知>", "<total>"])
def test_angle_brackets_alone_make_no_web_page(data: str) -> None:
    assert kind_of(data.encode()) == "text"


def test_words_text_export_with_its_cell_marks_is_text() -> None:
    assert kind_of("自然人\x07商业企业\x07\x0b总计\x07\r\n0\x070\x070\x07\x0c".encode()) == "text"


@pytest.mark.parametrize("at", range(8185, 8195))
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_a_character_cut_by_the_look_ahead_does_no_harm(at: int, encoding: str) -> None:
    data = (b"" if encoding == "utf-16" else b"x" * (at % 7)) + ("公开" * 9000).encode(encoding)
    assert kind_of(data[: 2 * at]) == "text"


def test_a_text_with_a_few_damaged_bytes_is_for_its_reader_to_refuse() -> None:
    data = bytearray((PROSE * 20).encode())
    data[100] = 0xFF
    assert kind_of(bytes(data)) == "text"


def test_word_documents_by_the_names_inside() -> None:
    assert kind_of(archive("[Content_Types].xml", "_rels/.rels", "word/document.xml")) == "docx"
    assert kind_of(archive("_rels/.rels", "word/document2.xml", "[Content_Types].xml")) == "docx"
    assert kind_of(archive("[Content_Types].xml", "word\\document.xml")) == "docx"


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n" + b"\x00" * 20,
        b"\xff\xd8\xff\xe0\x00\x10JFIF",
        b"II*\x00\x08\x00\x00\x00",
        b"MM\x00*\x00\x00\x00\x08",
        b"GIF89a\x01\x00",
        b"BM\x46\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00",
        b"RIFF\x24\x00\x00\x00WEBPVP8 ",
        b"\x00\x00\x00\x0cjP  \r\n\x87\n",
    ],
    ids=["png", "jpeg", "tiff-le", "tiff-be", "gif", "bmp", "webp", "jpeg-2000"],
)
def test_pictures(data: bytes) -> None:
    assert kind_of(data) == "image"


def test_letters_that_begin_a_picture_may_begin_a_text() -> None:
    assert kind_of("BMW有限公司申请公开一件".encode()) == "text"
    assert kind_of(b"GIF8 is no header") == "text"


@pytest.mark.parametrize(
    "data",
    [
        b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n<html></html>",
        b'From: <Saved by Blink>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\ttype="text/html"\r\n',
        b"Content-Type: text/html; charset=gb2312\nMIME-Version: 1.0\nContent-Location: http://a/b\n\n<html></html>",
    ],
    ids=["word", "browser", "one-part"],
)
def test_web_archives(data: bytes) -> None:
    assert kind_of(data) == "mhtml"


def test_a_report_that_speaks_of_mail_is_no_web_archive() -> None:
    assert kind_of("公开\r\nMIME-Version: 1.0\r\nContent-Type: text/html\r\n".encode()) == "text"
    assert kind_of(b"Date: 2024\nSubject: MIME-Version: 1.0\n\nContent-Type: text/html") == "text"


@pytest.mark.parametrize("before", [b"", b"\xef\xbb\xbf", b"\r\n "])
def test_rich_text_whatever_its_file_is_called(before: bytes) -> None:
    assert kind_of(before + b"{\\rtf1\\ansi\\ansicpg936 \\'b9\\'ab}") == "rtf"


# What is refused ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        b" \t\r\n\x0b\x0c ",
        b"\x00" * 5000,
        b"\xef\xbb\xbf",
        b"\xef\xbb\xbf \r\n",
        b"\xff\xfe",
        "\ufeff \r\n\u3000".encode("utf-16-le"),
        "\u3000\u00a0\n".encode(),
    ],
)
def test_nothing_or_white_space_alone_is_an_empty_file(data: bytes) -> None:
    with pytest.raises(
        EmptyFileError, match=rf"the file is empty \({len(data)} bytes, none of them content\); fetch it"
    ):
        kind_of(data)


@pytest.mark.parametrize(
    "data, name, remedy",
    [
        (archive("[Content_Types].xml", "xl/workbook.xml"), "an Excel workbook", "save it as PDF"),
        (archive("[Content_Types].xml", "ppt/presentation.xml"), "a PowerPoint presentation", "save it as PDF"),
        (archive("OFD.xml", "Doc_0/Document.xml"), "an OFD document", "save it as PDF"),
        (archive("mimetype", "content.xml", "META-INF/manifest.xml"), "an OpenDocument file", "soffice"),
        (archive("2023年度报告.pdf"), "a ZIP archive", "unpack it"),
        (archive("notes on words.txt", "password/x"), "a ZIP archive", "unpack it"),
        (OLE + "WordDocument".encode("utf-16-le"), r"legacy binary Office document \(.doc or .wps\)", "soffice"),
        (OLE + "Workbook".encode("utf-16-le"), "legacy binary Excel workbook", "save it as PDF"),
        (OLE + "Book\0\0".encode("utf-16-le"), "legacy binary Excel workbook", "save it as PDF"),
        (OLE + "WordDocumentWorkbook".encode("utf-16-le"), "legacy binary Office document", "soffice"),
        (OLE + "PowerPoint Document".encode("utf-16-le"), "legacy binary PowerPoint presentation", "save it as PDF"),
        (OLE + "Data".encode("utf-16-le"), "Office container of an unknown kind", "save it as PDF"),
        (b"Rar!\x1a\x07\x01\x00", "a RAR archive", "unpack it"),
        (b"7z\xbc\xaf\x27\x1c\x00\x04", "a 7z archive", "unpack it"),
        (b"\x1f\x8b\x08\x00\x00\x00\x00\x00", "compressed with gzip", "gzip -d"),
        (
            b'<?xml version="1.0"?>\r\n<?mso-application progid="Word.Document"?>\r\n<w:wordDocument><w:p/>',
            "Word's XML of one file",
            "soffice",
        ),
        (b'<?xml version="1.0"?><rss><channel/></rss>', "XML, but no web page", "save it as PDF"),
    ],
)
def test_what_must_be_converted_first_says_how(data: bytes, name: str, remedy: str) -> None:
    with pytest.raises(UnknownFileKindError, match=rf"^the file is (an? )?{name}.*{remedy}"):
        kind_of(data)


@pytest.mark.parametrize("part", [0.2, 0.5, 0.95])
def test_a_word_document_cut_off_is_no_other_kind(part: float) -> None:
    data = archive("[Content_Types].xml", "word/document.xml")
    with pytest.raises(
        TruncatedFileError, match="begins like a Word document or a ZIP archive but is damaged or cut off"
    ):
        kind_of(data[: int(len(data) * part)])


def test_an_office_document_behind_a_password() -> None:
    with pytest.raises(EncryptedFileError, match="asks for a password"):
        kind_of(OLE + b"\x00" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\x00" * 200)


@pytest.mark.parametrize(
    "data",
    [
        random.Random(1).randbytes(5000),
        bytes(1 + byte % 255 for byte in random.Random(2).randbytes(5000)),
        b"\x7fELF\x02\x01\x01" + b"\x00" * 9 + bytes(range(256)),
        b"\x01\x00\x02\x00\x03\x00\x04\x00" * 50,
        b"SQLite format 3\x00\x10\x00\x01\x01\x00\x40\x20\x20" + b"\x00" * 100,
    ],
    ids=["random", "random-without-zeros", "elf", "small-numbers", "sqlite"],
)
def test_binary_content_is_named_by_its_first_bytes(data: bytes) -> None:
    with pytest.raises(UnknownFileKindError, match=r"begins with b.*expected one of these"):
        kind_of(data)


def outcome(data: bytes) -> str:
    """The kind, or the message that says why there is none; any other exception is a failure."""
    try:
        return kind_of(data)
    except UnreadableFileError as error:
        return str(error)


@given(st.binary(max_size=300))
def test_any_bytes_have_a_kind_or_a_reason(data: bytes) -> None:
    found = outcome(data)
    assert found in ("pdf", "html", "mhtml", "docx", "rtf", "text", "image") or found.startswith("the file ")


@given(
    st.sampled_from([PDF, OLE, b"PK\x03\x04", b"{\\rtf", b"\xff\xfe", b"<?xml", b"\x89PNG"]), st.binary(max_size=200)
)
def test_a_known_beginning_and_any_end_have_a_kind_or_a_reason(start: bytes, end: bytes) -> None:
    found = outcome(start + end)
    assert found in ("pdf", "html", "mhtml", "rtf", "text", "image") or found.startswith("the file ")


def test_the_real_reports(shared: Path) -> None:
    kinds = {
        path.name: kind_of(path.read_bytes())
        for path in (shared / "reports").glob("h*-20??.*")
        if path.suffix != ".csv"
    }
    assert kinds
    assert all(name.endswith({"pdf": ".pdf", "docx": ".docx", "text": ".txt"}[kind]) for name, kind in kinds.items()), (
        kinds
    )
