"""What a report says of the fee, in sentences of our own: drawn from the ways of saying it, and read back."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gxstudy import prose
from gxstudy.layout import Box, Paragraph

TITLE = "清河县统计局2024年政府信息公开工作年度报告"
SIX = "六、其他需要报告的事项"
Told = tuple[str | None, object, object, object]


def read(*sentences: str) -> prose.Fee:
    narrative = (TITLE, SIX, *sentences)
    return prose.fee(
        tuple(Paragraph(1, text, (Box(1, 70.0, 20.0 * n, 500.0, 20.0 * n + 12),)) for n, text in enumerate(narrative))
    )


def told(*sentences: str) -> Told:
    said = read(*sentences)
    return said.stated, said.yuan, said.billed, said.cases


# Drawn sentences

BEFORE = st.sampled_from(
    [
        "",
        "2024年，",
        "2024年度，我局",
        "本年度，",
        "全年",
        "截至2024年12月31日，本机关",
        "按照《政府信息公开信息处理费管理办法》（国办函〔2020〕109号）要求，2024年我县",
        "本机关2024年共收到政府信息公开申请7件，均已办结，",
        "2023年收取信息处理费380元，2024年",
    ]
)
AFTER = st.sampled_from(["。", "", "，未发生行政复议和行政诉讼。", "，行政诉讼2件。", "；无其他需要报告的事项。"])
FEE = st.sampled_from(["信息处理费", "政府信息公开信息处理费", "信息公开处理费", "信息处理费用"])

_DIGITS = "零壹贰叁肆伍陆柒捌玖"


def formal(number: int) -> str:
    """A number below 100,000 in the numerals of receipts."""
    high, low = divmod(number, 10_000)
    text = f"{_DIGITS[high]}万" if high else ""
    gap = bool(high) and low < 1000
    for unit, word in ((1000, "仟"), (100, "佰"), (10, "拾"), (1, "")):
        digit, low = divmod(low, unit)
        if digit:
            text += ("零" if gap and text else "") + _DIGITS[digit] + word
            gap = False
        elif text and low:
            gap = True
    return text


WAYS = {
    "plain": str,
    "cents": lambda n: f"{n}.00",
    "parted": lambda n: f"{n:,}",
    "parted, cents": lambda n: f"{n:,}.00",
    "parted by full-width commas": lambda n: f"{n:,}".replace(",", "，"),
    "ten thousands": lambda n: f"{Decimal(n) / 10_000:f}万",
    "formal": formal,
    "full width": lambda n: "".join(chr(ord(digit) + 0xFEE0) for digit in str(n)),
    "spaced": lambda n: f" {n} ",
}
WAY = st.sampled_from(sorted(WAYS))
MONEY = st.sampled_from(["", "人民币", "共计", "合计人民币"])


@st.composite
def amounts(draw: st.DrawFn, least: int = 1) -> tuple[int, str]:
    number = draw(st.integers(least, 99_999))
    return number, f"{draw(MONEY)}{WAYS[draw(WAY)](number)}元"


@given(BEFORE, FEE, st.sampled_from(["共收取", "收取", "累计征收", "实际收取", "依法收取"]), amounts(), AFTER)
def test_an_amount_collected_is_read_as_printed(
    before: str, fee: str, verb: str, amount: tuple[int, str], after: str
) -> None:
    number, printed = amount
    assert told(f"{before}{verb}{fee}{printed}{after}") == ("charged", number, None, None)


@given(
    BEFORE,
    st.sampled_from(
        ["发出收费通知{}件", "发出信息处理费缴费通知{}份", "制发信息处理费收费通知书{}张", "开具缴费通知{}次"]
    ),
    st.integers(1, 400),
    st.sampled_from(["，总金额", "，收费总金额", "，涉及金额", "，应收", "、金额"]),
    amounts(),
    st.sampled_from(["，", "；", "。", "，其中1件申请人逾期未缴纳，"]),
    st.sampled_from(["实际收取", "实收", "已收取", "实际到账", "实际收取总金额"]),
    amounts(),
    AFTER,
)
def test_what_was_billed_and_what_came_in_are_kept_apart(
    before: str,
    notices: str,
    cases: int,
    asked: str,
    billed: tuple[int, str],
    between: str,
    took: str,
    collected: tuple[int, str],
    after: str,
) -> None:
    sentence = f"{before}{notices.format(cases)}{asked}{billed[1]}{between}{took}{collected[1]}{after}"
    assert told(sentence) == ("charged", collected[0], billed[0], cases)


@given(BEFORE, FEE, st.integers(1, 300), amounts(), AFTER)
def test_cases_charged_are_not_applications_received(
    before: str, fee: str, cases: int, amount: tuple[int, str], after: str
) -> None:
    assert told(f"{before}对{cases}件申请收取{fee}，{amount[1]}{after}") == ("charged", amount[0], None, cases)


@given(
    BEFORE,
    st.sampled_from(
        [
            "未",
            "没有",
            "无",
            "未发生",
            "没有产生",
            "未向申请人",
            "未依法",
            "暂未",
            "没有依据《信息处理费管理办法》",
            "未就政府信息公开",
        ]
    ),
    st.sampled_from(["收取", "征收", "收取任何", "应收取"]),
    FEE,
    st.sampled_from(["", "的情况", "的情形", "情况"]),
    AFTER,
)
def test_a_denial_is_read(before: str, negated: str, verb: str, fee: str, ending: str, after: str) -> None:
    assert told(f"{before}{negated}{verb}{fee}{ending}{after}") == ("none", None, None, None)


@given(BEFORE, st.sampled_from(["0", "０", "零", "0.00", "0万", " 0 "]), AFTER)
def test_a_zero_in_figures_is_a_zero(before: str, zero: str, after: str) -> None:
    assert told(f"{before}收取信息处理费{zero}元{after}") == ("none", 0, None, None)
    assert told(f"{before}发出收费通知0件，总金额{zero}元，实际收取{zero}元{after}") == ("none", 0, 0, 0)


# Single sentences: each was once read wrongly, or not at all

NONE = [
    ("（一）信息处理费收取情况。本年度未收取。",),
    ("（一）信息处理费收取情况", "本年度未收取。"),
    ("发出收费通知的件数和总金额以及实际收取的总金额均为0。",),
    ("2024年，县政府办公室未制发收费通知。",),
    ("本年度未达到收费标准，无信息处理费产生。",),
    ("2024年，本机关无信息处理费相关情况。",),
    ("2024年，我局政府信息公开未收取检索、复制、邮寄等成本费用。",),
    ("本机关未向任何公民、法人或者其他组织收取信息处理费用。",),
    ("信息处理费收取总额：无",),
    ("信息处理费收取金额(元)：0",),
    ("2023年度收取信息处理费200元，2024年度未收取。",),
    ("与去年收取100元相比，2024年度未收取信息处理费。",),
    ("本年度政府信息公开收费情况为零。",),
]


@pytest.mark.parametrize("sentences", NONE, ids=["".join(sentences) for sentences in NONE])
def test_none_charged(sentences: tuple[str, ...]) -> None:
    said = read(*sentences)
    assert said.stated == "none"
    assert said.yuan in (None, 0)
    assert said.text
    assert said.boxes


CHARGED: list[tuple[str, Told]] = [
    ("本年度收取信息处理费共计人民币1，300元。", ("charged", 1300, None, None)),
    ("2024年全县共发出信息处理费收费通知2件，收费总金额54700元，实际收取0元。", ("charged", 0, 54700, 2)),
    ("共向3名申请人发出信息处理费缴费通知，金额合计2,460.00元，已收取1,860.00元。", ("charged", 1860, 2460, None)),
    ("本年度发出收费通知1件，申请人逾期未缴费，视为放弃申请。", ("charged", 0, None, 1)),
    ("发出收费通知2件，总金额600元，其中1件申请人未缴纳。", ("charged", None, 600, 2)),
    ("发出收费通知2件，总金额600元，其中1件申请人未缴纳，实际收取200元。", ("charged", 200, 600, 2)),
    ("2024年发出收费通知5份，涉及金额12，600元，申请人缴纳8，400元。", ("charged", 8400, 12600, 5)),
    ("经告知，申请人缴纳信息处理费300元。", ("charged", 300, None, None)),
    ("已通知申请人缴纳信息处理费300元。", ("charged", None, 300, None)),
    ("收取信息处理费1200元，申请人未缴纳。", ("charged", 0, 1200, None)),
    ("本年度4件申请启动收费程序，金额共计5.26万元，收取费用3.2万元。", ("charged", 32000, None, None)),
    ("收取信息处理费，甲局420元，乙局290元，共计710元。", ("charged", 710, None, None)),
    ("收取信息处理费，甲局420元，乙局290元。", ("charged", None, None, None)),
    ("全年收取信息处理费3笔，金额约2000元。", ("charged", None, None, 3)),
    ("全年收取信息处理费数百元。", ("unclear", None, None, None)),
    ("全年收取信息处理费三千二百元。", ("charged", 3200, None, None)),
    ("2024年，全县减免信息处理费5件，收取1件，金额100元。", ("charged", 100, None, 1)),
    ("2024年收取信息处理费0.2万元（2023年为0.5万元）。", ("charged", 2000, None, None)),
    ("本单位收到政府信息公开申请2件，收取信息处理费0元，行政诉讼1件。", ("none", 0, None, None)),
    ("共发出收费通知2件，未收取费用。", ("charged", 0, None, 2)),
]


@pytest.mark.parametrize("sentence,expected", CHARGED, ids=[sentence for sentence, _ in CHARGED])
def test_a_charge(sentence: str, expected: Told) -> None:
    assert told(sentence) == expected


UNCLEAR = [
    "本机关2024年依法免收信息处理费。",
    "我县2024年未制定信息处理费收取办法。",
    "2024年信息处理费已按通知处理。",
]


@pytest.mark.parametrize("sentence", UNCLEAR)
def test_words_on_the_fee_that_cannot_be_read_are_not_silence(sentence: str) -> None:
    said = read(sentence)
    assert (said.stated, said.yuan, said.billed, said.cases) == ("unclear", None, None, None)
    assert said.text == sentence.rstrip("。")
    assert said.boxes


def test_a_clear_sentence_outweighs_an_unclear_one() -> None:
    assert told(UNCLEAR[0], "本年度未收取信息处理费。") == ("none", None, None, None)


SILENT = [
    "对恶意大量申请的，将依法收取信息处理费。",
    "对未按规定收取信息处理费的，予以通报。",
    "行政事业性收费2024年共收取12万元。",
    "信息处理费可以按件计收，也可以按量计收。",
    "2023年收取信息处理费1.2万元。",
]


@pytest.mark.parametrize("sentence", SILENT)
def test_rules_plans_and_other_years_say_nothing(sentence: str) -> None:
    assert told(sentence) == (None, None, None, None)
