"""Zones, townships and branches: the parts of an organ's name that no table of divisions knows."""

from __future__ import annotations

import re
from typing import NamedTuple

__all__ = ["Branch", "Part", "branch", "is_branch_of_unknown_rank", "township", "zone", "zone_key"]

# Words that no name of a zone or township contains: where one stands, the name of the organ has begun.
_NAME = "[^局委办厅府院()]"
_ZONE_WORDS = (
    "经济技术开发区|高新技术产业开发区|高新技术开发区|新技术开发区|经济开发区|产业开发区|旅游商贸开发区|开发区|高新技术产业园区|高新区|经开区"
    "|综合保税区|保税港区|保税区|出口加工区|自由贸易试验区|自贸区|特别合作区|合作示范区|合作区|示范区|试验区|实验区|集聚区|先行区|先导区"
    "|旅游度假区|度假区|风景名胜区|旅游景区|风景区|景区|管理区|工业园区|产业园区|科技园区|物流园区|园区|工业园|产业园|科技园|工业区"
    "|商务区|新区|新城|科学城|科技城|生态城|产业城|经济特区|化工基地"
)
_ZONE = re.compile(rf"{_NAME}{{0,14}}?(?:{_ZONE_WORDS})")
# 城乡 and 城镇 stand in many names that are no township's: 乡 and 镇 count only before the words of its own organs.
_TOWNSHIP = re.compile(
    rf"(?:人民政府)?(?P<name>{_NAME}{{1,14}}?(?:(?:街道|苏木|镇|乡)(?=人民政府|政府|党委|便民|$)"
    "|街道(?=办事处|党工委|综合|社区|办$)|地区(?=办事处)))"
)
_BRANCH = re.compile(
    r"(?P<parent>.*?(?:局|委员会|支队|总队))(?P<branch>[^()]{1,14}?)(?:区域)?"
    r"(?P<end>分局|监管局|监管分局|监管支局|税务局|支局|管理局|派出所|执法局|大队|中队|办事处)"
)
_UNKNOWN_RANK = frozenset({"分局", "监管局", "监管分局", "支局", "税务局"})
_SHORT_FORMS = (
    ("高新技术产业开发区", "高新区"),
    ("高新技术产业园区", "高新区"),
    ("高新技术开发区", "高新区"),
    ("经济技术开发区", "经开区"),
    ("管理委员会", ""),
    ("国家级", ""),
    ("省级", ""),
)


class Part(NamedTuple):
    """A part of a name, and where it ends in the name."""

    name: str
    end: int


class Branch(NamedTuple):
    """A branch in the name of a bureau: the word that says where, its place in the name, and the kind of branch."""

    where: str
    start: int
    end: int
    kind: str


def zone(text: str, start: int) -> Part | None:
    """Return the zone whose name stands at ``start``."""
    found = _ZONE.match(text, start)
    return Part(found[0], found.end()) if found else None


def zone_key(name: str) -> str:
    """Return what two usual names of one zone have in common (经济技术开发区 and 经开区)."""
    for long, short in _SHORT_FORMS:
        name = name.replace(long, short)
    return name


def township(text: str, start: int) -> Part | None:
    """Return the township, town or sub-district whose name stands at ``start``."""
    found = _TOWNSHIP.match(text, start)
    return Part(found["name"], found.end()) if found else None


def branch(text: str, start: int) -> Branch | None:
    """Return the branch that the bureau named from ``start`` on has in the name (公安局渝中区分局)."""
    found = _BRANCH.match(text, start)
    return Branch(found["branch"], found.start("branch"), found.end(), found["end"]) if found else None


def is_branch_of_unknown_rank(found: Branch) -> bool:
    """Tell whether a branch that is named after no known place has a district that nothing tells."""
    return found.kind in _UNKNOWN_RANK
