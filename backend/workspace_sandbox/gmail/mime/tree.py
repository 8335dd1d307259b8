"""A mail's bytes as a tree of parts, in the order and with the numbers Gmail gives them.

It never raises on broken mail and never decides what a reader may see.
"""

import re
from dataclasses import dataclass, field

from workspace_sandbox.gmail.mime.headers import (
    Field,
    decode_transfer,
    first,
    parameters,
    split_message,
    to_unicode,
)

# Deeper mail is an attack or a loop; the rest stays readable as one opaque part (our own bound, no source).
_DEEPEST = 30
_MOST_PARTS = 2000
_AFTER_BOUNDARY = re.compile(rb"(--)?[ \t]*(?:\r\n|\n|\r|\Z)")


@dataclass(slots=True)
class Part:
    """One MIME part; ``encoded`` is the body before its transfer encoding is undone, empty for containers."""

    part_id: str
    mime_type: str
    filename: str
    charset: str
    disposition: str
    encoding: str
    fields: list[Field]
    encoded: bytes
    children: list["Part"] = field(default_factory=list)

    def content(self) -> bytes:
        """The body with its transfer encoding undone."""
        return decode_transfer(self.encoded, self.encoding)

    def text(self) -> str:
        """The body as text in its declared charset, with fall-backs for wrong ones."""
        return to_unicode(self.content(), self.charset)

    @property
    def is_multipart(self) -> bool:
        """True for a container whose body is only its children."""
        return self.mime_type.startswith("multipart/") and bool(self.children)

    @property
    def is_attachment(self) -> bool:
        """True when Gmail would serve the body through ``attachments.get`` instead of inline.

        Assumed: everything with a file name, and everything that is neither text nor a container.
        """
        if self.is_multipart:
            return False
        return bool(self.filename) or not self.mime_type.startswith(("text/", "multipart/"))


class _Budget:
    """How many more parts one mail may have."""

    def __init__(self) -> None:
        self.left = _MOST_PARTS


def parse(raw: bytes) -> Part:
    """The root part of the mail; its ``part_id`` is empty, children are ``0``, ``1``, ``1.0`` and so on.

    Assumed: the form of the numbers, from published API answers.
    """
    return _parse(raw, "", 0, _Budget())


def walk(part: Part) -> list[Part]:
    """The part and everything below it, depth first."""
    found = [part]
    for child in part.children:
        found.extend(walk(child))
    return found


def _parse(raw: bytes, part_id: str, depth: int, budget: _Budget) -> Part:
    budget.left -= 1
    fields, body = split_message(raw)
    mime_type, options = parameters(first(fields, "Content-Type"))
    disposition, placed = parameters(first(fields, "Content-Disposition"))
    part = Part(
        part_id=part_id,
        mime_type=mime_type if "/" in mime_type else "text/plain",
        filename=_one_line(placed.get("filename") or options.get("name") or ""),
        charset=options.get("charset", ""),
        disposition=disposition,
        encoding=first(fields, "Content-Transfer-Encoding").split(";")[0].strip(),
        fields=fields,
        encoded=body,
    )
    if depth >= _DEEPEST:
        return part
    if part.mime_type.startswith("multipart/"):
        _add_children(part, options.get("boundary", ""), depth, budget)
    elif part.mime_type == "message/rfc822" and budget.left > 0:
        inner = _parse(part.content(), _child_id(part_id, 0), depth + 1, budget)
        part.children = [inner]
    return part


def _add_children(part: Part, boundary: str, depth: int, budget: _Budget) -> None:
    """Cut the body at its boundary lines; without a closing line the last part ends with the mail."""
    if not boundary:
        return
    marks = _boundary_lines(part.encoded, b"--" + boundary.encode())
    for index, (_, start, closes) in enumerate(marks):
        if closes or budget.left <= 0:
            break
        end = marks[index + 1][0] if index + 1 < len(marks) else len(part.encoded)
        piece = part.encoded[start : max(end, start)]
        part.children.append(_parse(piece, _child_id(part.part_id, index), depth + 1, budget))
    if part.children:
        part.encoded = b""


def _boundary_lines(body: bytes, delimiter: bytes) -> list[tuple[int, int, bool]]:
    """Each boundary line as where the text before it ends, where the text after it starts, and whether it closes.

    A search by hand: compiling a pattern for every mail's own boundary took a quarter of an import's time.
    """
    found = []
    at = body.find(delimiter)
    while at >= 0:
        rest = _AFTER_BOUNDARY.match(body, at + len(delimiter))
        if rest is not None and (at == 0 or body[at - 1] in b"\r\n"):
            before = at - 2 if body[at - 2 : at] == b"\r\n" else max(0, at - 1)
            found.append((before, rest.end(), bool(rest[1])))
        at = body.find(delimiter, at + len(delimiter))
    return found


def _child_id(parent: str, index: int) -> str:
    return f"{parent}.{index}" if parent else str(index)


def _one_line(name: str) -> str:
    return re.sub(r"[\r\n\t]+", " ", name).strip()
