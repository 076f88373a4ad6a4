"""The command ``doctor``: what gxstudy needs is here or not, and a trial shows whether it reads rightly."""

from __future__ import annotations

import json
import platform
import re
import sys
from collections.abc import Iterator
from gettext import gettext as _
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Literal, NamedTuple

import click

__all__ = ["Diagnosis", "diagnoses", "examine"]

State = Literal["ok", "not installed", "wrong"]

_SIGNS: dict[State, str] = {"ok": "✓", "not installed": "-", "wrong": "✗"}
_REQUIREMENT = re.compile(r"([A-Za-z0-9._-]+)[^;]*(?:;(.*))?")
_EXTRA = re.compile(r"extra == ['\"]([^'\"]+)['\"]")
_FOR_DEVELOPERS = {"test", "bench", "browser", "docs"}
_SEED = 7


class Diagnosis(NamedTuple):
    """One thing looked at. ``wrong`` is what makes the command fail; an extra that is not installed does not."""

    what: str
    state: State
    told: str


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="One JSON object: ok, and what was looked at.")
@click.pass_context
def diagnoses(ctx: click.Context, *, as_json: bool) -> None:
    """Look whether everything needed is here and works.

    Versions, fonts, the kernel of the notebooks, optional parts; and a trial: a report is typeset with known figures,
    read back, and compared figure by figure.

    Exit code: 0 when all is well, 1 when something is wrong. Optional parts may be missing.
    """
    found = []
    for one in examine():
        found.append(one)
        if not as_json:
            click.echo(f"{_SIGNS[one.state]} {one.what}: {one.told}")
    ok = all(one.state != "wrong" for one in found)
    if as_json:
        click.echo(json.dumps({"ok": ok, "checks": [one._asdict() for one in found]}, ensure_ascii=False))
    elif not ok:
        click.echo(_("Something is wrong: install gxstudy anew in an environment of its own (make setup)."), err=True)
    ctx.exit(0 if ok else 1)


def examine() -> Iterator[Diagnosis]:
    """Look at one thing after another."""
    yield Diagnosis("Python", "ok", f"{platform.python_version()}, {platform.system()} {platform.machine()}")
    yield from _libraries()
    yield from _fonts()
    yield _kernel()
    yield _trial()


def _libraries() -> Iterator[Diagnosis]:
    """Look at the libraries: those needed one by one, those of an extra together."""
    extras: dict[str, list[str]] = {}
    missing = []
    told = []
    for name, extra in _requirements(metadata.requires("gxstudy") or []):
        version = _version(name)
        if extra is not None:
            extras.setdefault(extra, []).append(f"{name} {version}" if version else "")
        elif version is None:
            missing.append(name)
        else:
            told.append(f"{name} {version}")
    yield Diagnosis("gxstudy", "ok", metadata.version("gxstudy"))
    yield Diagnosis(_("libraries"), "ok" if not missing else "wrong", ", ".join(told))
    if missing:
        yield Diagnosis(_("libraries"), "wrong", _("not installed: {names}").format(names=", ".join(missing)))
    for extra, names in sorted(extras.items()):
        if extra in _FOR_DEVELOPERS:
            continue
        if all(names):
            yield Diagnosis(f"gxstudy[{extra}]", "ok", ", ".join(names))
        else:
            advice = _("not installed; if you need it: pip install 'gxstudy[{extra}]'").format(extra=extra)
            yield Diagnosis(f"gxstudy[{extra}]", "not installed", advice)


def _requirements(lines: list[str]) -> Iterator[tuple[str, str | None]]:
    """Yield the name of each library required, and the extra that asks for it."""
    for line in lines:
        found = _REQUIREMENT.match(line)
        if found is not None:
            extra = _EXTRA.search(found[2] or "")
            yield found[1], extra[1] if extra else None


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _fonts() -> Iterator[Diagnosis]:
    """Open the Chinese fonts that pictures and figures use."""
    if find_spec("pylopdf_fonts_zh_cn") is None:
        yield Diagnosis(_("fonts"), "wrong", _("not installed: {names}").format(names="pylopdf-fonts-zh-cn"))
        return
    from PIL import ImageFont
    from pylopdf_fonts_zh_cn import sans_path, serif_path

    for path in (Path(sans_path()), Path(serif_path())):
        try:
            name = " ".join(part for part in ImageFont.truetype(str(path), 12).getname() if part)
            yield Diagnosis(_("font"), "ok", name)
        except OSError as error:
            yield Diagnosis(_("font"), "wrong", f"{path.name}: {error}")


def _kernel() -> Diagnosis:
    """Ask Jupyter whether a kernel of this environment is there."""
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    here = Path(sys.prefix) / "share" / "jupyter" / "kernels"
    try:
        told = KernelSpecManager(kernel_dirs=[str(here)]).get_kernel_spec("python3")
    except NoSuchKernel:
        return Diagnosis(_("notebook kernel"), "wrong", _("there is no kernel python3 in {folder}").format(folder=here))
    return Diagnosis(_("notebook kernel"), "ok", str(told.display_name))


def _trial() -> Diagnosis:
    """Typeset a report whose figures are known, read it, and compare."""
    from dataclasses import replace

    from gxstudy import specimens
    from gxstudy.report import read_report

    what = _("trial")
    try:
        blank = specimens.Specimen("某市人民政府", 2024, {})
        specimen = replace(blank, figures=specimens.invented(blank, seed=_SEED))
        report = read_report(specimens.draw(specimen), report_id="trial")
    except Exception as error:  # whatever fails here is what the command is asked to find
        return Diagnosis(what, "wrong", f"{type(error).__name__}: {error}")
    printed = {(entry.table, entry.row, entry.column): entry.raw for entry in report.entries}
    wrong = [place for place, text in specimen.figures.items() if printed.get(place) != text]
    if wrong:
        told = _("{wrong} of {all} figures of a report typeset here were read wrongly, the first: {place}")
        return Diagnosis(what, "wrong", told.format(wrong=len(wrong), all=len(printed), place=".".join(wrong[0])))
    told = _("a report was typeset and read, and all its {all} figures are right")
    return Diagnosis(what, "ok", told.format(all=len(printed)))
