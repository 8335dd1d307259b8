"""Turning "write to these people" and "pass this mail on" into a mail with nothing left open; it reads nothing.

Source: RFC 5322 section 3.6.4: a mail passed on answers nobody, so it has References but no In-Reply-To.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from countersign.actions.mail.address import ascii_or_same
from countersign.actions.mail.facts import Origin
from countersign.actions.mail.files import AttachedFile
from countersign.actions.mail.forms import FORWARD, SEND, Form
from countersign.actions.mail.payload import MailPayload, parse
from countersign.actions.mail.resolving import quoting
from countersign.actions.mail.resolving.source import (
    MailSource,
    Recipient,
    ReplySource,
    ResolvedMail,
    addressed_alias,
    default_alias,
    facts_of,
    mailbox,
    message_of,
    sender_box,
    signature,
)
from countersign.connectors.google.mail_types import Alias


@dataclass(frozen=True)
class NewMail:
    """What somebody is to receive; `body_text` is all of the person's own words, without signature."""

    to: Sequence[Recipient]
    body_text: str
    subject: str = ""
    cc: Sequence[Recipient] = ()
    bcc: Sequence[Recipient] = ()
    attachments: Sequence[AttachedFile] = ()


def resolve_new_mail(source: MailSource, wanted: NewMail) -> ResolvedMail:
    """A mail that answers none, complete to the last header, from the account's default alias.

    Raises:
        InvalidError: nobody would receive it, it has no text, or a field cannot be sent as it is.
        TooLargeError: the text or the files are more than a mail may carry.
    """
    mail = _mail(default_alias(source), wanted, SEND, {"subject": wanted.subject})
    origins = _origins(wanted)
    first = mail.to[0].email
    return ResolvedMail(
        mail.as_payload(),
        facts_of(source, origins).model_dump(mode="json"),
        group_key=f"mail:{first.casefold()}",
        group_label=mail.subject or "New mail",
        target="new",
    )


def resolve_forward(source: ReplySource, wanted: NewMail) -> ResolvedMail:
    """That mail passed on below the person's own words (which may be none), with a subject made from its own.

    `wanted.attachments` are the files that go with it: give all of the mail's own files to pass it on whole.
    It leaves from the alias the mail was sent to, as a conversation of its own.

    Raises:
        NotFoundError: the message is not in the thread.
        InvalidError: nobody would receive it, or a field cannot be sent as it is.
        TooLargeError: the files are more than a mail may carry.
    """
    message = message_of(source)
    quoted = {
        "subject": wanted.subject or quoting.forward_subject(message.subject),
        "quote_style": "forward",
        "quote_intro": quoting.forwarded_headers(message, source.time_zone),
        "quote_text": quoting.quote(message),
        "references": quoting.references(message),
        "source_message_id": message.id,
    }
    mail = _mail(addressed_alias(message, source), wanted, FORWARD, quoted)
    return ResolvedMail(
        mail.as_payload(),
        facts_of(source, _origins(wanted)).model_dump(mode="json"),
        group_key=f"thread:{source.thread.id}",
        group_label=mail.subject,
        target=message.id,
    )


def _mail(alias: Alias, wanted: NewMail, form: Form, values: Mapping[str, Any]) -> MailPayload:
    nothing_quoted: dict[str, Any] = {
        "quote_style": "reply",
        "quote_intro": "",
        "quote_text": "",
        "in_reply_to": "",
        "references": [],
        "thread_id": "",
        "source_message_id": "",
        "seen_message_ids": [],
        "draft_id": "",
        "draft_message_id": "",
    }
    people = {
        "from": sender_box(alias).model_dump(),
        "to": [mailbox(person).model_dump() for person in wanted.to],
        "cc": [mailbox(person).model_dump() for person in wanted.cc],
        "bcc": [mailbox(person).model_dump() for person in wanted.bcc],
    }
    said = {
        "body_text": wanted.body_text,
        "attachments": [file.model_dump() for file in wanted.attachments],
        **signature(alias),
    }
    return parse({**nothing_quoted, **people, **said, **values}, form)


def _origins(wanted: NewMail) -> dict[str, Origin]:
    return {
        ascii_or_same(person.email).casefold(): person.origin
        for person in (*wanted.to, *wanted.cc, *wanted.bcc)
    }
