"""What is written on figures, in English and Chinese: names that several figures share, and how to find one."""

from __future__ import annotations

__all__ = ["SHARED", "Words", "named", "worded"]

Words = dict[str, str]

_EN: Words = {
    "all": "all reports",
    "purposive": "purposive",
    "repeat_year": "outcome not named",
    "full_reports": "read in full",
    "simulated": "simulated",
    "simulated_data": "SIMULATED DATA",
    "hr": "human resources",
    "urban_mgmt": "urban management",
    "space": " ",
}
_ZH: Words = {
    "all": "全部报告",
    "purposive": "有意检索",
    "repeat_year": "检索未指定结果",
    "full_reports": "全文读取",
    "simulated": "模拟",
    "simulated_data": "模拟数据",
    "national": "国家",
    "province": "省级",
    "prefecture": "市级",
    "county": "县级",
    "township": "乡级",
    "government": "政府",
    "finance": "财政",
    "health": "卫生健康",
    "audit": "审计",
    "statistics": "统计",
    "science": "科技",
    "culture": "文化旅游",
    "justice": "司法",
    "forestry": "林业",
    "meteorology": "气象",
    "water": "水利",
    "market": "市场监管",
    "education": "教育",
    "police": "公安",
    "industry": "工信",
    "emergency": "应急管理",
    "housing": "住建",
    "agriculture": "农业农村",
    "urban_mgmt": "城市管理",
    "transport": "交通运输",
    "natural_resources": "自然资源",
    "environment": "生态环境",
    "commerce": "商务",
    "civil_affairs": "民政",
    "medical_insurance": "医疗保障",
    "veterans": "退役军人",
    "data": "数据",
    "hr": "人社",
    "tax": "税务",
    "sport": "体育",
    "other": "其他",
    "space": "",
}
SHARED: dict[str, Words] = {"en": _EN, "zh": _ZH}
"""The words of every figure, by language."""


def worded(*, en: Words, zh: Words) -> dict[str, Words]:
    """Return the words of one figure by language: the shared ones, and its own."""
    return {"en": {**_EN, **en}, "zh": {**_ZH, **zh}}


def named(key: str, words: Words) -> str:
    """Return the word for ``key``; where there is none, the key itself, spelt with spaces."""
    return words.get(key, key.replace("_", " "))
