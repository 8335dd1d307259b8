"""Header fields as text, ids and dates, from whatever a sender wrote; it never raises on broken input.

Source: RFC 5322 (fields, ids, dates), RFC 2047 (encoded words).
"""

from __future__ import annotations

import re
from binascii import Error as Base64Error
from collections.abc import Mapping
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.header import decode_header
from email.utils import parsedate_to_datetime
from typing import Final

from countersign.connectors.google.mail_types import Header

_MESSAGE_ID: Final = re.compile(r"<[^<>\s]+>")
_FOLD: Final = re.compile(r"\r?\n(?=[ \t])")
_BREAK: Final = re.compile(r"[\r\n]+")
_UNSTORABLE: Final = re.compile("[\0\ud800-\udfff]")
_SPACE_BETWEEN_WORDS: Final = re.compile(r"(\?=)\s+(=\?)")
# A header this long is an attack or a broken mailing list; parsing cost must stay bounded.
_LONGEST_HEADER: Final = 100_000


def read_headers(fields: object) -> tuple[Header, ...]:
    """The fields of a payload (`[{"name", "value"}]`), in order, values unfolded and decoded."""
    if not isinstance(fields, list):
        return ()
    return tuple(
        Header(str(field["name"]), decode_words(unfold(str(field.get("value", "")))))
        for field in fields
        if isinstance(field, Mapping) and field.get("name")
    )


def raw_values(fields: object, name: str) -> tuple[str, ...]:
    """The values of every field of that name, unfolded, encoded words left as written."""
    if not isinstance(fields, list):
        return ()
    return tuple(
        unfold(str(field.get("value", "")))
        for field in fields
        if isinstance(field, Mapping) and str(field.get("name", "")).lower() == name.lower()
    )


def unfold(value: str) -> str:
    """One line: folding removed, any other line break turned into a space, so no field can smuggle a second one."""
    return storable(_BREAK.sub(" ", _FOLD.sub("", value[:_LONGEST_HEADER])).strip())


def storable(text: str) -> str:
    """The text with NUL and lone surrogates as U+FFFD: neither the database nor a digest can hold them."""
    return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def decode_words(value: str) -> str:
    """The text with its RFC 2047 encoded words decoded; what cannot be decoded stays as written."""
    if "=?" not in value:
        return value
    try:
        pieces = decode_header(_SPACE_BETWEEN_WORDS.sub(r"\1 \2", value))
    except (HeaderParseError, Base64Error, ValueError):
        return value
    decoded = "".join(
        piece if isinstance(piece, str) else decode_bytes(piece, charset) for piece, charset in pieces
    )
    return storable(_BREAK.sub(" ", decoded))


def decode_bytes(data: bytes, charset: str | None) -> str:
    """The bytes as text, never failing.

    Valid UTF-8 wins over the declared charset: Gmail answers text parts in UTF-8 and keeps the declared charset in
    the header (Source: https://github.com/openclaw/gogcli/issues/446). Seven-bit escapes (ISO-2022) are the
    exception. Then the declared charset, then Windows-1252 as browsers do.
    """
    declared = (charset or "").strip().strip("'\"").lower()
    first = (
        (declared, "utf-8")
        if declared.startswith(("iso-2022", "hz", "utf-7", "utf-16", "utf-32"))
        else ("utf-8", declared)
    )
    for name in first:
        try:
            return storable(data.decode(name or "utf-8"))
        except (LookupError, UnicodeError, ValueError):
            continue
    return storable(data.decode("windows-1252", "replace"))


def message_ids(values: tuple[str, ...]) -> tuple[str, ...]:
    """Every `<id>` of these fields, in order, without repeats."""
    return tuple(dict.fromkeys(found for value in values for found in _MESSAGE_ID.findall(value)))


def date_of(values: tuple[str, ...]) -> datetime | None:
    """The first field's date, aware and in UTC; None when it is missing or no date."""
    if not values:
        return None
    try:
        parsed = parsedate_to_datetime(decode_words(values[0]))
        aware = parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
        return aware.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def milliseconds(value: object) -> datetime | None:
    """A count of milliseconds since 1970 (Gmail's `internalDate`) as an aware UTC time, or None."""
    try:
        return datetime.fromtimestamp(int(str(value)) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def parameter(fields: object, field_name: str, wanted: str) -> str | None:
    """A parameter of a structured field, such as `charset` of Content-Type; None when absent.

    Only plain `name=value` and `name="value"` are read: file names come decoded from the provider.
    """
    for value in raw_values(fields, field_name):
        found = re.search(
            rf"""(?i);\s*{re.escape(wanted)}\s*=\s*("(?P<quoted>[^"]*)"|(?P<plain>[^\s;]+))""", value
        )
        if found:
            return found["quoted"] if found["quoted"] is not None else found["plain"]
    return None
