"""Whether what a mail is about is still as the person saw it; it reads the mailbox and changes nothing."""

from __future__ import annotations

from countersign.actions.mail.facts import MailFacts
from countersign.actions.mail.hidden import without_hidden
from countersign.actions.mail.mime import MARKER_HEADER
from countersign.actions.mail.payload import MailPayload
from countersign.actions.mail.resolving.quoting import UNSEEN_LABELS, seen_ids
from countersign.actions.types import Change, Facts
from countersign.connectors.errors import ProviderMissing
from countersign.connectors.google.mail_types import MailMessage
from countersign.connectors.google.readers import MailReader


async def changed(reader: MailReader, mail: MailPayload, facts: Facts) -> Change | None:
    """None when the conversation still holds exactly the mails the person saw, and the mail passed on is still there.

    A mail about no other one is always fresh.
    """
    if mail.thread_id:
        return await _conversation(reader, mail, facts)
    if mail.source_message_id and await _is_gone(reader, mail.source_message_id):
        return change(mail, facts, ["The mail this passes on is no longer in your mailbox."])
    return None


async def answered(reader: MailReader, mail: MailPayload) -> str | None:
    """That the person wrote in its conversation to somebody it goes to, by other means than Countersign; else None."""
    if not mail.thread_id:
        return None
    people = {person.email.casefold() for person in mail.to}
    try:
        thread = await reader.get_thread(mail.thread_id)
    except ProviderMissing:
        return None
    for message in thread.messages:
        is_own = "SENT" in message.labels and message.header(MARKER_HEADER) is None
        if is_own and message.id not in mail.seen_message_ids and people & _reached(message):
            return "You have answered this conversation yourself meanwhile."
    return None


def change(mail: MailPayload, facts: Facts, news: list[str], **update: object) -> Change:
    """The change in these words, each once; `update` names the fields the next version has anew."""
    return Change(
        reason=" ".join(dict.fromkeys(news)),
        payload=mail.model_copy(update=update).as_payload(),
        facts={**facts, "difference": news},
    )


async def _conversation(reader: MailReader, mail: MailPayload, facts: Facts) -> Change | None:
    try:
        thread = await reader.get_thread(mail.thread_id)
    except ProviderMissing:
        gone = ["The conversation is no longer in your mailbox."]
        return change(mail, facts, gone, seen_message_ids=[])
    seen = seen_ids(thread)
    known = set(mail.seen_message_ids)
    news = [
        _news(message, facts) for message in thread.messages if message.id in seen and message.id not in known
    ]
    if mail.source_message_id not in seen:
        news.append("The mail this answers is no longer in the conversation.")
    elif known - set(seen):
        news.append("A mail was taken out of this conversation.")
    return change(mail, facts, news, seen_message_ids=seen) if news else None


async def _is_gone(reader: MailReader, message_id: str) -> bool:
    try:
        head = await reader.get_head(message_id, ("Message-ID",))
    except ProviderMissing:
        return True
    return bool(UNSEEN_LABELS & set(head.labels))


def _reached(message: MailMessage) -> set[str]:
    return {person.email.casefold() for person in (*message.to, *message.cc, *message.bcc)}


def _news(message: MailMessage, facts: Facts) -> str:
    person = message.from_
    own = {email.casefold() for email in MailFacts.model_validate(facts).own_addresses}
    if person is None:
        return "A new mail arrived in this conversation."
    if person.email.casefold() in own:
        return "You have written in this conversation meanwhile."
    return f"A new mail from {without_hidden(person.name) or person.email} arrived in this conversation."
