"""What an uploaded file is and may be called: its type by its content, its name without tricks; it stores nothing."""

from __future__ import annotations

import unicodedata
from pathlib import PurePosixPath
from typing import Final

import puremagic

UNKNOWN: Final = "application/octet-stream"
_PLAIN_TEXT: Final = "text/plain"
_ZIP: Final = "application/zip"
_ZIP_START: Final = b"PK\x03\x04"

# Kinds of text that look like any other text: there the name may say which.
_TEXT_BY_ENDING: Final = {
    ".csv": "text/csv",
    ".ics": "text/calendar",
    ".json": "application/json",
    ".md": "text/markdown",
    ".tsv": "text/tab-separated-values",
    ".vcf": "text/vcard",
}
_SURE_OF_TEXT: Final = 0.4
"""Below it the library has matched at most three letters, and any text may begin with those ("BM ...").
Source: puremagic 1.30, `main.py` (`_confidence`: a tenth for each byte matched)."""

_NOT_IN_TEXT: Final = bytes(set(range(0x20)) - set(b"\t\n\r\x0c")) + b"\x7f"
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_MAX_NAME_CHARACTERS: Final = 120
_MAX_ENDING_CHARACTERS: Final = 20
_NAMELESS: Final = "file"


def media_type_of(content: bytes, name: str) -> str:
    """The type as `type/subtype`, by the content; the name decides only among types that the content could be.

    `application/octet-stream` when nothing fits: a name never makes a program a picture.
    """
    ending = PurePosixPath(name).suffix.lower()
    if _is_text(content):
        return _text_type(content, ending)
    if content.startswith(_ZIP_START):
        # Every office document is a ZIP archive, and the first bytes of all of them are the same.
        return _best(content, ending) if any(ending == found for _, found, _ in _matches(content)) else _ZIP
    return _best(content, ending)


def safe_name(name: str) -> str:
    """The name without folders, control, direction and invisible characters, of bounded length; never empty.

    A name that hides its ending behind a direction mark shows the ending it really has.
    """
    seen = "".join(
        " " if c.isspace() else c for c in name if c.isspace() or unicodedata.category(c) not in _INVISIBLE
    )
    last = " ".join(seen.replace("\\", "/").rpartition("/")[2].split()).strip(" .")
    if not last:
        return _NAMELESS
    ending = PurePosixPath(last).suffix
    if len(last) <= _MAX_NAME_CHARACTERS or len(ending) > _MAX_ENDING_CHARACTERS:
        return last[:_MAX_NAME_CHARACTERS]
    return last[: _MAX_NAME_CHARACTERS - len(ending)] + ending


def _is_text(content: bytes) -> bool:
    if content.translate(None, _NOT_IN_TEXT) != content:
        return False
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _text_type(content: bytes, ending: str) -> str:
    sure = [media_type for media_type, _, confidence in _matches(content) if confidence >= _SURE_OF_TEXT]
    return sure[0] if sure else _TEXT_BY_ENDING.get(ending, _PLAIN_TEXT)


def _best(content: bytes, ending: str) -> str:
    matches = _matches(content)
    named = [media_type for media_type, found, _ in matches if found == ending]
    return next(iter([*named, *(media_type for media_type, _, _ in matches), UNKNOWN]))


def _matches(content: bytes) -> list[tuple[str, str, float]]:
    """`(media type, ending, confidence)`, the surest first; those without a media type are left out."""
    try:
        found = puremagic.magic_string(content)
    except (puremagic.PureError, ValueError):
        return []
    return [(one.mime_type, one.extension.lower(), one.confidence) for one in found if one.mime_type]
