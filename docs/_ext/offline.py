"""Look through the built pages: nothing may be loaded from elsewhere, and every link inside must lead somewhere."""

from __future__ import annotations

import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

LOADED = {("script", "src"), ("link", "href"), ("img", "src"), ("iframe", "src"), ("source", "src"), ("video", "src")}
ELSEWHERE = re.compile(r"""(?:url\(|@import)\s*["']?(?:https?:)?//""")


class Page(HTMLParser):
    """What a page loads, where it leads, and which places it has."""

    def __init__(self) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.links: list[str] = []
        self.places: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if value is None:
                continue
            if (tag, name) in LOADED and not (tag == "link" and ("rel", "canonical") in attrs):
                self.loads.append(value)
            elif tag == "a" and name == "href":
                self.links.append(value)
            elif name == "id":
                self.places.add(value)


def read(site: Path) -> dict[Path, Page]:
    pages = {}
    for path in sorted(site.rglob("*.html")):
        page = Page()
        page.feed(path.read_text(encoding="utf-8"))
        pages[path.resolve()] = page
    return pages


def faults(site: Path) -> list[str]:
    """Say what is wrong, one line each."""
    pages = read(site)
    found = []
    for path, page in pages.items():
        name = path.relative_to(site.resolve())
        for address in page.loads:
            parts = urlsplit(address)
            if (parts.netloc or parts.scheme) and parts.scheme != "data":
                found.append(f"{name} loads {address}")
            elif not parts.scheme and not (path.parent / unquote(parts.path)).exists():
                found.append(f"{name} loads {address}, which is not there")
        for address in page.links:
            parts = urlsplit(address)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not target.exists():
                found.append(f"{name} leads to {address}, which is not there")
            elif parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].places:
                found.append(f"{name} leads to {address}: the page has no such place")
    styles = (path for path in sorted(site.rglob("*.css")) if ELSEWHERE.search(path.read_text(encoding="utf-8")))
    return found + [f"{path.relative_to(site)} loads something from elsewhere" for path in styles]


if __name__ == "__main__":
    told = faults(Path(sys.argv[1]))
    print(
        "\n".join(told)
        or f"{len(read(Path(sys.argv[1])))} pages: every link leads somewhere, nothing is loaded from elsewhere"
    )
    sys.exit(bool(told))
