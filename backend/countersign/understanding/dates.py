"""The days a text speaks of: "on Wednesday" becomes 25 November, so that a card can name what a reply promises.

Must not change the text, and must not read a clock: the reference time and the zone are arguments.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from countersign.understanding.days import READERS, Reader, Span


@dataclass(frozen=True)
class DateMention:
    """One day or range of days a text speaks of.

    Attributes:
        words: the text's own words.
        start: offset of the words; `end` is the offset behind them.
        first: first day meant, in the person's zone.
        last: last day meant, equal to `first` for a single day.
        is_other_year: whether the day is in another year than the reference time.
        is_ambiguous: whether another reading is as good ("next Wednesday" said on a Monday, 02/03).
    """

    words: str
    start: int
    end: int
    first: date
    last: date
    is_ambiguous: bool = False
    is_other_year: bool = False

    def spoken(self) -> str:
        """The day in plain words, such as "Wednesday 25 November"; a range as "23 to 29 November"."""
        if self.first == self.last:
            year = f" {self.first.year}" if self.is_other_year else ""
            return f"{self.first:%A} {self.first.day} {self.first:%B}{year}"
        if (self.first.year, self.first.month) == (self.last.year, self.last.month):
            return f"{self.first.day} to {self.last.day} {self.last:%B}"
        return f"{self.first.day} {self.first:%B} to {self.last.day} {self.last:%B}"


def find_dates(text: str, *, now: datetime, zone: str, looks_back: bool = False) -> tuple[DateMention, ...]:
    """The dates in an English text, in the order they stand, none overlapping.

    Args:
        text: any text; nothing in it is changed.
        now: aware reference time.
        zone: IANA name of the zone in which "today" is meant.
        looks_back: whether a bare weekday or day is the last one (mail received) rather than the next one (promised).

    A bare weekday is the next one after today: said on a Wednesday, "Wednesday" is in seven days and marked ambiguous.
    A week runs from Monday to Sunday (ISO 8601). A day that does not exist, such as 31 June, is no mention.
    """
    today = now.astimezone(ZoneInfo(zone)).date()
    found: list[DateMention] = []
    for pattern, reader in READERS:
        for match in pattern.finditer(text):
            if any(match.start() < other.end and other.start < match.end() for other in found):
                continue
            span = _safely(reader, match, today, looks_back)
            if span:
                first, last, is_ambiguous = span
                place = (match.group(), match.start(), match.end())
                found.append(DateMention(*place, first, last, is_ambiguous, first.year != today.year))
    return tuple(sorted(found, key=lambda mention: mention.start))


@dataclass(frozen=True)
class PromisedDate:
    """A coming day that a text names: the words in it, and the day in plain words."""

    words: str
    meaning: str


def promised_dates(text: str, *, now: datetime, zone: str) -> tuple[PromisedDate, ...]:
    """Each coming day the text names, once: "Wednesday" is "Wednesday 25 November"."""
    today = now.astimezone(ZoneInfo(zone)).date()
    coming = [mention for mention in find_dates(text, now=now, zone=zone) if mention.last >= today]
    meanings = {
        f"{mention.spoken()}{', or another day is meant' if mention.is_ambiguous else ''}": mention.words
        for mention in reversed(coming)
    }
    return tuple(PromisedDate(words, meaning) for meaning, words in reversed(meanings.items()))


def _safely(reader: Reader, match: re.Match[str], today: date, looks_back: bool) -> Span | None:
    try:
        return reader(match, today, looks_back)
    except (ValueError, OverflowError):
        return None
