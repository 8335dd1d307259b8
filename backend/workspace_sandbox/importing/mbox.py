"""The mails of an mbox file, one after the other, without loading the file.

It undoes ``From `` quoting and nothing else; the bytes of a mail are otherwise as they stand.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from workspace_sandbox.importing.found_mail import FoundMail

# "From someone Thu Jan  1 00:00:00 2024" in all its variants: some time and some year on the line.
_DATED_ENVELOPE = re.compile(rb"From .*\d{1,2}:\d{2}.*\d{4}")
_FIELD_NAME = re.compile(rb"[!-9;-~]+[ \t]*:")
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)
_CONTENT_LENGTH = re.compile(rb"^Content-Length:[ \t]*(\d{1,10})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_BLANK = (b"\n", b"\r\n")


def looks_like_mbox(path: Path) -> bool:
    """True when the file begins with an envelope line."""
    with path.open("rb") as file:
        return file.read(5) == b"From "


def read_mbox(path: Path) -> Iterator[FoundMail]:
    """The mails in order; memory is bounded by the largest one.

    A mail begins at a ``From `` line after a blank line that carries a date or is followed by a header field, so an
    unquoted "From here on" in a text does not cut it. ``>From `` loses one ``>`` (mboxo and mboxrd); with a
    ``Content-Length`` that ends exactly before the next mail (mboxcl) that length is believed.
    Source: RFC 4155; the variants as described in qmail's mbox(5).
    """
    with path.open("rb") as file:
        start, envelope = 0, file.readline()
        while envelope:
            lines: list[bytes] = []
            following = _read_one(file, lines)
            raw = b"".join(lines)
            yield FoundMail(
                f"{path}:{start}",
                _unquoted(raw),
                len(envelope) + len(raw),
                envelope=envelope.rstrip(b"\r\n"),
            )
            start = file.tell() - len(following)
            envelope = following


def _read_one(file: BinaryIO, lines: list[bytes]) -> bytes:
    """Collect one mail's lines; the envelope line of the next mail, or nothing at the end of the file."""
    in_header = True
    after_blank = False
    while line := file.readline():
        if after_blank and line.startswith(b"From ") and _begins_mail(file, line):
            return line
        after_blank = line in _BLANK
        lines.append(line)
        if in_header and after_blank:
            in_header = False
            following = _read_counted_body(file, lines)
            if following is not None:
                return following
    return b""


def _begins_mail(file: BinaryIO, line: bytes) -> bool:
    if _DATED_ENVELOPE.match(line):
        return True
    here = file.tell()
    following = file.readline()
    file.seek(here)
    return bool(_FIELD_NAME.match(following))


def _read_counted_body(file: BinaryIO, lines: list[bytes]) -> bytes | None:
    """Read a body by its Content-Length; None, with nothing read, when there is none or it does not fit."""
    found = _CONTENT_LENGTH.search(b"".join(lines))
    if found is None:
        return None
    here = file.tell()
    body = file.read(int(found[1]))
    following = file.readline()
    while following in _BLANK:
        following = file.readline()
    if len(body) == int(found[1]) and (not following or _DATED_ENVELOPE.match(following)):
        lines.append(body)
        return following
    file.seek(here)
    return None


def _unquoted(raw: bytes) -> bytes:
    return _QUOTED.sub(rb"\1", raw) if b"From " in raw else raw
