"""The words of an HTML mail that a person sees, quotes marked with `>`; it yields plain text and loads nothing.

Mail text is data: what the sender hid from the reader's eye is left out, so that it cannot be told or acted on.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

LONGEST = 400_000
"""Characters of HTML looked at: far above any written mail; the rest of a larger one is not read."""

_BLOCKS = frozenset(
    {"p", "div", "li", "ul", "ol", "tr", "table", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "hr"}
)
_SILENT = frozenset({"script", "style", "head", "title", "template"})
_VOID = frozenset(
    {"br", "hr", "img", "input", "meta", "link", "wbr", "col", "area", "base", "source", "embed"}
)
_HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?:px|pt|em|%)?\s*(?:;|$)|opacity\s*:\s*0(?:\.0+)?\s*(?:;|$)",
    re.IGNORECASE,
)


def visible_text(html: str) -> str:
    """The text in reading order, one line a block, each level of quoting as `> `."""
    reader = _Reader()
    reader.feed(html[:LONGEST])
    reader.close()
    return reader.text()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[tuple[int, str]] = []
        self._line = ""
        self._open: list[tuple[str, bool]] = []
        self._hidden = 0
        self._quoted = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS or tag in {"br", "blockquote"}:
            self._end_line()
        if tag in _VOID:
            return
        is_hidden = tag in _SILENT or _is_hiding(dict(attrs))
        self._open.append((tag, is_hidden))
        self._hidden += is_hidden
        self._quoted += tag == "blockquote"

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS or tag == "blockquote":
            self._end_line()
        if not any(name == tag for name, _ in self._open):
            return
        # Tags left open inside end with the one around them.
        while self._open:
            name, was_hidden = self._open.pop()
            self._hidden -= was_hidden
            self._quoted -= name == "blockquote"
            if name == tag:
                return

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self._line += data

    def text(self) -> str:
        self._end_line()
        lines: list[str] = []
        for depth, line in self._lines:
            if line or (lines and lines[-1]):
                lines.append("> " * depth + line if line else "")
        return "\n".join(lines).strip("\n")

    def _end_line(self) -> None:
        self._lines.append((self._quoted, " ".join(self._line.split())))
        self._line = ""


def _is_hiding(attributes: dict[str, str | None]) -> bool:
    return "hidden" in attributes or _HIDING.search(attributes.get("style") or "") is not None
