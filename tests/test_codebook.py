"""The codebook in two languages and two formats says the same, and leaves nothing in the other language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from lxml import html

from gxstudy import forms, frames
from gxstudy.cli import commands
from gxstudy.findings import SEVERITY
from gxstudy.frames.chinese import in_chinese
from gxstudy.frames.codebook import PLACES
from gxstudy.frames.dictionary import PRODUCTS, REASONS

CHINESE = re.compile(r"[\u4e00-\u9fff]")


def test_every_description_is_there_in_chinese() -> None:
    texts = {of.row for of in PRODUCTS} | {*REASONS.values(), *SEVERITY.values()}
    for field in (field for of in PRODUCTS for field in of.fields):
        texts |= {field.description, field.unit} - {""}
    for edition in forms.editions():
        form = forms.load(edition)
        texts |= {column.unit for table in form.tables for column in table.columns}
        texts |= {one.en for one in (*form.identities, *form.continuities)}
        texts |= {one.source for one in form.identities}
    assert sorted(text for text in texts if not CHINESE.search(in_chinese(text))) == []


def test_words_that_stata_shows_are_there_in_chinese() -> None:
    words = {word for of in PRODUCTS for field in of.fields if field.name in {"status", "grade", "severity", "choice"}
             for word in field.values}  # fmt: skip
    assert sorted(word for word in words if in_chinese(word) == word) == []


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_holds_every_table_of_the_text(lang: str) -> None:
    text = frames.codebook_markdown(lang=lang)  # type: ignore[arg-type]
    page = html.document_fromstring(frames.codebook_html(lang=lang))  # type: ignore[arg-type]
    assert page.get("lang") == {"en": "en", "zh": "zh-CN"}[lang]
    rows = [line for line in text.splitlines() if line.startswith("|") and not line.startswith("| ---")]
    assert len(page.findall(".//tr")) == len(rows)
    assert len(page.findall(".//table")) == text.count("\n| ---")
    cells = {cell.text_content() for cell in page.iter("td")}
    assert {field.name for of in PRODUCTS for field in of.fields} <= cells
    assert {row.label for table in forms.load("2021").tables for row in table.rows} <= cells
    assert len(PLACES.fields) == 17


def test_english_has_no_chinese_but_labels() -> None:
    text = frames.codebook_markdown(lang="en")
    columns = text.partition("## Columns of the data")[2]
    assert columns
    assert CHINESE.findall(columns) == []
    assert "主键：`report_id`" in frames.codebook_markdown(lang="zh")


def test_the_command_writes_what_the_function_says(tmp_path: Path) -> None:
    place = tmp_path / "codebook.html"
    done = CliRunner().invoke(commands, ["codebook", "--lang", "zh", "--format", "html", "--out", str(place)])
    assert done.exit_code == 0, done.output
    assert place.read_text(encoding="utf-8") == frames.codebook_html(lang="zh")
    assert CliRunner().invoke(commands, ["codebook"]).output == frames.codebook_markdown()
