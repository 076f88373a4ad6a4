"""Lines of Chinese are joined without a space: where a source line ends, nothing is meant."""

from __future__ import annotations

import re

from docutils import nodes
from sphinx.application import Sphinx

_WIDE = "[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef\u201c\u201d]"
_BREAK = re.compile(rf"(?<={_WIDE})\n(?={_WIDE}|$)|^\n(?={_WIDE})")


def joined(text: str) -> str:
    """Return a text without the line breaks that stand beside Chinese."""
    return _BREAK.sub("", text)


def join(app: Sphinx, doctree: nodes.document) -> None:
    """Join the lines of every paragraph."""
    for text in list(doctree.findall(nodes.Text)):
        if "\n" in text and not isinstance(text.parent, nodes.literal_block):
            text.parent.replace(text, nodes.Text(joined(str(text))))


def setup(app: Sphinx) -> dict[str, bool]:
    """Have the lines joined."""
    app.connect("doctree-read", join)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
