"""The narrative -> who reports on which year."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from gxstudy.findings import Code, Finding, finding
from gxstudy.layout import Paragraph, place_of_text
from gxstudy.prose.joined import Joined, fold_in_place, join, without_spaces, year_digits
from gxstudy.prose.values import Heading

__all__ = ["Title", "Years", "heading", "titles", "years"]

_STATISTICAL_PERIOD = re.compile(
    r"(?P<first>20\d\d)年0?1月0?1日[起始]?(?:至|到|-|~|、)+(?:(?P<last>20\d\d)年)?(?:当年)?12月31日"
)
_BEHIND = (
    r"(?:的(?:公示|公告|通知|通告|函))?(?:\.(?i:pdf|docx?|wps|html?))?"
    r"(?:[-_|]+[^\d。，,;]{2,24}(?:网站?|平台|门户|政府))?"
)
"""What a site or a letter puts behind a title: 的公示, the ending of a file, its own name."""
_TITLE = re.compile(
    r"[“\"《]?(?P<before>[^\d。，,;]{0,45}?)(?:(?P<year>20\d\d)年?度?)?(?P<after>[^\d。，,;]{0,45}?)"
    r"的?(?:政府|政务)?(?:信息|政务)公开(?:工作)?(?:(?P<late>20\d\d)年?度?)?(?:年度)?(?:工作)?(?:情况)?的?(?:年度)?"
    r"(?:报告|年报|总结)[”\"》]?(?:\((?:(?P<bracketed>20\d\d)年?度?|[^()]{1,12})\))?[”\"》]?" + _BEHIND
)
_TITLE_END = re.compile(r"(?:报告|年报|总结)[”\"》]?(?:\([^()]{1,12}\))?[”\"》]?" + _BEHIND + "$")
_YEAR_ALONE = re.compile(r"\(?(20\d\d)年?度?\)?")
_IN_TEXT = re.compile(
    r"(?:^|公布|公开|发布|编制|编写|制作|形成|现将)(?P<organ>[^\d\n。，,;:《》]{2,40})20\d\d年?度?"
    r"(?:政府|政务)?信息公开(?:工作)?(?:年度)?(?:工作)?(?:年度)?报告",
    re.MULTILINE,
)
_COMPILED_BY = re.compile(
    r"本(?:年度)?(?:报告|年报)是?由(?P<organ>[^\d\n。，,;:()《》]{2,40}?)(?:根据|依据|按照|依照|负责|综合|汇总|编制|编写|结合|对照)"
)
_BEFORE_ORGAN = re.compile(
    r"(?:附件\d*[:.]?|【[^】]{0,12}】|\[[^\]]{0,12}\]|关于|公布|发布|印发|报送|转发|现将|[“\"《:-])+"
)
_AFTER_ORGAN = re.compile(r"(?:关于|公布|发布|印发|的|年度|[”\"》:-])+$")
_ORGAN = re.compile(
    r"[\u4e00-\u9fff()·“”\"-]{1,45}(?:政府|[省市县区州盟旗乡镇村]|办公[室厅]|街道|[办局委厅院部署司所站队处室馆会社校]|中心|大学|银行"
    r"|公司|集团|机关|\))"
)
_PLACE_NAME = re.compile(r"[\u4e00-\u9fff]{1,12}(?:省|市|县|区|州|盟|旗|乡|镇)")
_NOT_AN_ORGAN = re.compile(
    r"^(?:本(?!溪)|我|该|各|全[省市县区])|信息公开|主动公开|依申请|报告|首页|栏目|来源|当前|年度"
)
_META = re.compile(
    r"来源|发布(?:时间|日期|机构|单位)|索引号|文号|浏览|字号|字体|首页|当前位置|责任编辑|点击|时间:|日期:|打印|>"
)
_NUMBER_OF_DOCUMENT = re.compile(r".{0,20}[\[(〔【]20\d\d[\])〕】]第?\d{1,5}号")
_DATED = re.compile(
    r"(?P<organ>\D{2,45}?)?\(?20\d\d年(?:\d{1,2}|[一二三四五六七八九十]{1,2})月(?:\d{1,2}|[一二三四五六七八九十]{1,3})日\)?"
)
_TITLE_WITHIN = 60
_LEFT_OVER = 4
"""Characters of the end of a title that is too long for its line: fewer than this."""
_SIGNED_WITHIN = 40


class Years(NamedTuple):
    """What the title says, what the statistical period says, and where (offsets; (0, 0): nowhere)."""

    organ: str | None
    title: int | None
    title_at: tuple[int, int]
    period: int | None
    period_at: tuple[int, int]

    @property
    def reported(self) -> int | None:
        """The year of the title, else of the period."""
        return self.title or self.period


class Title(NamedTuple):
    """The title of a report: whose and on which year it says, and in which paragraph it begins."""

    organ: str | None
    year: int | None
    number: int


class _Title(NamedTuple):
    organ: str | None
    year: int | None
    at: tuple[int, int]


def heading(paragraphs: Sequence[Paragraph]) -> Heading:
    """Return the organ and the year of the report.

    The organ: from the title, else from the signature (an organ and a date at the end), else from a sentence that names
    whose report this is or who compiled it. The year: from the title, else from the statistical period. None where
    nothing says it.

    Parameters
    ----------
    paragraphs
        The narrative in reading order, tables left out.
    """
    joined = join(paragraphs)
    said = years(joined)
    organ, at = said.organ, said.title_at
    if organ is None:
        organ, elsewhere = _organ_elsewhere(joined)
        at = at if at[1] else elsewhere
    at = at if at[1] else said.period_at
    text, boxes = joined.quote(*at) if at[1] else ("", ())
    return Heading(organ, said.reported, text, boxes, _disagreement(joined, said))


def _disagreement(joined: Joined, said: Years) -> tuple[Finding, ...]:
    if said.title is None or said.period is None or said.title == said.period:
        return ()
    text, boxes = joined.quote(*said.period_at)
    message = f"the title says {said.title}, the statistical period {said.period} ({text!r}); taken is {said.title}"
    return (finding(Code.YEAR_DISAGREES, message, place_of_text(boxes)),)


@lru_cache(maxsize=2)
def years(joined: Joined) -> Years:
    """Return the year that the title gives and that of the statistical period, with the organ of the title."""
    period, period_at = None, (0, 0)
    said = _STATISTICAL_PERIOD.search(joined.plain)
    if said is not None and said["last"] in (None, said["first"]):
        period, period_at = int(said["first"]), said.span()
    # A page may list the titles of other years: a full one of the period's year comes first.
    best = min(
        _titles(joined),
        key=lambda title: (title.organ is None or title.year is None, period is not None and title.year != period),
        default=_Title(None, None, (0, 0)),
    )
    return Years(best.organ, best.year, best.at, period, period_at)


def titles(paragraphs: Sequence[Paragraph]) -> tuple[Title, ...]:
    """Return everything that reads like the title of a report, in the order of ``paragraphs``.

    Parameters
    ----------
    paragraphs
        Text of one report or of several, tables left out.
    """
    joined = join(paragraphs)
    every = enumerate(paragraphs)
    numbers = [next(number for number, paragraph in every if paragraph == kept) for kept in joined.paragraphs]
    return tuple(
        Title(organ, year, numbers[bisect_right(joined.starts, start) - 1])
        for organ, year, (start, _) in _titles(joined, within=None)
    )


def _titles(joined: Joined, *, within: int | None = _TITLE_WITHIN) -> Iterator[_Title]:
    """Yield what reads like a title in one to four lines, near the beginning or (``within`` None) anywhere."""
    usable = [
        (index, line)
        for index, line in enumerate(joined.lines[:within])
        if len(line) <= 70 and "。" not in line and not _META.search(line) and not _NUMBER_OF_DOCUMENT.fullmatch(line)
    ]
    for last, (index, line) in enumerate(usable):
        rest = usable[last - 1][1] + line if last and len(line) < _LEFT_OVER else line
        if not _TITLE_END.search(rest):
            continue
        best: _Title | None = None
        for first in range(last, max(-1, last - 4), -1):
            window = [joined.paragraphs[number].text for number, _ in usable[first : last + 1]]
            title = _title_in(without_spaces("".join(window)))
            if title is None:
                continue
            at = (joined.starts[usable[first][0]], joined.starts[index] + len(line))
            if best is not None and best.organ is not None and not _PLACE_NAME.fullmatch(usable[first][1]):
                break
            if best is None or title.organ is not None:
                best = title._replace(at=at)
        if best is not None and best.year is None:
            best = best._replace(year=_year_behind(line for _, line in usable[last + 1 : last + 3]))
        if best is not None and best.organ is None and last + 1 < len(usable):
            best = best._replace(organ=_organ(without_spaces(joined.paragraphs[usable[last + 1][0]].text)))
        if best is not None and (best.organ is not None or best.year is not None):
            yield best


def _year_behind(lines: Iterable[str]) -> int | None:
    """Return the year that stands by itself in one of the lines behind a title."""
    alone = [match for line in lines if (match := _YEAR_ALONE.fullmatch(year_digits(line)))]
    return int(alone[0][1]) if alone else None


def _title_in(printed: str) -> _Title | None:
    """Read ``printed`` (without white space) as a title; None when it is none."""
    match = _TITLE.fullmatch(year_digits(fold_in_place(printed))) if "公开" in printed else None
    if match is None:
        return None
    year = match["year"] or match["late"] or match["bracketed"]
    organ = _organ(printed[slice(*match.span("before"))]) or _organ(printed[slice(*match.span("after"))])
    return _Title(organ, int(year) if year else None, (0, 0))


def _organ(printed: str) -> str | None:
    """Return ``printed`` without what surrounds a name, if it reads like the name of an organ."""
    folded = fold_in_place(printed)
    before, after = _BEFORE_ORGAN.match(folded), _AFTER_ORGAN.search(folded)
    inside = slice(before.end() if before else 0, after.start() if after else len(folded))
    if folded[inside].startswith("(") and folded[inside].endswith(")"):
        inside = slice(folded.index("(") + 1, folded.rindex(")"))
    name = folded[inside]
    return printed[inside] if _ORGAN.fullmatch(name) and not _NOT_AN_ORGAN.search(name) else None


def _organ_elsewhere(joined: Joined) -> tuple[str | None, tuple[int, int]]:
    """Return the organ from the signature, or from a sentence of the first page, with the offsets."""
    for index in range(len(joined.lines) - 1, max(-1, len(joined.lines) - 1 - _SIGNED_WITHIN), -1):
        dated = _DATED.fullmatch(year_digits(joined.lines[index]))
        if dated is None:
            continue
        end = joined.starts[index] + len(joined.lines[index])
        for number, length in ((index, len(dated["organ"] or "")), (index - 1, None)):
            printed = without_spaces(joined.paragraphs[number].text)[:length] if number >= 0 else ""
            organ = _organ(printed)
            if organ is not None:
                return organ, (joined.starts[number], end)
    for pattern in (_IN_TEXT, _COMPILED_BY):
        for match in pattern.finditer(joined.plain, 0, 1_500):
            organ = _organ("".join(joined.quote(*match.span("organ"))[0].split()))
            if organ is not None:
                return organ, match.span()
    return None, (0, 0)
