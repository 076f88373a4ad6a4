"""What the checkout holds and what it says: a short list at the top, and no trace of one machine in any file."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import gxstudy

ROOT = Path(__file__).resolve().parents[1]

TOP = {
    *("pyproject.toml", "Makefile", "README.md", "LICENSE", "CITATION.cff", "CONTRIBUTING.md"),
    *("gxstudy", "tests", "notebooks", "data", "docs", "benchmarks"),
}
DATA = {"raw", "processed"}

# Written so that this file does not contain what it looks for.
PUBLIC_INDEX = ("pypi", "org")
HOSTS = [
    r"\.".join(parts)
    for parts in [
        PUBLIC_INDEX,
        ("pythonhosted", "org"),
        ("pypi", "python", "org"),
        ("(?:tuna|ustc)", r"[\w.]*edu", "cn/(?:simple|pypi|web)"),
        ("mirrors", r"[\w.-]+", "com"),
        ("conda", "anaconda", "org"),
        ("registry", "npmjs", "org"),
    ]
]
FOLDERS = ["work", "root", "home", "Users", "private/tmp"]
TELLTALE = re.compile("|".join([*HOSTS, rf"(?<![\w.:/%~-])/(?:{'|'.join(FOLDERS)})/", r"\b[A-Z]:\\Users\b"]))

HEAVY = {"pandas", "numpy", "scipy", "statsmodels", "matplotlib", "pyarrow", "pypdfium2", "camelot", "lxml", "typst"}
IMPORT_SECONDS = 0.3


def tracked() -> tuple[Path, ...]:
    """Every file under version control, relative to the checkout."""
    try:
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    return tuple(Path(name) for name in listed.stdout.decode().split("\0") if name)


def telltales(text: str) -> list[str]:
    """What a text says about the machine or the package index it was made with."""
    return [found.group() for found in TELLTALE.finditer(text)]


def test_the_top_level_stays_short() -> None:
    strangers = sorted({path.parts[0] for path in tracked()} - TOP)
    assert [name for name in strangers if not name.startswith(".")] == []


def test_data_is_raw_or_processed() -> None:
    assert {path.parts[1] for path in tracked() if path.parts[0] == "data"} <= DATA


def test_no_file_names_a_machine_or_a_package_index() -> None:
    said = {}
    for path in tracked():
        file = ROOT / path
        data = file.read_bytes() if file.is_file() else b""
        if b"\0" not in data and (found := telltales(data.decode("utf-8", errors="replace"))):
            said[path.as_posix()] = sorted(set(found))
    assert said == {}


def absolute(*parts: str) -> str:
    """An absolute path, put together here so that this file holds none."""
    return "".join(f"/{part}" for part in parts)


@pytest.mark.parametrize(
    "text,found",
    [
        (f"see {absolute('work', 'main')}", True),
        (f'"{absolute("home", "me", "x.csv")}"', True),
        (f"https://{'.'.join(PUBLIC_INDEX)}/simple", True),
        ("C:" + "\\Users\\me", True),
        (f"http://www.example.gov.cn{absolute('work', '2024')}", False),
        (f"the folder data/raw{absolute('home', '2024')}", False),
    ],
    ids=["path", "quoted-path", "index", "windows", "in-an-address", "in-a-relative-path"],
)
def test_telltales_are_found_and_addresses_left_alone(text: str, found: bool) -> None:
    assert bool(telltales(text)) == found


def test_one_version_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {project['version']}\n" in citation
    assert gxstudy.__version__ == project["version"]


def run(code: str) -> str:
    """What a fresh interpreter prints."""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout


def test_import_is_quick() -> None:
    code = "from time import process_time as now; start = now(); import gxstudy; print(now() - start)"
    assert min(float(run(code)) for _ in range(5)) < IMPORT_SECONDS


def test_import_loads_nothing_heavy() -> None:
    loaded = run("import sys, gxstudy; print(*{name.partition('.')[0] for name in sys.modules})").split()
    assert "gxstudy" in loaded
    assert HEAVY & set(loaded) == set()
