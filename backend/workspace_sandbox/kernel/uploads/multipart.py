"""Takes MIME multipart bodies apart without touching the bytes of the parts.

Must not decode content: uploads are stored and batches are routed exactly as they came.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

_BOUNDARY = re.compile(r'boundary=(?:"([^"]+)"|([^\s;]+))', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Part:
    """One part: header names in lower case, and the content as bytes."""

    headers: dict[str, str]
    content: bytes

    def content_type(self) -> str:
        """The media type in lower case without parameters, or an empty string."""
        return self.headers.get("content-type", "").split(";", 1)[0].strip().lower()


def split_parts(content_type: str, body: bytes) -> list[Part]:
    """The parts of a multipart body in order; line ends may be CRLF or LF, as clients differ.

    Source: RFC 2046 section 5.1.1.

    Raises:
        ValueError: when the boundary is missing, never occurs, or the closing one is absent.
    """
    match = _BOUNDARY.search(content_type)
    if match is None:
        raise ValueError("The multipart content type has no boundary")
    marker = re.escape((match[1] or match[2]).encode("latin-1"))
    delimiter = re.compile(rb"(?:\A|\r?\n)--" + marker + rb"(--)?[ \t]*(?:\r?\n|\Z)")
    found = list(delimiter.finditer(body))
    if not found or found[-1][1] is None:
        raise ValueError("The multipart body does not end with its boundary")
    return [split_head(body[start.end() : end.start()]) for start, end in pairwise(found) if start[1] is None]


def split_head(block: bytes) -> Part:
    """Header lines, an empty line, then content; folded header lines are joined."""
    if block.startswith((b"\r\n", b"\n")):
        return Part({}, block.split(b"\n", 1)[1])
    pieces = re.split(rb"\r?\n\r?\n", block, maxsplit=1)
    head = re.sub(r"\r?\n[ \t]+", " ", pieces[0].decode("utf-8", "replace"))
    headers = {}
    for line in head.splitlines():
        name, separator, value = line.partition(":")
        if separator:
            headers[name.strip().lower()] = value.strip()
    return Part(headers, pieces[1] if len(pieces) > 1 else b"")
