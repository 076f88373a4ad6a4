"""JupyterLab and a browser without a screen, for the tests that look at what a reader sees."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parents[1]
SCREENS = ROOT / ".screenshots"
PATIENCE = 120_000
"""Milliseconds: a machine that does other work starts JupyterLab slowly."""
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
QUIET = (
    *("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--disable-quic"),
)
SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "notebook-extension/tracker": {"windowingMode": "none"},  # cells out of sight are drawn too
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}
DARK: Mapping[str, Mapping[str, Any]] = {"apputils-extension/themes": {"theme": "JupyterLab Dark"}}
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


SCROLLER = """
() => [...document.querySelectorAll('.jp-NotebookPanel, .jp-NotebookPanel *')]
    .filter(node => ['auto', 'scroll'].includes(getComputedStyle(node).overflowY) && node.clientHeight > 300)
    .reduce((most, node) => node.scrollHeight > (most?.scrollHeight ?? 0) ? node : most, null)
"""


@contextmanager
def served(folder: Path, notebooks: str, settings: Mapping[str, Mapping[str, Any]] = SETTINGS) -> Iterator[str]:
    """Serve a folder of notebooks below ``folder`` with JupyterLab, and say where."""
    for name, value in settings.items():
        place = folder / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(json.dumps(value), encoding="utf-8")
    env = {
        **{name: value for name, value in os.environ.items() if name not in {"JUPYTER_NO_CONFIG", "MPLBACKEND"}},
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
        "JUPYTER_PREFER_ENV_PATH": "1",
    }
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--expose-app-in-browser"]
    command += ["--ServerApp.port=0", "--IdentityProvider.token=", f"--notebook-dir={folder / notebooks}"]
    with (folder / "log").open("w") as log, subprocess.Popen(command, stdout=log, stderr=log, env=env) as server:
        try:
            yield _address(folder / "runtime")
        finally:
            server.terminate()


def _address(runtime: Path) -> str:
    """Where the server says that it listens, as soon as it does."""
    for _ in range(600):
        for place in runtime.glob("jpserver-*.json"):
            if text := place.read_text(encoding="utf-8"):
                return str(json.loads(text)["url"]).rstrip("/")
        time.sleep(0.1)
    pytest.fail("JupyterLab did not start within a minute")


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without a screen; without one, the test is skipped."""
    playwright = pytest.importorskip("playwright.sync_api")
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip(f"none of these browsers is here: {', '.join(BROWSERS)}")
    with playwright.sync_playwright() as running:
        opened = running.chromium.launch(executable_path=found, args=QUIET)
        yield opened
        opened.close()


@contextmanager
def watched(browser: Browser, address: str, *, height: int = 1000) -> Iterator[tuple[Page, list[str]]]:
    """A page, and what its console complains of."""
    complaints: list[str] = []
    page = browser.new_page(viewport={"width": 1400, "height": height})
    page.set_default_timeout(PATIENCE)
    page.set_default_navigation_timeout(PATIENCE)
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(address)
    yield page, complaints
    page.close()


def wait_for_all(page: Page, cells: int) -> None:
    """Wait until no cell waits and all are there."""
    page.wait_for_function(
        """cells => {
            const prompts = [...document.querySelectorAll('.jp-Notebook .jp-CodeCell .jp-InputPrompt')];
            return prompts.length === cells && prompts.every(prompt => /^\\[\\d+\\]:$/.test(prompt.innerText.trim()));
        }""",
        arg=cells,
        timeout=PATIENCE,
    )


def run_all(page: Page, cells: int) -> None:
    """Clear every output and run every cell, from top to bottom."""
    page.wait_for_selector("text=/Python 3.* Idle/")
    page.evaluate("jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
    page.evaluate("() => void jupyterapp.commands.execute('notebook:run-all-cells')")
    wait_for_all(page, cells)
    page.wait_for_timeout(1_000)


def keep_screens(page: Page, name: str) -> None:
    """Keep the whole notebook as pictures in a folder that git ignores, for people to look at."""
    SCREENS.mkdir(exist_ok=True)
    for old in SCREENS.glob(f"{name}-[0-9]*.png"):
        if re.fullmatch(rf"{re.escape(name)}-\d+\.png", old.name):
            old.unlink()
    size = page.viewport_size or {"width": 1400, "height": 1000}
    page.set_viewport_size({"width": size["width"], "height": 1_700})
    page.wait_for_timeout(300)
    height = page.evaluate(f"({SCROLLER})().scrollHeight")
    for number, top in enumerate(range(0, height, 1_550), start=1):
        page.evaluate(f"top => {{ ({SCROLLER})().scrollTop = top; }}", top)
        page.wait_for_timeout(200)
        page.screenshot(path=SCREENS / f"{name}-{number:02}.png")
    page.set_viewport_size(size)
