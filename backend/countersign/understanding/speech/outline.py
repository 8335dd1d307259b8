"""The outline of a reply's text: its greeting, its sentences. Must not change a character of them."""

import re

from countersign.understanding.matching.pattern import Pattern
from countersign.understanding.speech.greeting import is_greeted

_SENTENCE_END = Pattern(r"(?<=[.!?…])\s+(?=\S)|\n+")


def parts_of(body: str) -> tuple[str, str]:
    """The greeting with the empty line behind it, and the text; "" when the text has no greeting of its own line."""
    greeting = re.match(r"[^\n]{1,80}\n+", body)
    if greeting and is_greeted(greeting.group()):
        return greeting.group(), body[greeting.end() :]
    return "", body


def sentence_spans(main: str) -> list[tuple[int, int]]:
    """Offsets of each sentence without the space behind it."""
    spans, begin = [], 0
    for match in _SENTENCE_END.finditer(main):
        spans.append((begin, match.start()))
        begin = match.end()
    spans.append((begin, len(main)))
    return [(start, end) for start, end in spans if main[start:end].strip()]


def joined(before: str, after: str) -> str:
    """The two pieces with one space between them where one is needed."""
    needs_space = before.strip() and after.strip() and not before.endswith("\n")
    return f"{before.rstrip(' ')}{' ' if needs_space else ''}{after.lstrip(' ')}".strip()
