"""data/raw: the reports whose figures were published, typeset from the tables that lie beside them.

The originals cannot be handed on; their figures are facts. ``typeset/reports.csv`` and ``typeset/figures.csv`` hold the
facts, this module the sentences around them (the project's own, none of a report) and the layout of each.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from gxstudy.errors import CallError
from gxstudy.specimens.draw import draw
from gxstudy.specimens.values import Break, Layout, Specimen

__all__ = ["REGISTRY_COLUMNS", "RawReport", "read_typeset", "write_raw"]

REGISTRY_COLUMNS = (
    *("path", "sha256", "report_id", "organ", "region", "year", "edition"),
    *("source", "retrieved", "origin", "note"),
)
_ORIGIN = "typeset from published figures"
_NO_TEXT = "本节原文未收录。"
_TRUNCATED = (("denied.law_prohibits", "2.其他法律行政止公开"),)

_LAYOUTS: Mapping[str, Layout] = MappingProxyType(
    {
        "dapuqiao-2025": Layout(font="sans", body_size=12, table_size=8, outcome_label="flat", shade="#eeeeee"),
        "hangzhou-2025": Layout(
            breaks=(Break("applications", 12, header=True, labels="both"),), padding=(2, 4), page_numbers="of"
        ),
        "hongze-2023": Layout(
            body_size=16,
            title_break=True,
            shade="#c6d9f1",
            padding=(2, 4),
            breaks=(Break("disclosure", 8, open=True), Break("applications", 17, open=True)),
            labels=_TRUNCATED,
        ),
        "hongze-2024": Layout(
            body_size=16,
            title_break=True,
            shade="#c6d9f1",
            padding=(2, 4),
            widths=(0.8, 1.7, 3.8, 0.9),
            breaks=(Break("applications", 10),),
            labels=_TRUNCATED,
        ),
        "hotan-science-2024": Layout(
            table_size=7.5, padding=(2, 2), widths=(0.7, 1.1, 4.0, 1.1), breaks=(Break("applications", 11),)
        ),
        "huaian-2024": Layout(
            font="sans",
            table_size=8.5,
            widths=(0.5, 1.3, 4.4, 1.1),
            rule=0.75,
            breaks=(Break("applications", 7, labels="second"),),
            page_numbers="plain",
        ),
        "shanghai-office-2019": Layout(font="sans", body_size=12, rule=0.25, outcome_label="flat", bold="none"),
        "shanghai-office-2025": Layout(
            outcome_label="rotated",
            align="right",
            margins=(60, 60, 60, 70),
            breaks=(Break("applications", 18, header=True),),
        ),
        "shanghai-stc-2024": Layout(
            font="sans", table_size=8, new_page=("applications",), shade="#dddddd", page_numbers="plain"
        ),
        "suqian-2023": Layout(breaks=(Break("applications", 14, labels="both"),), padding=(2, 4), body_size=15),
        "suqian-2024": Layout(
            breaks=(Break("applications", 23, header=True, inside_text=True),),
            table_size=8.5,
            margins=(60, 54, 60, 60),
            padding=(2, 2),
            rule=1,
        ),
        "suqian-2025": Layout(table_width=0.94, widths=(0.6, 1.4, 3.2, 1.2), page_numbers="none"),
    }
)


class RawReport(NamedTuple):
    """One report of data/raw: what the registry says of it, what it says and how it is set."""

    report_id: str
    region: str
    source: str
    retrieved: str
    note: str
    specimen: Specimen
    layout: Layout


def read_typeset(raw: Path) -> tuple[RawReport, ...]:
    """Read ``typeset/reports.csv`` and ``typeset/figures.csv`` under ``raw``, in the order of report ids.

    Raises
    ------
    CallError
        When a report has no layout here, or figures belong to no report or to a place that its form does not print.
    """
    figures: dict[str, dict[tuple[str, str, str], str]] = {}
    for line in _lines(raw / "typeset" / "figures.csv"):
        place = (line["table"], line["row"], line["column"])
        figures.setdefault(line["report_id"], {})[place] = line["printed"]
    reports = {line["report_id"]: line for line in _lines(raw / "typeset" / "reports.csv")}
    if stray := sorted(figures.keys() ^ reports.keys()):
        msg = f"{raw}/typeset: {stray[0]!r} stands in only one of reports.csv and figures.csv"
        raise CallError(msg)
    if missing := sorted(reports.keys() - _LAYOUTS.keys()):
        msg = f"{raw}/typeset/reports.csv: {missing[0]!r} has no layout in gxstudy.specimens.raw"
        raise CallError(msg)
    return tuple(
        RawReport(
            key,
            line["region"],
            line["source"],
            line["retrieved"],
            line["note"],
            _specimen(line, figures[key]),
            _LAYOUTS[key],
        )
        for key, line in sorted(reports.items())
    )


def write_raw(raw: Path) -> tuple[Path, ...]:
    """Typeset every report of ``raw`` into ``raw/reports`` and write ``raw/registry.csv``.

    Returns
    -------
    tuple of Path
        The files written, the registry last. The same tables give the same bytes.
    """
    folder = raw / "reports"
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    lines: list[tuple[str, ...]] = []
    for report in read_typeset(raw):
        pdf = draw(report.specimen, report.layout)
        path = folder / f"{report.report_id}.pdf"
        path.write_bytes(pdf)
        written.append(path)
        said = report.specimen
        lines.append(
            (
                *(f"reports/{path.name}", hashlib.sha256(pdf).hexdigest(), report.report_id, said.organ, report.region),
                *(str(said.year), said.edition, report.source, report.retrieved, _ORIGIN, report.note),
            )
        )
    registry = raw / "registry.csv"
    with registry.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(REGISTRY_COLUMNS)
        writer.writerows(lines)
    return (*written, registry)


def _lines(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _specimen(line: Mapping[str, str], figures: Mapping[tuple[str, str, str], str]) -> Specimen:
    year = line["year"]
    return Specimen(
        organ=line["organ"],
        year=int(year),
        figures=figures,
        edition=line["edition"],
        variant=line["edition"] != "2019" and ("applications", "other", "total") in figures,
        overview=(
            f"本报告数据的统计期限为{year}年1月1日至{year}年12月31日。",
            *_received(line, figures),
        ),
        problems=(_NO_TEXT,),
        other=(_fee(line),),
        footer=f"来源：{line['source']}。本文件重新排版自公开数据，并非原件。",
    )


def _received(line: Mapping[str, str], figures: Mapping[tuple[str, str, str], str]) -> tuple[str, ...]:
    """Say how many applications were received: as the report's prose does where that is known, else as its table."""
    count = line["applications_in_prose"] or figures.get(("applications", "new", "total"), "")
    if not count:
        return ()
    return (f"{line['year']}年，本机关收到政府信息公开申请{count}件。",)


def _fee(line: Mapping[str, str]) -> str:
    year, yuan, cases = line["year"], line["fee_yuan"], line["fee_items"]
    if line["fee_stated"] == "charged":
        return f"{year}年，收取政府信息公开信息处理费{yuan}元" + (f"，涉及申请{cases}件。" if cases else "。")
    if line["fee_stated"] == "none":
        return f"{year}年，收取政府信息公开信息处理费0元。" if yuan else f"{year}年，未收取政府信息公开信息处理费。"
    return "无。"
