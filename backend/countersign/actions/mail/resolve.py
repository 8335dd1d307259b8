"""Turning "answer this mail with these words" into a reply with nothing left open; it reads and writes nothing.

Every value that decides what leaves is fixed here, before approval: alias, recipients, threading, quote, signature.
Source: RFC 5322 sections 3.6.2 (Reply-To), 3.6.4 (In-Reply-To, References), 3.6.5 (Subject); RFC 2919 (List-Id).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from countersign.actions.mail import language, markup
from countersign.actions.mail.address import ascii_or_same, domain_of, is_no_reply, same_mailbox
from countersign.actions.mail.facts import Known, Origin, Promise, ReplyFacts
from countersign.actions.mail.hidden import has_forbidden_control, without_hidden
from countersign.actions.mail.payload import MAX_SUBJECT_CHARACTERS, Mailbox, ReplyPayload, parse
from countersign.actions.types import Facts, Payload
from countersign.connectors.google.mail_types import Address, Alias, MailMessage, MailThread
from countersign.errors import InvalidError, NotFoundError

_REPLY_PREFIX = re.compile(
    r"\s*(?:re|aw|antw|sv|vs|odp|ynt|rif)(?:\s*\[\d+\]|\s*\(\d+\))?\s*[:：]\s*", re.IGNORECASE
)
_MESSAGE_ID = re.compile(r"<[!-;=?-~]+>")
_MAX_REFERENCES = 50
_MAX_QUOTE_CHARACTERS = 100_000
_SHORTENED = "[…]"
_UNSEEN_LABELS = frozenset({"DRAFT", "TRASH", "SPAM"})


@dataclass(frozen=True)
class ReplySource:
    """What a reply is resolved from: the thread as read now, and whose account it is.

    Attributes:
        account_type: `work` counts the account's own domains as the organisation; `personal` knows none.
        time_zone: IANA name; the time in the quote's introduction is in it.
        known: people the person has mailed with, for first-contact and look-alike marks.
        user_addresses: addresses the person typed in the request.
    """

    thread: MailThread
    message_id: str
    aliases: Sequence[Alias]
    account_email: str
    account_type: str
    time_zone: str = "UTC"
    known: Sequence[Known] = ()
    user_addresses: Sequence[str] = ()
    promises: Sequence[Promise] = ()
    spent_usd: str = "0.000000"


@dataclass(frozen=True)
class ResolvedReply:
    """A reply's payload and facts as plain JSON, and what its card is folded under."""

    payload: Payload
    facts: Facts
    group_key: str
    group_label: str
    target: str = field(default="")


def resolve_reply(source: ReplySource, body_text: str) -> ResolvedReply:
    """The reply to that message, to its sender alone, complete to the last header.

    Raises:
        NotFoundError: the message is not in the thread.
        InvalidError: nobody would read the answer, or a field cannot be sent as it is.
    """
    message = _message(source)
    own = _own_addresses(source)
    to = _recipients(message, own)
    alias = _alias(message, source, own)
    reply = parse(
        ReplyPayload(
            from_=Mailbox(email=alias.email, name=without_hidden(alias.name)),
            to=to,
            cc=[],
            subject=reply_subject(message.subject),
            body_text=body_text,
            quote_intro=_introduction(message, source),
            quote_text=_quote(message),
            in_reply_to=_id_or_empty(message.rfc_message_id),
            references=references(message),
            thread_id=source.thread.id,
            source_message_id=message.id,
            seen_message_ids=seen_ids(source.thread),
            **_signature(alias),
        ).as_payload()
    )
    facts = _facts(source, message, own, reply)
    return ResolvedReply(
        reply.as_payload(),
        facts.model_dump(mode="json"),
        group_key=f"thread:{source.thread.id}",
        group_label=reply.subject,
        target=message.id,
    )


def seen_ids(thread: MailThread) -> list[str]:
    """The thread's messages that count as said: everything but drafts, trash and spam, oldest first."""
    return [message.id for message in thread.messages if not _UNSEEN_LABELS & set(message.labels)]


def reply_subject(subject: str) -> str:
    """The subject with exactly one `Re: ` before it, whatever language the earlier ones were in."""
    rest = " ".join("".join(" " if has_forbidden_control(c) or c in "\n\t" else c for c in subject).split())
    while match := _REPLY_PREFIX.match(rest):
        rest = rest[match.end() :]
    return f"Re: {rest}".rstrip()[:MAX_SUBJECT_CHARACTERS]


def references(message: MailMessage) -> list[str]:
    """The answered message's chain and its own id, each once, oldest first; a very long chain keeps its root.

    Without References an In-Reply-To naming one message stands in for it (RFC 5322 section 3.6.4).
    """
    chain = list(message.references)
    if not chain and message.in_reply_to:
        parents = _MESSAGE_ID.findall(message.in_reply_to)
        chain = parents if len(parents) == 1 else []
    ids = [found for part in (*chain, message.rfc_message_id or "") if (found := _id_or_empty(part))]
    unique = list(dict.fromkeys(ids))
    return unique if len(unique) <= _MAX_REFERENCES else [unique[0], *unique[-(_MAX_REFERENCES - 1) :]]


def _message(source: ReplySource) -> MailMessage:
    for message in source.thread.messages:
        if message.id == source.message_id:
            return message
    msg = "The mail to answer is no longer in this thread."
    raise NotFoundError(msg, action="Search for it again.")


def _own_addresses(source: ReplySource) -> list[str]:
    return list(dict.fromkeys([source.account_email, *(alias.email for alias in source.aliases)]))


def _is_own(email: str, own: Sequence[str]) -> bool:
    return any(same_mailbox(email, mine) for mine in own)


def _recipients(message: MailMessage, own: Sequence[str]) -> list[Mailbox]:
    sender = message.from_.email if message.from_ else ""
    asked = message.reply_to or ((message.from_,) if message.from_ else ())
    wanted = message.to if _is_own(sender, own) else asked
    others = [person for person in wanted if person.email and not _is_own(person.email, own)]
    if not others:
        msg = "There is nobody else to answer on this mail."
        raise InvalidError(msg, action="Say whom the reply should go to.")
    if all(is_no_reply(person.email) for person in others):
        msg = "This mail comes from an address that does not read answers."
        raise InvalidError(msg, action="Name another address to write to.")
    return [_mailbox(person) for person in others if not is_no_reply(person.email)]


def _mailbox(person: Address) -> Mailbox:
    return Mailbox(email=person.email, name=without_hidden(person.name))


def _alias(message: MailMessage, source: ReplySource, own: Sequence[str]) -> Alias:
    by_address = {alias.email.casefold(): alias for alias in source.aliases}
    sender = (message.from_.email,) if message.from_ and _is_own(message.from_.email, own) else ()
    addressed = (person.email for person in (*message.to, *message.cc, *message.bcc))
    delivered = (message.header(name) or "" for name in ("Delivered-To", "X-Original-To"))
    for email in (*sender, *addressed, *delivered):
        if email.strip("<> ").casefold() in by_address:
            return by_address[email.strip("<> ").casefold()]
    for alias in sorted(source.aliases, key=lambda alias: (not alias.is_default, not alias.is_primary)):
        return alias
    return Alias(source.account_email, "", "", "", is_default=True, is_primary=True)


def _signature(alias: Alias) -> Mapping[str, str]:
    html = markup.clean(alias.signature_html).strip()
    text = markup.to_text(html)
    return {"signature_html": html if text else "", "signature_text": text}


def _introduction(message: MailMessage, source: ReplySource) -> str:
    when = message.date or message.received_at
    person = message.from_ or Address("", "")
    name = without_hidden(person.name)
    who = f"{name} <{person.email}>" if name else person.email
    if when is None:
        return f"{who}:"
    return language.introduction(language.language_of(_words(message)), when, ZoneInfo(source.time_zone), who)


def _words(message: MailMessage) -> str:
    return message.text or markup.to_text(message.html)


def _quote(message: MailMessage) -> str:
    lines = _words(message).replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    text = "".join(c for c in lines if not has_forbidden_control(c))
    return text if len(text) <= _MAX_QUOTE_CHARACTERS else f"{text[:_MAX_QUOTE_CHARACTERS]}\n{_SHORTENED}"


def _id_or_empty(value: str | None) -> str:
    return value if value and _MESSAGE_ID.fullmatch(value) else ""


def _facts(source: ReplySource, message: MailMessage, own: Sequence[str], reply: ReplyPayload) -> ReplyFacts:
    sender = ascii_or_same(message.from_.email) if message.from_ else ""
    field_name = "To" if _is_own(sender, own) else "Reply-To" if message.reply_to else "From"
    typed = {email.casefold() for email in source.user_addresses}
    origins = {
        box.email.casefold(): Origin(provenance="user")
        if box.email.casefold() in typed
        else Origin(
            provenance="thread", message_id=message.id, quote=f"{field_name}: {box.name} <{box.email}>"
        )
        for box in reply.to
    }
    elsewhere = [box.email.casefold() for box in reply.to if not same_mailbox(box.email, sender)]
    is_automated = bool(message.auto_submitted) and message.auto_submitted != "no"
    return ReplyFacts(
        account_email=source.account_email,
        organisation_domains=sorted({domain_of(email) for email in own})
        if source.account_type == "work"
        else [],
        own_addresses=list(own),
        known=[known.model_copy(update={"email": ascii_or_same(known.email)}) for known in source.known],
        origins=origins,
        sender=sender,
        answers_to=elsewhere if field_name == "Reply-To" else [],
        cautions=[
            code for code, is_so in (("mailing_list", message.list_id), ("automated", is_automated)) if is_so
        ],
        promises=list(source.promises),
        spent_usd=source.spent_usd,
    )
