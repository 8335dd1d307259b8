"""Turning "answer this mail with these words" into a reply with nothing left open; it reads and writes nothing.

Every value that decides what leaves is fixed here, before approval: alias, recipients, threading, quote, signature.
Source: RFC 5322 sections 3.6.2 (Reply-To), 3.6.3 (who receives an answer), 3.6.4 (In-Reply-To); RFC 2919 (List-Id).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from countersign.actions.mail.address import ascii_or_same, is_no_reply, same_mailbox
from countersign.actions.mail.editing import Mailbox
from countersign.actions.mail.facts import Origin
from countersign.actions.mail.files import AttachedFile
from countersign.actions.mail.forms import REPLY
from countersign.actions.mail.payload import MailPayload, parse
from countersign.actions.mail.resolving import quoting
from countersign.actions.mail.resolving.source import (
    ReplySource,
    ResolvedMail,
    addressed_alias,
    facts_of,
    is_own,
    mailbox,
    message_of,
    own_addresses,
    sender_box,
    signature,
)
from countersign.actions.types import Facts
from countersign.connectors.google.mail_types import Address, MailMessage
from countersign.errors import InvalidError


@dataclass(frozen=True)
class _People:
    """Who receives the answer; `field_name` is the header of the answered mail that names the first ones."""

    to: list[Mailbox]
    cc: list[Mailbox]
    field_name: str


def resolve_reply(
    source: ReplySource, body_text: str, *, to_all: bool = False, attachments: Sequence[AttachedFile] = ()
) -> ResolvedMail:
    """The answer to that mail, complete to the last header: to its sender alone, or with `to_all` to everybody on it.

    One's own addresses, addresses nobody reads and repetitions are left out. A mail of one's own is answered to those
    it went to.

    Raises:
        NotFoundError: the message is not in the thread.
        InvalidError: nobody would read the answer, or a field cannot be sent as it is.
        TooLargeError: the files are more than a mail may carry.
    """
    message = message_of(source)
    alias = addressed_alias(message, source)
    people = _people(message, own_addresses(source), to_all=to_all)
    reply = parse(
        MailPayload(
            from_=sender_box(alias),
            to=people.to,
            cc=people.cc,
            bcc=[],
            subject=quoting.reply_subject(message.subject),
            body_text=body_text,
            quote_style="reply",
            quote_intro=quoting.introduction(message, source.time_zone),
            quote_text=quoting.quote(message),
            in_reply_to=quoting.id_or_empty(message.rfc_message_id),
            references=quoting.references(message),
            thread_id=source.thread.id,
            source_message_id=message.id,
            seen_message_ids=quoting.seen_ids(source.thread),
            attachments=list(attachments),
            draft_id="",
            draft_message_id="",
            **signature(alias),
        ).as_payload(),
        REPLY,
    )
    return ResolvedMail(
        reply.as_payload(),
        _facts(source, message, people, reply),
        group_key=f"thread:{source.thread.id}",
        group_label=reply.subject,
        target=message.id,
    )


def _people(message: MailMessage, own: Sequence[str], *, to_all: bool) -> _People:
    is_mine = is_own(message.from_.email if message.from_ else "", own)
    asked = message.reply_to or ((message.from_,) if message.from_ else ())
    field_name = "To" if is_mine else "Reply-To" if message.reply_to else "From"
    wanted = message.to if is_mine else asked
    copied = ((*message.cc,) if is_mine else (*message.to, *message.cc)) if to_all else ()
    others, beside = _others(wanted, own), _others(copied, own)
    if not others and not beside:
        msg = "There is nobody else to answer on this mail."
        raise InvalidError(msg, action="Say whom the reply should go to.")
    to, cc = _readers(others), _readers(beside)
    if not to and not cc:
        msg = "This mail comes from an address that does not read answers."
        raise InvalidError(msg, action="Name another address to write to.")
    return _People(to, cc, field_name) if to else _People(cc, [], "To")


def _others(people: Sequence[Address], own: Sequence[str]) -> list[Address]:
    return [person for person in people if person.email and not is_own(person.email, own)]


def _readers(people: Sequence[Address]) -> list[Mailbox]:
    return [mailbox(person) for person in people if not is_no_reply(person.email)]


def _facts(source: ReplySource, message: MailMessage, people: _People, reply: MailPayload) -> Facts:
    sender = ascii_or_same(message.from_.email) if message.from_ else ""
    listed = {person.email.casefold() for person in message.cc}
    origins: dict[str, Origin] = {}
    for box in (*reply.to, *reply.cc):
        first = people.field_name if box in reply.to else "To"
        name = "Cc" if box not in reply.to and box.email.casefold() in listed else first
        origins[box.email.casefold()] = Origin(
            provenance="thread", message_id=message.id, quote=f"{name}: {box.name} <{box.email}>"
        )
    elsewhere = [box.email.casefold() for box in reply.to if not same_mailbox(box.email, sender)]
    is_automated = bool(message.auto_submitted) and message.auto_submitted != "no"
    cautions = (("mailing_list", message.list_id), ("automated", is_automated))
    facts = facts_of(
        source,
        origins,
        sender=sender,
        answers_to=elsewhere if people.field_name == "Reply-To" else [],
        cautions=[code for code, is_so in cautions if is_so],
    )
    return facts.model_dump(mode="json")
