"""Mailboxes of address fields, taken apart only when there is no doubt; it never raises and never guesses.

`email.utils.getaddresses` splits some broken fields into addresses nobody wrote (CVE-2023-27043) on Pythons this
product supports, and `email.headerregistry` raises on others, hence this small scanner. Names are decoded after the
addresses were taken apart, so an encoded comma or angle bracket cannot become an address.
Source: RFC 5322 section 3.4 (address specification) and 4.4 (obsolete forms), RFC 6532 (UTF-8 in addresses).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from countersign.connectors.google.mail.headers import decode_words
from countersign.connectors.google.mail_types import Address

# Quoted text, a comment (two levels), an address in angle brackets, a separator, spaces, or anything else; each
# alternative starts with a different character, so matching is linear on hostile input.
_TOKEN: Final = re.compile(
    r"""(?P<quoted>"(?:[^"\\]|\\.)*")|(?P<comment>\((?:[^()\\]|\\.|\((?:[^()\\]|\\.)*\))*\))|(?P<angle><[^<>]*>)"""
    r"""|(?P<separator>[,;:])|(?P<space>\s+)|(?P<word>[^\s"(<,;:]+)|(?P<stray>.)""",
    re.DOTALL,
)
_EMAIL: Final = re.compile(
    r"""(?:[^\s@<>()\[\]\\,;:"]+|"(?:[^"\\]|\\.)*")@(?:[^\s@<>()\[\]\\,;:"]+|\[[^\[\]\s]*\])"""
)


@dataclass
class _Mailbox:
    """What was collected between two separators."""

    raw: str = ""
    text: str = ""
    words: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    angle: str | None = None
    is_doubtful: bool = False

    @property
    def is_empty(self) -> bool:
        return not self.raw.strip()


def addresses(values: tuple[str, ...]) -> tuple[Address, ...]:
    """Every mailbox of these fields, in order; groups are flattened.

    A mailbox that cannot be taken apart without doubt becomes an `Address` without an email: shown, never used.
    """
    return tuple(address for value in values for address in _mailboxes(value))


def _mailboxes(value: str) -> list[Address]:
    found: list[Address] = []
    box = _Mailbox()
    for token in _TOKEN.finditer(value):
        kind, text = str(token.lastgroup), token.group()
        if kind != "separator":
            _collect(box, kind, text)
            continue
        if text != ":" and not box.is_empty:
            found.append(_address(box))
        box = _Mailbox()  # the words before a colon are a group's name
    return found if box.is_empty else [*found, _address(box)]


def _collect(box: _Mailbox, kind: str, text: str) -> None:
    box.raw += text
    if kind == "comment":
        box.comments.append(_unescape(text[1:-1]))
    elif kind == "angle":
        box.is_doubtful |= box.angle is not None
        box.angle = text[1:-1].strip()
    elif kind == "space":
        box.text += " "
    else:
        box.is_doubtful |= kind == "stray" or box.angle is not None
        box.text += text
        box.words.append(_unescape(text[1:-1]) if kind == "quoted" else text)


def _address(box: _Mailbox) -> Address:
    name = " ".join(box.words) if box.angle is not None else " ".join(box.comments)
    email = box.angle if box.angle is not None else box.text.strip()
    if box.is_doubtful or not _EMAIL.fullmatch(email):
        return Address("", decode_words(box.raw.strip()))
    return Address(email, decode_words(name or " ".join(box.comments)).strip())


def _unescape(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)
