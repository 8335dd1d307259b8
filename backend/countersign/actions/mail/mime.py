"""The bytes of a mail: a pure function of payload, action id and marker, so that approved and sent are the same.

It adds no Date (the submitting server does, so a held mail carries the time it really left), no tracking and no
attachment. Address headers are folded here: the standard library's folding of long names drops quotes and can turn a
comma inside a name into one more recipient (tried on CPython 3.11).
Source: RFC 5322 sections 2.1.1, 2.2.3, 3.2.4, 3.4, 3.6.4; RFC 2045; RFC 2046 section 5.1.4; RFC 2047 section 5;
RFC 6409 section 8.1 (missing Date); RFC 3676 sections 4.3 (signature separator) and 4.5 (quoting).
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from email import message_from_bytes
from email.errors import MessageError
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from uuid import UUID

from countersign.actions.mail import markup
from countersign.actions.mail.address import domain_of
from countersign.actions.mail.payload import Mailbox, ReplyPayload

MARKER_HEADER = "X-Countersign-Action"
_ADDED_BY_GMAIL = re.compile(r"received|x-received|return-path|delivered-to|date|x-gm-.+|x-google-.+")
"""Headers a kept mail may have beyond ours. Unverified against live Gmail; anything else is somebody's change."""
_ENCODING = frozenset({"mime-version", "content-type", "content-transfer-encoding"})
"""How the parts are packed: a provider may pack them anew, so the unpacked parts are compared instead."""
_UNREADABLE = (LookupError, ValueError, TypeError, AttributeError, MessageError)
"""What the standard library raises on headers and charsets it cannot make sense of (tried on CPython 3.11)."""
_LINE = 76
_QUOTED_NAME_MAX = 60
"""A longer name goes out as encoded words, which may be folded; a quoted string may not be broken safely."""

_QUOTE_STYLE = "margin:0 0 0 .8ex;border-left:1px #ccc solid;padding-left:1ex"


def message_id(reply: ReplyPayload, action_id: UUID, marker: str) -> str:
    """The Message-ID this mail will carry: always the same for the same action and marker."""
    seed = hashlib.sha256(f"{action_id}\x1f{marker}".encode()).digest()
    return f"<{base64.b32encode(seed[:20]).decode('ascii').lower()}@{domain_of(reply.from_.email)}>"


def mime_bytes(reply: ReplyPayload, action_id: UUID, marker: str) -> bytes:
    """The whole mail with CRLF line ends, 7-bit clean, plain and HTML parts with the same content."""
    lines = [_addresses("From", [reply.from_]), _addresses("To", reply.to)]
    if reply.cc:
        lines.append(_addresses("Cc", reply.cc))
    lines.append(_free_text("Subject", reply.subject))
    lines.append(_message_ids("Message-ID", [message_id(reply, action_id, marker)]))
    if reply.in_reply_to:
        lines.append(_message_ids("In-Reply-To", [reply.in_reply_to]))
    if reply.references:
        lines.append(_message_ids("References", reply.references))
    lines.append(_free_text(MARKER_HEADER, marker))
    return b"".join(lines) + _parts(reply, f"{action_id}\x1f{marker}")


def plain_text(reply: ReplyPayload) -> str:
    """The plain part: text, signature below `-- `, then the quote with `>` before each line."""
    parts = [reply.body_text.rstrip("\n")]
    if reply.signature_text:
        parts.append(f"-- \n{reply.signature_text}")
    if reply.quote_text:
        parts.append(f"{reply.quote_intro}\n{_quoted(reply.quote_text)}")
    return "\n\n".join(parts) + "\n"


def html_text(reply: ReplyPayload) -> str:
    """The HTML part: the same three pieces with the same words, the signature with its own markup."""
    body = reply.body_text.rstrip("\n")
    parts = [f"<div>{markup.from_text(body)}</div>"]
    if reply.signature_html:
        parts.append(f'<br><div class="gmail_signature">-- <br>{reply.signature_html}</div>')
    if reply.quote_text:
        quote = markup.from_text(reply.quote_text)
        intro = markup.from_text(reply.quote_intro)
        parts.append(
            f'<br><div class="gmail_quote"><div>{intro}</div>'
            f'<blockquote class="gmail_quote" style="{_QUOTE_STYLE}">{quote}</blockquote></div>'
        )
    return "\n".join(parts) + "\n"


def is_same_mail(stored: bytes, made: bytes) -> bool:
    """Whether a mail kept by the provider says what ours says: every header of ours, no other, and the same parts.

    The provider may add headers of its own and encode parts anew, so bytes are not compared. False for a mail that
    cannot be read.
    """
    try:
        return _essence(stored) == _essence(made)
    except _UNREADABLE:
        return False


def _parts(reply: ReplyPayload, seed: str) -> bytes:
    mail = EmailMessage(policy=SMTP)
    mail.set_content(plain_text(reply), cte="quoted-printable")
    mail.add_alternative(html_text(reply), subtype="html", cte="quoted-printable")
    for part in mail.iter_parts():
        del part["MIME-Version"]  # belongs to the whole mail only (RFC 2045 section 4)
    mail.set_boundary("=_" + hashlib.sha256(f"boundary\x1f{seed}".encode()).hexdigest()[:32])
    return mail.as_bytes()


def _quoted(text: str) -> str:
    return "\n".join(
        f">{line}" if line.startswith(">") else f"> {line}".rstrip() for line in text.split("\n")
    )


def _addresses(name: str, boxes: Sequence[Mailbox]) -> bytes:
    """An address header with one mailbox a line."""
    return _line(name, ",\r\n ".join(_mailbox(box) for box in boxes))


def _free_text(name: str, value: str) -> bytes:
    """A header of free text; anything a reader could decode differently is sent as encoded words."""
    if _is_plain(value) and value == " ".join(value.split()):
        folded = Header(value, "us-ascii", maxlinelen=_LINE, header_name=name).encode(
            splitchars=" ", linesep="\r\n"
        )
        return _line(name, folded)
    return _line(name, _encoded(value, len(name) + 2))


def _message_ids(name: str, values: Sequence[str]) -> bytes:
    """A header of message ids, one a line, never broken or encoded."""
    return _line(name, "\r\n ".join(values))


def _line(name: str, value: str) -> bytes:
    return f"{name}: {value}\r\n".encode("ascii")


def _mailbox(box: Mailbox) -> str:
    if not box.name:
        return box.email
    if _is_plain(box.name) and len(box.name) <= _QUOTED_NAME_MAX:
        escaped = box.name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}" <{box.email}>'
    return f"{_encoded(box.name, 1)}\r\n <{box.email}>"


def _is_plain(value: str) -> bool:
    return value.isascii() and value.isprintable() and "=?" not in value


def _encoded(value: str, used: int) -> str:
    return Header(value, "utf-8", maxlinelen=_LINE, header_name="x" * max(used - 2, 0)).encode(linesep="\r\n")


def _essence(raw: bytes) -> tuple[list[tuple[str, str]], list[tuple[str, str | None, str]]]:
    mail = message_from_bytes(raw, policy=SMTP)
    headers = [(name.lower(), " ".join(str(value).split())) for name, value in mail.items()]
    said = sorted(
        (name, value)
        for name, value in headers
        if name not in _ENCODING and not _ADDED_BY_GMAIL.fullmatch(name)
    )
    return said, [_part(part) for part in mail.walk()]


def _part(part: EmailMessage) -> tuple[str, str | None, str]:
    text = "" if part.is_multipart() else str(part.get_content()).replace("\r\n", "\n").rstrip("\n")
    return part.get_content_type(), part.get_content_disposition(), text
