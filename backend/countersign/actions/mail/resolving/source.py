"""Whose account a mail leaves from and what is known there: alias, signature, own addresses, acquaintances.

It reads and writes nothing: everything was read before and is handed in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from countersign.actions.mail import markup
from countersign.actions.mail.address import ascii_or_same, domain_of, same_mailbox, without_tag
from countersign.actions.mail.editing import Mailbox
from countersign.actions.mail.facts import Known, MailFacts, Origin, Promise
from countersign.actions.mail.hidden import without_hidden
from countersign.actions.types import Facts, Payload
from countersign.connectors.google.mail_types import Address, Alias, MailMessage, MailThread
from countersign.errors import NotFoundError


@dataclass(frozen=True, kw_only=True)
class MailSource:
    """The account a mail leaves from, as it is now.

    Attributes:
        account_type: `work` counts the account's own domains as the organisation; `personal` knows none.
        time_zone: IANA name; the time in a quote's introduction is in it.
        known: people the person has mailed with, for first-contact and look-alike marks.
        user_addresses: addresses the person typed in the request.
        spent_usd: what preparing it has cost, a decimal string.
    """

    aliases: Sequence[Alias]
    account_email: str
    account_type: str
    time_zone: str = "UTC"
    known: Sequence[Known] = ()
    user_addresses: Sequence[str] = ()
    promises: Sequence[Promise] = ()
    spent_usd: str = "0.000000"


@dataclass(frozen=True, kw_only=True)
class ReplySource(MailSource):
    """The account, and the mail to answer or to pass on in its conversation as read now."""

    thread: MailThread
    message_id: str


@dataclass(frozen=True)
class Recipient:
    """Somebody to write to and how Countersign came to that address."""

    email: str
    name: str = ""
    origin: Origin = field(default_factory=lambda: Origin(provenance="user"))


@dataclass(frozen=True)
class ResolvedMail:
    """A mail's payload and facts as plain JSON, and what its card is folded under."""

    payload: Payload
    facts: Facts
    group_key: str
    group_label: str
    target: str = field(default="")


def message_of(source: ReplySource) -> MailMessage:
    """The mail to answer or to pass on.

    Raises:
        NotFoundError: it is not in the conversation.
    """
    for message in source.thread.messages:
        if message.id == source.message_id:
            return message
    msg = "The mail is no longer in this thread."
    raise NotFoundError(msg, action="Search for it again.")


def own_addresses(source: MailSource) -> list[str]:
    """Every address this account sends as, the account's own first."""
    return list(dict.fromkeys([source.account_email, *(alias.email for alias in source.aliases)]))


def is_own(email: str, own: Iterable[str]) -> bool:
    """Whether this address is one of one's own, also with a tag of one's own behind a plus sign."""
    return any(same_mailbox(without_tag(email), without_tag(mine)) for mine in own)


def default_alias(source: MailSource) -> Alias:
    """The address a new mail leaves from."""
    for alias in sorted(source.aliases, key=lambda alias: (not alias.is_default, not alias.is_primary)):
        return alias
    return Alias(source.account_email, "", "", "", is_default=True, is_primary=True)


def addressed_alias(message: MailMessage, source: MailSource) -> Alias:
    """The alias this mail was written from or sent to, else the default one."""
    by_address = {alias.email.casefold(): alias for alias in source.aliases}
    own = own_addresses(source)
    sender = (message.from_.email,) if message.from_ and is_own(message.from_.email, own) else ()
    addressed = (person.email for person in (*message.to, *message.cc, *message.bcc))
    delivered = (message.header(name) or "" for name in ("Delivered-To", "X-Original-To"))
    for email in (*sender, *addressed, *delivered):
        if email.strip("<> ").casefold() in by_address:
            return by_address[email.strip("<> ").casefold()]
    return default_alias(source)


def sender_box(alias: Alias) -> Mailbox:
    """The From of a mail from that alias."""
    return Mailbox(email=alias.email, name=without_hidden(alias.name))


def mailbox(person: Address | Recipient) -> Mailbox:
    """The same person as a mail's recipient."""
    return Mailbox(email=person.email, name=without_hidden(person.name))


def signature(alias: Alias) -> Mapping[str, str]:
    """The alias's own signature in both forms, empty without one."""
    html = markup.clean(alias.signature_html).strip()
    text = markup.to_text(html)
    return {"signature_html": html if text else "", "signature_text": text}


def facts_of(source: MailSource, origins: Mapping[str, Origin], **more: object) -> MailFacts:
    """What is known about a mail of this account; `origins` by address in lower case, `more` are further fields.

    Whom the person named by address in the request counts as named by them, wherever else the address occurs.
    """
    own = own_addresses(source)
    typed = {email.casefold() for email in source.user_addresses}
    named = {email: Origin(provenance="user") if email in typed else origins[email] for email in origins}
    return MailFacts.model_validate(
        {
            "account_email": source.account_email,
            "organisation_domains": sorted({domain_of(email) for email in own})
            if source.account_type == "work"
            else [],
            "own_addresses": own,
            "known": [
                known.model_copy(update={"email": ascii_or_same(known.email)}) for known in source.known
            ],
            "origins": named,
            "promises": list(source.promises),
            "spent_usd": source.spent_usd,
            **more,
        }
    )
