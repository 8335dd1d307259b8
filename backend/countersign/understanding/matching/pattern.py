"""Patterns of the grammar, compiled when they are first looked for.

There are about a thousand; compiling all of them takes a second, which no process has to wait for at its start.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from functools import cached_property


def compile_all() -> None:
    """Compile every pattern made so far: for a process that would rather wait before than during its first request."""
    for pattern in _made:
        _ = pattern.compiled


class Pattern:
    """A regular expression with the methods of `re.Pattern[str]` that the grammar uses."""

    def __init__(self, source: str, flags: int = 0) -> None:
        """Keep the source; a wrong one raises `re.error` when it is first looked for."""
        self._source = source
        self._flags = flags
        _made.append(self)

    @property
    def pattern(self) -> str:
        """Its source."""
        return self._source

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """The compiled expression."""
        return re.compile(self._source, self._flags)

    def match(self, text: str, pos: int = 0, endpos: int = sys.maxsize) -> re.Match[str] | None:
        """The match that begins at `pos`."""
        return self.compiled.match(text, pos, endpos)

    def fullmatch(self, text: str, pos: int = 0, endpos: int = sys.maxsize) -> re.Match[str] | None:
        """The match of all from `pos` to `endpos`."""
        return self.compiled.fullmatch(text, pos, endpos)

    def search(self, text: str, pos: int = 0, endpos: int = sys.maxsize) -> re.Match[str] | None:
        """The first match from `pos` on."""
        return self.compiled.search(text, pos, endpos)

    def finditer(self, text: str, pos: int = 0, endpos: int = sys.maxsize) -> Iterator[re.Match[str]]:
        """Every match from `pos` on."""
        return self.compiled.finditer(text, pos, endpos)

    def findall(self, text: str) -> list[str]:
        """The words of every match."""
        return self.compiled.findall(text)

    def sub(self, replacement: str | Callable[[re.Match[str]], str], text: str, count: int = 0) -> str:
        """The text with every match replaced."""
        return self.compiled.sub(replacement, text, count)

    def split(self, text: str, maxsplit: int = 0) -> list[str]:
        """The text between the matches."""
        return self.compiled.split(text, maxsplit)


_made: list[Pattern] = []
