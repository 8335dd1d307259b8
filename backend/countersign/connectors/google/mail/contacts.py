"""People met in mail headers, counted; it reads no body and stores nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from countersign.connectors.google.mail.addresses import addresses
from countersign.connectors.google.mail_types import Address, Contact, MessageHead


@dataclass
class _Count:
    address: Address
    written_to: int = 0
    heard_from: int = 0
    last_seen_at: datetime | None = None


def contacts_in(heads: Iterable[MessageHead], words: Sequence[str]) -> list[Contact]:
    """People of these mails whose name or address contains every word, most written to first.

    A mail with the label SENT was written by the owner; its recipients count as written to. Draft labels count for
    nobody. Addresses are the same when they are equal ignoring case. An address is called by the newest name that
    its own mails or the owner's give it: what others call it in To and Cc would let anybody rename anybody.
    """
    counts: dict[str, _Count] = {}
    for head in sorted(heads, key=_when):
        if "DRAFT" in head.labels:
            continue
        is_sent = "SENT" in head.labels
        for name in ("To", "Cc") if is_sent else ("From", "To", "Cc"):
            for address in addresses(tuple(h.value for h in head.headers if h.name.lower() == name.lower())):
                _count(counts, address, head, written=is_sent, heard=name == "From")
    wanted = [word.casefold() for word in words]
    found = [
        Contact(count.address, count.written_to, count.heard_from, count.last_seen_at)
        for count in counts.values()
        if all(word in f"{count.address.name} {count.address.email}".casefold() for word in wanted)
    ]
    return sorted(
        found, key=lambda contact: (-contact.written_to, -contact.heard_from, contact.address.email)
    )


def _count(
    counts: dict[str, _Count], address: Address, head: MessageHead, *, written: bool, heard: bool
) -> None:
    if not address.email:
        return
    count = counts.setdefault(address.email.casefold(), _Count(Address(address.email)))
    if address.name and (written or heard):
        count.address = address
    count.written_to += written
    count.heard_from += heard
    count.last_seen_at = head.received_at or count.last_seen_at


def _when(head: MessageHead) -> float:
    return head.received_at.timestamp() if head.received_at else 0.0
