"""Gmail's JSON of a message turned into `MailMessage`; it makes no call and never raises on broken mail.

Source: https://developers.google.com/workspace/gmail/api/reference/rest/v1/users.messages#Message (resource
Message and MessagePart). Attached messages (message/rfc822) are listed, never mixed into the body.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode
from binascii import Error as Base64Error
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from countersign.connectors.google.mail.addresses import addresses
from countersign.connectors.google.mail.headers import (
    date_of,
    decode_bytes,
    decode_words,
    message_ids,
    milliseconds,
    parameter,
    raw_values,
    read_headers,
    storable,
    unfold,
)
from countersign.connectors.google.mail_types import (
    Address,
    Attachment,
    Header,
    MailMessage,
    MailThread,
    MessageHead,
    first_header,
)

Json = Mapping[str, Any]
_T = TypeVar("_T")

# Deeper or wider trees than any mail program makes are cut off, so a hostile mail cannot take the process down.
_MOST_PARTS: Final = 2_000


@dataclass
class _Body:
    texts: list[str] = field(default_factory=list)
    htmls: list[str] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    is_complete: bool = True


def message_of(resource: Json) -> MailMessage:
    """The message of a `users.messages` resource in format full."""
    payload = _mapping(resource.get("payload"))
    fields = payload.get("headers")
    headers = read_headers(fields)
    body = _body_of(payload)
    received_at = milliseconds(resource.get("internalDate"))
    return MailMessage(
        id=str(resource.get("id", "")),
        thread_id=str(resource.get("threadId", "")),
        history_id=str(resource.get("historyId", "")),
        rfc_message_id=_first(message_ids(raw_values(fields, "Message-ID"))),
        headers=headers,
        from_=_sender(fields),
        to=addresses(raw_values(fields, "To")),
        cc=addresses(raw_values(fields, "Cc")),
        bcc=addresses(raw_values(fields, "Bcc")),
        reply_to=addresses(raw_values(fields, "Reply-To")),
        subject=first_header(headers, "Subject") or "",
        date=date_of(raw_values(fields, "Date")) or received_at,
        received_at=received_at,
        text="\n".join(body.texts),
        html="\n".join(body.htmls),
        labels=_labels(resource),
        snippet=storable(str(resource.get("snippet", ""))),
        attachments=tuple(body.attachments),
        in_reply_to=_first(message_ids(raw_values(fields, "In-Reply-To"))),
        references=message_ids(raw_values(fields, "References")),
        list_id=first_header(headers, "List-ID"),
        auto_submitted=first_header(headers, "Auto-Submitted"),
        is_complete=body.is_complete,
    )


def thread_of(resource: Json) -> MailThread:
    """The conversation of a `users.threads` resource in format full, oldest message first."""
    messages = [message_of(_mapping(item)) for item in _sequence(resource.get("messages"))]
    return MailThread(
        id=str(resource.get("id", "")),
        history_id=str(resource.get("historyId", "")),
        messages=tuple(messages),
    )


def head_of(resource: Json) -> MessageHead:
    """Ids, labels and headers of a `users.messages` resource in format metadata or minimal."""
    return MessageHead(
        id=str(resource.get("id", "")),
        thread_id=str(resource.get("threadId", "")),
        history_id=str(resource.get("historyId", "")),
        labels=_labels(resource),
        received_at=milliseconds(resource.get("internalDate")),
        headers=_headers(resource),
    )


def decode_base64url(data: object) -> bytes:
    """The bytes of base64url text, padded or not; empty when it is neither."""
    if not isinstance(data, str):
        return b""
    text = re.sub(r"[^A-Za-z0-9_-]", "", data.replace("+", "-").replace("/", "_").rstrip("="))
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (Base64Error, ValueError):
        return b""


def _body_of(payload: Json) -> _Body:
    body = _Body()
    for part in _leaves(payload):
        media_type = str(part.get("mimeType", "")).lower()
        if _is_file(part, media_type):
            body.attachments.append(_attachment(part, media_type))
            continue
        content = _mapping(part.get("body"))
        if "data" not in content and content.get("attachmentId"):
            body.is_complete = False
        text = decode_bytes(
            decode_base64url(content.get("data")), parameter(part.get("headers"), "Content-Type", "charset")
        )
        if text:
            (body.htmls if media_type == "text/html" else body.texts).append(text)
    return body


def _leaves(payload: Json) -> Iterator[Json]:
    """Parts that carry content, in reading order; an attached message counts as one."""
    waiting = [payload]
    seen = 0
    while waiting and seen < _MOST_PARTS:
        part = waiting.pop()
        seen += 1
        children = [_mapping(child) for child in _sequence(part.get("parts"))]
        media_type = str(part.get("mimeType", "")).lower()
        if children and media_type != "message/rfc822":
            waiting.extend(reversed(children))
        elif not media_type.startswith("multipart/"):
            yield part


def _is_file(part: Json, media_type: str) -> bool:
    disposition = (_first(raw_values(part.get("headers"), "Content-Disposition")) or "").lower()
    return bool(part.get("filename")) or disposition.startswith("attachment") or media_type not in _BODY_TYPES


_BODY_TYPES: Final = frozenset({"", "text/plain", "text/html"})


def _attachment(part: Json, media_type: str) -> Attachment:
    content = _mapping(part.get("body"))
    attachment_id = content.get("attachmentId")
    size = content.get("size", 0)
    return Attachment(
        part_id=str(part.get("partId", "")),
        name=decode_words(unfold(str(part.get("filename") or ""))),
        media_type=media_type or "application/octet-stream",
        size_bytes=size if isinstance(size, int) else 0,
        attachment_id=str(attachment_id) if attachment_id else None,
    )


def _sender(fields: object) -> Address | None:
    return _first(addresses(raw_values(fields, "From")))


def _headers(resource: Json) -> tuple[Header, ...]:
    return read_headers(_mapping(resource.get("payload")).get("headers"))


def _labels(resource: Json) -> tuple[str, ...]:
    return tuple(str(label) for label in _sequence(resource.get("labelIds")))


def _first(values: tuple[_T, ...]) -> _T | None:
    return values[0] if values else None


def _mapping(value: object) -> Json:
    return value if isinstance(value, Mapping) else {}


def _sequence(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
