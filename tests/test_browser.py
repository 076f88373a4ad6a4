"""The notebooks as a reader meets them: in JupyterLab, in a browser, with their outputs and run anew."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
QUIET = (
    *("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--disable-quic"),
)
SETTINGS = {
    "notebook-extension/tracker": {"windowingMode": "none"},  # cells out of sight are drawn too
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}
OUTPUTS = """
() => [...document.querySelectorAll('.jp-Notebook .jp-CodeCell')].map(cell => ({
    ran: cell.querySelector('.jp-InputPrompt').innerText,
    errors: cell.querySelectorAll('[data-mime-type$=".error"], [data-mime-type$=".stderr"]').length,
    shown: [...cell.querySelectorAll('.jp-OutputArea-output')].every(
        output => output.getBoundingClientRect().height > 0),
    pictures: [...cell.querySelectorAll('.jp-OutputArea-output img')].map(image => image.naturalWidth),
    tables: [...cell.querySelectorAll('.jp-OutputArea-output table')].map(table => table.rows.length),
}))
"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a JupyterLab that serves a copy of the notebooks and the data."""
    folder = tmp_path_factory.mktemp("lab")
    for name in ("notebooks", "data"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns(".*"))
    for name, value in SETTINGS.items():
        place = folder / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(json.dumps(value), encoding="utf-8")
    env = {
        **{name: value for name, value in os.environ.items() if name != "JUPYTER_NO_CONFIG"},
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
        "JUPYTER_PREFER_ENV_PATH": "1",
    }
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--expose-app-in-browser"]
    command += ["--ServerApp.port=0", "--IdentityProvider.token=", f"--notebook-dir={folder / 'notebooks'}"]
    with (folder / "log").open("w") as log, subprocess.Popen(command, stdout=log, stderr=log, env=env) as server:
        try:
            yield address(folder / "runtime")
        finally:
            server.terminate()


def address(runtime: Path) -> str:
    """Where the server says that it listens, as soon as it does."""
    for _ in range(600):
        for place in runtime.glob("jpserver-*.json"):
            if text := place.read_text(encoding="utf-8"):
                return str(json.loads(text)["url"]).rstrip("/")
        time.sleep(0.1)
    pytest.fail("JupyterLab did not start within a minute")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser without a screen."""
    playwright = pytest.importorskip("playwright.sync_api")
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip(f"none of these browsers is here: {', '.join(BROWSERS)}")
    with playwright.sync_playwright() as running:
        opened = running.chromium.launch(executable_path=found, args=QUIET)
        yield opened
        opened.close()


def wait_for_all(page: Page, cells: int) -> None:
    """Wait until no cell waits and all are there."""
    page.wait_for_function(
        """cells => {
            const prompts = [...document.querySelectorAll('.jp-Notebook .jp-CodeCell .jp-InputPrompt')];
            return prompts.length === cells && prompts.every(prompt => /^\\[\\d+\\]:$/.test(prompt.innerText.trim()));
        }""",
        arg=cells,
        timeout=120_000,
    )


@pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def test_a_notebook_shows_its_outputs_as_committed_and_again_when_run(lab: str, browser: Browser, path: Path) -> None:
    code = [cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"]
    printed = [sum("image/png" in output.get("data", {}) for output in cell["outputs"]) for cell in code]
    complaints: list[str] = []
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{lab}/lab/tree/{path.name}?reset")
    wait_for_all(page, len(code))
    committed = page.evaluate(OUTPUTS)
    page.wait_for_selector("text=/Python 3.* Idle/")
    page.evaluate("jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
    page.evaluate("() => void jupyterapp.commands.execute('notebook:run-all-cells')")
    wait_for_all(page, len(code))
    page.wait_for_timeout(1_000)
    again = page.evaluate(OUTPUTS)
    page.close()
    for outputs in (committed, again):
        assert [cell["errors"] for cell in outputs] == [0] * len(code)
        assert all(cell["shown"] for cell in outputs)
        assert [len(cell["pictures"]) for cell in outputs] == printed
        assert all(width > 300 for cell in outputs for width in cell["pictures"])
        assert all(rows > 1 for cell in outputs for rows in cell["tables"])
    assert [cell["tables"] for cell in again] == [cell["tables"] for cell in committed]
    assert complaints == []
