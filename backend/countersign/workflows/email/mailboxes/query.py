"""A search step as Gmail's own query, and the check that a hit really is what was meant; it asks nobody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from countersign.connectors.google.mail.addresses import addresses
from countersign.connectors.google.mail_types import Address, MessageHead
from countersign.understanding.planned.steps import SearchMail

HEADERS = ("From", "To", "Cc", "Subject", "Date", "List-Id", "List-Unsubscribe")
"""What has to be read of a hit to check it and to name it."""

_FOLDERS = {
    "received": "-in:drafts -in:sent -in:chats",
    "inbox": "-in:drafts -in:sent -in:chats in:inbox",
    "sent": "-in:drafts -in:chats in:sent",
    "anywhere": "-in:drafts -in:chats",
}
# Gmail cannot ask for a header; mail of lists says how to leave them. Assumed, and checked on every hit.
_NEWSLETTERS = "{category:promotions category:updates category:forums category:social unsubscribe}"
_NOT_BULK = "-category:promotions -category:social -category:forums"
_ARRIVING = frozenset({"received", "inbox"})
_NEVER = frozenset({"DRAFT", "TRASH", "SPAM"})


@dataclass(frozen=True)
class Wanted:
    """A search step with its people found.

    Attributes:
        sender: bare address that must have written it, None for anybody.
        recipient: bare address that must be among those it was sent to, None for anybody.
        zone: the person's zone; days are theirs.
        from_people: only mail that somebody may wait for an answer to: no lists, no bulk.
    """

    step: SearchMail
    sender: str | None
    recipient: str | None
    zone: str
    from_people: bool = False

    @property
    def must_be_checked(self) -> bool:
        """Whether Gmail's answer may hold mail that is not meant: words match in more places than addresses do."""
        return bool(self.sender or self.recipient or self.step.category == "newsletters")


def gmail_query(wanted: Wanted) -> str:
    """The search as Gmail's own query.

    Source: https://support.google.com/mail/answer/7190 (operators); epoch seconds for after and before, because
    Gmail reads plain dates in its own zone.
    """
    step, zone = wanted.step, wanted.zone
    parts = [_FOLDERS[step.folder]]
    if wanted.sender:
        parts.append(f"from:{wanted.sender}")
    elif step.folder in _ARRIVING:
        parts.append("-from:me")
    parts += [f"{{to:{wanted.recipient} cc:{wanted.recipient}}}"] if wanted.recipient else []
    parts += [f'"{_plain(word)}"' for word in step.topic_words if _plain(word)]
    parts += [f'subject:"{_plain(step.subject)}"'] if step.subject else []
    parts += [f"label:{_label(step.in_label)}"] if step.in_label else []
    parts += [_category(step.category)] if step.category else []
    parts += [_NOT_BULK] if wanted.from_people else []
    parts += ["is:unread"] if step.unread_only else []
    parts += ["is:starred"] if step.starred_only else []
    parts += ["has:attachment"] if step.has_attachment else []
    parts += [f"after:{_start(step.received_from, zone, 0) - 1}"] if step.received_from else []
    parts += [f"before:{_start(step.received_to, zone, 1)}"] if step.received_to else []
    return " ".join(parts)


def is_meant(head: MessageHead, wanted: Wanted, own: Sequence[str]) -> bool:
    """Whether this hit is what was asked for: from and to those very addresses, and arrived when it had to arrive."""
    labels = set(head.labels)
    if labels & _NEVER or (wanted.step.folder in _ARRIVING and "SENT" in labels):
        return False
    sender = sender_of(head).email.casefold()
    if wanted.sender is not None and sender != wanted.sender.casefold():
        return False
    if (
        wanted.sender is None
        and wanted.step.folder in _ARRIVING
        and sender in {one.casefold() for one in own}
    ):
        return False
    if wanted.recipient is not None and wanted.recipient.casefold() not in _recipients(head):
        return False
    if wanted.from_people:
        return not _is_from_list(head)
    return wanted.step.category != "newsletters" or _is_from_list(head)


def sender_of(head: MessageHead) -> Address:
    """Who wrote it, as the header says; an empty address when it cannot be understood."""
    found = _of(head, "From")
    return found[0] if found else Address("")


def _recipients(head: MessageHead) -> set[str]:
    return {address.email.casefold() for name in ("To", "Cc") for address in _of(head, name)}


def _is_from_list(head: MessageHead) -> bool:
    return head.header("List-Id") is not None or head.header("List-Unsubscribe") is not None


def _of(head: MessageHead, name: str) -> tuple[Address, ...]:
    return addresses(tuple(one.value for one in head.headers if one.name.lower() == name.lower()))


def _category(category: str) -> str:
    return _NEWSLETTERS if category == "newsletters" else f"category:{category}"


def _label(name: str) -> str:
    """The name as Gmail's search spells it: every sign that is no letter or digit is a hyphen."""
    return "".join(char if char.isalnum() else "-" for char in name.strip()).lower()


def _plain(words: str) -> str:
    return words.replace('"', " ").strip()


def _start(day: str, zone: str, days_later: int) -> int:
    midnight = datetime.combine(date.fromisoformat(day) + timedelta(days=days_later), time(), ZoneInfo(zone))
    return int(midnight.timestamp())
