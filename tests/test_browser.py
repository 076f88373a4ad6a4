"""The notebooks as a reader meets them: in JupyterLab, in a browser, with their outputs and run anew."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browser import DARK, OUTPUTS, ROOT, SETTINGS, chromium, keep_screens, run_all, served, wait_for_all, watched

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the notebooks and the data."""
    folder = tmp_path_factory.mktemp("lab")
    for name in ("notebooks", "data"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns(".*"))
    return folder


@pytest.fixture(scope="module")
def lab(work: Path) -> Iterator[str]:
    with served(work, "notebooks") as address:
        yield address


@pytest.fixture(scope="module")
def dark_lab(work: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("dark")
    shutil.copytree(work / "notebooks", folder / "notebooks", ignore=shutil.ignore_patterns(".*"))
    with served(folder, "notebooks", {**SETTINGS, **DARK}) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


def code_cells(path: Path) -> list[dict[str, list[dict[str, object]]]]:
    return [cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def test_a_notebook_shows_its_outputs_as_committed_and_again_when_run(lab: str, browser: Browser, path: Path) -> None:
    code = code_cells(path)
    printed = [sum("image/png" in output.get("data", {}) for output in cell["outputs"]) for cell in code]  # type: ignore[operator]
    with watched(browser, f"{lab}/lab/tree/{path.name}?reset") as (page, complaints):
        wait_for_all(page, len(code))
        committed = page.evaluate(OUTPUTS)
        run_all(page, len(code))
        again = page.evaluate(OUTPUTS)
        keep_screens(page, path.stem)
    for outputs in (committed, again):
        assert [cell["errors"] for cell in outputs] == [0] * len(code)
        assert all(cell["shown"] for cell in outputs)
        assert [len(cell["pictures"]) for cell in outputs] == printed
        assert all(width > 300 for cell in outputs for width in cell["pictures"])
        assert all(rows > 1 for cell in outputs for rows in cell["tables"])
    assert [cell["tables"] for cell in again] == [cell["tables"] for cell in committed]
    assert complaints == []


READABLE = """
() => {
    const channels = colour => colour.match(/[\\d.]+/g).map(Number);
    const light = ([r, g, b]) => [r, g, b].map(c => c / 255)
        .map(c => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
        .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
    const over = (top, under) => {
        const a = top.length > 3 ? top[3] : 1;
        return [0, 1, 2].map(i => top[i] * a + under[i] * (1 - a));
    };
    const ground = node => {
        const layers = [];
        for (let at = node; at; at = at.parentElement) layers.push(channels(getComputedStyle(at).backgroundColor));
        return layers.reverse().reduce((under, top) => over(top, under), [255, 255, 255]);
    };
    return [...document.querySelectorAll('.jp-OutputArea-output td, .jp-OutputArea-output th, .gx-desk *')]
        .filter(node => [...node.childNodes].some(child => child.nodeType === 3 && child.data.trim()))
        .filter(node => !node.disabled)
        .map(node => {
            const back = ground(node);
            const a = light(over(channels(getComputedStyle(node).color), back)), b = light(back);
            return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), node.innerText.slice(0, 40)];
        })
        .filter(([contrast]) => contrast < 4.0);
}
"""


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_tables_of_a_report_can_be_read_in_light_and_dark(
    lab: str, dark_lab: str, browser: Browser, dark: bool
) -> None:
    path = NOTEBOOKS[0]
    with watched(browser, f"{dark_lab if dark else lab}/lab/tree/{path.name}?reset") as (page, complaints):
        wait_for_all(page, len(code_cells(path)))
        page.wait_for_selector(f"[data-jp-theme-light={'false' if dark else 'true'}]", state="attached")
        faint = page.evaluate(READABLE)
        keep_screens(page, f"{path.stem}-{'dark' if dark else 'light'}")
    assert faint == []
    assert complaints == []
