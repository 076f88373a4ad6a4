"""The statutory forms: every row as the notices print it, every sum complete, a loader that lets no slip through."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import gxstudy
from gxstudy import forms
from gxstudy.errors import CallError
from gxstudy.text import label_key

APPLICANTS = ("natural_person", "business", "research", "public_interest", "legal_service", "other")

# Table three as the form of 2021 prints it: key, group, label, article of the Regulations.
APPLICATIONS = [
    ("new", None, "一、本年新收政府信息公开申请数量", None),
    ("carried_in", None, "二、上年结转政府信息公开申请数量", None),
    ("granted", "outcome", "（一）予以公开", "36(1), 36(2)"),
    ("partial", "outcome", "（二）部分公开（区分处理的，只计这一情形，不计其他情形）", "37"),
    ("denied.state_secret", "denied", "1.属于国家秘密", "14"),
    ("denied.law_prohibits", "denied", "2.其他法律行政法规禁止公开", "14"),
    ("denied.security_stability", "denied", "3.危及“三安全一稳定”", "14"),
    ("denied.third_party", "denied", "4.保护第三方合法权益", "15"),
    ("denied.internal", "denied", "5.属于三类内部事务信息", "16(1)"),
    ("denied.process", "denied", "6.属于四类过程性信息", "16(2)"),
    ("denied.enforcement_file", "denied", "7.属于行政执法案卷", "16(2)"),
    ("denied.query", "denied", "8.属于行政查询事项", "36(7)"),
    ("unavailable.not_held", "unavailable", "1.本机关不掌握相关政府信息", "36(4), 36(5)"),
    ("unavailable.not_existing", "unavailable", "2.没有现成信息需要另行制作", "38"),
    ("unavailable.unclear", "unavailable", "3.补正后申请内容仍不明确", "30"),
    ("rejected.petition", "rejected", "1.信访举报投诉类申请", "39"),
    ("rejected.repeat", "rejected", "2.重复申请", "36(6)"),
    ("rejected.publication", "rejected", "3.要求提供公开出版物", "39"),
    ("rejected.abusive", "rejected", "4.无正当理由大量反复申请", "35"),
    ("rejected.reconfirm", "rejected", "5.要求行政机关确认或重新出具已获取信息", None),
    ("other.no_correction", "other", "1.申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请", "30"),
    ("other.unpaid_fee", "other", "2.申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请", None),
    ("other.other", "other", "3.其他", None),
    ("handled_total", "outcome", "（七）总计", None),
    ("carried_out", None, "四、结转下年度继续办理", None),
]
OTHER_IN_ONE_ROW = ("other", "outcome", "（六）其他处理", None)

# Table two: heading, columns, rows with their labels.
DISCLOSURE = {
    "2021": [
        (
            "第二十条第（一）项",
            {"made": "本年制发件数", "repealed": "本年废止件数", "in_force": "现行有效件数"},
            {"regulations": "规章", "normative_documents": "行政规范性文件"},
        ),
        ("第二十条第（五）项", {"decisions": "本年处理决定数量"}, {"licensing": "行政许可"}),
        ("第二十条第（六）项", {"decisions": "本年处理决定数量"}, {"penalties": "行政处罚", "coercion": "行政强制"}),
        ("第二十条第（八）项", {"amount_10k_yuan": "本年收费金额（单位：万元）"}, {"charges": "行政事业性收费"}),
    ],
    "2019": [
        (
            "第二十条第（一）项",
            {
                "newly_made": "本年新制作数量",
                "newly_disclosed": "本年新公开数量",
                "total_disclosed": "对外公开总数量",
            },
            {"regulations": "规章", "normative_documents": "规范性文件"},
        ),
        (
            "第二十条第（五）项",
            {"items_last_year": "上一年项目数量", "change": "本年增/减", "decisions": "处理决定数量"},
            {"licensing": "行政许可", "other_services": "其他对外管理服务事项"},
        ),
        (
            "第二十条第（六）项",
            {"items_last_year": "上一年项目数量", "change": "本年增/减", "decisions": "处理决定数量"},
            {"penalties": "行政处罚", "coercion": "行政强制"},
        ),
        (
            "第二十条第（八）项",
            {"items_last_year": "上一年项目数量", "change": "本年增/减"},
            {"charges": "行政事业性收费"},
        ),
        ("第二十条第（九）项", {"projects": "采购项目数量", "amount": "采购总金额"}, {"procurement": "政府集中采购"}),
    ],
}
DISCLOSURE_ARTICLES = {
    "regulations": "20(1)",
    "normative_documents": "20(1)",
    "licensing": "20(5)",
    "other_services": "20(5)",
    "penalties": "20(6)",
    "coercion": "20(6)",
    "charges": "20(8)",
    "procurement": "20(9)",
}

both = pytest.mark.parametrize("edition", forms.editions())


# The two editions as printed ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("edition, disclosure, applications, disputes", [("2019", 22, 161, 15), ("2021", 10, 175, 15)])
def test_each_edition_has_as_many_places_as_the_printed_form(
    edition: str, disclosure: int, applications: int, disputes: int
) -> None:
    form = forms.load(edition)
    assert {table.key: len(table.places()) for table in form.tables} == {
        "disclosure": disclosure,
        "applications": applications,
        "disputes": disputes,
    }
    for table in form.tables:
        assert len(set(table.places())) == len(table.places())


@both
def test_other_handling_may_be_one_row_in_place_of_three(edition: str) -> None:
    table = forms.load(edition).table("applications")
    printed = table.places(variant=True)
    assert len(printed) == 161
    assert {row for row, _ in printed} >= {"other", "handled_total"}
    assert not {row for row, _ in printed} & {"other.no_correction", "other.unpaid_fee", "other.other"}
    assert [row for row, column in printed if column == "total"][-3:] == ["other", "handled_total", "carried_out"]
    assert printed == forms.load("2019").table("applications").places()


def test_table_three_of_2021_is_as_printed() -> None:
    table = forms.load("2021").table("applications")
    listed = [(row.key, row.group, row.label, row.article) for row in table.rows]
    assert [row for row in listed if row != OTHER_IN_ONE_ROW] == APPLICATIONS
    assert table.row("other").replaces == ("other.no_correction", "other.unpaid_fee", "other.other")
    assert [row.key for row in table.rows if row.replaces] == ["other"]
    assert table.row("other.unpaid_fee").source == "国办函〔2020〕109号"


def test_table_three_of_2019_is_that_of_2021_but_for_other_handling() -> None:
    table = forms.load("2019").table("applications")
    expected = [row for row in APPLICATIONS if row[1] != "other"]
    expected.insert(-2, OTHER_IN_ONE_ROW)
    assert [(row.key, row.group, row.label, row.article) for row in table.rows] == expected
    assert not any(row.replaces for row in table.rows)
    assert "other" not in {group.key for group in table.groups}


@both
def test_table_three_has_its_columns_and_merged_labels(edition: str) -> None:
    table = forms.load(edition).table("applications")
    assert [(column.key, column.label) for column in table.columns] == list(
        zip(
            (*APPLICANTS, "total"),
            ("自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计"),
            strict=True,
        )
    )
    assert [group.label for group in table.parents("legal_person")] == ["申请人情况", "法人或其他组织"]
    assert [group.label for group in table.parents("denied")] == ["三、本年度办理结果", "（三）不予公开"]
    assert table.parents(None) == ()
    labels = {group.label for group in table.groups if group.parent == "outcome"}
    assert labels == {"（三）不予公开", "（四）无法提供", "（五）不予处理"} | (
        {"（六）其他处理"} if edition == "2021" else set()
    )
    assert table.stub == "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）"


@both
def test_table_four_has_three_blocks_of_five_results(edition: str) -> None:
    table = forms.load(edition).table("disputes")
    assert [(row.key, row.label) for row in table.rows] == [
        ("review", "行政复议"),
        ("suit_direct", "未经复议直接起诉"),
        ("suit_after_review", "复议后起诉"),
    ]
    assert [column.label for column in table.columns] == ["结果维持", "结果纠正", "其他结果", "尚未审结", "总计"]
    assert [group.label for group in table.parents(table.row("suit_direct").group)] == ["行政诉讼"]
    assert table.row("review").group is None


@both
def test_table_two_has_its_headed_blocks(edition: str) -> None:
    table = forms.load(edition).table("disclosure")
    printed = [
        (
            block.label,
            {key: table.column(key).label for key in block.columns},
            {key: table.row(key).label for key in block.rows},
        )
        for block in table.blocks
    ]
    assert printed == DISCLOSURE[edition]
    assert {row.key: row.article for row in table.rows} == {row.key: DISCLOSURE_ARTICLES[row.key] for row in table.rows}


def test_only_money_may_have_decimals_and_only_a_change_may_be_negative() -> None:
    columns = {
        (edition, table.key, column.key): column
        for edition in forms.editions()
        for table in forms.load(edition).tables
        for column in table.columns
    }
    fractional = {place for place, column in columns.items() if column.fractional}
    assert fractional == {("2021", "disclosure", "amount_10k_yuan"), ("2019", "disclosure", "amount")}
    assert {place for place, column in columns.items() if column.signed} == {("2019", "disclosure", "change")}
    assert columns["2021", "disclosure", "amount_10k_yuan"].unit == "10,000 yuan"
    assert columns["2019", "disclosure", "amount"].unit == "as printed"


def test_the_charges_of_the_two_editions_share_no_column() -> None:
    old, new = (
        {column for row, column in _places(edition, "disclosure") if row == "charges"} for edition in forms.editions()
    )
    assert not old & new


def _places(edition: str, table: str) -> tuple[tuple[str, str], ...]:
    return forms.load(edition).table(table).places()


@both
def test_sections_and_numbers(edition: str) -> None:
    form = forms.load(edition)
    assert [(table.key, table.number) for table in form.tables] == [
        ("disclosure", "二"),
        ("applications", "三"),
        ("disputes", "四"),
    ]
    for table in form.tables:
        assert table.section == f"{table.number}、{table.zh}"
    assert form.edition == edition
    assert form.notice == {"2019": "国办公开办函〔2019〕60号", "2021": "国办公开办函〔2021〕30号"}[edition]


@pytest.mark.parametrize(
    "year, edition", [(2008, None), (2018, None), (2019, "2019"), (2020, "2019"), (2021, "2021"), (2030, "2021")]
)
def test_the_edition_that_a_year_must_follow(year: int, edition: str | None) -> None:
    form = forms.for_year(year)
    assert (form.edition if form else None) == edition


# Its sums -------------------------------------------------------------------------------------------------------------


def _identity(edition: str, key: str) -> forms.Identity:
    return next(identity for identity in forms.load(edition).identities if identity.key == key)


@both
def test_the_outcomes_are_every_leaf_of_the_outcome_group(edition: str) -> None:
    table = forms.load(edition).table("applications")
    leaves = [
        row.key
        for row in table.rows
        if "outcome" in {group.key for group in table.parents(row.group)} and row.key != "handled_total"
        if not row.replaces
    ]
    identity = _identity(edition, "outcomes")
    assert list(identity.left) == leaves
    assert len(leaves) == {"2019": 19, "2021": 21}[edition]
    assert (identity.table, identity.along, identity.right) == ("applications", "column", ("handled_total",))


@both
def test_the_other_identities_are_those_of_the_form(edition: str) -> None:
    found = {
        identity.key: (identity.table, identity.along, identity.left, identity.right)
        for identity in forms.load(edition).identities
        if identity.key != "outcomes"
    }
    assert found == {
        "balance": ("applications", "column", ("new", "carried_in"), ("handled_total", "carried_out")),
        "applicants": ("applications", "row", APPLICANTS, ("total",)),
        "results": ("disputes", "row", ("upheld", "corrected", "other", "pending"), ("total",)),
    }


@both
def test_identities_name_every_place_of_tables_three_and_four(edition: str) -> None:
    form = forms.load(edition)
    named = set()
    for identity in form.identities:
        table = form.table(identity.table)
        lines = table.columns if identity.along == "column" else table.rows
        for line in lines:
            for term in identity.left + identity.right:
                named.add((table.key, *((term, line.key) if identity.along == "column" else (line.key, term))))
    printed = {(key, *place) for key in ("applications", "disputes") for place in _places(edition, key)}
    assert printed <= named
    assert all(row == "other" for _, row, _ in named - printed)


def test_sums_between_years() -> None:
    found = {edition: {known.key: known for known in forms.load(edition).continuities} for edition in forms.editions()}
    assert {edition: sorted(keys) for edition, keys in found.items()} == {
        "2019": ["carry_over"],
        "2021": ["carry_over", "regulations_stock"],
    }
    for known in found.values():
        carry = known["carry_over"]
        assert (carry.this_year, carry.last_year) == (("carried_in",), ("carried_out",))
        assert (carry.table, carry.along, carry.plus, carry.minus) == ("applications", "column", (), ())
    stock = found["2021"]["regulations_stock"]
    assert (stock.this_year, stock.last_year, stock.plus, stock.minus) == (
        ("in_force",),
        ("in_force",),
        ("made",),
        ("repealed",),
    )
    assert (stock.along, stock.rows) == ("row", ("regulations", "normative_documents"))


# One home for labels --------------------------------------------------------------------------------------------------


def _constants(path: Path) -> list[tuple[int, str]]:
    """The strings of a module that are not docstrings."""
    tree = ast.parse(path.read_text("utf-8"))
    documentation = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return [
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation
    ]


def test_no_code_repeats_a_label_of_the_forms() -> None:
    """A row label alone is never a string of the code; a long label of any kind does not even occur in one.

    The phrases of the narrative (prose) are no labels, though they use the same words.
    """
    home = Path(gxstudy.__file__).parent
    parts = [
        (part, kind)
        for edition in forms.editions()
        for table in forms.load(edition).tables
        for kind, values in (
            ("row", table.rows),
            ("column", table.columns),
            ("group", table.groups),
            ("block", table.blocks),
        )
        for part in values
    ]
    rows = {label_key(part.label) for part, kind in parts if kind == "row"}
    long = {label_key(part.label) for part, _ in parts if len(label_key(part.label)) > 5}
    repeated = [
        f"{path.relative_to(home)}:{line}: {text!r}"
        for path in sorted(home.rglob("*.py"))
        if "prose" not in path.relative_to(home).parts[0]
        for line, text in _constants(path)
        if (key := label_key(text)) in rows or any(label in key for label in long)
    ]
    assert not repeated


def test_every_label_is_written_in_the_characters_of_the_notices() -> None:
    for edition in forms.editions():
        for table in forms.load(edition).tables:
            for part in (*table.rows, *table.columns, *table.groups):
                assert not re.search(r"[\s():,\"']", part.label), part.label


# Asking for what is not there -----------------------------------------------------------------------------------------


def test_asking_for_what_the_form_does_not_have_names_what_it_has() -> None:
    form = forms.load("2021")
    with pytest.raises(CallError, match=r"no form edition '2014'; there are: 2019, 2021"):
        forms.load("2014")
    with pytest.raises(
        CallError, match=r"no table of form 2021 has the key 'fees'; there are: disclosure, applications"
    ):
        form.table("fees")
    with pytest.raises(CallError, match=r"no row of table 'disputes' has the key 'appeal'; there are: review, "):
        form.table("disputes").row("appeal")
    with pytest.raises(CallError, match=r"no column of table 'disputes' has the key 'lost'; there are: upheld, "):
        form.table("disputes").column("lost")
    with pytest.raises(CallError, match=r"no group of table 'disputes' has the key 'x'; there are: suit"):
        form.table("disputes").group("x")


# The loader -----------------------------------------------------------------------------------------------------------

SMALL = """
edition = "2019"
notice = "a notice"
first_year = 2019
last_year = 2020

[tables.requests]
number = "一"
zh = "申请"
en = "Requests"
layout = "matrix"
section = "一、申请"
groups = [
  { key = "result", label = "结果", en = "Result", axis = "row" },
  { key = "refused", label = "不予", en = "Refused", axis = "row", parent = "result" },
  { key = "who", label = "申请人", en = "Who", axis = "column" },
]
columns = [
  { key = "person", label = "自然人", en = "Person", unit = "requests", group = "who" },
  { key = "firm", label = "企业", synonyms = ["公司"], en = "Firm", unit = "requests", group = "who" },
  { key = "total", label = "总计", en = "Total", unit = "requests", fractional = false },
]
rows = [
  { key = "granted", label = "公开", en = "Granted", group = "result", article = "36" },
  { key = "secret", label = "1.国家秘密", en = "Secret", group = "refused" },
  { key = "third", label = "2.第三方", synonyms = ["2.第三方权益"], en = "Third party", group = "refused" },
  { key = "refusals", label = "（二）不予", en = "Refusals", group = "result", replaces = ["secret", "third"] },
  { key = "handled", label = "合计", en = "Handled" },
]

[tables.rules]
number = "二"
zh = "规章"
en = "Rules"
layout = "blocks"
section = "二、规章"
blocks = [
  { key = "one", label = "第一项", en = "One", columns = ["made", "kept"], rows = ["rules"] },
  { key = "two", label = "第二项", en = "Two", columns = ["made"], rows = ["orders"] },
]
columns = [
  { key = "made", label = "制发", en = "Made", unit = "documents" },
  { key = "kept", label = "有效", en = "Kept", unit = "documents" },
]
rows = [
  { key = "rules", label = "规章", en = "Rules" },
  { key = "orders", label = "决定", en = "Orders" },
]

[tables.disputes]
same_as = "2021"

[[identities]]
key = "results"
table = "requests"
along = "column"
left = ["granted", "secret", "third"]
right = ["handled"]
en = "results add up"
source = "made up"

[[continuities]]
key = "stock"
table = "rules"
along = "row"
rows = ["rules"]
this_year = ["kept"]
last_year = ["kept"]
plus = ["made"]
en = "kept = kept + made"
"""


def test_the_small_form_is_read() -> None:
    form = forms.parse(SMALL, name="small.toml")
    assert form.table("requests").places() == tuple(
        (row, column) for row in ("granted", "secret", "third", "handled") for column in ("person", "firm", "total")
    )
    assert [row for row, _ in form.table("requests").places(variant=True)][::3] == ["granted", "refusals", "handled"]
    assert form.table("rules").places() == (("rules", "made"), ("rules", "kept"), ("orders", "made"))
    assert form.table("requests").column("firm").synonyms == ("公司",)
    assert form.table("disputes") == forms.load("2021").table("disputes")
    assert form.continuities[0].minus == ()


@pytest.mark.parametrize(
    "before, after, message",
    [
        # keys
        ('notice = "a notice"', 'notce = "a notice"', "the file: unknown key 'notce'; expected continuities, edition"),
        ('notice = "a notice"\n', "", "the file: missing key 'notice'"),
        ('layout = "matrix"\n', "", r"\[tables.requests\]: missing key 'layout'"),
        ('en = "Firm"', 'eng = "Firm"', r"\[tables.requests\] column firm: unknown key 'eng'"),
        ('key = "firm", ', "", r"\[tables.requests\] column \?: missing key 'key'"),
        ('en = "Third party", ', "", r"\[tables.requests\] row third: missing key 'en'"),
        ('article = "36"', 'articles = "36"', r"row granted: unknown key 'articles'"),
        ('en = "Refused", ', "", "group refused: missing key 'en'"),
        ('label = "第一项", ', "", "block one: missing key 'label'"),
        ('source = "made up"\n', "", "identity results: missing key 'source'"),
        ('plus = ["made"]', 'add = ["made"]', "continuity stock: unknown key 'add'"),
        # types
        ('label = "公开"', "label = 3", "row granted: label is 3; expected a string"),
        ('label = "公开"', 'label = " "', "row granted: label is ' '; expected a string"),
        ("first_year = 2019", 'first_year = "2019"', "the file: first_year is '2019'; expected a whole number"),
        ("first_year = 2019", "first_year = true", "the file: first_year is True; expected a whole number"),
        ('edition = "2019"', "edition = 2019", "the file: edition is 2019; expected a string"),
        ("fractional = false", 'fractional = "no"', "column total: fractional is 'no'; expected true or false"),
        ('synonyms = ["公司"]', 'synonyms = "公司"', "column firm: synonyms is '公司'; expected a list of strings"),
        ('synonyms = ["公司"]', "synonyms = [1]", r"column firm: synonyms is \[1\]; expected a list of strings"),
        ('right = ["handled"]', 'right = "handled"', "identity results: right is 'handled'; expected a list of str"),
        ("[tables.disputes]", "[[tables.disputes]]", r"tables.disputes is \[\{.*\}\]; expected a table"),
        ("[[identities]]", "[identities]", "the file: identities is .*; expected a list of tables"),
        # syntax
        ('zh = "申请"', "zh = 申请", r"the file: not TOML: .*line 9"),
        ('en = "Requests"', 'en = "Requests"\nen = "Again"', "the file: not TOML"),
        # keys and labels that stand twice
        ('key = "third"', 'key = "secret"', r"\[tables.requests\]: the row key 'secret' stands twice"),
        ('key = "firm"', 'key = "person"', "the column key 'person' stands twice"),
        ('key = "refused"', 'key = "result"', "the group key 'result' stands twice"),
        ('key = "two"', 'key = "one"', "the block key 'one' stands twice"),
        ('rows = ["orders"]', 'rows = ["orders", "rules"]', "among the rows of the blocks, 'rules' stands twice"),
        ('columns = ["made", "kept"]', 'columns = ["made", "made"]', "block 'one': the column 'made' stands twice"),
        ('label = "2.第三方"', 'label = "1、国家秘密"', "the rows 'secret' and 'third' share the label '1、国家秘密'"),
        ('"2.第三方权益"', '"1.国家秘密"', "the rows 'secret' and 'third' share the label '1.国家秘密'"),
        ('"公司"', '"自然人"', "the columns 'person' and 'firm' share the label '自然人'"),
        ('label = "第二项"', 'label = "第一项"', "the blocks 'one' and 'two' share the label '第一项'"),
        ('label = "公开"', 'label = "（）"', "the row 'granted' has the label '（）', which has no letters"),
        ('key = "stock"', 'key = "results"', "the file: the identity 'results' stands twice"),
        # names of what is not there
        (
            'group = "refused"',
            'group = "denied"',
            "row 'secret' names the group 'denied'; there is no such group of rows",
        ),
        ('group = "refused"', 'group = "who"', "row 'secret' names the group 'who'; there is no such group of rows"),
        (
            'group = "who"',
            'group = "whom"',
            "column 'person' names the group 'whom'; there is no such group of columns",
        ),
        ('parent = "result"', 'parent = "results"', "group 'refused' names the group 'results'; there is no such"),
        (
            'parent = "result"',
            'parent = "who"',
            "group 'refused' names the group 'who'; there is no such group of rows",
        ),
        ('parent = "result"', 'parent = "refused"', "group 'refused' stands inside itself"),
        (
            'en = "Result", axis = "row"',
            'en = "Result", axis = "row", parent = "refused"',
            "'result' stands inside itself",
        ),
        ('axis = "column"', 'axis = "columns"', "group who: axis is 'columns'; expected 'row' or 'column'"),
        (
            'replaces = ["secret", "third"]',
            'replaces = ["secrets"]',
            "row 'refusals' replaces the missing row 'secrets'",
        ),
        ('replaces = ["secret", "third"]', 'replaces = ["refusals"]', "row 'refusals' replaces itself"),
        ('rows = ["orders"]', 'rows = ["order"]', "block 'two' names the missing row 'order'"),
        ('columns = ["made", "kept"]', 'columns = ["made", "keep"]', "block 'one' names the missing column 'keep'"),
        ('columns = ["made", "kept"]', 'columns = ["made"]', "no block has the column 'kept'"),
        ('rows = ["orders"]', "rows = []", "no block has the row 'orders'"),
        # layouts
        ('layout = "matrix"', 'layout = "matrices"', "layout is 'matrices'; expected 'matrix', 'blocks' or 'across'"),
        ('layout = "blocks"', 'layout = "across"', "layout is 'across' and there are 2 blocks"),
        ('layout = "matrix"', 'layout = "blocks"', "layout is 'blocks' and there are 0 blocks"),
        ("last_year = 2020", "last_year = 2018", "the file: last_year 2018 lies before first_year 2019"),
        # sums
        ('left = ["granted", ', 'left = ["grants", ', "left names a row that table 'requests' does not have, 'grants'"),
        ('right = ["handled"]', 'right = ["total"]', "right names a row that table 'requests' does not have, 'total'"),
        ('right = ["handled"]', "right = []", "identity results: right is empty"),
        ('right = ["handled"]', 'right = ["granted"]', "identity results: on both sides, 'granted' stands twice"),
        ('left = ["granted", ', 'left = ["secret", ', "identity results: left: the row 'secret' stands twice"),
        ('along = "column"', 'along = "columns"', "identity results: along is 'columns'; expected 'row' or 'column'"),
        ('along = "column"', 'along = "row"', "left names a column that table 'requests' does not have, 'granted'"),
        ('table = "requests"', 'table = "request"', "identity results: names the missing table 'request'"),
        (
            'plus = ["made"]',
            'plus = ["makes"]',
            "continuity stock: plus names a column that table 'rules' does not have",
        ),
        ('rows = ["rules"]\nthis', 'rows = ["rule"]\nthis', "continuity stock: rows names the missing row 'rule'"),
        ('rows = ["rules"]\nthis', 'rows = ["rules", "rules"]\nthis', "continuity stock: rows: 'rules' stands twice"),
        # tables taken over from a later edition
        ('same_as = "2021"', 'same_as = "2014"', r"same_as is '2014'; expected a later edition \(2021\)"),
        ('same_as = "2021"', 'same_as = "2019"', r"same_as is '2019'; expected a later edition \(2021\)"),
        ('edition = "2019"', 'edition = "2021"', r"same_as is '2021'; expected a later edition \(there is none\)"),
        (
            'same_as = "2021"',
            'same_as = "2021"\nwithout_rows = ["x"]',
            "without_rows names 'x', which form 2021 does not",
        ),
        (
            'same_as = "2021"',
            'same_as = "2021"\nrows = []',
            r"\[tables.disputes\]: unknown key 'rows'; expected same_as",
        ),
        ("[tables.disputes]", "[tables.quarrels]", r"\[tables.quarrels\]: form 2021 has no table 'quarrels'"),
    ],
)
def test_a_slip_in_a_form_is_a_clear_error(before: str, after: str, message: str) -> None:
    assert before in SMALL
    toml = SMALL.replace(before, after, 1)
    with pytest.raises(ValueError, match=rf"(?s)^small\.toml, .*{message}") as caught:
        forms.parse(toml, name="small.toml")
    assert type(caught.value) is ValueError


def test_groups_of_one_place_share_no_label() -> None:
    toml = SMALL.replace(
        'label = "不予", en = "Refused", axis = "row", parent = "result"', 'label = "结果", en = "R", axis = "row"'
    )
    with pytest.raises(ValueError, match="the groups 'result' and 'refused' share the label '结果'"):
        forms.parse(toml)


def test_rows_limit_only_a_sum_along_rows() -> None:
    toml = SMALL.replace('along = "row"\nrows = ["rules"]', 'along = "column"\nrows = ["rules"]').replace(
        'this_year = ["kept"]\nlast_year = ["kept"]\nplus = ["made"]', 'this_year = ["rules"]\nlast_year = ["orders"]'
    )
    with pytest.raises(ValueError, match="continuity stock: rows limits an identity along rows; along is 'column'"):
        forms.parse(toml)


def test_a_table_taken_over_without_rows_that_a_block_needs_is_refused() -> None:
    toml = SMALL.replace(
        '[tables.disputes]\nsame_as = "2021"', '[tables.disclosure]\nsame_as = "2021"\nwithout_rows = ["charges"]'
    )
    with pytest.raises(
        ValueError, match=r"\[tables.disclosure\]: block 'article_20_8' names the missing row 'charges'"
    ):
        forms.parse(toml)


@both
def test_a_form_is_read_once(edition: str) -> None:
    assert forms.load(edition) is forms.load(edition)
