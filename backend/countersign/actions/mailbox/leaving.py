"""Turning "unsubscribe from this" into the one request or the one mail that does it; it reads and sends nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from countersign.actions.mail.facts import Origin
from countersign.actions.mail.hidden import without_hidden
from countersign.actions.mail.resolving.new_mail import NewMail, resolve_new_mail
from countersign.actions.mail.resolving.source import MailSource, Recipient
from countersign.actions.mailbox.list_headers import MailtoWay, ways_out
from countersign.actions.mailbox.unsubscribe import MailUnsubscribe, UnsubscribeFacts, UnsubscribePayload
from countersign.actions.types import Facts, Payload
from countersign.connectors.google.mail_types import Address, MailMessage
from countersign.errors import InvalidError

_WORD = "unsubscribe"


@dataclass(frozen=True)
class ResolvedLeaving:
    """What leaves the list: a request (`mail.unsubscribe`) or a mail (`mail.send`), as plain JSON."""

    kind: Literal["mail.unsubscribe", "mail.send"]
    payload: Payload
    facts: Facts
    group_key: str
    group_label: str
    target: str


def resolve_unsubscribe(message: MailMessage, source: MailSource, google_base_url: str) -> ResolvedLeaving:
    """How to leave the list this mail came from: by one click where the mail proves that it may, else by mail.

    `google_base_url` is the installation's (`GoogleClient.base_url`): whose verdict on signatures counts.

    Raises:
        InvalidError: the mail offers neither.
    """
    offered = ways_out(message.headers, google_base_url)
    sender = message.from_ or Address("", "")
    if offered.one_click_url is not None and offered.signed_by is not None:
        return _by_request(message, source, sender, offered.one_click_url, offered.signed_by)
    if offered.mailto is not None:
        return _by_mail(message, source, sender, offered.mailto)
    msg = "This mail offers no way to unsubscribe that Countersign may use by itself."
    raise InvalidError(msg, action="Open the mail and use its own link if you trust it.")


def _by_request(
    message: MailMessage, source: MailSource, sender: Address, url: str, signed_by: str
) -> ResolvedLeaving:
    wanted = UnsubscribePayload(
        url=url,
        host=urlsplit(url).hostname or "",
        signed_by=signed_by,
        source_message_id=message.id,
    )
    facts = UnsubscribeFacts(
        account_email=source.account_email,
        sender=without_hidden(sender.name),
        sender_email=sender.email,
        subject=without_hidden(message.subject),
        spent_usd=source.spent_usd,
    )
    return ResolvedLeaving(
        "mail.unsubscribe",
        MailUnsubscribe().checked(wanted.model_dump()),
        facts.model_dump(mode="json"),
        group_key="mail.unsubscribe",
        group_label="Unsubscribe",
        target=f"{message.id}:unsubscribe",
    )


def _by_mail(message: MailMessage, source: MailSource, sender: Address, way: MailtoWay) -> ResolvedLeaving:
    origin = Origin(
        provenance="thread", message_id=message.id, quote=f"List-Unsubscribe: <mailto:{way.address}>"
    )
    to = [Recipient(way.address, "", origin)]
    wanted = NewMail(to=to, subject=way.subject or _WORD, body_text=way.body or _WORD)
    mail = resolve_new_mail(source, wanted)
    return ResolvedLeaving(
        "mail.send",
        mail.payload,
        mail.facts,
        group_key="mail.unsubscribe",
        group_label=f"Unsubscribe from {without_hidden(sender.name) or sender.email}",
        target=f"{message.id}:unsubscribe",
    )
