"""Mails by name, and the people in them: what can be told from headers alone.

Must not read a body.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from countersign.understanding.telling.mail import Cited, MailText
from countersign.understanding.telling.reading.sentences import visible

_LONGEST_NAME = 80


def mail_lines(conversations: Sequence[Sequence[MailText]], zone: str) -> list[Cited]:
    """One line for each mail: who, what about, when; in the order given."""
    return [mail_line(mail, zone) for conversation in conversations for mail in conversation]


def mail_line(mail: MailText, zone: str) -> Cited:
    """Who wrote about what, when."""
    who = "You" if mail.is_own else called(mail)
    words = f"{who}: “{subject_of(mail)}”{on_day(mail.sent_at, zone)}."
    return Cited(words, (mail.key,), subject_of(mail), "mail")


def contacts(conversations: Sequence[Sequence[MailText]], zone: str) -> list[Cited]:
    """The people who wrote, most recent first, each with address and their newest mail; machines are left out."""
    newest: dict[str, MailText] = {}
    keys: dict[str, list[str]] = {}
    for mail in latest_first(mail for conversation in conversations for mail in conversation):
        if mail.is_own or mail.is_automatic or not mail.sender_email:
            continue
        newest.setdefault(mail.sender_email.casefold(), mail)
        keys.setdefault(mail.sender_email.casefold(), []).append(mail.key)
    return [_contact(mail, tuple(keys[address]), zone) for address, mail in newest.items()]


def called(mail: MailText) -> str:
    """The sender's name as one can see it, else their address."""
    name = _one_line(visible(mail.sender_name))
    return name if name and "@" not in name else mail.sender_email or "somebody"


def subject_of(mail: MailText) -> str:
    """The subject in one line; "(no subject)" without one."""
    return _one_line(visible(mail.subject), 200) or "(no subject)"


def on_day(moment: datetime | None, zone: str) -> str:
    """`, 24 November 2026` in the person's zone; empty when there is no date."""
    if moment is None:
        return ""
    local = moment.astimezone(ZoneInfo(zone))
    return f", {local.day} {local:%B %Y}"


def _contact(mail: MailText, keys: tuple[str, ...], zone: str) -> Cited:
    name = called(mail)
    who = f"{name} <{mail.sender_email}>" if name != mail.sender_email else name
    words = f"{who} wrote last about “{subject_of(mail)}”{on_day(mail.sent_at, zone)}."
    return Cited(words, keys, subject_of(mail), "contact")


def latest_first(mails: Iterable[MailText]) -> list[MailText]:
    """The mails, newest first; those without a date last."""
    return sorted(mails, key=lambda mail: -(mail.sent_at.timestamp() if mail.sent_at else 0.0))


def _one_line(words: str, most: int = _LONGEST_NAME) -> str:
    line = " ".join(words.split())
    return line if len(line) <= most else f"{line[:most]}…"
