"""Folding, label keys and printed numbers: what must be one, what must stay apart, and that no value is invented."""

from __future__ import annotations

import unicodedata
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gxstudy import forms
from gxstudy.text import Reading, fold, join_lines, label_key, read_number, squeeze

FULL_WIDTH = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)})
KANGXI = [chr(code) for code in range(0x2F00, 0x2FD6)]
SUPPLEMENT = [chr(code) for code in range(0x2E80, 0x2EF4) if unicodedata.category(chr(code)) == "So"]
LABELS = sorted(
    {
        label
        for edition in forms.editions()
        for table in forms.load(edition).tables
        for part in (*table.rows, *table.columns, *table.groups)
        for label in (part.label, *part.synonyms)
    }
)
any_text = st.text(max_size=40)
near_text = st.text(
    st.sampled_from(
        "0123456789０９１٣②²½①,.，．+-－—−/／ \u3000\u00a0\n\t\x07\x0b\u200b\u00ad()（）件元无零〇OolI|eEnaN增减约余"
    ),
    max_size=12,
)


# Folding --------------------------------------------------------------------------------------------------------------


@given(any_text)
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_folding_is_stable_where_an_invisible_character_parts_a_letter_from_its_accent() -> None:
    assert fold("e\u200b\u0301") == fold(fold("e\u200b\u0301")) == "\u00e9"


@given(any_text)
def test_squeezed_text_has_no_white_space_and_the_same_visible_characters(text: str) -> None:
    squeezed = squeeze(text)
    assert not any(character.isspace() for character in squeezed)
    assert squeezed == "".join(fold(text).split())


def test_every_kangxi_radical_folds_to_an_ideograph() -> None:
    assert len(KANGXI) == 214
    for radical in KANGXI:
        folded = fold(radical)
        assert len(folded) == 1, radical
        assert unicodedata.name(folded).startswith("CJK UNIFIED IDEOGRAPH"), radical


def test_every_supplementary_radical_folds_to_an_ideograph() -> None:
    assert len(SUPPLEMENT) == 115
    left = [radical for radical in SUPPLEMENT if not unicodedata.name(fold(radical)).startswith("CJK UNIFIED")]
    assert left == ["⺀"], "the one radical for which Unicode names no ideograph"
    assert {len(fold(radical)) for radical in SUPPLEMENT} == {1}


# Radicals that text layers give for the ideograph of the same glyph; strokes and forms that fonts do not part.
LOOK_ALIKES = "⺠⻓⻔⻅⻚⻋⻉⻬⻢⻛⻄⻘⻩⻰⻳⺟⻮⼀⼆⼋⼗⼩⼤⾏⾃⼈⽅⽂⼯⼾⾭⿈㇐㇔"
IDEOGRAPHS = "民长门见页车贝齐马风西青黄龙龟母齿一二八十小大行自人方文工户青黄一丶"


@pytest.mark.parametrize("radical, ideograph", list(zip(LOOK_ALIKES, IDEOGRAPHS, strict=True)))
def test_a_radical_is_the_ideograph_that_looks_like_it(radical: str, ideograph: str) -> None:
    assert fold(radical) == fold(ideograph) == ideograph


@pytest.mark.parametrize("dash", list("‐‑‒–—―⸺⸻−─━－ー﹣﹘⁃-\u00ad"))
def test_all_dashes_are_one(dash: str) -> None:
    assert fold(dash) == "-"


def test_a_lost_character_and_a_picture_are_not_dropped() -> None:
    assert fold("\ufffd\ufffc") == "\ufffd\ufffc"


# Label keys -----------------------------------------------------------------------------------------------------------


def _reprint(label: str, between: str) -> str:
    """The label as another program prints it: other characters for the same, something between any two."""
    radicals = {fold(radical): radical for radical in KANGXI}
    radicals |= {fold(radical): radical for radical in SUPPLEMENT}
    return between.join(radicals.get(character, character) for character in label.translate(FULL_WIDTH))


@pytest.mark.parametrize("between", ["", " ", "\n", "\u3000", "\u200b", "\ufeff", "\u00ad", "\x07", "\U000e0100"])
def test_a_label_keeps_its_key_in_every_print(between: str) -> None:
    for label in LABELS:
        assert label_key(_reprint(label, between)) == label_key(label), label


@given(st.sampled_from(LABELS), st.data())
def test_brackets_quotation_marks_and_punctuation_do_not_count(label: str, data: st.DataObject) -> None:
    noise = st.text(st.sampled_from("（）()【】〔〕［］“”\"'‘’「」《》、，,。.：:；;—-－/／ \u3000·…_\n"), max_size=3)
    printed = "".join(data.draw(noise) + character for character in label) + data.draw(noise)
    assert label_key(printed) == label_key(label)


@given(any_text)
def test_a_label_key_is_its_own_key(text: str) -> None:
    assert label_key(label_key(text)) == label_key(text)


@given(any_text)
def test_a_label_key_holds_letters_and_digits_only(text: str) -> None:
    assert all(character.isalnum() for character in label_key(text))


def test_different_labels_of_one_place_keep_different_keys() -> None:
    assert label_key("1.属于国家秘密") != label_key("2.属于国家秘密")
    assert label_key("（一）予以公开") != label_key("（二）予以公开")


# Lines ----------------------------------------------------------------------------------------------------------------


@given(st.lists(st.text(st.sampled_from("公开政府信息（）、。0123456789 "), max_size=6), max_size=5))
def test_chinese_lines_are_joined_without_a_space(lines: list[str]) -> None:
    assert join_lines(lines) == "".join(line.strip() for line in lines)


def test_latin_words_keep_a_space_between_lines() -> None:
    assert join_lines(("open data", "portal")) == "open data portal"
    assert join_lines(("PDF", "文件", "A", "4")) == "PDF文件A4"
    assert join_lines(()) == ""


# Printed numbers ------------------------------------------------------------------------------------------------------


def _prints(plain: str, grouped: str) -> list[str]:
    return [
        plain,
        grouped,
        grouped.replace(",", "，"),
        plain.translate(FULL_WIDTH),
        grouped.translate(FULL_WIDTH),
        f"  {plain}\n",
        f"\u3000{plain}\u00a0",
        f"\t{plain}\x07",
        f"\ufeff{plain}\u200b",
        "\u200b".join(plain),
    ]


@given(st.integers(-(10**15) + 1, 10**15 - 1))
def test_every_print_of_a_whole_number_is_that_number(number: int) -> None:
    for printed in _prints(str(number), f"{number:,}"):
        assert read_number(printed) == Reading(number, "read"), printed


@given(st.decimals(-(10**12), 10**12, places=4))
def test_every_print_of_a_decimal_is_that_number_to_the_last_place(number: Decimal) -> None:
    for printed in _prints(f"{number:f}", f"{number:,f}"):
        value, status = read_number(printed)
        assert status == "read"
        assert isinstance(value, Decimal)
        assert value == number
        assert value.as_tuple().exponent == number.as_tuple().exponent


@given(st.integers(0, 10**15 - 1), st.integers(1, 14))
def test_a_number_wrapped_over_two_lines_is_one_number_once_its_lines_are_joined(number: int, at: int) -> None:
    text = f"{number:,}"
    assert read_number(join_lines((text[:at], text[at:]))) == Reading(number, "read")


@given(st.integers(0, 10**7), st.integers(0, 10**7), st.sampled_from(" \n\t\x07\x0b\x1f\u3000\u00a0\u2003\u2028\u202f"))
def test_two_numbers_in_one_cell_are_none(first: int, second: int, between: str) -> None:
    assert read_number(f"{first}{between}{second}") == Reading(None, "unreadable")


@pytest.mark.parametrize(
    "raw, value",
    [
        ("22（其中修订16件）", 22),
        ("22(其中修订16件)", 22),
        ("22\n（其中修订 16 件、废止 3 件）", 22),
        ("55（含自然失效29件）", 55),
        ("251000元", 251_000),
        ("7730.28万元", Decimal("7730.28")),
        ("7，730.28 万元", Decimal("7730.28")),
        ("３件", 3),
        ("0件", 0),
        ("12人次", 12),
        ("-3件", -3),
        ("增3", 3),
        ("新增３", 3),
        ("增加1,204项", 1204),
        ("减2", -2),
        ("减少 2 项", -2),
        ("减0", 0),
    ],
)
def test_a_number_with_a_note_is_annotated_and_no_unit_is_converted(raw: str, value: int | Decimal) -> None:
    assert read_number(raw) == Reading(value, "annotated")


@pytest.mark.parametrize(
    "raw, value",
    [
        ("0", 0),
        ("５", 5),
        ("〇", 0),
        ("零", 0),
        ("-3", -3),
        ("－３", -3),
        ("—3", -3),
        ("−2", -2),
        ("\u00ad2", -2),
        ("+5", 5),
        ("＋５", 5),
        ("-0", 0),
        ("1.0", Decimal("1.0")),
        ("0.092", Decimal("0.092")),
        ("38.441094", Decimal("38.441094")),
        ("1,\n234", 1234),
    ],
)
def test_plain_numbers_as_typists_print_them(raw: str, value: int | Decimal) -> None:
    reading = read_number(raw)
    assert reading == Reading(value, "read")
    assert type(reading.value) is type(value)


@pytest.mark.parametrize(
    "raw",
    [
        "/",
        "／",
        "-",
        "—",
        "——",
        "－",
        "–",
        "−",
        "\\",
        "//",
        "- -",
        "∕",
        "无",
        "无 ",
        "暂无",
        "无数据",
        "不适用",
        "N/A",
        "na",
    ],
)
def test_a_mark_in_place_of_a_number_is_said_and_is_not_zero(raw: str) -> None:
    assert read_number(raw) == Reading(None, "slash")


@pytest.mark.parametrize("raw", ["", " ", "\n", "\u3000", "\u00a0 \t", "\x07", "\u200b", "\ufeff", "\x0b\x0c\r"])
def test_nothing_is_blank(raw: str) -> None:
    assert read_number(raw) == Reading(None, "blank")


@pytest.mark.parametrize(
    "raw",
    [
        # letters and signs that look like digits
        *("O", "o", "Ｏ", "l", "I", "|", "○", "1O", "l2", "B"),
        # compatibility forms that folding would turn into other numbers
        *("10²", "①", "1①", "⑩", "㈠", "½", "1½", "1⁄2", "10₂", "㊿", "⒈", "5⒈", "🄁", "𝟏"),
        # digits of other scripts, and Chinese numerals but zero
        *("٣", "1٣", "३", "๓", "一", "二十", "1万", "壹", "二〇"),
        # notations of programs
        *("1e3", "1E3", "NaN", "nan5", "inf", "Infinity", "0x10", "1_000", "+-3", "--3", "——3", "+", "."),
        # wrongly grouped, torn, run together
        *("12,34", "1234,567", "1,2345", ",123", "1,", "0,123", "1,234,56", "1，23", "1、234", "007", "00", "000000"),
        *("1 234", "1\u00a0234", "1 2 3", "12. 5", "12 .5", "1 ,234", "- 3", "+ 3", "3-", "3-4", "1/2", "/3", "3 /"),
        *(".5", "5.", "1.2.3", "1..2", "5%", "￥400", "9" * 16, "9" * 5000, "1" + ",000" * 5),
        # said to be about
        *("约30", "30余", "30余件", "近30", "30左右", ">30", "30+", "~30", "30个以上"),
        # notes that leave open which number is meant
        *("22(16)", "(12)", "（12）", "22（其中修订16件", "22其中修订16件", "3(a(b))", "减-2", "增减2", "22（）"),
        # other things in a cell of figures
        *("合计", "是", "5件6件", "\ufffd", "1\ufffd", "\ufffc", "1\u0338", "2\u20e3", "\u202e12", "\ue000", "12*"),
    ],
)
def test_nothing_is_guessed(raw: str) -> None:
    assert read_number(raw) == Reading(None, "unreadable")


@given(st.one_of(near_text, any_text))
def test_a_value_is_never_made_of_anything_but_the_printed_digits(raw: str) -> None:
    value, status = read_number(raw)
    assert (value is None) == (status in ("blank", "slash", "unreadable"))
    if value is None or raw.strip() in ("〇", "零"):
        return
    # outside brackets, the ASCII and full-width digits in their order are the digits of the value, and no other
    # character that counts as a number in any script stands there
    head = raw.replace("（", "(").partition("(")[0]
    numeric = [character for character in head if character.isnumeric() and character not in "零〇"]
    assert all(character in "0123456789０１２３４５６７８９" for character in numeric)
    digits = "".join(numeric).translate({0xFF10 + digit: str(digit) for digit in range(10)})
    assert digits == f"{abs(value):f}".replace(".", "") if isinstance(value, Decimal) else digits == str(abs(value))


@given(st.text(max_size=30))
def test_only_invisible_text_is_blank(raw: str) -> None:
    if read_number(raw).status == "blank":
        assert all(character.isspace() or unicodedata.category(character) in ("Cc", "Cf") for character in raw), (
            "something printed was taken for nothing"
        )
