"""Whether a told sentence is supported: every word, number and day in it stands in its mail or in the fixed wording.

Written without the product's composing code, so that it can contradict it; only the date grammar is shared.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import timedelta
from zoneinfo import ZoneInfo

from countersign.understanding.dates import find_dates
from countersign.understanding.telling.mail import Cited, MailText

# The words an answer may hold beside those of the mails; no name, no number, no day.
WORDING = frozenset(
    {
        "you",
        "asked",
        "ask",
        "asks",
        "to",
        "wrote",
        "last",
        "about",
        "promised",
        "decision",
        "in",
        "a",
        "mail",
        "from",
    }
    | {"no", "subject", "somebody"}
)
_WORD = re.compile(r"[^\W_]+")


def unsupported(cited: Cited, mails: Mapping[str, MailText], zone: str) -> list[str]:
    """What is wrong with the sentence: sources that do not exist, a quote nobody wrote, words without a mail."""
    unknown = [key for key in cited.sources if key not in mails]
    if unknown or not cited.sources:
        return [f"no such mail: {unknown}"]
    told = [mails[key] for key in cited.sources]
    found: list[str] = []
    if not cited.quote or flat(cited.quote) not in flat(
        f"{told[0].subject} (no subject) {told[0].body_text}"
    ):
        found.append(f"quote not in the mail: {cited.quote!r}")
    allowed = WORDING | {word for mail in told for word in _words_of(mail, zone)}
    return found + [f"not in the mail: {word}" for word in _words(cited.text) if word not in allowed]


def flat(text: str) -> str:
    """The text in one line without characters nobody sees."""
    shown = (char for char in text if char in "\n\t\r" or unicodedata.category(char)[0] != "C")
    return " ".join("".join(shown).split())


def _words_of(mail: MailText, zone: str) -> Iterable[str]:
    yield from _words(" ".join((mail.sender_name, mail.sender_email, mail.subject, mail.body_text)))
    if mail.sent_at is None:
        return
    local = mail.sent_at.astimezone(ZoneInfo(zone))
    days = [local.date()]
    for mention in find_dates(flat(mail.body_text), now=mail.sent_at, zone=zone):
        days += [mention.first + timedelta(days=step) for step in (0, (mention.last - mention.first).days)]
    for day in days:
        yield from (str(day.day), f"{day:%B}".lower(), str(day.year))


def _words(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(flat(text))]
