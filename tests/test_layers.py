"""The order of the rooms and the walls between them, read from the source itself."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import NamedTuple

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "gxstudy"

# One room a line, top first: a module imports only from rooms above its own. A room is a module or a package; a
# room split into several modules names them all on its line.
HOUSE = """
    errors
    findings
    text
    layout
    forms
    readers
    grids
    fill
    prose
    audit
    several
    display
    report
    frames
    organs
    lists
    corrections
    corpus
    fetch
    takeaway
    fees
    panel
    studies
    figures
    trace
    desk
    specimens
    __init__
    cli
    __main__
"""
FLOOR = {name: number for number, line in enumerate(HOUSE.split("\n")) for name in line.split()}

# Rooms that may open a file, and whose: the readers what a user hands in, the others only what is the project's own.
MAY_OPEN = {
    "readers": "the user's reports",
    "forms": "the forms in the package",
    "organs": "the tables of places and sectors in the package",
    "panel": "the published figures",
    "lists": "lists that people keep",
    "corrections": "the decisions of people",
    "corpus": "the registry, the cache and the dataset",
    "fetch": "the list of addresses and what came for them",
    "takeaway": "the manifest of a dataset",
    "specimens": "published figures and fonts",
    "figures": "fonts in a package",
    "cli": "the notebooks it runs",
}
OPENERS = {
    *("open", "fdopen", "read_bytes", "read_text"),
    *("read_csv", "read_excel", "read_feather", "read_html", "read_json", "read_parquet", "read_table"),
    *("fromfile", "genfromtxt", "loadtxt", "memmap"),
}


class Import(NamedTuple):
    """One name that a module imports, and the line it does so on."""

    name: str
    line: int


def imports(source: str, module: str, *, is_package: bool) -> Iterator[Import]:
    """Every import of a module, wherever it stands, as full dotted names (`from a import b` gives `a.b`)."""
    package = module if is_package else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*parents, *([node.module] if node.module else [])])
            yield from (Import(f"{base}.{alias.name}", node.lineno) for alias in node.names)


def dotted(path: Path) -> str:
    """The module's name below the package, `__init__` for the package itself."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


def room(module: str) -> str:
    """The room a module is in: the first part of its name."""
    return module.partition(".")[0]


def target(name: str, modules: Collection[str]) -> str | None:
    """The module of ours that an imported name leads to, None for a name of someone else."""
    first, _, rest = name.partition(".")
    if first != "gxstudy":
        return None
    module = rest
    while module and module not in modules:
        module = module.rpartition(".")[0]
    if module:
        return module
    return room(rest) if room(rest) in FLOOR else "__init__"


MODULES = {dotted(path): path for path in sorted(PACKAGE.rglob("*.py"))}
IMPORTS = {
    name: tuple(
        imports(
            path.read_text(encoding="utf-8"),
            "gxstudy" if name == "__init__" else f"gxstudy.{name}",
            is_package=path.name == "__init__.py",
        )
    )
    for name, path in MODULES.items()
}


def importers(library: str) -> dict[str, str]:
    """The modules that import a library, with the place where they do."""
    return {
        module: f"gxstudy/{MODULES[module].relative_to(PACKAGE).as_posix()}:{found.line}"
        for module, names in IMPORTS.items()
        for found in names
        if found.name.partition(".")[0] == library
    }


def test_every_room_is_in_the_house() -> None:
    unknown = sorted({room(module) for module in MODULES} - set(FLOOR))
    assert not unknown, (
        f"rooms that the house does not know: {unknown}; a new room is added to HOUSE with its place in the order"
    )


def test_the_rooms_are_told_in_order() -> None:
    told = (PACKAGE.parent / "CONTRIBUTING.md").read_text(encoding="utf-8")
    table = [line.split("|")[1] for line in told.splitlines() if re.match(r"\| `(?!make)", line)]
    assert [name for cell in table for name in re.findall(r"`(\w+)`", cell)] == list(FLOOR)


def test_every_folder_of_modules_is_a_package() -> None:
    bare = sorted({path.parent.name for path in MODULES.values() if not (path.parent / "__init__.py").is_file()})
    assert not bare, f"folders without __init__.py: {bare}; their modules could be taken for libraries of the same name"


@pytest.mark.parametrize("module", sorted(MODULES))
def test_imports_point_up_only(module: str) -> None:
    floor = FLOOR.get(room(module), len(FLOOR))
    wrong = [
        f"line {found.line}: {found.name}"
        for found in IMPORTS[module]
        if (ours := target(found.name, MODULES)) is not None and FLOOR.get(room(ours), len(FLOOR)) > floor
    ]
    assert not wrong, f"{module} imports from rooms below its own: {wrong}"


def test_no_cycle_inside_a_room() -> None:
    arrows = {
        module: {
            ours
            for found in names
            if (ours := target(found.name, MODULES)) is not None
            and ours != module
            and FLOOR.get(room(ours)) == FLOOR.get(room(module))
        }
        for module, names in IMPORTS.items()
    }
    try:
        TopologicalSorter(arrows).prepare()
    except CycleError as error:
        pytest.fail(f"modules that import one another in a circle: {error.args[1]}")


def test_no_import_hides_behind_a_call() -> None:
    hidden = [
        f"{module}:{node.lineno}"
        for module, path in MODULES.items()
        if module != "__init__"  # the public face loads its names when they are asked for
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and called(node) in {"__import__", "import_module"}
    ]
    assert not hidden, f"imports that no one can see: {hidden}"


def test_no_pandas_above_the_frames() -> None:
    early = {module: place for module, place in importers("pandas").items() if FLOOR[room(module)] < FLOOR["frames"]}
    assert not early


@pytest.mark.parametrize(
    "library,only",
    [("pypdfium2", "readers.pdf"), ("pypdfium2_raw", "readers.pdf"), ("camelot", "readers.camelot")],
    ids=["pdfium", "pdfium-raw", "camelot"],
)
def test_an_engine_is_known_to_its_reader_only(library: str, only: str) -> None:
    others = {module: place for module, place in importers(library).items() if not module.startswith(only)}
    assert not others


def opened(source: str) -> Iterator[int]:
    """The lines on which a source opens a file to read it, by what the call is named."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and called(node) in OPENERS and not writes(node):
            yield node.lineno


def called(call: ast.Call) -> str:
    """The last part of the name of what is called."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def writes(call: ast.Call) -> bool:
    """Whether a call to `open` says by a literal mode that the file is to be written."""
    place = 0 if isinstance(call.func, ast.Attribute) else 1  # path.open(mode), open(path, mode)
    modes = [*call.args[place : place + 1], *(keyword.value for keyword in call.keywords if keyword.arg == "mode")]
    return called(call) == "open" and any(
        isinstance(mode, ast.Constant) and isinstance(mode.value, str) and set(mode.value) & set("wxa")
        for mode in modes
    )


@pytest.mark.parametrize("module", sorted(module for module in MODULES if room(module) not in MAY_OPEN))
def test_only_readers_open_what_a_user_hands_in(module: str) -> None:
    lines = list(opened(MODULES[module].read_text(encoding="utf-8")))
    assert not lines, f"{module} opens files on lines {lines}; only {sorted(MAY_OPEN)} do"


def test_rooms_that_may_open_are_in_the_house() -> None:
    assert set(MAY_OPEN) <= set(FLOOR)


# The test of the test: what the finders must see.


@pytest.mark.parametrize(
    "source,expected",
    [
        ("import gxstudy.report", ["gxstudy.report"]),
        ("from gxstudy import forms, text", ["gxstudy.forms", "gxstudy.text"]),
        ("def f():\n    from gxstudy.frames import tidy", ["gxstudy.frames.tidy"]),
        ("if TYPE_CHECKING:\n    import gxstudy.corpus as c", ["gxstudy.corpus"]),
        ("from . import align", ["gxstudy.fill.align"]),
        ("from .entries import Entry", ["gxstudy.fill.entries.Entry"]),
        ("from ..panel import panel", ["gxstudy.panel.panel"]),
        ("from .. import panel", ["gxstudy.panel"]),
    ],
    ids=["plain", "from", "deferred", "typing", "sibling", "sibling-name", "uncle-name", "uncle"],
)
def test_no_way_of_importing_escapes(source: str, expected: list[str]) -> None:
    assert [found.name for found in imports(source, "gxstudy.fill.applications", is_package=False)] == expected


def test_relative_imports_of_a_package_start_at_itself() -> None:
    assert [found.name for found in imports("from .align import align", "gxstudy.fill", is_package=True)] == [
        "gxstudy.fill.align.align"
    ]


def test_a_name_leads_to_the_module_that_holds_it() -> None:
    modules = {"__init__", "fill", "fill.align", "forms"}
    leads = {
        "gxstudy.fill.align.align": "fill.align",
        "gxstudy.fill.Sheet": "fill",
        "gxstudy.forms": "forms",
        "gxstudy.readers.text": "readers",  # not written yet, and still a room
        "gxstudy.read_report": "__init__",
        "gxstudy": "__init__",
        "json.decoder": None,
    }
    assert {name: target(name, modules) for name in leads} == leads


@pytest.mark.parametrize(
    "source,seen",
    [
        ("open(path)", True),
        ("open('a')", True),
        ("path.open('rb')", True),
        ("path.open()", True),
        ("path.read_bytes()", True),
        ("pd.read_csv(path)", True),
        ("open(path, 'w', encoding='utf-8')", False),
        ("open(path, mode='a')", False),
        ("path.open('xb')", False),
        ("path.write_bytes(data)", False),
    ],
)
def test_opening_to_read_is_seen_and_opening_to_write_is_not(source: str, seen: bool) -> None:
    assert bool(list(opened(source))) == seen
