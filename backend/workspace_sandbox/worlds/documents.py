"""Small real files for invented mail: a PDF invoice and CSV tables.

Enough for readers to open; no layout engine.
"""

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Paper:
    """A one-page PDF with these lines."""

    filename: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A CSV table; each row is its cells with a space between them, and no cell has a space inside."""

    filename: str
    rows: tuple[str, ...]


def attachment_of(paper: Paper | Sheet, say: Callable[[str], str]) -> dict[str, Any]:
    """The file as a seed attachment, its words put through ``say``.

    Source: ISO 32000-1 section 7.5 (file structure of a PDF) and the standard font Helvetica.
    """
    name = say(paper.filename)
    if isinstance(paper, Paper):
        content = _pdf([say(line) for line in paper.lines])
        return {"filename": name, "mimeType": "application/pdf", "base64": b64encode(content).decode()}
    cells = [say(row).replace(" ", ",") for row in paper.rows]
    return {"filename": name, "mimeType": "text/csv", "text": "\r\n".join(cells) + "\r\n"}


def _pdf(lines: list[str]) -> bytes:
    shown = b"".join(b"(%s) Tj T*\n" % _pdf_text(line) for line in lines)
    page = b"BT /F1 12 Tf 16 TL 72 770 Td\n" + shown + b"ET"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(page), page),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    out = b"%PDF-1.4\n"
    offsets = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    start = len(out)
    count = len(objects) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n%s" % (count, table)
    return out + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (count, start)


def _pdf_text(line: str) -> bytes:
    escaped = line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
    return escaped.encode("cp1252", "replace")
