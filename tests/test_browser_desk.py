"""The review desk in JupyterLab: keys decide, the page shows, and nothing is lost when the browser goes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import markup
import nbformat
import pytest
from browser import DARK, ROOT, SETTINGS, chromium, keep_screens, served, wait_for_all, watched
from test_browser import READABLE

import gxstudy
from gxstudy import specimens
from gxstudy.corrections import load

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

SOURCE = "import gxstudy as gx\ngx.desk(gx.open('processed'), who='Li'{more})"
DESK = ".gx-desk"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Raw files, the dataset they give, and two notebooks with a desk."""
    raw = tmp_path / "work" / "raw"
    raw.mkdir(parents=True)
    for name in ("hongze-2023", "hongze-2024"):
        shutil.copy(ROOT / "data" / "raw" / "reports" / f"{name}.pdf", raw)
    gxstudy.build(raw, raw.parent / "processed", jobs=1)
    for name, more in (("desk", ""), ("desk-zh", ", lang='zh'")):
        cell = nbformat.v4.new_code_cell(SOURCE.format(more=more))  # type: ignore[no-untyped-call]
        notebook = nbformat.v4.new_notebook(cells=[cell])  # type: ignore[no-untyped-call]
        notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
        nbformat.write(notebook, raw.parent / f"{name}.ipynb")  # type: ignore[no-untyped-call]
    return tmp_path


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


def sit(page: Page, shows: str = ".gx-page") -> None:
    """Run the notebook and sit down at the desk."""
    page.wait_for_selector("text=/Python 3.* Idle/")
    page.evaluate("() => void jupyterapp.commands.execute('notebook:run-all-cells')")
    wait_for_all(page, 1)
    page.wait_for_selector(f"{DESK} {shows}")


def shown(page: Page) -> str:
    return page.inner_text(f"{DESK} .gx-place b")


def press(page: Page, key: str) -> None:
    """Press a key at the desk and wait until it shows something else."""
    before = page.inner_text(f"{DESK} .gx-head")
    page.keyboard.press(key)
    page.wait_for_function("before => document.querySelector('.gx-desk .gx-head').innerText !== before", arg=before)


def test_keys_decide_and_the_notebook_does_not_mind(folder: Path, browser: Browser) -> None:
    path = folder / "work" / "raw" / "corrections.csv"
    with served(folder, "work") as lab:
        address = f"{lab}/lab/tree/desk.ipynb?reset"
        with watched(browser, address) as (page, complaints):
            sit(page)
            keep_screens(page, "desk-light")
            cells = page.locator(".jp-Cell").count()
            page.click(f"{DESK} .gx-foot")
            first = shown(page)
            press(page, "k")
            press(page, "s")
            second = shown(page)
            press(page, "u")
            press(page, "u")
            assert shown(page) == first
            page.keyboard.press("c")
            page.keyboard.type("l1")
            page.keyboard.press("Enter")
            page.wait_for_selector(f"{DESK} [role=alert]")
            assert "cannot be read as a number" in page.inner_text(f"{DESK} [role=alert]")
            keep_screens(page, "desk-trouble")
            page.keyboard.press("Escape")
            press(page, "k")
            for key in "bdxy":  # keys that would add, delete and cut cells
                page.keyboard.press(key)
                page.keyboard.press(key)
            assert page.locator(".jp-Cell").count() == cells
            assert shown(page) != second or page.locator(DESK).count() == 1
        assert complaints == []
        lines = load(path)
        assert [line.decision for line in lines] == ["as_printed", "undone", "as_printed"]
        with watched(browser, address) as (page, complaints):  # the browser died; another is opened
            sit(page)
            assert "1 decided" in page.inner_text(f"{DESK} .gx-counts")
            left = int(page.inner_text(f"{DESK} .gx-counts").split(" left")[0].split()[-1])
            page.click(f"{DESK} .gx-foot")
            press(page, "w")
            press(page, "w")
            assert page.inner_text(f"{DESK} .gx-done") == "No figure is left to decide on."
            keep_screens(page, "desk-done")
        assert complaints == []
    assert len(load(path)) == 3 + left


@pytest.mark.parametrize("name", ["desk", "desk-zh"])
def test_the_desk_can_be_read_in_the_dark(folder: Path, browser: Browser, name: str) -> None:
    with (
        served(folder, "work", {**SETTINGS, **DARK}) as lab,
        watched(browser, f"{lab}/lab/tree/{name}.ipynb?reset") as (page, complaints),
    ):
        sit(page)
        faint = page.evaluate(READABLE)
        keep_screens(page, f"{name}-dark")
        page.click(f"{DESK} .gx-correct")
        page.keyboard.type("11")
        page.click(f"{DESK} .gx-correct")
        page.wait_for_function("() => /1 (decided|已判断)/.test(document.querySelector('.gx-counts').innerText)")
    assert faint == []
    assert complaints == []
    (line,) = load(folder / "work" / "raw" / "corrections.csv")
    assert (line.decision, line.new) == ("corrected", "11")


PROPOSED = """
from dataclasses import replace
from pathlib import Path
import gxstudy as gx
from gxstudy.audit import Proposal
from gxstudy.desk.session import Session, Waiting
from gxstudy.desk.widget import Desk

def proposal(row, column, read, proposed):
    reason = f"with {proposed} in place of '{read}' these sums hold, which fail as read"
    return Proposal("applications", row, column, read, int(read), proposed, reason, (("applicants", row),), 1.0, 9.0)

report = gx.read_report("raw/page.html", report_id="page")
places = [one for one in report.entries if one.table == "applications" and one.column == "business" and one.value]
offered = tuple(proposal(one.row, one.column, one.raw, int(one.value) + 1) for one in places[:3])
report = replace(report, proposals=offered)
waiting = [Waiting("page", Path("raw/page.html"), report.sha256, 3)]
Desk(Session(waiting, Path("raw/corrections.csv"), "Li", read=lambda *_: report))
"""


def test_of_a_web_page_the_table_shows_and_one_key_accepts_all_proposals(tmp_path: Path, browser: Browser) -> None:
    raw = tmp_path / "work" / "raw"
    raw.mkdir(parents=True)
    blank = specimens.Specimen("某市人民政府", 2024, {})
    specimen = replace(blank, figures=specimens.invented(blank, seed=3))
    (raw / "page.html").write_text(markup.web_page(specimen), encoding="utf-8")
    cell = nbformat.v4.new_code_cell(PROPOSED)  # type: ignore[no-untyped-call]
    notebook = nbformat.v4.new_notebook(cells=[cell])  # type: ignore[no-untyped-call]
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, raw.parent / "desk.ipynb")  # type: ignore[no-untyped-call]
    with (
        served(tmp_path, "work", {**SETTINGS, **DARK}) as lab,
        watched(browser, f"{lab}/lab/tree/desk.ipynb?reset") as (page, complaints),
    ):
        sit(page, ".gx-fragment td[style*=outline]")
        faint = page.evaluate(READABLE)
        assert "(3)" in page.inner_text(f"{DESK} .gx-accept_all")
        keep_screens(page, "desk-web-page-dark")
        in_sight = page.evaluate(
            """() => {
                const box = document.querySelector('.gx-fragment').getBoundingClientRect();
                const cell = document.querySelector('.gx-fragment [style*=outline]').getBoundingClientRect();
                return box.top <= cell.top && cell.bottom <= box.bottom && cell.right <= box.right;
            }"""
        )
        page.click(f"{DESK} .gx-foot")
        press(page, "p")
        assert "3 decided" in page.inner_text(f"{DESK} .gx-counts")
        press(page, "u")
        assert "0 decided" in page.inner_text(f"{DESK} .gx-counts")
        assert "(3)" in page.inner_text(f"{DESK} .gx-accept_all")
    assert in_sight
    assert faint == []
    assert complaints == []
    assert [line.decision for line in load(raw / "corrections.csv")] == ["corrected"] * 3 + ["undone"] * 3
