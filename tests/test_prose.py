"""Organ, year, counts and fee statement from the narrative. The sentences are our own, in the ways officials write."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gxstudy import forms, prose
from gxstudy.layout import Box, Paragraph
from gxstudy.prose.joined import han_number, join
from gxstudy.report import read_report

TITLE = "清河县统计局2024年政府信息公开工作年度报告"


def paragraphs(*texts: str) -> tuple[Paragraph, ...]:
    return tuple(
        Paragraph(1, text, (Box(1, 70.0, 20.0 * number, 500.0, 20.0 * number + 12),))
        for number, text in enumerate(texts, 1)
    )


def said(sentence: str, *, under: str = "") -> list[tuple[str, int | Decimal]]:
    """The counts in one sentence of the report on 2024, under the heading given."""
    return [(fact.key, fact.value) for fact in prose.facts(paragraphs(TITLE, "一、总体情况", f"{under}{sentence}"))]


def fee(sentence: str, *, section: str = "六、其他需要报告的事项") -> prose.Fee:
    return prose.fee(paragraphs(TITLE, section, sentence))


# Organ and year

HEADINGS = [
    (["清河县人民政府", "2023 年政府信息公开工作年度报告"], "清河县人民政府", 2023),
    (["清河县科技局2024年政府信息", "公开工作年度报告"], "清河县科技局", 2024),
    (["清河县 交通运输局 2022 年 度 政府 信息公开 工作 年度报告"], "清河县交通运输局", 2022),
    (["清河县统计局二〇二四年政府信息公开工作年度报告"], "清河县统计局", 2024),
    (["清河县统计局二○二三年度政府信息公开年度报告"], "清河县统计局", 2023),
    (["清河县教育局２０２３年政府信息公开工作年度报告"], "清河县教育局", 2023),
    (["关于2023年度清河镇人民政府政府信息公开工作的报告"], "清河镇人民政府", 2023),
    (
        ["清政办〔2024〕3号", "清河市发展和改革委员会", "关于2023年政府信息公开工作的年度报告"],
        "清河市发展和改革委员会",
        2023,
    ),
    (["2023年政府信息公开工作年度报告", "清河街道办事处", "2023年政府信息公开工作年度报告"], "清河街道办事处", 2023),
    (["清河市外事办公室政府信息公开工作2022年度报告"], "清河市外事办公室", 2022),
    (["2022年清河市政府信息公开工作年度报告"], "清河市", 2022),
    (["“清河县公安局2021年政府信息公开工作年度报告”"], "清河县公安局", 2021),
    (["清河县人民政府关于2023年政府信息公开工作年度报告的公示"], "清河县人民政府", 2023),
    (["关于报送《清河县教育局2024年政府信息公开工作年度报告》的函"], "清河县教育局", 2024),
    (["清河乡人民政府2024年政府信息公开工作年度报告.pdf"], "清河乡人民政府", 2024),
    (["【年报】清河县农业农村局2024年政府信息公开工作年度报告"], "清河县农业农村局", 2024),
    (["清河县水利局2024年政府信息公开工作年度报告-清河县人民政府网"], "清河县水利局", 2024),
    (["政府信息公开工作年度报告", "清河县审计局", "（2024年度）"], "清河县审计局", 2024),
    (["清河市城市管理局（综合行政执法局）2023年政府信息公开工作年度报告"], "清河市城市管理局（综合行政执法局）", 2023),
    (["附件1", "清河县住建局2023年政府信息公开工作年度报告"], "清河县住建局", 2023),
    (["- 1 -", "清河县住建局", "2023年政府信息公开", "工作年度报告"], "清河县住建局", 2023),
    (["首页 > 年报", "清河乡人民政府政府信息公开工作年度报告（2022年度）"], "清河乡人民政府", 2022),
    (["2022年政府信息公开年报", "清河县气象局2023年政府信息公开工作年度报告"], "清河县气象局", 2023),
    (["本溪市统计局2023年政府信息公开工作年度报告"], "本溪市统计局", 2023),
    (["我局2024年政府信息公开工作年度报告"], None, 2024),
    (["统计数据公报", "没有标题的一页"], None, None),
]


@pytest.mark.parametrize("lines,organ,year", HEADINGS, ids=[lines[-1][:20] for lines, _, _ in HEADINGS])
def test_the_title_gives_organ_and_year(lines: list[str], organ: str | None, year: int | None) -> None:
    heading = prose.heading(paragraphs(*lines, "一、总体情况", "本年度工作平稳。"))
    assert (heading.organ, heading.year) == (organ, year)


@pytest.mark.parametrize(
    "ending",
    [
        ["清河县林业局", "2025年1月10日"],
        ["清河县林业局 2025年1月10日"],
        ["清河县林业局", "二〇二五年一月十日"],
    ],
)
def test_the_signature_names_the_organ_where_the_title_does_not(ending: list[str]) -> None:
    heading = prose.heading(paragraphs("2024年政府信息公开工作年度报告", "一、总体情况", "工作平稳。", *ending))
    assert (heading.organ, heading.year) == ("清河县林业局", 2024)


def test_a_sentence_names_the_organ_where_nothing_else_does() -> None:
    compiled = paragraphs("2024年政府信息公开工作年度报告", "本报告由清河县林业局根据条例编制。")
    announced = paragraphs("根据条例要求，现公布区统计局2023年政府信息公开工作年度报告。")
    assert prose.heading(compiled).organ == "清河县林业局"
    assert prose.heading(announced).organ == "区统计局"


def test_the_statistical_period_gives_the_year_where_the_title_does_not() -> None:
    heading = prose.heading(paragraphs("政府信息公开工作年度报告", "统计期限自2024年1月1日起至2024年12月31日止。"))
    assert heading.year == 2024
    assert "2024年1月1日" in heading.text
    assert heading.findings == ()


def test_a_title_of_another_year_than_the_period_is_a_finding_with_its_place() -> None:
    heading = prose.heading(paragraphs(TITLE, "所列数据的统计期限为2023年1月1日至2023年12月31日。"))
    assert heading.year == 2024
    (noticed,) = heading.findings
    assert noticed.code == "year_disagrees"
    assert (noticed.where.page, noticed.where.top) == (1, 40.0)
    assert "2023" in noticed.message


# Counts

COUNTS = [
    ("2024年全县受理政府信息公开申请21件，均在法定期限答复。", [("applications_received", 21)]),
    ("全年共收到公民、法人和其他组织的信息公开申请1,136件。", [("applications_received", 1136)]),
    ("收到三件政府信息公开申请，均已答复。", [("applications_received", 3)]),
    ("本年度收到政府信息公开申请一百零二件。", [("applications_received", 102)]),
    ("政府信息公开申请共收到15件。", [("applications_received", 15)]),
    ("政府信息公开申请数量为0。", [("applications_received", 0)]),
    ("公民向我局提出政府信息公开申请12件。", [("applications_received", 12)]),
    ("与2023年相比，2024年收到政府信息公开申请15件。", [("applications_received", 15)]),
    ("通过网站、信函等多种渠道受理政府信息公开申请18件。", [("applications_received", 18)]),
    ("2024年，未收到政府信息公开申请。", [("applications_received", 0)]),
    ("没有公民、法人或其他组织向我局提出政府信息公开申请。", [("applications_received", 0)]),
    ("我办未收到行政许可申请；全年未接到信息公开申请。", [("applications_received", 0)]),
    ("依申请公开为零申请。", [("applications_received", 0)]),
    ("2024年，未收到依申请公开事项.", [("applications_received", 0)]),
    (
        "2024年新收政府信息公开申请3746件，上年结转63件，办结3700件，结转下年度继续办理109件。",
        [
            ("applications_received", 3746),
            ("applications_carried_in", 63),
            ("applications_handled", 3700),
            ("applications_carried_out", 109),
        ],
    ),
    (
        "收到政府信息公开申请20件，2023年结转2件，2件结转2025年办理。",
        [("applications_received", 20), ("applications_carried_in", 2), ("applications_carried_out", 2)],
    ),
    (
        "共处理政府信息公开申请23件，其中新收20件，上年结转3件。",
        [("applications_received", 20), ("applications_carried_in", 3)],
    ),
    ("因政府信息公开被申请行政复议2件、提起行政诉讼1件。", [("reviews", 2), ("suits", 1)]),
    ("未发生因政府信息公开引发的行政复议、行政诉讼案件。", [("reviews", 0), ("suits", 0)]),
    ("政府信息公开行政复议、行政诉讼均为0件。", [("reviews", 0), ("suits", 0)]),
    ("因政府信息公开引发的行政复议和行政诉讼各1件。", [("reviews", 1), ("suits", 1)]),
    (
        "本年度无政府信息公开申请，无行政复议和行政诉讼。",
        [("applications_received", 0), ("reviews", 0), ("suits", 0)],
    ),
    ("全年主动公开政府信息1136条。", [("items_disclosed", 1136)]),
    ("全年在政府网站平台主动公开各类政府信息1.2万条。", [("items_disclosed", 12000)]),
    ("本局主动公开了《职能职责》《2023年决算数据》《2024年预算数据》3件。", [("items_disclosed", 3)]),
]


@pytest.mark.parametrize("sentence,expected", COUNTS, ids=[sentence[:24] for sentence, _ in COUNTS])
def test_a_count_is_read(sentence: str, expected: list[tuple[str, int]]) -> None:
    assert sorted(said(sentence)) == sorted(expected)


TRAPS = [
    # other years, other months, comparisons
    "2023年收到政府信息公开申请10件。",
    "去年收到政府信息公开申请18件。",
    "收到的政府信息公开申请比上年增加3件。",
    "政府信息公开申请同比减少5件。",
    "2024年3月收到政府信息公开申请1件。",
    "上半年受理政府信息公开申请4件。",
    "条例实施以来累计收到政府信息公开申请120件。",
    # parts of a total
    "通过网络收到政府信息公开申请5件，信函收到3件。",
    "受理的政府信息公开申请以网络为主，其中予以公开3件。",
    "全县各部门均有政府信息公开申请，其中县政府办公室新收10件。",
    # totals that are not the new ones
    "全市共收到政府信息公开申请21件（含上年结转3件）中的一部分。".replace(
        "21件（含上年结转3件）", "新收和上年结转的共21件"
    ),
    "撤回政府信息公开申请2件，办结19件。",
    "按时办结政府信息公开申请20件。",
    # approximations
    "全年收到政府信息公开申请约20件。",
    "全年收到政府信息公开申请20余件。",
    "主动公开政府信息180余条。",
    # rules, conditions, other matters
    "同一申请人一个自然月内累计申请10件以下（含10件）的，不收费。",
    "如未收到政府信息公开申请的答复，可申请行政复议。",
    "未收到行政许可申请，收到医疗救助申请32件。",
    "全县办理行政复议案件120件，应诉行政诉讼案件15件。",
    "未发生政府信息公开行政诉讼败诉情况。",
    "未发生行政复议、行政诉讼败诉情况。",
    "政府信息公开行政复议和行政诉讼共3件。",
    "政府信息公开行政复议结果维持2件。",
    "本年新收政府信息公开申请数量 21 0 0 0 0 0 21",
    "每收到一件政府信息公开申请，均登记编号。",
    "未出现政府信息公开申请超期答复。",
    "通过微信公众号发布信息300条。",
    "依申请公开政府信息459条。",
    "收到自然人政府信息公开申请8件。",
    "未收到商业企业提出的政府信息公开申请。",
    "无依申请公开政府信息收费情况。",
    "未发生政府信息公开申请人投诉。",
]


@pytest.mark.parametrize("sentence", TRAPS, ids=[sentence[:24] for sentence in TRAPS])
def test_what_does_not_say_a_count_is_passed_over(sentence: str) -> None:
    assert said(sentence) == []


def test_what_was_carried_in_is_no_part_of_the_new_ones() -> None:
    assert said("全市共收到政府信息公开申请21件（含上年结转3件）。") == [("applications_carried_in", 3)]
    assert said("新收政府信息公开申请20件，上年结转2件，共受理22件。") == [
        ("applications_received", 20),
        ("applications_carried_in", 2),
    ]


def test_an_answer_is_not_the_total_handled() -> None:
    assert said("答复政府信息公开申请19件。") == [("applications_answered", 19)]
    assert prose.PLACES["applications_answered"] == ()


def test_the_heading_says_what_a_bare_count_counts() -> None:
    assert said("全年共收到12件。", under="（二）依申请公开。") == [("applications_received", 12)]
    assert said("全年共收到12件。", under="（三）政府信息管理。") == []


def test_only_the_total_of_a_sentence_is_taken() -> None:
    sentence = "全县受理申请42件，县政府办受理申请12件，县公安局受理申请30件。"
    assert said(sentence, under="（二）依申请公开。") == [("applications_received", 42)]


def test_several_values_of_one_quantity_are_all_kept() -> None:
    sentence = "全县收到政府信息公开申请100件。县政府办公室收到政府信息公开申请15件。"
    assert [value for _, value in said(sentence)] == [100, 15]


def test_a_sentence_broken_over_paragraphs_is_read_whole_with_the_boxes_of_both() -> None:
    lines = paragraphs(TITLE, "本年度收到政府信息", "公开申请1", "2件，均已答复。", "- 3 -")
    (fact,) = prose.facts(lines)
    assert (fact.key, fact.value) == ("applications_received", 12)
    assert fact.text == "本年度收到政府信息公开申请12件"
    assert [box.top for box in fact.boxes] == [40.0, 60.0, 80.0]


def test_the_clause_is_quoted_as_printed() -> None:
    (fact,) = prose.facts(paragraphs(TITLE, "本年，受理政府信息公开申请　１７ 件，均已答复。"))
    assert fact.value == 17
    assert fact.text == "受理政府信息公开申请　１７ 件"


def test_every_quantity_has_its_places_in_both_forms() -> None:
    for edition in forms.editions():
        form = forms.load(edition)
        for places in prose.PLACES.values():
            for table, row, column in places:
                assert form.table(table).row(row).key == row
                assert form.table(table).column(column).key == column


# Numbers


def written(number: int) -> str:
    """A number below 100 million in Chinese, as a clerk writes it."""
    high, low = divmod(number, 10_000)
    if high:
        gap = "零" if 0 < low < 1000 else ""
        return f"{written(high)}万{gap}{written(low) if low else ''}"
    text, zero = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, low = divmod(low, unit)
        if digit:
            text += ("零" if zero and text else "") + "零一二三四五六七八九"[digit] + name
        zero = not digit
    return text or "零"


@given(st.integers(0, 99_999_999))
def test_chinese_numerals_are_read_back(number: int) -> None:
    assert han_number(written(number)) == number


@given(st.integers(10, 19))
def test_ten_to_nineteen_may_lack_the_one(number: int) -> None:
    assert han_number(written(number).removeprefix("一")) == number


@pytest.mark.parametrize(
    "numeral,value",
    [
        ("两千零五", 2005),
        ("二〇", 20),
        ("一百二", 102),
        ("万", None),
        ("百", None),
        ("一二", None),
        ("十十", None),
        ("", None),
    ],
)
def test_odd_numerals(numeral: str, value: int | None) -> None:
    assert han_number(numeral) == value


@given(st.integers(0, 999_999), st.sampled_from(["{}", "{:,}", " {} "]), st.sampled_from(["件", "份", "宗"]))
def test_any_count_is_read_in_any_print(number: int, style: str, unit: str) -> None:
    assert said(f"全年收到政府信息公开申请{style.format(number)}{unit}，均已答复。") == [
        ("applications_received", number)
    ]


@given(st.text(alphabet="收到未政府信息公开申请0123456789件年月，。（）其中结转行政复议诉讼《》费元\n ", max_size=200))
def test_no_text_makes_it_fail_and_facts_quote_what_stands_there(text: str) -> None:
    narrative = paragraphs(TITLE, *text.split("\n"))
    whole = join(narrative).plain
    for fact in prose.facts(narrative):
        assert "".join(fact.text.split()).replace("（", "(").replace("）", ")") in whole.replace("\n", "")
        assert fact.boxes
    prose.heading(narrative)
    prose.fee(narrative)


# The fee

FEE_DENIED = [
    "本年度未收取信息处理费。",
    "2024年未产生政府信息公开信息处理费。",
    "不涉及政府信息公开信息处理费。",
    "尚未开展收费。",
    "本年度无收费情况。",
    "收费金额为0。",
    "收取信息处理费情况：本年度未收取。",
    "2024年本机关依申请提供政府信息未收取任何费用。",
    "按照规定，2024年度我局不收取信息处理费。",
    "本年度没有向申请人收取政府信息公开信息处理费。",
    "本机关按照《政府信息公开信息处理费管理办法》规定的按件、按量收费标准，本年度没有产生信息公开处理费。",
    "2023年收取信息处理费380元，2024年未收取。",
    "信息处理费收取情况：无。",
    "未发出收费通知。",
]


@pytest.mark.parametrize("sentence", FEE_DENIED, ids=[sentence[:24] for sentence in FEE_DENIED])
def test_no_fee(sentence: str) -> None:
    read = fee(sentence)
    assert (read.stated, read.yuan, read.billed, read.cases) == ("none", None, None, None)
    assert read.text
    assert read.boxes


CHARGES = [
    ("全年收取政府信息公开信息处理费 0 元。", ("none", 0, None, None)),
    ("本年度发出收费通知0件，总金额0元，实际收取0元。", ("none", 0, 0, 0)),
    ("本年度收取信息处理费0件。", ("none", None, None, 0)),
    ("全市共收取信息处理费25件2950元。", ("charged", 2950, None, 25)),
    ("累计收取信息处理费380元（1件）。", ("charged", 380, None, 1)),
    ("全年收取信息处理费3,940元。", ("charged", 3940, None, None)),
    ("2024年收取信息处理费0.04万元。", ("charged", 400, None, None)),
    ("收取信息处理费12.5元。", ("charged", Decimal("12.5"), None, None)),
    ("发出收费通知3件，总金额2230元，实际收取880元。", ("charged", 880, 2230, 3)),
    ("发出收费通知3件，总金额2230元。实际收取880元。", ("charged", 880, 2230, 3)),
    ("发出收费通知3件，总金额2230元，均未缴纳。", ("charged", 0, 2230, 3)),
    ("对三件申请发出信息处理费收费通知。", ("charged", None, None, 3)),
    ("共收取信息处理费2950元，其中：甲局1件420元，乙局2件290元。", ("charged", 2950, None, None)),
    ("本机关2024年收取信息处理费2000余元。", ("charged", None, None, None)),
]


@pytest.mark.parametrize("sentence,expected", CHARGES, ids=[sentence[:24] for sentence, _ in CHARGES])
def test_a_charge(sentence: str, expected: tuple[str, object, object, object]) -> None:
    read = fee(sentence)
    assert (read.stated, read.yuan, read.billed, read.cases) == expected


FEE_SILENT = [
    "无其他需要报告的事项。",
    "严格执行《政府信息公开信息处理费管理办法》。",
    "依据《政府信息公开信息处理费管理办法》收取信息处理费。",
    "申请数量明显超过合理范围的，行政机关可以收取信息处理费。",
    "11—30件的部分100元/件，信息处理费按件计收。",
    "同一申请人一个自然月内累计申请10件以下的，不收费。",
    "我局2024年行政事业性收费金额30万元。",
    "不得违规收取信息处理费。",
    "逾期未缴纳信息处理费的，视为放弃申请。",
    "落实项目经费5000万元。",
]


@pytest.mark.parametrize("sentence", FEE_SILENT, ids=[sentence[:24] for sentence in FEE_SILENT])
def test_rules_and_other_money_state_no_fee(sentence: str) -> None:
    assert fee(sentence) == prose.Fee()


def test_a_charge_outweighs_the_office_that_charged_nothing() -> None:
    read = prose.fee(
        paragraphs(TITLE, "六、其他需要报告的事项", "市政府办公室未收取信息处理费。", "全市共收取信息处理费380元。")
    )
    assert (read.stated, read.yuan) == ("charged", 380)
    assert read.text == "全市共收取信息处理费380元"


# Real reports


@pytest.mark.parametrize(
    "name,organ,year,applications,stated,yuan",
    [
        ("hotan-science-2024.txt", "和田地区科技局", 2024, 0, "none", None),
        ("hotan-science-2024.pdf", "和田地区科技局", 2024, 0, "none", None),
        ("hongze-2023.pdf", "洪泽区人民政府", 2023, 21, "none", 0),
        ("hongze-2024.pdf", "淮安市洪泽区人民政府", 2024, 17, "none", 0),
    ],
)
def test_real_narratives(
    shared: Path, name: str, organ: str, year: int, applications: int, stated: str, yuan: int | None
) -> None:
    narrative = read_report(shared / "reports" / name).paragraphs
    heading = prose.heading(narrative)
    counted = {fact.key: fact.value for fact in prose.facts(narrative)}
    read = prose.fee(narrative)
    assert (heading.organ, heading.year, heading.findings) == (organ, year, ())
    assert counted["applications_received"] == applications
    assert set(counted) == {"applications_received", "items_disclosed"}
    assert (read.stated, read.yuan, read.billed, read.cases) == (stated, yuan, None, None)


def test_published_fee_statements_in_our_own_words(shared: Path) -> None:
    """The amounts and cases that real reports state, put into plain sentences, come back as they were."""
    with (shared / "figures" / "fee_statements.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        if row["fee_stated"] != "charged":
            continue
        cases = f"，涉及{row['fee_items']}件申请" if row["fee_items"] else ""
        read = fee(f"全年共收取信息处理费{row['fee_yuan']}元{cases}。")
        assert (read.stated, read.yuan) == ("charged", int(row["fee_yuan"])), row
        assert read.cases == (int(row["fee_items"]) if row["fee_items"] else None), row
