"""The narrative -> what it says about the information-processing fee."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from gxstudy.layout import Paragraph
from gxstudy.prose.joined import ARABIC, SENTENCE, Joined, clause_start, exact, han_number, join, of_another_year
from gxstudy.prose.title import years
from gxstudy.prose.values import Fee

__all__ = ["fee"]

_SECTION_SIX = re.compile(
    r"(?:^|[\n。])(?:六、|\(六\)|第六[章部]?分?[、:]?)?(?:其他|其它)(?:需要?)?(?:报告|说明|补充)[^。\n]{0,12}"
)
_FEE_WORDS = (
    r"(?:曾|向|对|有|进行|实际|开展|启动|实施|实行|发生|产生|出现|存在|涉及|收取|收缴|征收|计收|发出|开出|开具|下达|因|任何|形式|过|申请人"
    r"|相关|有关|关于|依申请|政府|政务|公民|法人|和|或|其他|组织|、|的|及|单位|个人|当事人|该项|此项|工作|所|以|按件|按量|信息|公开|申请|业务|了|到)"
)
_FEE = r"(?:信息(?:公开)?(?:信息)?处理费用?|处理费用?|收费|费用|费)"
_FEE_ENDING = (
    r"(?:的|情况|事项|现象|行为|问题|工作|业务|项目|通知书?|收取|收缴|征收|收入|支出|用|等){0,4}"
    r"(?=[，,。;:)、(]|$|且|也|和|及)"
)
_NO_FEE = re.compile(
    rf"(?:(?<![如若])(?:未|没有|无|零)|(?<![将拟得])不(?=涉及|存在|产生|发生)){_FEE_WORDS}{{0,14}}{_FEE}{_FEE_ENDING}"
    r"|(?<![如若])(?:未|没有)(?:进行|实际|予以)?(?:收取|产生|发生|征收|开展|收缴)(?:过)?(?=[，,。;)]|$)"
    r"|无(?:此|该|相关|上述)[类项]?(?:情况|事项|收费)(?=[，,。;)]|$)"
    rf"|{_FEE}(?:收取|收缴|收入|征收)?(?:的|总)?(?:情况|金额|总额|数额|数)?[均共为是:]{{0,2}}(?:无|零|0(?:\.0+)?)(?=[，,。;)]|$)"
)
_NOT_CHARGED = re.compile(rf"(?<![将拟得])不(?:予)?(?:收取|收费){_FEE_WORDS}{{0,10}}(?:{_FEE})?{_FEE_ENDING}")
_OWN_SUBJECT = re.compile(
    r"本(?:年|机关|单位|局|办|委|级|街道|镇|乡)|我(?:局|办|委|镇|乡|县|区|市|单位|街道)|全年|今年|20\d\d年|均"
)
_RULE = re.compile(
    r"可以收取|明显超过|合理范围|数量、频次|以下|以内|超额累进|逾期|视为放棄|视为放弃|违规|违法|乱收|擅自|不得|严禁|禁止|超标准"
)
_OTHER_FEES = re.compile(
    r"行政事业性|经费|涉企|非税|教育|停车|物业|医疗|服务收费|收费站|收费目录|收费清单|收费公示|免费"
)
_CHARGING = re.compile(r"收费|收取|收缴|征收|缴费|(?:产生|发生|涉及).{0,8}费用")
_ON_ACCESS = re.compile(r"信息公开|提供政府信息|依申请|申请人")
_COLLECTING = re.compile(
    r"实际|实[收缴]|已[收缴]|收取|收缴|征收|入库|缴库|到账|缴纳|收到|上缴|收入|费(?!用?通知)|通知|应[收缴]|[开发]出|开具|下达|送达|告知"
)
_BILLING = re.compile(r"通知|应[收缴]|[开发]出|开具|下达|送达|告知")
_FIRMLY = re.compile(r"实际|实[收缴]|已[收缴]|入库|缴库|到账|上缴")
_TOTAL = re.compile(r"共|合计|总|累计")
_CASE = (
    r"(?<![\d.,第-])(?:(?P<arabic>\d{1,6})(?:人次|件次|[件起笔宗份例次单])"
    r"|(?P<han>[零一二两三四五六七八九十百]{1,6})[件笔宗份例])(?![以/])"
)
_FEE_CASES = re.compile(_CASE)
_TRAILING_CASES = re.compile(rf"[(，,]?(?:涉及|共计?|合计|收费|申请|为){{0,3}}{_CASE}")
_YUAN = re.compile(rf"(?<![\d.,-])(?P<number>{ARABIC}|零)(?P<scale>[百千万亿])?(?P<about>[余多])?元(?![/每以])")
_RATE = re.compile(r"每[件页份次档]|以下|以上|超额|标准")
_CHARGED = re.compile(r"(?:收取|征收|收缴|计收|发出|开出|开具|下达)[^，,]{0,24}(?:处理费|收费通知|缴费通知)")
_GOES_ON = re.compile(r"[^。;\n]{0,20}(?:收取|缴纳|入库|实收|收缴)[^。;\n]{0,20}元")
_UNPAID = re.compile(r"[均全都]部?未(?:按[期时])?(?:缴[纳费]|收取|到账)|实际未收取")


_PART = re.compile(r"其中|分别|包括")
_COMPARED = re.compile(r"同比|环比|[比较]上|增[加长]|减少|下降")


class _Amount(NamedTuple):
    """One amount of a statement; ``yuan`` is None for a rounded one, ``cases`` the number of cases said with it."""

    yuan: int | Decimal | None
    billed: bool
    total: bool
    cases: int | None


def fee(paragraphs: Sequence[Paragraph]) -> Fee:
    """Return what the narrative says about the information-processing fee.

    One that tells of a charge comes before one that denies any, then one with an amount, then section six
    (其他需要报告的事项) before the others. Naming the Measures says nothing. Amounts in 万元 are turned into yuan,
    exactly; rounded ones (2000余元) are None.

    Parameters
    ----------
    paragraphs
        The narrative in reading order, tables left out.
    """
    joined = join(paragraphs)
    if "费" not in joined.plain:
        return Fee()
    six = max((match.end() for match in _SECTION_SIX.finditer(joined.text)), default=len(joined.text))
    year = years(joined).reported
    statements = [
        (stated, match)
        for match in SENTENCE.finditer(joined.text)
        if "费" in match[0] and (stated := _said(joined, match, year, in_six=match.start() >= six)) is not None
    ]
    if not statements:
        return Fee()
    stated, match = min(
        statements, key=lambda found: (found[0].stated != "charged", found[0].yuan is None, found[1].start() < six)
    )
    text, boxes = joined.quote(match.start(), match.end())
    return Fee(stated.stated, stated.yuan, stated.billed, stated.cases, text, boxes)


def _said(joined: Joined, match: re.Match[str], year: int | None, *, in_six: bool) -> Fee | None:
    """Return what one sentence says; None when it says nothing of the fee, or only quotes the rules."""
    sentence, plain = match[0], joined.plain[match.start() : match.end()]
    if "处理费" not in plain:
        of_access = in_six or _ON_ACCESS.search(sentence) is not None
        if not of_access or _OTHER_FEES.search(sentence) or not _CHARGING.search(sentence):
            return None
    if "元" in sentence:
        going_on = _GOES_ON.match(joined.text, match.end() + 1)
        charged = _charged(f"{sentence}，{going_on[0]}" if going_on else sentence, year)
    else:
        charged = _charged_cases(sentence)
    if charged is not None:
        return charged
    denied = _NO_FEE.search(sentence)
    if denied is not None and _RULE.search(sentence, clause_start(sentence, denied.start()), denied.end()):
        denied = None
    if denied is None and _OWN_SUBJECT.search(sentence) and not _RULE.search(sentence):
        denied = _NOT_CHARGED.search(sentence)
    if denied is None or of_another_year(sentence[: denied.start()], year):
        return None
    return Fee("none")


def _charged(statement: str, year: int | None) -> Fee | None:
    """Read a statement that names amounts or a number of cases charged; None when it names neither."""
    part = _PART.search(statement)
    if part is not None and _YUAN.search(statement, 0, part.start()):
        statement = statement[: part.start()]
    amounts = tuple(_amounts(statement, year))
    if not amounts:
        return _charged_cases(statement)
    collected = tuple(amount for amount in amounts if not amount.billed)
    billed = tuple(amount for amount in amounts if amount.billed)
    yuan = _agreed(collected)
    if not collected and _UNPAID.search(statement):
        yuan = 0
    counted = [amount.cases for amount in (*collected, *billed) if amount.cases is not None]
    charged = any(amount.yuan != 0 for amount in amounts)
    return Fee("charged" if charged else "none", yuan, _agreed(billed), counted[0] if counted else None)


def _charged_cases(statement: str) -> Fee | None:
    charged = _CHARGED.search(statement)
    if charged is None or _NO_FEE.search(statement) or _RULE.search(statement):
        return None
    ends = [place for mark in "，," if (place := statement.find(mark, charged.end())) >= 0]
    counted = _FEE_CASES.search(statement, clause_start(statement, charged.start()), min(ends, default=len(statement)))
    cases = _cases(counted) if counted else None
    return None if cases is None else Fee("charged" if cases else "none", cases=cases)


def _agreed(amounts: tuple[_Amount, ...]) -> int | Decimal | None:
    """Return the one amount, or the one called a total; None where several stand side by side."""
    for among in (amounts, tuple(amount for amount in amounts if amount.total)):
        if len({amount.yuan for amount in among}) == 1:
            return among[0].yuan
    return None


def _cases(counted: re.Match[str]) -> int | None:
    return int(counted["arabic"]) if counted["arabic"] else han_number(counted["han"])


def _amounts(statement: str, year: int | None) -> Iterator[_Amount]:
    done = 0
    for found in _YUAN.finditer(statement):
        segment = statement[done : found.start()]
        said = list(_COLLECTING.finditer(segment))
        counted = list(_FEE_CASES.finditer(segment, said[0].start() if said and done else 0))
        done = found.end()
        if (
            not said
            or _COMPARED.search(segment)
            or _RATE.search(segment)
            or of_another_year(statement[: found.start()], year)
        ):
            continue
        if not counted:
            trailing = _TRAILING_CASES.match(statement, found.end())
            counted = [trailing] if trailing else []
        yuan = None if found["about"] else exact(found["number"], found["scale"])
        billed = not _FIRMLY.search(segment) and _BILLING.fullmatch(said[-1][0]) is not None
        yield _Amount(yuan, billed, _TOTAL.search(segment) is not None, _cases(counted[-1]) if counted else None)
