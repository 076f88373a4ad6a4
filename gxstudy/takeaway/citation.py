"""Citations of a report, and of a dataset with the software that made it: BibTeX and CSL JSON."""

from __future__ import annotations

import hashlib
import json
import re
from importlib import metadata
from typing import Literal, NamedTuple, get_args

from gxstudy.corpus import Corpus
from gxstudy.errors import CallError
from gxstudy.report import Report

__all__ = ["Style", "cite"]

Style = Literal["bibtex", "csl"]

_SPECIAL = re.compile(r"([&%$#_{}])")
_KEY = re.compile(r"[^A-Za-z0-9_:.-]+")
_ENTRY = {"report": "misc", "dataset": "misc", "software": "misc"}


class _Work(NamedTuple):
    """One thing to cite. ``year`` is that of publication; empty where it is not known."""

    key: str
    kind: Literal["report", "dataset", "software"]
    author: str
    title: str
    year: str
    version: str
    url: str
    note: str


def cite(what: Report | Corpus, *, style: Style = "bibtex", reports: bool = False) -> str:
    """Return a citation.

    Parameters
    ----------
    what
        A report; or a dataset, which is cited together with the software.
    style
        ``bibtex``, or ``csl`` (CSL JSON, which Zotero and pandoc read).
    reports
        Of a dataset, cite every report in it as well.

    Returns
    -------
    str
        The text of a file. A report is cited under the organ and year that it prints, with the address that the
        registry gives and the hash of its file. It bears no year of publication, since reports do not say it in one
        place. A dataset is cited by the hash of its manifest, which names every file; its author is for you to add.

    Raises
    ------
    CallError
        When something else is to be cited, or the style is not known.
    """
    if style not in get_args(Style):
        msg = f"style={style!r}; expected one of {', '.join(get_args(Style))}"
        raise CallError(msg)
    given: object = what
    if isinstance(given, Report):
        works = [_report(given.report_id, given.organ, given.year, given.source, given.sha256)]
    elif isinstance(given, Corpus):
        works = [_dataset(given), _software(), *(_reports(given) if reports else ())]
    else:
        msg = f"a report or a dataset can be cited, not {type(given).__name__}"
        raise CallError(msg)
    return _bibtex(works) if style == "bibtex" else _csl(works)


def _report(report_id: str, organ: str | None, year: int | None, source: str, sha256: str) -> _Work:
    key = _KEY.sub("-", report_id).strip("-")
    title = f"{organ or ''}{f'{year}年' if year is not None else ''}政府信息公开工作年度报告"
    return _Work(
        key=key if re.search("[A-Za-z0-9]", key) else f"gx-{sha256[:12]}",
        kind="report",
        author=organ or "",
        title=title,
        year="",
        version="",
        url=source if source.startswith(("http://", "https://")) else "",
        note=f"SHA-256 {sha256}",
    )


def _reports(corpus: Corpus) -> list[_Work]:
    table = corpus.reports
    columns = [table[name].tolist() for name in ("report_id", "organ", "year", "source", "sha256")]
    works = [
        _report(
            name,
            organ if isinstance(organ, str) else None,
            int(year) if isinstance(year, int) else None,
            source if isinstance(source, str) else "",
            sha256,
        )
        for name, organ, year, source, sha256 in zip(*columns, strict=True)
    ]
    seen: dict[str, int] = {}
    for index, work in enumerate(works):
        seen[work.key] = seen.get(work.key, 0) + 1
        if seen[work.key] > 1:
            works[index] = work._replace(key=f"{work.key}-{seen[work.key]}")
    return works


def _dataset(corpus: Corpus) -> _Work:
    counts = corpus.manifest["counts"]
    years = corpus.reports["year"].dropna()
    span = f", {years.min()}–{years.max()}" if len(years) else ""
    digest = hashlib.sha256((corpus.path / "manifest.json").read_bytes()).hexdigest()
    return _Work(
        key="gxstudy-dataset",
        kind="dataset",
        author="",
        title=f"Figures of {counts['read']} annual reports on open government information in China{span}",
        year="",
        version="",
        url="",
        note=f"Built with gxstudy {corpus.manifest['gxstudy']}; SHA-256 of the manifest {digest}",
    )


def _software() -> _Work:
    about = metadata.metadata("gxstudy")
    return _Work(
        key="gxstudy",
        kind="software",
        author=about["Author"] or "the gxstudy authors",
        title=f"gxstudy: {about['Summary']}",
        year="",
        version=metadata.version("gxstudy"),
        url="",
        note="",
    )


def _bibtex(works: list[_Work]) -> str:
    return "\n".join(map(_bibtex_entry, works))


def _bibtex_entry(work: _Work) -> str:
    fields = [
        ("author", f"{{{_escaped(work.author)}}}" if work.author else ""),
        ("title", f"{{{_escaped(work.title)}}}"),
        ("year", work.year),
        ("version", _escaped(work.version)),
        ("url", work.url),
        ("note", _escaped(work.note)),
    ]
    lines = [f"  {name} = {{{value}}}," for name, value in fields if value]
    return "\n".join([f"@{_ENTRY[work.kind]}{{{work.key},", *lines, "}", ""])


def _escaped(text: str) -> str:
    plain = text.replace("\\", "\\textbackslash ")
    return _SPECIAL.sub(r"\\\1", plain).replace("~", "\\textasciitilde ").replace("^", "\\textasciicircum ")


def _csl(works: list[_Work]) -> str:
    items = [
        {"id": work.key, "type": work.kind, "title": work.title}
        | ({"author": [{"literal": work.author}]} if work.author else {})
        | ({"version": work.version} if work.version else {})
        | ({"URL": work.url} if work.url else {})
        | ({"note": work.note} if work.note else {})
        for work in works
    ]
    return json.dumps(items, ensure_ascii=False, indent=2) + "\n"
