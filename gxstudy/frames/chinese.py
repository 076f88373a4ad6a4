"""The data dictionary in Chinese: every description, unit, reason and word of a closed list, by its English.

A text that is not here is given as it is, in English; ``tests/test_codebook.py`` fails on any that is not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from gxstudy.findings import SEVERITY_ZH

__all__ = ["in_chinese"]

_WORDS: Mapping[str, str] = MappingProxyType(
    {
        # what a row is
        "one figure: a place of a statutory table and what is printed there": "一个数字：法定表格的一个格及其所印内容",
        "one report": "一份报告",
        "one count said in the prose of a report": "报告正文所述的一个数",
        "one sum of the form, tested in one row or column of a report": "表格的一条勾稽关系，在报告的一行或一列中检验",
        "one thing noticed about a report, with its place as far as it is known": "对一份报告的一条发现，及已知的位置",
        "one file of a dataset from which no report was read": "数据集中未能读出报告的一个文件",
        # columns
        "name of the report, unique in a dataset": "报告的名称，在数据集内唯一",
        "who reports, as printed; where the report does not say, as the registry of a dataset says": (
            "报告单位，照印；报告未写明的，依数据集登记表"
        ),
        "year reported on, as printed; where the report does not say, as the registry says": (
            "报告年度，照印；报告未写明的，依登记表"
        ),
        "edition of the form on which the table is printed": "表格所用的格式版本",
        "edition of the form": "格式版本",
        "key of the table": "表的代号",
        "key of the row": "行的代号",
        "key of the column": "列的代号",
        "the number printed; missing where none is: blank is not zero": "所印的数；未印则缺失：空白不是零",
        "the text as printed; empty for a blank or absent cell": "所印原文；空白格或没有的格为空",
        "what stands there": "格内情况",
        "how far the sums of the form support it": "表内勾稽关系对该数的支持程度",
        "page on which it stands, counted from 1; missing for a file without pages": "所在页，从1起；无页的文件缺失",
        "left edge, from the left of the page, to 0.01": "左边，距页面左边，精确到0.01",
        "upper edge, from the top of the page, to 0.01": "上边，距页面上边，精确到0.01",
        "right edge, from the left of the page, to 0.01": "右边，距页面左边，精确到0.01",
        "lower edge, from the top of the page, to 0.01": "下边，距页面上边，精确到0.01",
        "where the file came from: the registry's address, or else the path read": (
            "文件来源：登记表所载网址，否则为路径"
        ),
        "kind of file": "文件种类",
        "number of pages": "页数",
        "SHA-256 of the bytes of the file": "文件内容的SHA-256",
        "information-processing fee: none, or some, is said to be charged; or the words on it cannot be read": (
            "信息处理费：写明未收取，写明收取，或所述读不出"
        ),
        "information-processing fee collected": "实收信息处理费",
        "information-processing fee asked for in notices": "通知缴纳的信息处理费",
        "cases in which the information-processing fee was charged": "收取信息处理费的件数",
        "the sentence that says it, as printed": "有关语句（原文）",
        "in a dataset: id of the organ, which outlives its names": "数据集：机关编号，更名后不变",
        "province of the organ": "机关所在省级政区",
        "prefecture of the organ": "机关所在地级政区",
        "county of the organ": "机关所在县级政区",
        "code of the organ's place (GB/T 2260) in the year reported on": "机关所在政区当年的代码（GB/T 2260）",
        "level of the organ: a word of gxstudy.organs.LEVELS": "机关层级：gxstudy.organs.LEVELS 中的词",
        "work of the organ: a word of gxstudy.organs.SECTORS": "机关所属领域：gxstudy.organs.SECTORS 中的词",
        "places of the form in the report": "报告中的格数",
        "figures for which the sums propose another reading": "勾稽关系提示另一读法的数字个数",
        "sums that hold": "成立的勾稽关系",
        "sums that fail": "不成立的勾稽关系",
        "in a dataset: path of the file below the folder of raw files": "在数据集中：文件在原始文件夹下的路径",
        "who reports, as the registry says": "登记表所载报告单位",
        "year reported on, as the registry says": "登记表所载报告年度",
        "day on which the report was published, as the registry says: 2025-01-31": "登记表所载发布日期，如2025-01-31",
        "in a dataset: what became of it among the reports of its organ and year": (
            "在数据集中：同一单位同一年度的各份报告中，对它的取舍"
        ),
        "report_id of the report that is kept of those of the organ and year": "同一单位同一年度中所保留报告的名称",
        "why it is kept, or another one": "保留它或另一份的理由",
        "key of the quantity": "数量的代号",
        "the number said": "所述的数",
        "the clause that says it": "写明它的语句",
        "key of the sum in the form": "勾稽关系的代号",
        "key of the column (or row) in which it was tested": "检验所在列（或行）的代号",
        "sum of the left side": "左边之和",
        "sum of the right side": "右边之和",
        "whether the two are equal": "两边是否相等",
        "the places that took part, as row.column, parted by a space": "参与的格，写作 行.列，以空格分开",
        "what was noticed": "发现的代号",
        "how grave it is": "严重程度",
        "the finding in words": "发现的内容",
        "path of the file below the folder of raw files": "文件在原始文件夹下的路径",
        "key of the reason": "原因的代号",
        "the reason in words": "原因的说明",
        "SHA-256 of the bytes of the file; missing where it could not be read": "文件内容的SHA-256；无法读取则缺失",
        # units
        "year": "年",
        "that of the column": "同该列",
        "that of the quantity": "同该数量",
        "that of the table": "同该表",
        "point (1/72 inch)": "点（1/72英寸）",
        "pages": "页",
        "yuan": "元",
        "10,000 yuan": "万元",
        "cases": "件",
        "figures": "个",
        "sums": "条",
        "findings": "条",
        "as printed": "照印",
        "projects": "项",
        "decisions": "件",
        "items": "项",
        "applications": "件",
        "documents": "件",
        # statuses, grades, severities, choices
        "read": "读出",
        "blank": "空白",
        "slash": "斜线",
        "annotated": "带单位或注",
        "unreadable": "无法读作数",
        "absent": "无此格",
        "derived": "算得",
        "proposed": "勾稽提示",
        "corrected": "人工更正",
        "proved": "行列皆合",
        "consistent": "勾稽相合",
        "confirmed": "二读相符",
        "unchecked": "无从检验",
        "recognised": "图像识别",
        "doubtful": "识别存疑",
        "contradicted": "勾稽不符",
        **{str(severity): chinese for severity, chinese in SEVERITY_ZH.items()},
        "only": "仅此一份",
        "kept": "保留",
        "duplicate": "重复",
        "superseded": "被取代",
        "contested": "无法取舍",
        "none": "未收取",
        "charged": "收取",
        "unclear": "读不出",
        "full_reports": "全文读取",
        # reasons of failures
        "the registry lists the file, but it is not there": "登记表列有该文件，但文件不在",
        "the file is not the one that the registry lists": "文件与登记表所列不符",
        "another file has the same bytes, and is read in its place": "另一文件内容完全相同，已代为读取",
        "the file cannot be opened": "文件无法打开",
        "the file was changed while the dataset was being built": "建数据集期间文件有改动",
        "the file holds no bytes": "空文件",
        "the content is of no kind that is read": "内容不是可读的种类",
        "the file is cut off or damaged": "文件被截断或损坏",
        "the file asks for a password": "文件需要密码",
        "the pages hold pictures only": "页面只有图片",
        "the file is no annual report on government information disclosure": "不是政府信息公开工作年度报告",
        "the tables follow no edition of the form that is known": "表格不符合任何已知格式版本",
        "the file cannot be read for another reason": "因其他原因无法读取",
        "reading took longer than a file may": "读取超时",
        "reading took more memory than a file may": "读取超出内存限额",
        "the process that read the file died": "读取该文件的进程中止",
        "a fault of the library": "程序库的缺陷",
        # sums
        "new + carried in = total handled + carried out": "本年新收＋上年结转＝本年度办理结果总计＋结转下年度继续办理",
        "the outcomes add up to the total handled": "各项办理结果之和＝本年度办理结果总计",
        "the six kinds of applicant add up to the total": "六类申请人之和＝总计",
        "the four results add up to the total": "四种结果之和＝总计",
        "carried in this year = carried out last year": "本年的上年结转＝上年的结转下年度继续办理",
        "in force = in force last year + made - repealed": "现行有效＝上年现行有效＋本年制发－本年废止",
        "printed on the form": "表格自印",
        "implied by the form": "由表格推知",
        # words of the codebook
        "Codebook": "数据说明",
        "Made from the forms and the data dictionary of gxstudy. Labels are given as the form prints them.": (
            "由 gxstudy 的法定表格和数据字典生成。标签照表格所印。"
        ),
        "Columns of the data": "数据的列",
        "Codes of findings": "发现的代号",
        "Reasons of failures": "未读出的原因",
        "row": "行",
        "column": "列",
        "above": "上级",
        "label": "标签",
        "English": "英文",
        "article or source": "条款或来源",
        "columns": "各列",
        "unit": "单位",
        "sum": "勾稽关系",
        "sum between two years": "跨年勾稽关系",
        "tested in": "检验于",
        "says": "内容",
        "source": "来源",
        "each row": "每行",
        "each column": "每列",
        "dtype": "类型",
        "what it is": "含义",
        "code": "代号",
        "severity": "严重程度",
        "reason": "原因",
    }
)
_COUNTED = re.compile(r"(figures|findings) (?:with the|of the) (status|grade|severity) (\w+)")
_OF = {"status": "状态", "grade": "等级", "severity": "严重程度"}


def in_chinese(text: str) -> str:
    """Return a text of the data dictionary in Chinese, itself where it is not known."""
    counted = _COUNTED.fullmatch(text)
    if counted is not None:
        what, of, word = counted.groups()
        return f"{_OF[of]}为“{_WORDS.get(word, word)}”的{'数字' if what == 'figures' else '发现'}个数"
    return _WORDS.get(text, text)
