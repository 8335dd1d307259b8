"""A conversation read from a mailbox as telling wants it: visible words, who wrote, when; it judges nothing."""

from __future__ import annotations

from collections.abc import Sequence

from countersign.connectors.google.mail_types import MailMessage, MailThread, MessageHead
from countersign.understanding.telling.mail import MailText
from countersign.workflows.email.mailboxes.query import sender_of
from countersign.workflows.email.mailboxes.visible import visible_text

_NOT_TOLD = frozenset({"DRAFT", "TRASH", "SPAM"})
_BULK = frozenset({"bulk", "list", "junk"})


def conversation_of(
    account_id: str, thread: MailThread, owner: Sequence[str], own_addresses: Sequence[str]
) -> tuple[MailText, ...]:
    """The mails of the conversation that arrived or were sent, oldest first; drafts and the bin are left out.

    `owner` is what the person is called, `own_addresses` are theirs; mail from one of them, or sent here, is own.
    """
    own = {address.casefold() for address in own_addresses}
    return tuple(
        _text(account_id, message, (*owner, *own_addresses), own)
        for message in thread.messages
        if not _NOT_TOLD & set(message.labels)
    )


def named_by(account_id: str, head: MessageHead, own_addresses: Sequence[str]) -> MailText:
    """A mail as far as its headers tell of it; its body was not read."""
    sender = sender_of(head)
    return MailText(
        key=key_of(account_id, head.id),
        thread_key=key_of(account_id, head.thread_id),
        account_id=account_id,
        sender_name=sender.name,
        sender_email=sender.email,
        sent_at=head.received_at,
        subject=head.header("Subject") or "",
        body_text="",
        is_own="SENT" in head.labels
        or sender.email.casefold() in {address.casefold() for address in own_addresses},
        labels=head.labels,
    )


def key_of(account_id: str, message_id: str) -> str:
    """What names the mail in an answer."""
    return f"{account_id}/{message_id}"


def mail_of(key: str) -> tuple[str, str]:
    """Account and message behind such a name."""
    account_id, _, message_id = key.partition("/")
    return account_id, message_id


def _text(account_id: str, message: MailMessage, owner: tuple[str, ...], own: set[str]) -> MailText:
    sender = message.from_
    email = sender.email if sender else ""
    return MailText(
        key=key_of(account_id, message.id),
        thread_key=key_of(account_id, message.thread_id),
        account_id=account_id,
        sender_name=sender.name if sender else "",
        sender_email=email,
        sent_at=message.date or message.received_at,
        subject=message.subject,
        body_text=message.text or visible_text(message.html),
        is_own="SENT" in message.labels or email.casefold() in own,
        to=tuple(address.email for address in (*message.to, *message.cc) if address.email),
        labels=message.labels,
        owner=tuple(name for name in owner if name),
        is_automatic=_is_automatic(message),
    )


def _is_automatic(message: MailMessage) -> bool:
    """Source: RFC 3834 section 5 (Auto-Submitted), RFC 2919 (List-Id); Precedence is older than both."""
    auto = (message.auto_submitted or "no").strip().casefold()
    precedence = (message.header("Precedence") or "").strip().casefold()
    return message.list_id is not None or auto != "no" or precedence in _BULK
