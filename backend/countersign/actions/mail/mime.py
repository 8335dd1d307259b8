"""The bytes of a mail: a pure function of payload, files, action id and marker; approved and sent are the same.

It adds no Date (the submitting server does, so a held mail carries the time it really left) and no tracking. A file
whose bytes are not the approved ones stops it. Address headers are folded here: the standard library's folding of
long names drops quotes and can turn a comma inside a name into one more recipient (tried on CPython 3.11).
Source: RFC 5322 sections 2.1.1, 2.2.3, 3.2.4, 3.4, 3.6.4; RFC 2045; RFC 2046 section 5.1.4; RFC 2047 section 5;
RFC 6409 section 8.1 (missing Date); RFC 3676 sections 4.3 (signature separator) and 4.5 (quoting); RFC 2183 (files).
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
from countersign.actions.mail.editing import Mailbox
from countersign.actions.mail.files import AttachedFile, Contents, verified
from countersign.actions.mail.payload import MailPayload

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


def message_id(mail: MailPayload, action_id: UUID, marker: str) -> str:
    """The Message-ID this mail will carry: always the same for the same action and marker."""
    seed = hashlib.sha256(f"{action_id}\x1f{marker}".encode()).digest()
    return f"<{base64.b32encode(seed[:20]).decode('ascii').lower()}@{domain_of(mail.from_.email)}>"


def mime_bytes(mail: MailPayload, contents: Contents, action_id: UUID, marker: str) -> bytes:
    """The whole mail with CRLF line ends, 7-bit clean: plain and HTML parts with the same content, then its files.

    `contents` has the bytes of every file by its sha256.

    Raises:
        ChangedFileError: a file's bytes are not there or not the approved ones.
    """
    seed = f"{action_id}\x1f{marker}"
    body = _text_parts(mail, seed)
    if mail.attachments:
        whole = EmailMessage(policy=SMTP)
        whole.make_mixed()
        whole.attach(body)
        for file in mail.attachments:
            whole.attach(_file_part(file, contents))
        body = _with_boundary(whole, f"files\x1f{seed}")
    return b"".join(_headers(mail, action_id, marker)) + body.as_bytes()


def plain_text(mail: MailPayload) -> str:
    """The plain part: text, signature below `-- `, then the quote with `>` before each line or the mail passed on."""
    parts = [mail.body_text.rstrip("\n")] if mail.body_text.strip() else []
    if mail.signature_text:
        parts.append(f"-- \n{mail.signature_text}")
    if mail.quote_style == "forward":
        parts.append(f"{mail.quote_intro}\n\n{mail.quote_text}")
    elif mail.quote_text:
        parts.append(f"{mail.quote_intro}\n{_quoted(mail.quote_text)}")
    return "\n\n".join(parts) + "\n"


def html_text(mail: MailPayload) -> str:
    """The HTML part: the same pieces with the same words, the signature with its own markup."""
    body = mail.body_text.rstrip("\n")
    parts = [f"<div>{markup.from_text(body)}</div>"]
    if mail.signature_html:
        parts.append(f'<br><div class="gmail_signature">-- <br>{mail.signature_html}</div>')
    quote, intro = markup.from_text(mail.quote_text), markup.from_text(mail.quote_intro)
    if mail.quote_style == "forward":
        parts.append(f'<br><div class="gmail_quote"><div>{intro}</div><br><div>{quote}</div></div>')
    elif mail.quote_text:
        parts.append(
            f'<br><div class="gmail_quote"><div>{intro}</div>'
            f'<blockquote class="gmail_quote" style="{_QUOTE_STYLE}">{quote}</blockquote></div>'
        )
    return "\n".join(parts) + "\n"


def is_same_mail(stored: bytes, other: bytes) -> bool:
    """Whether two mails kept by the provider say the same; False for one that cannot be read."""
    try:
        return _essence(stored) == _essence(other)
    except _UNREADABLE:
        return False


def says_the_same(stored: bytes, mail: MailPayload, action_id: UUID, marker: str) -> bool:
    """Whether a mail kept by the provider is this one: every header of ours, no other, the same parts and files.

    The provider may add headers of its own and encode parts anew, so bytes are not compared; files are compared by
    their hash, so their bytes are not needed. False for a mail that cannot be read.
    """
    try:
        said, parts = _essence(stored)
    except _UNREADABLE:
        return False
    bare = mail.model_copy(update={"attachments": []})
    wanted, texts = _essence(mime_bytes(bare, {}, action_id, marker))
    files = [_file_essence(file.media_type, file.name, file.sha256) for file in mail.attachments]
    mixed = [("multipart/mixed", None, "")] if files else []
    return (said, parts) == (wanted, [*mixed, *texts, *files])


def _headers(mail: MailPayload, action_id: UUID, marker: str) -> list[bytes]:
    people = (("From", [mail.from_]), ("To", mail.to), ("Cc", mail.cc), ("Bcc", mail.bcc))
    lines = [_addresses(name, boxes) for name, boxes in people if boxes]
    lines.append(_free_text("Subject", mail.subject))
    lines.append(_message_ids("Message-ID", [message_id(mail, action_id, marker)]))
    if mail.in_reply_to:
        lines.append(_message_ids("In-Reply-To", [mail.in_reply_to]))
    if mail.references:
        lines.append(_message_ids("References", mail.references))
    return [*lines, _free_text(MARKER_HEADER, marker), _line("MIME-Version", "1.0")]


def _text_parts(mail: MailPayload, seed: str) -> EmailMessage:
    parts = EmailMessage(policy=SMTP)
    parts.set_content(plain_text(mail), cte="quoted-printable")
    parts.add_alternative(html_text(mail), subtype="html", cte="quoted-printable")
    return _with_boundary(parts, f"boundary\x1f{seed}")


def _with_boundary(parts: EmailMessage, seed: str) -> EmailMessage:
    for part in (parts, *parts.iter_parts()):
        del part["MIME-Version"]  # belongs to the whole mail only (RFC 2045 section 4)
    parts.set_boundary("=_" + hashlib.sha256(seed.encode()).hexdigest()[:32])
    return parts


def _file_part(file: AttachedFile, contents: Contents) -> EmailMessage:
    content = verified(file, contents.get(file.sha256, b""))
    maintype, _, subtype = file.media_type.partition("/")
    part = EmailMessage(policy=SMTP)
    part.set_content(
        content,
        maintype=maintype,
        subtype=subtype,
        disposition="attachment",
        filename=file.name,
        cte="base64",
    )
    return part


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
    if part.is_multipart():
        return part.get_content_type(), part.get_content_disposition(), ""
    if part.get_content_disposition() == "attachment":
        content = part.get_payload(decode=True)
        digest = hashlib.sha256(content if isinstance(content, bytes) else b"").hexdigest()
        return _file_essence(part.get_content_type(), part.get_filename() or "", digest)
    text = str(part.get_content()).replace("\r\n", "\n").rstrip("\n")
    return part.get_content_type(), part.get_content_disposition(), text


def _file_essence(media_type: str, name: str, sha256: str) -> tuple[str, str | None, str]:
    return media_type, "attachment", f"{sha256} {name}"
