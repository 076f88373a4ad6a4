"""What Chinese pages need: they say their language, for the right glyphs; no space stands where a source line ends."""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx


def joined(before: str, after: str) -> bool:
    """Return whether nothing stands between two characters: both Chinese, or one a mark that brings its own space."""
    marks = [not sign.isalnum() and ("\u3000" <= sign <= "\u303f" or sign >= "\uff00") for sign in (before, after)]
    return any(marks) or all("\u4e00" <= sign <= "\u9fff" for sign in (before, after))


def join(app: Sphinx, doctree: nodes.document) -> None:
    """Drop the break of a source line where it would show as a space that nobody meant."""
    for text in list(doctree.findall(nodes.Text)):
        if str(text) != "\n":
            continue
        around = text.parent.children
        at = around.index(text)
        before, after = (around[place].astext() if 0 <= place < len(around) else "" for place in (at - 1, at + 1))
        if before and after and joined(before[-1], after[0]):
            text.parent.replace(text, nodes.Text(""))


def say_language(app: Sphinx, pagename: str, templatename: str, context: dict[str, object], doctree: object) -> None:
    """Say that a page is Chinese."""
    if pagename.startswith("zh/") or pagename.endswith("_zh"):
        context["language"] = "zh-CN"


def setup(app: Sphinx) -> dict[str, bool]:
    """Have both done."""
    app.connect("doctree-read", join)
    app.connect("html-page-context", say_language)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
