"""The mail that is answered or passed on, as it appears below one's own words; it changes nothing.

Source: RFC 5322 sections 3.6.4 (References) and 3.6.5 (Subject); RFC 3676 section 4.5 (quoting).
"""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

from countersign.actions.mail import markup
from countersign.actions.mail.hidden import has_forbidden_control, without_hidden
from countersign.actions.mail.payload import MAX_SUBJECT_CHARACTERS
from countersign.actions.mail.resolving import language
from countersign.connectors.google.mail_types import Address, MailMessage, MailThread

_REPLY_PREFIX = re.compile(
    r"\s*(?:re|aw|antw|sv|vs|odp|ynt|rif)(?:\s*\[\d+\]|\s*\(\d+\))?\s*[:：]\s*", re.IGNORECASE
)
_FORWARD_PREFIX = re.compile(
    r"\s*(?:fwd?|wg|tr|rv|enc|i|doorst|ilt)(?:\s*\[\d+\]|\s*\(\d+\))?\s*[:：]\s*", re.IGNORECASE
)
_MESSAGE_ID = re.compile(r"<[!-;=?-~]+>")
_MAX_REFERENCES = 50
_MAX_QUOTE_CHARACTERS = 100_000
_SHORTENED = "[…]"
UNSEEN_LABELS = frozenset({"DRAFT", "TRASH", "SPAM"})


def seen_ids(thread: MailThread) -> list[str]:
    """The thread's messages that count as said: everything but drafts, trash and spam, oldest first."""
    return [message.id for message in thread.messages if not UNSEEN_LABELS & set(message.labels)]


def reply_subject(subject: str) -> str:
    """The subject with exactly one `Re: ` before it, whatever language the earlier ones were in."""
    return f"Re: {_without(_REPLY_PREFIX, subject)}".rstrip()[:MAX_SUBJECT_CHARACTERS]


def forward_subject(subject: str) -> str:
    """The subject with exactly one `Fwd: ` before it, whatever language the earlier ones were in."""
    return f"Fwd: {_without(_FORWARD_PREFIX, subject)}".rstrip()[:MAX_SUBJECT_CHARACTERS]


def references(message: MailMessage) -> list[str]:
    """The mail's chain and its own id, each once, oldest first; a very long chain keeps its root.

    Without References an In-Reply-To naming one message stands in for it (RFC 5322 section 3.6.4).
    """
    chain = list(message.references)
    if not chain and message.in_reply_to:
        parents = _MESSAGE_ID.findall(message.in_reply_to)
        chain = parents if len(parents) == 1 else []
    ids = [found for part in (*chain, message.rfc_message_id or "") if (found := id_or_empty(part))]
    unique = list(dict.fromkeys(ids))
    return unique if len(unique) <= _MAX_REFERENCES else [unique[0], *unique[-(_MAX_REFERENCES - 1) :]]


def id_or_empty(value: str | None) -> str:
    """The Message-ID when it is one, else ""."""
    return value if value and _MESSAGE_ID.fullmatch(value) else ""


def introduction(message: MailMessage, time_zone: str) -> str:
    """The line above a reply's quote, in the language of the mail quoted."""
    when = message.date or message.received_at
    who = _full(message.from_ or Address("", ""))
    if when is None:
        return f"{who}:"
    return language.introduction(language.language_of(_words(message)), when, ZoneInfo(time_zone), who)


def forwarded_headers(message: MailMessage, time_zone: str) -> str:
    """The block above a mail passed on: who wrote it when to whom about what, in the language of that mail."""
    when = message.date or message.received_at
    spoken = language.language_of(_words(message))
    values = (
        _full(message.from_) if message.from_ else "",
        language.moment(spoken, when, ZoneInfo(time_zone)) if when else "",
        without_hidden(message.subject),
        ", ".join(_full(person) for person in message.to),
        ", ".join(_full(person) for person in message.cc),
    )
    return language.forwarded(spoken, values)


def quote(message: MailMessage) -> str:
    """The mail's words; a very long one, or one Google did not give whole, ends with `[…]`."""
    lines = _words(message).replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    text = "".join(c for c in lines if not has_forbidden_control(c))
    if len(text) <= _MAX_QUOTE_CHARACTERS and message.is_complete:
        return text
    return f"{text[:_MAX_QUOTE_CHARACTERS]}\n{_SHORTENED}"


def _without(prefix: re.Pattern[str], subject: str) -> str:
    rest = " ".join("".join(" " if has_forbidden_control(c) or c in "\n\t" else c for c in subject).split())
    while match := prefix.match(rest):
        rest = rest[match.end() :]
    return rest


def _words(message: MailMessage) -> str:
    return message.text or markup.to_text(message.html)


def _full(person: Address) -> str:
    name = without_hidden(person.name)
    return f"{name} <{person.email}>" if name else person.email
