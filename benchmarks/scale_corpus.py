"""Typeset the corpus of the scale benchmark: thousands of varied reports, once, into a folder that is kept.

    python benchmarks/scale_corpus.py FOLDER [--files N] [--jobs N]

The same number always gives the same report. What is there already is not set again, so that it may be interrupted.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from gxstudy.organs.places import COUNTY, gazetteer
from gxstudy.specimens import Break, Layout, Specimen, draw, invented
from gxstudy.specimens.cells import parts

YEARS = range(2019, 2026)
BUREAUS = (
    *("人民政府", "人民政府办公室", "发展和改革局", "教育局", "科学技术局", "工业和信息化局", "公安局", "民政局"),
    *("司法局", "财政局", "人力资源和社会保障局", "自然资源局", "生态环境局", "住房和城乡建设局", "交通运输局"),
    *("水利局", "农业农村局", "商务局", "文化体育广电和旅游局", "卫生健康局", "退役军人事务局", "应急管理局"),
    *("审计局", "市场监督管理局", "统计局", "医疗保障局", "城市管理局", "信访局", "行政审批服务局"),
)
KINDS = ("sparse", "sparse", "sparse", "distinct", "unbalanced")
SENTENCES = (
    "坚持以公开为常态、不公开为例外，持续加强政策解读和信息发布。",
    "进一步完善依申请公开工作制度，规范办理流程，提高答复质量。",
    "加强政府信息管理，严格落实信息发布审核制度，确保内容准确、及时。",
    "推进政府信息公开平台建设，优化栏目设置，方便公众查询和获取。",
    "健全监督保障机制，将政务公开工作纳入年度考核，定期开展业务培训。",
    "部分单位对政府信息公开工作重视不够，公开内容还不够全面，形式较为单一。",
    "下一步将加强学习培训，增强公开意识，不断提升公开工作的质量和水平。",
)


class Job(NamedTuple):
    """One report to set: its number, and the folder of the corpus."""

    number: int
    folder: Path


def organs() -> tuple[str, ...]:
    """Every county of 2019 with each of the bureaus, in an order that mixes them."""
    found = {
        (one.place.prefecture or "", one.place.county)
        for divisions in gazetteer().full.values()
        for one in divisions
        if one.rank == COUNTY and one.first <= YEARS[0] and one.last >= YEARS[-1] - 1 and one.place.county
    }
    counties = sorted(found)
    random.Random(0).shuffle(counties)
    return tuple(f"{prefecture}{county}" for prefecture, county in counties)


class Who(NamedTuple):
    """Who reports on which year."""

    year: int
    county: str
    bureau: str

    @property
    def path(self) -> Path:
        """Where the report stands in the corpus."""
        return Path(str(self.year), self.county, f"{self.bureau}.pdf")


def who(number: int, counties: tuple[str, ...]) -> Who:
    """Return who reports in the report of this number."""
    at = number // len(YEARS)
    return Who(YEARS[number % len(YEARS)], counties[at // len(BUREAUS)], BUREAUS[at % len(BUREAUS)])


def report(number: int, by: Who) -> tuple[Specimen, Layout]:
    """Return what the report of this number says, and how it is set."""
    numbers = random.Random(number)
    year, organ = by.year, by.county + by.bureau
    edition = "2019" if year < 2021 else "2021"
    kind = numbers.choice(KINDS)
    empty = Specimen(
        organ,
        year,
        {},
        edition,
        variant=edition == "2021" and numbers.random() < 0.2,
        overview=tuple(_paragraph(numbers) for _ in range(numbers.randint(3, 8))),
        problems=tuple(_paragraph(numbers) for _ in range(numbers.randint(2, 4))),
        other=("本年度未收取信息处理费。",),
    )
    figures = invented(empty, seed=number, kind=kind, zero=numbers.choice(["0", "0", "0", "/", ""]))  # type: ignore[arg-type]
    asked = figures.get(("applications", "new", "total"), "0")
    told = f"{year}年，本机关共收到政府信息公开申请{asked if asked.isdigit() else 0}件。"
    filled = replace(empty, figures=figures, overview=(*empty.overview, told))
    return filled, _layout(filled, numbers)


def _paragraph(numbers: random.Random) -> str:
    return "".join(numbers.sample(SENTENCES, numbers.randint(2, 5)))


def _layout(specimen: Specimen, numbers: random.Random) -> Layout:
    """A layout as offices use them: mostly plain, half of them glyph by glyph, table three often cut by a page."""
    plain = Layout(
        font=numbers.choice(["serif", "sans"]),
        body_size=numbers.choice([14.0, 16.0, 12.0]),
        table_size=numbers.choice([9.0, 8.0, 7.5]),
        bold=numbers.choice(["stroke", "none"]),
        single_glyphs=numbers.random() < 0.5,
        title_break=numbers.random() < 0.5,
        rule=numbers.choice([0.5, 0.25, 0.75, 1.0]),
        align=numbers.choice(["center", "center", "right"]),
        shade=numbers.choice(["", "#c6d9f1"]),
        outcome_label=numbers.choice(["stacked", "rotated", "flat"]),
        page_numbers=numbers.choice(["dashes", "plain", "none"]),
        numbering=numbers.choice([".", "、"]),
        disputes=numbers.choice(["across", "across", "across", "split"]),
        disclosure=numbers.choice(["whole", "whole", "blocks"]),
        new_page=numbers.choice([(), (), ("applications",)]),
    )
    if numbers.random() < 0.3:
        return plain
    part = next(part for part in parts(specimen, plain) if part.table == "applications")
    row = numbers.randrange(part.head + 1, part.height - 1)
    labels = numbers.choice(["first", "second", "both"])
    return replace(plain, breaks=(Break("applications", row, header=numbers.random() < 0.3, labels=labels),))  # type: ignore[arg-type]


def _set(job: Job) -> int:
    """Typeset one report, unless it is there; return its size."""
    by = who(job.number, _counties())
    place = job.folder / by.path
    if not place.exists():
        specimen, layout = report(job.number, by)
        place.parent.mkdir(parents=True, exist_ok=True)
        part = place.with_suffix(".part")
        part.write_bytes(draw(specimen, layout))
        part.replace(place)
    return place.stat().st_size


def _counties(known: list[tuple[str, ...]] = []) -> tuple[str, ...]:  # noqa: B006 - once a process
    if not known:
        known.append(organs())
    return known[0]


def typeset(folder: Path, numbers: range, *, jobs: int) -> int:
    """Typeset the reports of these numbers below ``folder``; return the bytes of all."""
    total = 0
    with multiprocessing.get_context("spawn").Pool(jobs, maxtasksperchild=500) as pool:
        todo = (Job(number, folder) for number in numbers)
        for done, size in enumerate(pool.imap_unordered(_set, todo, chunksize=10), start=1):
            total += size
            if done % 500 == 0:
                print(f"{done} of {len(numbers)} typeset", flush=True)
    return total


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--jobs", type=int, default=2)
    wanted = parser.parse_args()
    size = typeset(wanted.folder, range(wanted.files), jobs=wanted.jobs)
    print(f"{wanted.files} reports, {size / 2**20:.0f} MiB")


if __name__ == "__main__":
    main()
