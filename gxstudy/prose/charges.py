"""The narrative -> what it says about the information-processing fee."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Literal, NamedTuple

from gxstudy.layout import Paragraph
from gxstudy.prose.joined import ARABIC, SENTENCE, Joined, clause_start, exact, han_number, join, of_another_year
from gxstudy.prose.title import years
from gxstudy.prose.values import Fee

__all__ = ["fee"]

_SECTION_SIX = re.compile(
    r"(?:^|[\n。])(?:六、|\(六\)|第六[章部]?分?[、:]?)?(?:其他|其它)(?:需要?)?(?:报告|说明|补充)[^。\n]{0,12}"
)
_FEE_WORDS = (
    r"(?:曾|向|对|有|收到|进行|实际|开展|启动|实施|实行|发生|产生|出现|存在|涉及|收取|收缴|征收|计收|计征|发出|开出|开具|下达|制发|制作|发放|发送|寄送|寄发|送达"
    r"|因|任何|形式|过|申请人|依法|依规|依照|按照|按规定|规定|相关|有关|关于|依申请|政府|政务|公民|法人|和|或者?|其他|其它|组织|行政机关|、|的|及|单位"
    r"|个人|当事人|该项|此项|此类|该类|类似|工作|过程|中|所|以|按件|按量|方式|信息|公开|提供|申请|业务|了|到|需要|应当|应|就|由|依据|根据|《|》|\*{1,80}|检索|复制|打印|邮寄|成本|等)"
)
_FEE = r"(?:信息(?:公开)?(?:信息)?处理费用?|处理费用?|收费|费用|费)"
_FEE_ENDING = (
    r"(?:的|相关|有关|产生|发生|情况|情形|事项|现象|行为|问题|工作|业务|项目|通知[书单]?|[收缴]取?|收缴|征收|收入|支出|金额|用|等){0,4}"
    r"(?=[，,。;:)、(]|$|且|也|和|及)"
)
_END = r"(?=[，,。;)]|$)"
_NONE = r"(?<![\d.,])(?:无|零|0(?:\.0+)?)(?:元|万元|件|次|份|笔)?"
_NO_FEE = re.compile(
    rf"(?:(?<![如若])(?:未|没有|无|零)|(?<![将拟得])不(?=涉及|存在|产生|发生)){_FEE_WORDS}{{0,18}}{_FEE}{_FEE_ENDING}"
    rf"|(?<![如若])(?:未|没有)(?:进行|实际|予以)?(?:收取|产生|发生|征收|开展|收缴|涉及)(?:过)?{_END}"
    rf"|无(?:此|该|相关|上述)[类项]?(?:情况|事项|收费){_END}"
    rf"|{_FEE}[^，,。;:]{{0,16}}(?:(?:均|共|都|皆)?(?:为|是|:)|:){{0,2}}{_NONE}{_END}"
    rf"|(?:件数|金额|总额|数额|次数)[^，,。;:]{{0,12}}(?:均|都|皆)?(?:为|是|:){_NONE}{_END}"
)
_NOT_CHARGED = re.compile(rf"(?<![将拟得])不(?:予)?(?:收取|收费){_FEE_WORDS}{{0,10}}(?:{_FEE})?{_FEE_ENDING}")
_OWN_SUBJECT = re.compile(
    r"本(?:年|机关|单位|局|办|委|级|街道|镇|乡|部门|院|校|厅|市|县|区|省|州|旗|系统|地区)|我(?:局|办|委|镇|乡|县|区|市|单位|街道|院|校|厅|部门|省)"
    r"|全年|今年|年内|年度|20\d\d年|均"
)
_RULE = re.compile(
    r"可以收取|明显超过|合理范围|数量、频次|以下|以内|超额累进|逾期|视为放棄|视为放弃|违规|违法|乱收|擅自|不得|严禁|禁止|超标准"
)
_OTHER_FEES = re.compile(
    r"行政事业性|经费|涉企|非税|教育|停车|物业|医疗|服务收费|收费站|收费目录|收费清单|收费公示|免费"
)
_CHARGING = re.compile(r"收费|收取|收缴|征收|缴费|(?:产生|发生|涉及).{0,8}费用")
_ON_ACCESS = re.compile(r"信息公开|提供政府信息|依申请|申请人")

_ROLE = re.compile(
    r"(?P<firm>实际|实[收缴]|已[收缴]|入库|缴库|到账|上缴|收入|收到(?=[^，,]{0,8}[费款]))"
    r"|(?P<notice>通知|应[当予]?[收缴]|需[收缴]|[开发]出|开具|下达|送达|告知|制发|制作|寄[发送出]|发送|要求|责令)"
    r"|(?P<paid>缴纳|交纳|交费|缴费(?!用?通知)|支付)|(?P<taken>收取|收缴|征收|计收|计征)|费|金额|总额"
)
_TOTAL = re.compile(r"共|合计|总|累计")
_CASE = (
    r"(?<![\d.,第-])(?:(?P<arabic>\d{1,6})(?:人次|件次|件\(次\)|[件起笔宗份例次单张封个户])"
    r"|(?P<han>[零一二两三四五六七八九十百]{1,6})[件笔宗份例张]|(?<=[件次]数[为是:])(?P<bare>\d{1,6})(?=[，,。;、]|$))(?![以/])"
)
_FEE_CASES = re.compile(_CASE)
_TRAILING_CASES = re.compile(rf"[(，,]?(?:涉及|共计?|合计|收费|申请|为){{0,3}}{_CASE}")
_HAN_FIRST, _HAN_REST = "零一二两三四五六七八九十壹贰叁肆伍陆柒捌玖拾", "百千万佰仟"
_YUAN = re.compile(
    rf"(?<![\d.,-])(?<!\d，)(?:(?P<number>{ARABIC})(?P<scale>[百千万亿])?|(?<![数几])(?P<han>[{_HAN_FIRST}][{_HAN_FIRST}{_HAN_REST}]{{0,13}}))"
    r"(?P<about>[余多])?[元圆](?![/每以])"
)
_ROUNDED = re.compile(r"(?:约|近|超|超过|逾|不足|不到|多达)(?:人民币)?$")
_RATE = re.compile(r"每[件页份次档]|以下|以上|超额|标准[为是:，,]{0,2}$")
_CHARGED = re.compile(
    r"(?:收取|征收|收缴|计收|发出|开出|开具|下达|制发|制作|送达|寄送|发送)[^，,]{0,24}(?:处理费|收费|缴费(?:通知|告知))"
)
_NEGATED = re.compile(r"[未没无不]")
_DENYING = re.compile(r"[未没无不零]")
_NAMED = re.compile(rf"{_FEE}|收费")
_DATES = re.compile(r"20\d\d年?|\d+号")
_OF_CASES = re.compile(r"[对凡如若]")
_GOES_ON = re.compile(r"[^。;\n]{0,20}(?:收取|缴纳|入库|实收|收缴|到账)[^。;\n]{0,20}元")
_UNPAID = re.compile(
    r"未(?:按[期时规定]{1,2}|如期|在规定期限内)?(?:缴|交[纳费]|收取|到账|支付)|(?:放弃|拒绝)缴[纳费]|实际未收取"
)
_TOPIC = re.compile(
    rf"(?:^|[、).:])[^，,。;:]{{0,30}}{_FEE}[^，,。;:]{{0,14}}(?:情况|事项|方面|工作)(?:如下|说明|报告)?:?$"
)

_PART = re.compile(r"其中|分别|包括")
_CAME_IN = re.compile(r"[，,](?=[^，,]{0,4}(?:实际|[实已][收缴]|到账))")
_SOME = re.compile(r"其中|部分|[\d一二两三四五六七八九十](?:件|份|人|名|笔|宗|起)")
_COMPARED = re.compile(r"同比|环比|[比较]上|增[加长]|减少|下降")
_TOLD = re.compile(r"\d|[未没无零]|不(?:收|涉|存|产|发)|[一二两三四五六七八九十]件|[百佰拾]元|通知|[减免]收|减免")


Role = Literal["firm", "taken", "named", "billed"]
"""An amount is said to have come in, to be taken, to be that of the fee, or to be asked for."""


class _Amount(NamedTuple):
    """One amount of a statement; ``yuan`` is None for a rounded one, ``cases`` the number of cases said with it."""

    yuan: int | Decimal | None
    role: Role
    total: bool
    cases: int | None


class _Statement(NamedTuple):
    """A sentence that may speak of the fee, with the heading it stands under; ``span`` in the joined text."""

    text: str
    plain: str
    span: tuple[int, int]
    in_six: bool


def fee(paragraphs: Sequence[Paragraph]) -> Fee:
    """Return what the narrative says about the information-processing fee.

    One that tells of a charge comes before one that denies any, then one with an amount, then section six
    (其他需要报告的事项) before the others. Naming the Measures, or quoting them, says nothing. A sentence on the year's
    own fee that cannot be read makes the fee *unclear*, where no other sentence tells it. Amounts in 万元 are turned
    into yuan, exactly; rounded ones (2000余元) are None.

    Parameters
    ----------
    paragraphs
        The narrative in reading order, tables left out.
    """
    joined = join(paragraphs)
    if "费" not in joined.plain:
        return Fee()
    year = years(joined).reported
    said = [(stated, statement) for statement in _statements(joined) if (stated := _said(statement, year)) is not None]
    if not said:
        return Fee()
    rank = {"charged": 0, "none": 1, "unclear": 2}
    stated, statement = min(
        said, key=lambda found: (rank[found[0].stated or "unclear"], found[0].yuan is None, not found[1].in_six)
    )
    text, boxes = joined.quote(*statement.span)
    return Fee(stated.stated, stated.yuan, stated.billed, stated.cases, text, boxes)


def _statements(joined: Joined) -> Iterator[_Statement]:
    """Yield the sentences that name a fee, and those under a heading that does."""
    six = max((match.end() for match in _SECTION_SIX.finditer(joined.text)), default=len(joined.text))
    topic: re.Match[str] | None = None
    for match in SENTENCE.finditer(joined.text):
        start, end = match.span()
        heading = topic
        topic = None
        if "费" in match[0]:
            if _TOPIC.search(match[0]) and not _DENYING.search(match[0]):
                topic = match
                continue
            text, plain = match[0], joined.plain[start:end]
            going_on = _GOES_ON.match(joined.text, end + 1)
            if going_on and "元" in text:
                text, plain = f"{text}，{going_on[0]}", f"{plain}，{going_on[0]}"
            yield _Statement(text, plain, (start, end), start >= six)
        elif heading is not None:
            text = f"{heading[0].rstrip(':')}:{match[0]}"
            yield _Statement(text, text, (heading.start(), end), start >= six)


def _said(statement: _Statement, year: int | None) -> Fee | None:
    """Return what one sentence says; None when it says nothing of the fee, or only quotes the rules."""
    sentence = statement.text
    if "处理费" not in statement.plain:
        of_access = statement.in_six or _ON_ACCESS.search(sentence) is not None
        if not of_access or _OTHER_FEES.search(sentence) or not _CHARGING.search(sentence):
            return None
    charged = _charged(sentence, year) if "元" in sentence else _charged_cases(sentence)
    if charged is not None:
        return charged
    denied = _NO_FEE.search(sentence)
    if denied is not None and _is_rule(sentence, denied):
        denied = None
    if denied is None and _OWN_SUBJECT.search(sentence) and not _RULE.search(sentence):
        denied = _NOT_CHARGED.search(sentence)
    if denied is None:
        return _unread(sentence, year)
    return None if of_another_year(sentence[: denied.start()], year) else Fee("none")


def _is_rule(sentence: str, denied: re.Match[str]) -> bool:
    """Return whether words that deny a fee are those of a rule (逾期 ..., 对未按规定收取的 ...)."""
    start = clause_start(sentence, denied.start())
    if denied[0].endswith("的") and _OF_CASES.search(sentence, start, denied.start()):
        return True
    return _RULE.search(sentence, start, denied.end()) is not None


def _unread(sentence: str, year: int | None) -> Fee | None:
    """Return that a sentence is unclear; None when it says nothing of this year's fee."""
    named = _NAMED.search(sentence)  # the titles of documents are blanked out in it
    if named is None or _RULE.search(sentence) or _RATE.search(sentence) or of_another_year(sentence, year):
        return None
    told = _OWN_SUBJECT.search(sentence) is not None and _TOLD.search(_DATES.sub("", sentence)) is not None
    return Fee("unclear") if told else None


def _charged(statement: str, year: int | None) -> Fee | None:
    """Read a statement that names amounts or a number of cases charged; None when it names neither."""
    amounts = tuple(_amounts(_without_parts(statement), year))
    if not amounts:
        return _charged_cases(statement)
    unpaid = _UNPAID.search(statement)
    if unpaid is not None and not any(amount.role == "firm" for amount in amounts):
        amounts = tuple(amount._replace(role="billed") for amount in amounts)
    named = ("named",) if any(amount.role in ("firm", "taken") for amount in amounts) else ()
    collected = tuple(amount for amount in amounts if amount.role not in ("billed", *named))
    billed = tuple(amount for amount in amounts if amount.role == "billed")
    yuan = _agreed(collected)
    if not collected and unpaid is not None and _by_all(statement, unpaid):
        yuan = 0
    counted = [amount.cases for amount in (*collected, *billed) if amount.cases is not None]
    charged = any(amount.yuan != 0 for amount in amounts)
    return Fee("charged" if charged else "none", yuan, _agreed(billed), counted[0] if counted else None)


def _charged_cases(statement: str) -> Fee | None:
    """Read a statement that tells how many cases were charged, and no amount."""
    for charged in _CHARGED.finditer(statement):
        start = clause_start(statement, charged.start())
        if _NEGATED.search(statement, start, charged.start()) or _RATE.search(statement):
            continue
        ends = [place for mark in "，,;" if (place := statement.find(mark, charged.end())) >= 0]
        end = min(ends, default=len(statement))
        if _RULE.search(statement, start, end):
            continue
        counted = _FEE_CASES.search(statement, start, end)
        cases = _cases(counted) if counted else None
        if cases is None:
            continue
        unpaid = _UNPAID.search(statement, end) or _NO_FEE.search(statement, end)
        whole = unpaid is not None and _by_all(statement, unpaid)
        return Fee("charged", 0 if whole else None, cases=cases) if cases else Fee("none", cases=0)
    return None


def _by_all(statement: str, unpaid: re.Match[str]) -> bool:
    """Return whether nobody paid: the clause that says so speaks of no part of the cases."""
    return _SOME.search(statement, clause_start(statement, unpaid.start()), unpaid.start()) is None


def _agreed(amounts: tuple[_Amount, ...]) -> int | Decimal | None:
    """Return the one amount, or the one called a total; None where several stand side by side."""
    for among in (amounts, tuple(amount for amount in amounts if amount.total)):
        if len({amount.yuan for amount in among}) == 1:
            return among[0].yuan
    return None


def _cases(counted: re.Match[str]) -> int | None:
    arabic = counted["arabic"] or counted["bare"]
    return int(arabic) if arabic else han_number(counted["han"])


def _without_parts(statement: str) -> str:
    """Return a statement without the parts that its amount falls into (其中...), but with what came in after all."""
    part = _PART.search(statement)
    if part is None or not _YUAN.search(statement, 0, part.start()):
        return statement
    came_in = _CAME_IN.search(statement, part.start())
    return statement[: part.start()] + (statement[came_in.start() :] if came_in else "")


def _amounts(statement: str, year: int | None) -> Iterator[_Amount]:
    done = 0
    role: Role | None = None
    for found in _YUAN.finditer(statement):
        segment = statement[done : found.start()]
        said = list(_ROLE.finditer(segment))
        done = found.end()
        role = _role(segment, said) or role or ("named" if said else None)
        if (
            role is None
            or _COMPARED.search(segment)
            or _RATE.search(segment)
            or of_another_year(statement[: found.start()], year)
        ):
            continue
        counted = list(_FEE_CASES.finditer(segment, clause_start(segment, said[0].start()) if said else 0))
        if not counted:
            trailing = _TRAILING_CASES.match(statement, found.end())
            counted = [trailing] if trailing else []
        cases = _cases(counted[-1]) if counted else None
        yield _Amount(_value(found, segment), role, _TOTAL.search(segment) is not None, cases)


def _value(found: re.Match[str], segment: str) -> int | Decimal | None:
    if found["about"] or _ROUNDED.search(segment):
        return None
    return han_number(found["han"]) if found["han"] else exact(found["number"], found["scale"])


def _role(segment: str, said: Sequence[re.Match[str]]) -> Role | None:
    """Return what an amount is by the words before it: the last that tells, and receipts before notices."""
    told = [match for match in said if match.lastgroup]
    if any(match.lastgroup == "firm" for match in told):
        return "firm"
    if not told:
        return None
    if told[-1].lastgroup != "paid":
        return "billed" if told[-1].lastgroup == "notice" else "taken"
    clause = clause_start(segment, told[-1].start())
    return "billed" if any(match.lastgroup == "notice" and match.start() >= clause for match in told) else "taken"
