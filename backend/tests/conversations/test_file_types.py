"""What an uploaded file is, by its content, and what it may be called."""

from __future__ import annotations

import io
import zipfile

import pytest

from countersign.conversations.attachments import new_file
from countersign.conversations.file_types import media_type_of, safe_name
from countersign.errors import InvalidError


def archive(*members: str) -> bytes:
    """A ZIP archive with these members."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as packed:
        for member in members:
            packed.writestr(member, "content")
    return written.getvalue()


WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n%%EOF"
PROGRAM = b"MZ\x90\x00\x03" + bytes(200)


@pytest.mark.parametrize(
    ("content", "name", "expected"),
    [
        (PDF, "invoice.pdf", "application/pdf"),
        (PDF, "holiday.png", "application/pdf"),
        (PROGRAM, "invoice.pdf", "application/vnd.microsoft.portable-executable"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(40), "a", "image/png"),
        (archive("word/document.xml"), "terms.docx", WORD),
        (archive("a.txt", "b.txt"), "both.zip", "application/zip"),
        (archive("a.txt"), "both", "application/zip"),
        ("Größe, Preis\n1,2\n".encode(), "table.csv", "text/csv"),
        (b"BM is short for Bundesministerium.", "note.txt", "text/plain"),
        (b"# Title\n", "README.MD", "text/markdown"),
        (b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n", "x.csv", "text/calendar"),
        (b"<html><body>hello</body></html>", "page.txt", "text/html"),
        (b"plain words", "photo.jpeg", "text/plain"),
        (bytes(range(1, 200)), "data.pdf", "application/octet-stream"),
        ("written elsewhere".encode("utf-16"), "note.txt", "text/plain"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_type_follows_the_content_and_a_name_never_dresses_it_up(
    content: bytes, name: str, expected: str
) -> None:
    assert media_type_of(content, name) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Invoice 2026.pdf", "Invoice 2026.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\plan.docx", "plan.docx"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("a\r\nBcc: eve@evil.example\x00.txt", "a Bcc: eve@evil.example.txt"),
        ("  spaced \t out  .txt", "spaced out .txt"),
        ("...", "file"),
        ("", "file"),
        ("счёт №5.pdf", "счёт №5.pdf"),
        ("a" * 300 + ".pdf", "a" * 116 + ".pdf"),
        ("a." + "b" * 300, "a." + "b" * 118),
    ],
)
def test_a_name_keeps_its_words_and_loses_its_tricks(name: str, expected: str) -> None:
    assert safe_name(name) == expected


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(InvalidError, match="empty"):
        new_file("empty.txt", b"")
