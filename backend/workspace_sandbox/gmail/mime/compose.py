"""A mail's bytes from plain values, for seeds, bounces and the demo world.

It writes valid mail only; broken mail for tests comes in as raw bytes.
"""

import hashlib
from base64 import b64decode, b64encode, encodebytes
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from quopri import encodestring

from workspace_sandbox.gmail.mime.headers import Field, read_addresses, write_address


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a mail."""

    filename: str
    mime_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """The parts of a mail to write; ``fields`` are extra header fields, added as given."""

    sender: str
    to: list[str]
    subject: str
    date: datetime
    message_id: str
    text: str = ""
    html: str = ""
    cc: list[str] = field(default_factory=list)
    bcc: list[str] = field(default_factory=list)
    in_reply_to: str = ""
    references: str = ""
    attachments: list[Attachment] = field(default_factory=list)
    fields: list[Field] = field(default_factory=list)


def compose(letter: Letter) -> bytes:
    """The mail's bytes with CRLF lines; the same letter always gives the same bytes.

    Source: RFC 5322, RFC 2045 to 2047; text is UTF-8 in quoted-printable, files in base64.
    """
    head = [
        ("Date", format_datetime(letter.date)),
        ("From", _address_field([letter.sender])),
        ("To", _address_field(letter.to)),
        ("Cc", _address_field(letter.cc)),
        ("Bcc", _address_field(letter.bcc)),
        ("Subject", _encode_words(letter.subject)),
        ("Message-ID", _in_brackets(letter.message_id)),
        ("In-Reply-To", _in_brackets(letter.in_reply_to)),
        ("References", " ".join(_in_brackets(one) for one in letter.references.split())),
        *letter.fields,
        ("MIME-Version", "1.0"),
    ]
    lines = [f"{name}: {value}" for name, value in head if value]
    return ("\r\n".join(lines) + "\r\n").encode() + _body(letter)


def entity(content_type: str, content: bytes, extra: str = "") -> bytes:
    """One MIME entity: its fields and the bytes in the fitting transfer encoding; ``extra`` are whole field lines."""
    if content_type.startswith("message/"):
        return f"Content-Type: {content_type}\r\n{extra}\r\n".encode() + content
    textual = content_type.startswith("text/")
    encoding = "quoted-printable" if textual else "base64"
    body = encodestring(content.replace(b"\r\n", b"\n")) if textual else encodebytes(content)
    head = f"Content-Type: {content_type}\r\nContent-Transfer-Encoding: {encoding}\r\n{extra}\r\n"
    return head.encode() + body.replace(b"\n", b"\r\n")


def multipart(content_type: str, entities: list[bytes]) -> bytes:
    """A container entity with a boundary made from its contents."""
    boundary = "=_" + hashlib.sha256(b"\0".join(entities)).hexdigest()[:32]
    pieces = b"".join(b"--%s\r\n%s\r\n" % (boundary.encode(), entity_bytes) for entity_bytes in entities)
    head = f'Content-Type: {content_type}; boundary="{boundary}"\r\n\r\n'
    return head.encode() + pieces + f"--{boundary}--\r\n".encode()


def attachment_from_base64(filename: str, mime_type: str, content: str) -> Attachment:
    """An attachment from base64 or base64url text."""
    standard = content.replace("-", "+").replace("_", "/")
    return Attachment(filename, mime_type, b64decode(standard + "=" * (-len(standard) % 4)))


def _body(letter: Letter) -> bytes:
    text = (
        entity("text/plain; charset=utf-8", letter.text.encode()) if letter.text or not letter.html else b""
    )
    html = entity("text/html; charset=utf-8", letter.html.encode()) if letter.html else b""
    body = multipart("multipart/alternative", [text, html]) if text and html else text or html
    if not letter.attachments:
        return body
    files = [
        entity(
            one.mime_type,
            one.content,
            f'Content-Disposition: attachment; filename="{_encode_words(one.filename)}"\r\n',
        )
        for one in letter.attachments
    ]
    return multipart("multipart/mixed", [body, *files])


def _address_field(values: list[str]) -> str:
    pairs = [pair for value in values for pair in read_addresses(value)]
    return ",\r\n ".join(_written_address(name, address) for name, address in pairs)


def _written_address(name: str, address: str) -> str:
    return write_address(name, address) if name.isascii() else f"{_encode_words(name)} <{address}>"


def _encode_words(text: str) -> str:
    """ASCII as it is; anything else as RFC 2047 words of at most 75 letters, folded."""
    if text.isascii():
        return text.replace("\r", " ").replace("\n", " ")
    words, start = [], 0
    # 42 bytes make 56 base64 letters; with the frame of 12 a word stays under the limit of RFC 2047 section 2.
    while start < len(text):
        end = start + 1
        while end < len(text) and len(text[start : end + 1].encode()) <= 42:
            end += 1
        words.append(f"=?utf-8?B?{b64encode(text[start:end].encode()).decode()}?=")
        start = end
    return "\r\n ".join(words)


def _in_brackets(message_id: str) -> str:
    bare = message_id.strip().strip("<>")
    return f"<{bare}>" if bare else ""
