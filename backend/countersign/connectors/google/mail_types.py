"""Mail as the rest of the product sees it, free of any provider's format; decides and changes nothing.

Everything in it comes from outside and is data, never instructions. Text is as the sender wrote it: invisible and
bidirectional characters are kept, so that whoever shows it can make them visible.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Address:
    """One mailbox of a header. `email` is empty when the header could not be understood; `name` then holds it whole."""

    email: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Header:
    """One header field, value unfolded and its encoded words decoded."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """What a part with a file is called; its content is read only on demand."""

    part_id: str
    name: str
    media_type: str
    size_bytes: int
    attachment_id: str | None = None


@dataclass(frozen=True, slots=True)
class MessageRef:
    """Where a message is: enough to read it."""

    id: str
    thread_id: str


@dataclass(frozen=True, slots=True)
class MessageHead:
    """A message without its body: ids, labels and the header fields asked for."""

    id: str
    thread_id: str
    history_id: str
    labels: tuple[str, ...]
    received_at: datetime | None
    headers: tuple[Header, ...]

    def header(self, name: str) -> str | None:
        """The first field of that name (any case), or None."""
        return first_header(self.headers, name)


@dataclass(frozen=True, slots=True)
class MailMessage:
    """One mail, read whole.

    Attributes:
        rfc_message_id: Message-ID with its angle brackets, or None.
        date: the sender's Date header, else when it arrived; aware, UTC.
        received_at: when Google received it; aware, UTC.
        text: all inline plain text, or empty.
        html: all inline HTML, unsanitised, or empty: never show it before it went through the sanitiser.
        references: message ids of the thread, oldest first, with angle brackets.
        is_complete: False when a body part was too large to come along.
    """

    id: str
    thread_id: str
    history_id: str
    rfc_message_id: str | None
    headers: tuple[Header, ...]
    from_: Address | None
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    bcc: tuple[Address, ...]
    reply_to: tuple[Address, ...]
    subject: str
    date: datetime | None
    received_at: datetime | None
    text: str
    html: str
    labels: tuple[str, ...]
    snippet: str
    attachments: tuple[Attachment, ...]
    in_reply_to: str | None
    references: tuple[str, ...]
    list_id: str | None
    auto_submitted: str | None
    is_complete: bool = True

    def header(self, name: str) -> str | None:
        """The first field of that name (any case), or None."""
        return first_header(self.headers, name)


@dataclass(frozen=True, slots=True)
class MailThread:
    """A conversation, oldest message first."""

    id: str
    history_id: str
    messages: tuple[MailMessage, ...]


@dataclass(frozen=True, slots=True)
class Alias:
    """An address the account may send as."""

    email: str
    name: str
    signature_html: str
    reply_to: str
    is_default: bool
    is_primary: bool


@dataclass(frozen=True, slots=True)
class Profile:
    """The mailbox's own address and where its history stands now."""

    email: str
    history_id: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft and the head of its message."""

    id: str
    message: MessageHead


@dataclass(frozen=True, slots=True)
class History:
    """What changed since a cursor: messages added, oldest first; `history_id` is the next cursor."""

    history_id: str
    added: tuple[MessageRef, ...]


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody met in mail headers, with how often mail went each way among the mails looked at."""

    address: Address
    written_to: int = 0
    heard_from: int = 0
    last_seen_at: datetime | None = field(default=None)


def first_header(headers: tuple[Header, ...], name: str) -> str | None:
    """The value of the first field of that name (any case), or None."""
    wanted = name.lower()
    return next((header.value for header in headers if header.name.lower() == wanted), None)
