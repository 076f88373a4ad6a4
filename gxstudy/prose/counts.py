"""The narrative -> the counts it says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from gxstudy.layout import Paragraph
from gxstudy.prose.joined import ARABIC, HAN_NUMERAL, SENTENCE, clause_start, exact, han_number, join, of_another_year
from gxstudy.prose.title import years
from gxstudy.prose.values import Fact

__all__ = ["facts"]

_DIGITS = re.compile(r"\d+|[零〇○一二两三四五六七八九十百千万]+")
_COUNT = re.compile(
    rf"(?<![\d.,第〔-])(?<!\d，)(?:(?P<arabic>{ARABIC})(?P<scale>[万千百])?(?:件次|件\(次\)|[件份宗起例项条个次篇封单笔])"
    rf"|(?P<han>{HAN_NUMERAL})(?:件次|[件份宗例]))(?![/数以套])"
    rf"|(?<=[为是:])(?P<bare>{ARABIC}|零)(?=[，,。;、)\n]|$)"
)

# Words that may stand between a verb and its object without changing what is counted.
_WORDS = (
    r"(?:各级|各类|各种|有效|书面|任何|公民|法人|自然人|其他|其它|社会|组织|团体|个人|单位|企业|机构|群众|公众|各界|人士|申请人|市民|居民"
    r"|村民|提出|提交|递交|要求|关于|有关|相关|涉及|属于|本级|本年度?|全年|年度|机关|部门|政府|人民|街道|办事处|全市|全县|全区|全省"
    r"|以|等|向|对|我|本|该|的|了|过|到|有|或|者|和|及|与|、|省|市|县|区|乡|镇|局|办|委|厅|站|所有|所|新|共)"
)
_APPLICATION = (
    r"(?:(?:政府|政务)?信息(?:依申请)?公开的?(?:书面)?(?:依申请|申请)(?:公开)?(?:政府信息)?"
    r"|(?:依|按)申请的?公开(?:的?(?:政府|政务)?信息(?:公开)?)?的?(?:申请)?"
    r"|申请公开的?(?:政府|政务|相关)?信息"
    r"|申请获取(?:政府|政务|相关)?信息"
    r"|公开(?:政府|政务)?信息的?申请"
    r"|(?:政府|政务)信息的?申请)(?:事项|事宜|办件|件|案件|业务|表|书)?"
)
_AMOUNTING = r"(?:的?(?:数量|总数|总量|件数|数|量))?(?:为|是|共有|共计|共|总计|合计|累计|有|计|达|:){0,3}"
_RECEIVE = r"(?<![每凡])(?:新?收到|收悉|新?受理|接收|接到|接受|登记|新收|提出|提交|递交)[了的]?"
_LAST_YEAR = r"(?:上一?年度?|去年度?|20\d\d年度?)"
_NEXT_YEAR = r"(?:下一?年度?|次年|明年|来年|20\d\d年度?)"
_KIND = r"(?:案件|案|申请|事项|情况)?"
_AND = r"(?:、|和|及|以及|或者?|与|/|，|,)(?:者|被|提起|申请|引发|引起|的){0,2}"
_END = r"(?=[，,。;:、().]|$|均|且|已|及|和|或)"


class _Rule(NamedTuple):
    """A number counts ``key`` when what stands before it ends like ``before`` and what follows begins like ``after``.

    ``topic``: only where the sentence or its heading is about applications. ``part``: even as a part (其中…).
    """

    key: str
    before: re.Pattern[str]
    after: re.Pattern[str] | None = None
    topic: bool = False
    part: bool = False


_RULES = (
    _Rule(
        "applications_carried_in",
        re.compile(
            rf"(?<![和及与])(?:{_LAST_YEAR}(?:未办结)?结转|结转{_LAST_YEAR})的?(?:{_APPLICATION}|申请)?{_AMOUNTING}$"
        ),
        topic=True,
        part=True,
    ),
    _Rule(
        "applications_carried_out",
        re.compile(
            rf"结转[至到入]?{_NEXT_YEAR}(?:继续)?(?:办[理结]|处理|答复)?的?(?:{_APPLICATION}|申请)?{_AMOUNTING}$"
        ),
        topic=True,
        part=True,
    ),
    _Rule(
        "applications_carried_out",
        re.compile(r"(?:^|[，,、:余]|[尚另]有)$"),
        re.compile(rf"(?:申请)?[将需已]?(?:按规定|按程序)?结转[至到入]?{_NEXT_YEAR}"),
        topic=True,
        part=True,
    ),
    _Rule(
        "applications_received",
        re.compile(rf"新收{_WORDS}{{0,4}}{_AMOUNTING}$"),
        re.compile(rf"(?:{_END}|{_WORDS}{{0,6}}(?:{_APPLICATION}|申请))"),
        topic=True,
        part=True,
    ),
    _Rule("applications_received", re.compile(rf"新收{_WORDS}{{0,12}}{_APPLICATION}{_AMOUNTING}$"), part=True),
    _Rule("applications_received", re.compile(rf"{_RECEIVE}{_WORDS}{{0,12}}{_APPLICATION}{_AMOUNTING}$")),
    _Rule(
        "applications_received",
        re.compile(rf"{_RECEIVE}{_WORDS}{{0,6}}$"),
        re.compile(rf"{_WORDS}{{0,12}}{_APPLICATION}{_END}"),
    ),
    _Rule("applications_received", re.compile(rf"{_RECEIVE}{_WORDS}{{0,6}}申请{_AMOUNTING}$"), topic=True),
    _Rule("applications_received", re.compile(rf"{_APPLICATION}(?:共|共计|总共|累计)?{_RECEIVE}{_AMOUNTING}$")),
    _Rule("applications_received", re.compile(r"(?:收到|受理|接收|接到)了?(?:共计?)?$"), re.compile(_END), topic=True),
    _Rule("applications_received", re.compile(rf"{_APPLICATION}的?(?:数量?|总[数量]|量)(?:共|为|是|:){{0,2}}$")),
    _Rule(
        "applications_handled",
        re.compile(rf"(?:办结|办理完毕|处理完毕){_WORDS}{{0,8}}(?:{_APPLICATION}|申请)?{_AMOUNTING}$"),
        topic=True,
    ),
    _Rule(
        "applications_answered",
        re.compile(rf"[答办]复{_WORDS}{{0,8}}(?:{_APPLICATION}|申请)?{_AMOUNTING}$"),
        topic=True,
    ),
    _Rule("reviews", re.compile(rf"复议{_KIND}{_AMOUNTING}$")),
    _Rule("suits", re.compile(rf"诉讼{_KIND}{_AMOUNTING}$")),
    _Rule(
        "items_disclosed",
        re.compile(
            r"(?<!申请)(?<!不予)(?<!部分)(?<!予以)(?:主动)?(?:公开|发布)了?(?:各类|各种|各项|相关|有关|本级|我局|的){0,3}(?:政府|政务)?信息"
            rf"{_AMOUNTING}$|主动公开了?(?:《[^》]*》[、,，和及]?)+[等共]{{0,2}}$"
        ),
    ),
)

_WORTH_READING = re.compile(r"申请|复议|诉讼|结转|公开|发布|收到|受理")
_LISTED = re.compile(r"第?[一二三四五六七八九十]{1,3}[、是章]|\([一二三四五六七八九十\d]{1,3}\)|\d{1,2}[、.](?!\d)")
_APPLICATIONS = re.compile(r"依申请|信息公开的?申请|申请公开")
_PART = re.compile(r"其中|分别")
_BODY = re.compile(r"[局办委厅镇乡县区]|街道|本级|部门|单位")
_COMPARED = re.compile(r"同比|环比|[比较]|增[加长至]|减少|下降|上升|降[低至]")
_CHANNEL = re.compile(
    r"网|线[上下]|在线|信函|邮[寄政箱件]|当面|现场|传真|平台|窗口|书面|口头|来信|系统|渠道|方式"
    r"|微信|微博|公众号|新媒体|抖音|头条|报[纸刊]|电视|公报|公[示开]栏"
)
_PERSONS = re.compile(r"自然人|公民|个人")
_BODIES = re.compile(r"法人|组织|企业")
_ONE_KIND = re.compile(r"自然人|法人|企业|科研机构")
_CHANNELS = re.compile(r"等|各|多种|多渠道")
_PERIOD = re.compile(
    r"(?<!\d)(?!1月1日|12月(?:31日|底|末|[，,]))\d{1,2}月|季度|[上下]半年|以来|历年|[近五三]年来|近[两三五几]年"
)
_WITH_CARRIED_IN = re.compile(
    rf"(?:{_WORDS}{{0,4}}申请)?[，,(]*(?:含|包含|包括|其中|新收)[^。;]{{0,30}}?(?:{_LAST_YEAR}(?:未办结)?结转|结转上)"
)
_TWO_DISPUTES = re.compile(
    rf"(?:复议{_KIND}{_AND}(?:行政)?诉讼|诉讼{_KIND}{_AND}(?:行政)?复议){_KIND}[均各都]?(?:发生)?{_AMOUNTING}各?$"
)
_ON_TIME = r"[按限延到]期|按时|延长|提前|当[场日]|撤回|率|复议|诉讼|提案|建议|信访|热线|咨询|留言"
_RESULTS = (
    r"[办审受代]理|收到|接到|[审办]结|新收|化解|应诉|参[加与]|出庭|指导|维持|纠[正错]|撤销|驳回|[胜败]诉|未结|尚未|上年|结转"
    r"|[一二再]审|直接|复议后|经复议"
)
_REFUSED = MappingProxyType(
    {
        "applications_received": re.compile(r"结转|撤[回销]|转[办交送]|移送|重复|不予|补正|复议|诉讼|答复|办结"),
        "applications_handled": re.compile(_ON_TIME),
        "applications_answered": re.compile(_ON_TIME),
        "reviews": re.compile(_RESULTS),
        "suits": re.compile(_RESULTS),
    }
)

_CLOSED = r"(?=[，,。;:().]|$|故|因此|[、和及或](?:被|提起|申请){0,2}(?:行政)?(?:复议|诉讼|投诉|举报))"
_NEGATION = re.compile(r"[未没无]")
_UNLESS = frozenset("如若凡对有")
_NO_APPLICATIONS = re.compile(
    r"(?:未曾?|没有?人?|无人?)(?:新?收到|新?受理|接到|接收|收悉|发生|产生|出现|办理|涉及)?"
    rf"{_WORDS}{{0,14}}{_APPLICATION}(?:的|情况|要求|需求|诉求|现象){{0,2}}{_CLOSED}"
)
_ZERO_APPLICATIONS = re.compile(r"(?:为|是|属于?|公开|年度?)[“\"]?零申请[”\"]?(?=[，,。;]|$)")
_NOTHING_TO_SAY = re.compile(
    r"依申请公开(?:政府信息)?(?:工作)?(?:办理)?(?:情况|方面|事项)?[:。，\n]{0,2}(?:本年度?|全年)?无(?=[。;\n]|$)"
)
_NOT_CARRIED = re.compile(
    rf"(?:无|没有)(?:(?P<into>{_LAST_YEAR}结转|结转{_LAST_YEAR})|(?:{_APPLICATION}|申请)?结转[至到]?{_NEXT_YEAR})"
    rf"(?:继续)?(?:办理)?的?(?:{_APPLICATION}|申请)?(?:情况)?(?=[，,。;、)]|$)"
)
_NO_DISPUTES = re.compile(
    r"(?:未曾?|没有|无)(?:政府|政务|信息|公开|依申请|申请|工作|答复|引[发起致]|产生|发生|出现|收到|存在|涉及"
    r"|接到|导致|而|被|的|任何|关于|有关|相关|提[起出]|因|由|就|对|及|公民|法人|其他组织|、|和|或|行政(?!复议|诉讼)){0,14}"
    rf"(?P<first>(?:行政)?(?:复议|诉讼)){_KIND}(?:{_AND}(?P<second>(?:行政)?(?:复议|诉讼)){_KIND})?"
    r"(?:的|案件|情况|事件|问题|现象){0,3}(?=[，,。;:().]|$|[、和及或](?!(?:被|提起)?(?:行政)?(?:复议|诉讼)))"
)


_YEARS_APART = MappingProxyType({"applications_carried_in": -1, "applications_carried_out": 1})
_NAMED_YEAR = re.compile(r"20\d\d(?=年)")
_ANY = "any"


class _Said(NamedTuple):
    """A count and the offsets of the clause that says it."""

    key: str
    value: int | Decimal
    start: int
    end: int


class _Scope(NamedTuple):
    """What is known around a sentence: the year of the report; whether applications are the topic."""

    year: int | None
    applications: bool


def facts(paragraphs: Sequence[Paragraph]) -> tuple[Fact, ...]:
    """Return the counts that the narrative says, in reading order.

    A quantity may be said several times and with several values (a county's total and its government office's own):
    every distinct value is a fact. None is a zero unless the text says so (未收到, 无, 零申请, 0件).

    Parameters
    ----------
    paragraphs
        The narrative in reading order, tables left out.
    """
    joined = join(paragraphs)
    seen: dict[tuple[str, int | Decimal], _Said] = {}
    for said in sorted(_said(joined.text, years(joined).reported), key=lambda said: said.start):
        seen.setdefault((said.key, said.value), said)
    return tuple(Fact(said.key, said.value, *joined.quote(said.start, said.end)) for said in seen.values())


def _said(text: str, year: int | None) -> Iterator[_Said]:
    topic = False
    for match in SENTENCE.finditer(text):
        sentence = match[0]
        if _LISTED.match(sentence):
            topic = _APPLICATIONS.search(sentence, 0, 40) is not None
        if not _WORTH_READING.search(sentence):
            continue
        scope = _Scope(year, topic or _APPLICATIONS.search(sentence) is not None)
        for said in (*_counted(sentence, scope), *_denied(sentence, scope)):
            yield said._replace(start=said.start + match.start(), end=said.end + match.start())
    for match in _NOTHING_TO_SAY.finditer(text):
        yield _Said("applications_received", 0, match.start(), match.end())


def _counted(sentence: str, scope: _Scope) -> Iterator[_Said]:
    done = 0
    received = False
    for digits in _DIGITS.finditer(sentence):
        number = _COUNT.match(sentence, digits.start()) if digits.start() >= done else None
        if number is None:
            continue
        before = sentence[max(done, number.start() - 120) : number.start()]
        value = _value(number)
        done = number.end()
        if value is None:
            continue
        two = _TWO_DISPUTES.search(before)
        if two is not None:
            start = number.start() - len(two[0])
            if (value == 0 or "各" in two[0]) and _believed("reviews", sentence, start, number.start(), scope):
                yield _Said("reviews", value, clause_start(sentence, start), done)
                yield _Said("suits", value, clause_start(sentence, start), done)
            continue
        for rule in _RULES:
            words = _matched(rule, sentence, before, number, scope)
            if words is not None:
                if rule.key == "applications_received" and not rule.part:
                    if received:
                        break  # what one of several bodies received, after the total
                    received = True
                yield _Said(rule.key, value, clause_start(sentence, words.start), words.stop)
                break


def _value(number: re.Match[str]) -> int | Decimal | None:
    return han_number(number["han"]) if number["han"] else exact(number["arabic"] or number["bare"], number["scale"])


def _matched(rule: _Rule, sentence: str, before: str, number: re.Match[str], scope: _Scope) -> slice | None:
    """Return where the words of ``rule`` stand around ``number``, if they are there and can be believed."""
    said = rule.before.search(before) if scope.applications or not rule.topic else None
    if said is None:
        return None
    start, end = number.start() - len(said[0]), number.end()
    following = rule.after.match(sentence, end) if rule.after else None
    if rule.after is not None and following is None:
        return None
    if following is not None:
        end = following.end()
    if rule.key in _YEARS_APART:
        named = _NAMED_YEAR.search(sentence, start, end)
        if named and (scope.year is None or int(named[0]) != scope.year + _YEARS_APART[rule.key]):
            return None
    if rule.key == "applications_received" and not rule.part and _with_carried_in(sentence, start, number.end()):
        return None
    return slice(start, end) if _believed(rule.key, sentence, start, number.start(), scope, part=rule.part) else None


def _with_carried_in(sentence: str, start: int, end: int) -> bool:
    """Whether the number of sentence[start:end] includes what was carried in."""
    return "结转" in sentence[:start] or _WITH_CARRIED_IN.match(sentence, end) is not None


def _believed(key: str, sentence: str, start: int, end: int, scope: _Scope, *, part: bool = False) -> bool:
    """Whether nothing around the words sentence[start:end] gives them another meaning."""
    lead = sentence[: start if key in _YEARS_APART else end]
    clause = sentence[clause_start(sentence, start) : end]
    parts = [match.end() for match in _PART.finditer(sentence, 0, end)]
    if parts and (not part or _BODY.search(sentence, parts[-1], end)):
        return False
    if not part and sentence.rfind("(", 0, end) > sentence.rfind(")", 0, end):
        return False
    if of_another_year(lead, scope.year) or _COMPARED.search(clause) or _PERIOD.search(lead):
        return False
    if key == "applications_received" and _CHANNEL.search(clause) and not _CHANNELS.search(clause):
        return False
    if key in ("applications_received", _ANY) and _of_one_kind(clause):
        return False
    if key == "items_disclosed" and _CHANNEL.search(clause) and not (_CHANNELS.search(clause) or "网站" in clause):
        return False
    if key in ("reviews", "suits") and not scope.applications and "信息公开" not in sentence:
        return False
    if key == "applications_handled" and "撤" in sentence:
        return False
    return key not in _REFUSED or _REFUSED[key].search(clause) is None


def _of_one_kind(clause: str) -> bool:
    """Whether ``clause`` speaks of applicants of one kind only, persons or bodies."""
    if not _ONE_KIND.search(clause):
        return False
    return not (_PERSONS.search(clause) and _BODIES.search(clause))


def _denied(sentence: str, scope: _Scope) -> Iterator[_Said]:
    """Yield the zeros that ``sentence`` says without a number."""
    for word in _NEGATION.finditer(sentence):
        at = word.start()
        if at and sentence[at - 1] in _UNLESS:
            continue
        clause = clause_start(sentence, at)
        none = _NO_APPLICATIONS.match(sentence, at)
        if none and not _CHANNEL.search(sentence, clause, at) and _believed(_ANY, sentence, at, none.end(), scope):
            yield _Said("applications_received", 0, clause, none.end())
        none = _NOT_CARRIED.match(sentence, at) if scope.applications else None
        if none:
            key = "applications_carried_in" if none["into"] else "applications_carried_out"
            if _believed(key, sentence, at, at, scope):
                yield _Said(key, 0, clause, none.end())
        none = _NO_DISPUTES.match(sentence, at) if scope.applications or "公开" in sentence else None
        if none and _believed(_ANY, sentence, at, none.end(), scope):
            kinds = {"reviews" if "复议" in name else "suits" for name in (none["first"], none["second"]) if name}
            for key in sorted(kinds):
                yield _Said(key, 0, clause, none.end())
    none = _ZERO_APPLICATIONS.search(sentence) if "零申请" in sentence else None
    if none and _believed(_ANY, sentence, none.start(), none.end(), scope):
        yield _Said("applications_received", 0, clause_start(sentence, none.start()), none.end())
