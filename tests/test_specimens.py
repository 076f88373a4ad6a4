"""Specimens: what is asked for stands on the pages, the same bytes every time."""

from __future__ import annotations

import csv
import hashlib
import re
from pathlib import Path

import pypdfium2
import pytest

from gxstudy.errors import CallError
from gxstudy.specimens import Break, Layout, Specimen, draw, places, read_typeset, write_raw
from gxstudy.text import squeeze

RAW = Path(__file__).resolve().parents[1] / "data" / "raw"


def raw_pages(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [page.get_textpage().get_text_bounded() for page in document]
    finally:
        document.close()


def pages(pdf: bytes) -> list[str]:
    return [squeeze(text) for text in raw_pages(pdf)]


def numbers(pdf: bytes) -> list[str]:
    """The numbers of four digits that begin with 1, sorted, as often as they stand there."""
    return sorted(re.findall(r"(?<!\d)1\d{3}(?!\d)", "\n".join(raw_pages(pdf))))


def numbered(edition: str = "2021", *, variant: bool = False) -> Specimen:
    """A specimen with a number of its own in every cell."""
    empty = Specimen("某县人民政府", 2024 if edition == "2021" else 2019, {}, edition, variant)
    figures = {place: str(1000 + index) for index, place in enumerate(places(empty))}
    return Specimen(empty.organ, empty.year, figures, edition, variant, footer="重新排版自公开数据")


@pytest.mark.parametrize("report", read_typeset(RAW), ids=lambda report: report.report_id)
def test_committed_pdf_is_what_its_figures_typeset_to(report):
    committed = (RAW / "reports" / f"{report.report_id}.pdf").read_bytes()
    assert draw(report.specimen, report.layout) == committed


def test_writing_raw_again_changes_nothing(tmp_path):
    (tmp_path / "typeset").mkdir()
    for name in ("reports.csv", "figures.csv"):
        (tmp_path / "typeset" / name).write_bytes((RAW / "typeset" / name).read_bytes())
    write_raw(tmp_path)
    assert (tmp_path / "registry.csv").read_bytes() == (RAW / "registry.csv").read_bytes()


def test_registry_names_every_report_by_its_hash():
    with (RAW / "registry.csv").open(encoding="utf-8", newline="") as file:
        lines = {line["path"]: line["sha256"] for line in csv.DictReader(file)}
    found = {
        f"reports/{path.name}": hashlib.sha256(path.read_bytes()).hexdigest() for path in RAW.glob("reports/*.pdf")
    }
    assert lines == found
    assert len(lines) == 12


def test_every_page_names_its_source_and_says_that_it_is_typeset_again():
    for report in read_typeset(RAW):
        for text in pages((RAW / "reports" / f"{report.report_id}.pdf").read_bytes()):
            assert "重新排版自公开数据" in text, report.report_id
            assert squeeze(report.source).replace("-", "") in text.replace("-", ""), report.report_id


def test_printed_quirks_are_kept():
    def text(report_id: str) -> str:
        return "".join(pages((RAW / "reports" / f"{report_id}.pdf").read_bytes()))

    assert "251000元" in text("shanghai-office-2019")
    assert "55(含自然失效29件)" in text("shanghai-office-2025")
    assert "2.其他法律行政止公开" in text("hongze-2023")
    assert "申请17件" in text("hongze-2024")


def test_counts_of_the_readme_are_those_of_the_published_figures():
    with (RAW / "published_figures.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    readme = (RAW / "README.md").read_text("utf-8")
    first = [line for line in lines if "selection=" not in line["notes"]]
    second = [line for line in lines if "selection=repeat_year" in line["notes"]]
    assert len(first) + len(second) == len(lines) == 921
    for part, name in ((first, "no `selection` in `notes`"), (second, "`selection=repeat_year`")):
        counts = [line["prose.applications_received"] or line["applications.new.total"] for line in part]
        said = [count for count in counts if count]
        assert f"| {name} | {len(part)} | {len(said)} | {said.count('0')} |" in readme


@pytest.mark.parametrize("edition, variant", [("2019", False), ("2021", False), ("2021", True)])
def test_every_figure_is_printed_once(edition, variant):
    specimen = numbered(edition, variant=variant)
    assert numbers(draw(specimen)) == sorted(specimen.figures.values())


def test_break_prints_the_header_again_only_when_asked_to():
    specimen = numbered()
    for header, times in ((False, 1), (True, 2)):
        layout = Layout(breaks=(Break("applications", 12, header=header),))
        pdf = draw(specimen, layout)
        assert "".join(pages(pdf)).count("法人或其他组织") == times
        assert numbers(pdf) == sorted(specimen.figures.values())


@pytest.mark.parametrize("labels, on_first, on_second", [("first", 1, 0), ("second", 0, 1), ("both", 1, 1)])
def test_break_puts_the_label_where_it_was_asked_to(labels, on_first, on_second):
    drawn = pages(draw(numbered(), Layout(breaks=(Break("applications", 10, labels=labels),))))
    assert [text.count("(三)不予公开") for text in drawn] == [on_first, on_second]


def test_break_through_text_leaves_figures_above_and_the_rest_of_the_label_below():
    specimen = numbered()
    first, second = pages(draw(specimen, Layout(breaks=(Break("applications", 23, inside_text=True),), table_size=7)))
    assert first.count("5.要求行政机关确认") == 1
    assert second.count("或重新出具已获取信息") == 1
    assert specimen.printed("applications", "rejected.reconfirm", "total") in first


def test_break_outside_the_table_is_refused():
    with pytest.raises(CallError, match="does not fall inside applications"):
        draw(numbered(), Layout(breaks=(Break("applications", 28),)))


def test_figure_at_a_place_that_the_form_does_not_print_is_refused():
    with pytest.raises(CallError, match="prints no place"):
        Specimen("某局", 2024, {("applications", "other", "total"): "1"})


def test_same_input_same_bytes():
    assert draw(numbered()) == draw(numbered())
