"""The days a sentence of a mail means, counted from the day it was written; only where no other reading is as good.

Must not resolve what could be another day: a weekday in a sentence about the past stays as it is.
"""

import re
from datetime import datetime

from countersign.understanding.dates import DateMention, find_dates
from countersign.understanding.matching.pattern import Pattern
from countersign.understanding.telling.mail import MailText

_MONTH = Pattern(r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b", re.IGNORECASE)
_LONGEST_SPAN = 31
"""Days; "last year" needs no explanation."""

_ISO = Pattern(r"^\d{4}-\d")
_HAS_OWN_DIRECTION = Pattern(
    r"\b(?:today|tomorrow|tmrw|tonight|yesterday|next|this|last|past|coming|following|ago|in|within|end|after"
    r"|before)\b",
    re.IGNORECASE,
)
_AHEAD = Pattern(
    r"\b(?:by|before|until|till|no\s+later\s+than|due|deadline|will|shall|can|could|would|please|need|needs"
    r"|let's|lets|let"
    r"|going\s+to|must|should|want|plan|planned|is|are|am|may|might"
    r"|leaves?|starts?|begins?|ends?|closes?|opens?|arrives?|departs?|happens?|returns?|runs?"
    r"|takes?\s+place)\b|['’]ll\b",
    re.IGNORECASE,
)
_BACK = Pattern(
    r"\b(?:was|were|did|had|been|yesterday|last|ago|wrote|said|met|sent|spoke|told|went|came|got|gave|took"
    r"|made|left|saw"
    r"|bought|paid|held|began|agreed|decided|discussed|called|mentioned|received|arrived|happened|missed"
    r"|[a-z]{3,}ed)\b",
    re.IGNORECASE,
)


def told_days(sentence: str, mail: MailText, now: datetime, zone: str) -> list[tuple[str, str]]:
    """Each day named in the sentence with what it means ("Friday", "27 November"), in order, each once.

    A day that the sentence explains itself ("Wednesday (25 November)") is left out.
    """
    meanings: dict[str, str] = {}
    for mention, meaning in resolved(sentence, mail, now, zone):
        if meaning not in sentence:
            meanings.setdefault(mention.words, meaning)
    return list(meanings.items())


def with_days(words: str, sentence: str, mail: MailText, now: datetime, zone: str) -> str:
    """The words with each day's meaning behind it: "by Friday (27 November)"."""
    told = words
    for named, meaning in told_days(sentence, mail, now, zone):
        found = re.search(rf"(?<![\w(]){re.escape(named)}(?!\w)", told)
        if found:
            told = f"{told[: found.end()]} ({meaning}){told[found.end() :]}"
    return told


def names_day(sentence: str, mail: MailText, zone: str) -> bool:
    """Whether the sentence names any day, resolved or not."""
    return mail.sent_at is not None and bool(find_dates(sentence, now=mail.sent_at, zone=zone))


def resolved(sentence: str, mail: MailText, now: datetime, zone: str) -> list[tuple[DateMention, str]]:
    """The mentions whose meaning is clear and not already in their words, each with the meaning."""
    if mail.sent_at is None:
        return []
    found = find_dates(sentence, now=mail.sent_at, zone=zone)
    return [(mention, spoken(mention, now)) for mention in found if _is_clear(mention, sentence)]


def spoken(mention: DateMention, now: datetime) -> str:
    """The days in plain words ("27 November", "23 to 29 November"), with the year when it is not that of `now`."""
    first, last = mention.first, mention.last
    year = f" {last.year}" if last.year != now.year or first.year != last.year else ""
    if first == last:
        return f"{first.day} {first:%B}{year}"
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} to {last.day} {last:%B}{year}"
    return f"{first.day} {first:%B} to {last.day} {last:%B}{year}"


def _is_clear(mention: DateMention, sentence: str) -> bool:
    words = mention.words
    if (mention.last - mention.first).days > _LONGEST_SPAN:
        return False
    if mention.is_ambiguous or _ISO.match(words) or (_MONTH.search(words) and re.search(r"\d", words)):
        return False
    if _HAS_OWN_DIRECTION.search(words):
        return True
    if mention.is_other_year and not re.search(r"\d{4}|[./]\d{2}$", words):
        return False
    return _AHEAD.search(sentence) is not None and _BACK.search(sentence) is None
