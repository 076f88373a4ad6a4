"""What the name of an organ tells, and which names are one organ."""

from __future__ import annotations

import re
import subprocess
import sys
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gxstudy import organs
from gxstudy.organs import tables
from gxstudy.organs.places import gazetteer
from gxstudy.text import squeeze

PLACES = {
    "宿迁市科学技术局": ("江苏省", "宿迁市", None, "321300", "prefecture"),
    "国家税务总局广州市白云区税务局": ("广东省", "广州市", "白云区", "440111", "county"),
    "重庆市公安局渝中区分局": ("重庆市", None, "渝中区", "500103", "county"),
    "深圳市市场监督管理局龙华监管局": ("广东省", "深圳市", "龙华区", "440309", "county"),
    "泸州市合江生态环境局": ("四川省", "泸州市", "合江县", "510522", "county"),
    "东营市自然资源和规划局东营分局": ("山东省", "东营市", "东营区", "370502", "county"),
    "张家川县财政局": ("甘肃省", "天水市", "张家川回族自治县", "620525", "county"),
    "凉山州审计局": ("四川省", "凉山彝族自治州", None, "513400", "prefecture"),
    "巴州区财政局": ("四川省", "巴中市", "巴州区", "511902", "county"),
    "巴州财政局": ("新疆维吾尔自治区", "巴音郭楞蒙古自治州", None, "652800", "prefecture"),
    "潜江市医疗保障局": ("湖北省", None, "潜江市", "429005", "county"),
    "济南市市中区人民政府": ("山东省", "济南市", "市中区", "370103", "county"),
    "天津市财政局": ("天津市", None, None, "120000", "province"),
    "东莞市虎门镇人民政府": ("广东省", "东莞市", None, "441900", "township"),
    "浦东新区曹路镇人民政府": ("上海市", None, "浦东新区", "310115", "township"),
    "无锡市锡山区人民政府厚桥街道办事处": ("江苏省", "无锡市", "锡山区", "320205", "township"),
    "昌江区委信访局": ("江西省", "景德镇市", "昌江区", "360202", "county"),
    "乌鲁木齐经济技术开发区（乌鲁木齐市头屯河区）科学技术局": (
        "新疆维吾尔自治区",
        "乌鲁木齐市",
        "头屯河区",
        "650106",
        "county",
    ),
    "国家统计局江苏调查总队": ("江苏省", None, None, "320000", "province"),
    "国家金融监督管理总局南通监管分局": ("江苏省", "南通市", None, "320600", "prefecture"),
    "新疆生产建设兵团第八师石河子市财政局": ("新疆维吾尔自治区", None, "石河子市", "659001", "corps"),
    "西安临潼旅游商贸开发区管理委员会": ("陕西省", "西安市", "临潼区", "610115", "development_zone"),
    "文化和旅游部": (None, None, None, None, "national"),
}


@pytest.mark.parametrize("name", PLACES)
def test_places_and_levels(name: str) -> None:
    organ = organs.locate(name, year=2023)
    assert (organ.province, organ.prefecture, organ.county, organ.code, organ.level) == PLACES[name]
    assert {"province", "prefecture", "code", "level", "sector"}.isdisjoint(organ.unknown)
    assert not organ.candidates


@pytest.mark.parametrize(
    "name,year,county,prefecture,code",
    [
        ("沙县财政局", 2019, "沙县", "三明市", "350427"),
        ("沙县区财政局", 2022, "沙县区", "三明市", "350405"),
        ("公主岭市教育局", 2019, "公主岭市", "四平市", "220381"),
        ("公主岭市教育局", 2021, "公主岭市", "长春市", "220184"),
        ("沙县财政局", 2024, "沙县", "三明市", "350427"),
        ("洪泽区财政局", 2031, "洪泽区", "淮安市", "320813"),
    ],
    ids=["before", "after", "moved-before", "moved-after", "old-name-later", "after-the-last-year"],
)
def test_codes_are_those_of_the_year(name: str, year: int, county: str, prefecture: str, code: str) -> None:
    organ = organs.locate(name, year=year)
    assert (organ.county, organ.prefecture, organ.code) == (county, prefecture, code)


def test_another_year_than_asked_for_is_said() -> None:
    said = [reason.by for reason in organs.locate("沙县财政局", year=2024).reasons if reason.field == "county"]
    assert said == ["name 沙县, divisions of 2008-2020"]
    late = organs.locate("洪泽区财政局", year=2031).reasons
    assert organs.Reason("code", "divisions of 2024, the last year known") in late


def test_a_name_of_several_places_stays_ambiguous() -> None:
    organ = organs.locate("鼓楼区财政局", year=2023)
    assert [place.code for place in organ.candidates] == ["320106", "320302", "410204", "350102"]
    assert (organ.province, organ.prefecture, organ.code) == (None, None, None)
    assert (organ.county, organ.level, organ.sector) == ("鼓楼区", "county", "finance")
    assert organ.unknown == ("province", "prefecture", "code")
    assert organs.identity("鼓楼区财政局", 2023) is None


def test_what_candidates_share_is_known() -> None:
    organ = organs.locate("南沙区财政局", year=2023)
    assert {place.province for place in organ.candidates} == {"广东省", "海南省"}
    assert organs.locate("南沙区财政局", year=2019).code == "440115"  # the other one came in 2020


@pytest.mark.parametrize(
    "name,unknown",
    [
        ("太平镇人民政府", ("province", "prefecture", "county", "code")),
        ("县财政局", ("province", "prefecture", "county", "code")),
        ("市水务局", ("province", "prefecture", "county", "code", "level")),
        ("苏州工业园区管理委员会", ("county",)),
        ("国家税务总局宿迁市税务局第一税务分局", ("county", "level")),
        ("中华人民共和国南京海关", ("county", "level")),
        ("凤凰县古城管理处", ("level", "vertical", "sector")),
        ("内蒙古辉河国家级自然保护区管理局", ("prefecture", "county", "level")),
        ("", ("province", "prefecture", "county", "code", "level", "vertical", "sector")),
    ],
)
def test_what_the_name_does_not_tell_is_unknown(name: str, unknown: tuple[str, ...]) -> None:
    assert organs.locate(name, year=2022).unknown == unknown


def test_words_that_look_like_places_are_none() -> None:
    assert organs.locate("文昌湖区旅游局", year=2020).province == "山东省"  # not 文昌市 of Hainan
    assert organs.locate("东湖高新区财政局", year=2020).province == "湖北省"  # not 东湖区 of Nanchang
    assert organs.locate("和平局", year=2020).province is None
    assert organs.locate("住房和城乡建设局", year=2020).township is None
    assert organs.locate("宿迁市城乡建设局", year=2020).township is None


@pytest.mark.parametrize(
    "name,vertical",
    [
        ("宿迁市气象局", True),
        ("国家税务总局宿迁市税务局", True),
        ("国家能源局江苏监管办公室", True),
        ("宿迁市消防救援支队", True),
        ("海南省地震局", True),
        ("宿迁市地震局", False),
        ("宿迁市财政局", False),
        ("仁寿县钟祥镇人民政府", False),
        ("水利部长江水利委员会", True),
    ],
)
def test_led_from_above(name: str, vertical: bool) -> None:
    assert organs.locate(name, year=2022).vertical is vertical


@pytest.mark.parametrize(
    "name,sector",
    [
        ("石台县科技局", "science"),
        ("石台县科学技术局", "science"),
        ("石台县科技工信局", "science"),
        ("石台县工业信息化和科学技术局", "industry"),
        ("石台县教体局", "education"),
        ("石台县教育和体育局", "education"),
        ("石台县体育局", "sport"),
        ("石台县发展和改革委员会", "other"),
        ("石台县文体广电和旅游局", "culture"),
        ("石台县人民政府外事办公室", "other"),
        ("石台县民政局", "civil_affairs"),
        ("石台县规划和自然资源局", "natural_resources"),
        ("石台县政务服务和数据管理局", "data"),
        ("石台县政务服务管理局", "other"),
        ("石台县园林绿化局", "forestry"),
        ("石台县绿化和市容管理局", "urban_mgmt"),
        ("石台县乡村振兴局", "agriculture"),
        ("石台县科学技术协会", "other"),
    ],
)
def test_sectors(name: str, sector: str) -> None:
    assert organs.locate(name, year=2022).sector == sector


# The tables.


@pytest.mark.parametrize("kind", tables.kinds(), ids=lambda kind: kind.key)
def test_the_example_of_a_pattern_is_of_its_kind(kind: organs.Kind) -> None:
    found = organs.locate(kind.example, year=2022)
    assert (found.kind, found.sector) == (kind.key, kind.sector)


def test_patterns_have_no_groups_of_their_own_and_one_key_each() -> None:
    assert not [kind.key for kind in tables.kinds() if re.compile(kind.pattern).groups]
    keys = [kind.key for kind in tables.kinds()]
    assert len(keys) == len(set(keys))


def test_every_sector_has_a_pattern() -> None:
    assert {kind.sector for kind in organs.kinds()} == set(organs.SECTORS)


def test_tables_speak_of_places_and_kinds_that_exist() -> None:
    full = gazetteer().full
    places = {
        name for area in tables.areas().values() for name in (area.province, area.prefecture, area.county) if name
    }
    assert places <= set(full)
    assert {alias.name for alias in tables.aliases()} <= set(full)
    keys = {kind.key for kind in organs.kinds()}
    assert {key for reform in organs.reforms() for key in (reform.before, reform.after)} <= keys
    assert all(reform.reason and reform.source for reform in organs.reforms())


def test_every_area_is_found_by_its_name() -> None:
    for area in tables.areas().values():
        organ = organs.locate(area.name + "财政局", year=2023)
        assert (organ.province, organ.prefecture or area.prefecture) == (
            area.province,
            area.prefecture or organ.prefecture,
        )
        assert organ.level == area.level


def test_every_county_that_vanished_since_2018_has_a_lineage() -> None:
    counties = {one for ones in gazetteer().full.values() for one in ones if one.place.county and one.last >= 2018}
    gone = {(one.last + 1, one.place.code) for one in counties if one.last < gazetteer().last_year}
    assert gone == {(change.year, change.before) for change in organs.lineages()}
    names = {one.place.code: one.place.county for one in sorted(counties, key=lambda one: one.last)}
    assert all(names[change.after] == change.after_name for change in organs.lineages())


def test_no_place_has_a_longer_name_than_is_looked_for() -> None:
    for name, (division, *_) in gazetteer().full.items():
        organ = organs.locate(name + "财政局", year=division.last)
        assert division.place.code in {organ.code, *(place.code for place in organ.candidates)}, name


# One organ under several names.


@pytest.mark.parametrize(
    "first,second",
    [
        (("洪泽区人民政府", 2023), ("淮安市洪泽区人民政府", 2024)),
        (("宿迁市扶贫工作办公室", 2020), ("宿迁市乡村振兴局", 2022)),
        (("合肥市大数据局", 2020), ("合肥市数据局", 2024)),
        (("宿迁市科学技术局", 2022), ("宿迁市科技局", 2024)),
        (("太谷县财政局", 2018), ("晋中市太谷区财政局", 2021)),
        (("沙县财政局", 2020), ("沙县区财政局", 2020)),
        (("公主岭市教育局", 2019), ("长春市公主岭市教育局", 2021)),
        (("邢台市桥东区财政局", 2019), ("邢台市襄都区财政局", 2021)),
        (("合江县环境保护局", 2018), ("泸州市合江生态环境局", 2023)),
        (("遂宁市公安局船山区分局", 2020), ("船山区公安局", 2022)),
        (("泾县教育局", 2019), ("泾县教育体育局", 2021)),
        (("宿迁市卫健委", 2020), ("宿迁市卫生健康委员会", 2021)),
        (("苏州工业园区管委会", 2020), ("苏州工业园区管理委员会", 2021)),
        (("泰州高新技术产业开发区管理委员会", 2020), ("泰州高新区管委会", 2021)),
    ],
    ids=lambda pair: pair[0],
)
def test_one_organ(first: tuple[str, int], second: tuple[str, int]) -> None:
    one = organs.identity(*first)
    assert one is not None
    assert one == organs.identity(*second)
    links = organs.same_organ([first, second])
    assert links.ids[first] == links.ids[second]
    assert not links.unknown
    assert not links.contested or first[1] == second[1]


@pytest.mark.parametrize(
    "first,second",
    [
        (("宿迁市乡村振兴局", 2022), ("宿迁市农业农村局", 2024)),
        (("邢台市桥西区财政局", 2019), ("邢台市信都区财政局", 2021)),
        (("三明市三元区财政局", 2020), ("三明市三元区财政局", 2021)),
        (("宿迁市人民政府", 2022), ("宿迁市人民政府办公室", 2022)),
        (("宿迁市文化和旅游局", 2022), ("宿迁市文化市场综合执法支队", 2022)),
        (("宿迁市人力资源和社会保障局", 2022), ("宿迁市社会保险基金管理中心", 2022)),
        (("古蔺县白沙场镇人民政府", 2022), ("古蔺县茅溪镇人民政府", 2022)),
        (("成都市公安局高新区分局", 2022), ("成都市公安局", 2022)),
        (("宿迁市税务局第一税务分局", 2022), ("宿迁市税务局第二税务分局", 2022)),
    ],
    ids=lambda pair: pair[0],
)
def test_two_organs(first: tuple[str, int], second: tuple[str, int]) -> None:
    ids = {organs.identity(*first), organs.identity(*second)}
    assert None not in ids
    assert len(ids) == 2


def test_two_claims_in_one_year_are_told_apart_by_their_names() -> None:
    pairs = [
        ("泾县文化和旅游局", 2022),
        ("泾县文化广电和旅游局", 2022),
        ("泾县文化和旅游局", 2021),
        ("泾县财政局", 2021),
    ]
    links = organs.same_organ(pairs)
    assert links.contested == tuple(pairs[:3])
    assert links.ids[pairs[0]] == links.ids[pairs[2]] != links.ids[pairs[1]]
    assert links.ids[pairs[3]] == "341823-finance"


def test_the_table_holds_what_the_names_tell() -> None:
    frame = organs.table(
        [("洪泽区人民政府", 2023), ("淮安市洪泽区人民政府", 2024), ("太平镇人民政府", 2022), ("洪泽区人民政府", 2023)]
    )
    assert list(frame.columns) == [
        *("organ", "year", "organ_id", "province", "prefecture", "county", "code", "level", "vertical", "sector"),
        "unknown",
    ]
    assert frame["organ_id"].tolist()[:2] == ["320813-government"] * 2
    assert frame["organ_id"].isna().tolist() == [False, False, True]
    assert frame["year"].tolist() == [2023, 2024, 2022]
    assert frame.loc[2, "unknown"] == "province;prefecture;county;code"
    assert frame["county"].tolist()[:2] == ["洪泽区", "洪泽区"]
    empty = organs.table([])
    assert empty.dtypes.to_dict() == frame.dtypes.to_dict()


def test_unknowns_are_counted() -> None:
    names = ("鼓楼区财政局", "太平镇人民政府", "宿迁市财政局")
    counts = organs.unknowns(organs.locate(name, year=2022) for name in names)
    assert (counts["province"], counts["county"], counts["level"], counts["ambiguous_place"]) == (2, 1, 0, 1)


# Any string at all.

words = st.sampled_from(
    [
        *(
            "江苏省",
            "宿迁市",
            "北京市",
            "朝阳区",
            "鼓楼区",
            "沙县",
            "内蒙古",
            "泸州市",
            "合江",
            "第八师",
            "两江新区",
            "东莞市",
            "高新区",
        ),
        *(
            "国家税务总局",
            "中国人民银行",
            "税务局",
            "公安局",
            "分局",
            "监管局",
            "虎门镇",
            "街道办事处",
            "人民政府",
            "办公室",
            "(",
            ")",
            "市",
            "县",
        ),
        *("开发区", "管理委员会", "科技", "教育", "和", "海关", "大学", "地震局", "委", "  ", "（", "）", "２０"),
    ]
)
names = st.one_of(st.text(max_size=40), st.lists(words, max_size=7).map("".join))
years = st.one_of(st.none(), st.integers(-5, 9999))


@given(names, years)
def test_any_string_is_read_and_every_field_is_told_or_unknown(name: str, year: int | None) -> None:
    organ = organs.locate(name, year=year)
    assert organ.name == name
    assert organ.level in {*organs.LEVELS, None}
    assert organ.sector in {*organs.SECTORS, None}
    assert (organ.level is None) == ("level" in organ.unknown)
    assert (organ.sector is None) == ("sector" in organ.unknown)
    assert (organ.vertical is None) == ("vertical" in organ.unknown)
    for field in organ.unknown:
        assert getattr(organ, field) is None
    assert organ.code is None or re.fullmatch(r"\d{6}", organ.code)
    assert organ.county is None or organ.code is not None or organ.candidates
    for place in organ.candidates:
        assert organ.province in {place.province, None}
        assert organ.county in {place.county, None}


@given(names, st.integers(2008, 2026))
def test_an_id_does_not_depend_on_white_space_or_width(name: str, year: int) -> None:
    one = organs.identity(name, year)
    assert one == organs.identity(" " + squeeze(name) + "\n", year)
    assert one is None or re.match(r"\d{6}(@\d{4})?-.", one, re.DOTALL)


@given(st.lists(st.tuples(names, st.integers(2018, 2026)), max_size=6))
def test_every_name_has_an_id_or_is_unknown(pairs: list[tuple[str, int]]) -> None:
    links = organs.same_organ(pairs)
    assert set(links.ids) | set(links.unknown) == set(pairs)
    assert not set(links.ids) & set(links.unknown)
    assert set(links.contested) <= set(links.ids)


def test_reading_does_not_depend_on_what_was_read_before() -> None:
    pairs = list(product(PLACES, (2019, 2022)))
    forward = [organs.locate(name, year=year) for name, year in pairs]
    organs.locate.cache_clear()
    assert [organs.locate(name, year=year) for name, year in reversed(pairs)] == forward[::-1]


def test_importing_costs_neither_pandas_nor_the_table() -> None:
    code = (
        "import sys, gxstudy.organs as o; from gxstudy.organs.places import gazetteer;"
        "assert not {'pandas', 'cnloc', 'ahocorasick'} & set(sys.modules); assert not gazetteer.cache_info().currsize;"
        "o.locate('宿迁市财政局', year=2022); assert not {'pandas', 'cnloc', 'ahocorasick'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-X", "utf8", "-c", code], check=True)
