"""HTML of signatures and previews: what may stay, and the text a person reads in it; nothing remote survives.

Source: docs/security.md, Mail content; nh3 (ammonia) allow-list.
"""

from __future__ import annotations

from html import escape
from html.parser import HTMLParser

import nh3

_TAGS = {"a", "b", "blockquote", "br", "div", "em", "i", "li", "ol", "p", "span", "strong", "u", "ul"}
_ATTRIBUTES = {"a": {"href"}}
_SCHEMES = {"http", "https", "mailto", "tel"}
_BLOCKS = {"blockquote", "div", "li", "ol", "p", "ul", "table", "tr", "h1", "h2", "h3", "h4", "h5", "h6"}
_SILENT = {"script", "style", "head", "title", "template"}


def clean(html: str) -> str:
    """The same HTML with only plain text markup and whole links: no images, styles, scripts or forms."""
    return nh3.clean(html, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes=_SCHEMES, link_rel=None)


def from_text(text: str) -> str:
    """The text as HTML that reads the same: escaped, one `<br>` a line."""
    return "<br>".join(escape(line, quote=False) for line in text.split("\n"))


def to_text(html: str) -> str:
    """The text a person reads in it; a link whose words are not its address is followed by the address."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = [" ".join(line.split()) for line in "".join(reader.parts).split("\n")]
    kept: list[str] = []
    for line in lines:
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept).strip("\n")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._links: list[tuple[str, int]] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent += 1
        elif tag == "br":
            self.parts.append("\n")
        elif tag in _BLOCKS:
            self._new_line()
        elif tag == "a":
            self._links.append((dict(attrs).get("href") or "", len(self.parts)))

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in _BLOCKS:
            self._new_line()
        elif tag == "a" and self._links:
            href, start = self._links.pop()
            words = "".join(self.parts[start:]).strip()
            bare = href.partition(":")[2].lstrip("/").rstrip("/")
            if bare and words not in {href, bare, f"{bare}/"}:
                self.parts.append(f" <{href}>")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data.replace("\n", " "))

    def _new_line(self) -> None:
        if self.parts and not self.parts[-1].endswith("\n"):
            self.parts.append("\n")
