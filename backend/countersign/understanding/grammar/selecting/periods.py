"""When mails came: reads "older than 30 days" or "since Monday" and works out its first and last day.

Must not read a clock: the reference time and the zone come with the context, and a coming day is no answer.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from countersign.understanding.dates import find_dates
from countersign.understanding.days import READERS
from countersign.understanding.matching.pattern import Pattern

Side = Literal["within", "since", "after", "before", "until", "older", "newer", "between"]

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|march|mar|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_NUMBERS = {
    "a couple of": 2,
    "a": 1,
    "an": 1,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "twelve": 12,
    "fourteen": 14,
    "thirty": 30,
    "sixty": 60,
    "ninety": 90,
}
_COUNT = rf"(?P<count>\d{{1,4}}|{'|'.join(_NUMBERS)})"
_UNIT = r"(?P<unit>days?|weeks?|fortnights?|months?|years?)\b"
_BARE = Pattern(
    r"(?:today|yesterday|(?:this|last|past)\s+\w+|the\s+day\s+before\s+yesterday|\w+\s+\w+\s+ago)\b"
)
_WHOLE_MONTH = Pattern(
    rf"(?:(?:the\s+month\s+of|this|last)\s+)?(?P<month>{_MONTH})(?!\s*(?:\d{{1,2}}|the)\b(?!\d))"
    r"(?:\s+(?:of\s+)?(?P<year>(?:19|20)\d\d|last\s+year|this\s+year))?\b"
)
_YEAR = Pattern(r"(?:the\s+year\s+)?(?P<year>(?:19|20)\d\d)\b(?![-/.]\d)")
_START_OF = Pattern(
    r"(?:the\s+)?(?:start|beginning)\s+of\s+(?:(?:the|this)\s+)?(?P<which>last\s+)?(?P<unit>week|month|year)\b"
)
_DAY_RANGE = Pattern(
    r"between\s+(?P<range>(?:the\s+)?\d{1,2}(?:st|nd|rd|th)?\s+and\s+(?:the\s+)?\d{1,2}(?:st|nd|rd|th)?\s+"
    rf"(?:of\s+)?{_MONTH}(?:\s+(?:19|20)\d\d)?)"
)
# No mail came on a coming day: such words belong to what the mail is about.
_AHEAD = Pattern(r"(?:in|within)\s|.*\b(?:tomorrow|tmrw|next|coming|following|tonight)\b")
_PART_OF_DAY = Pattern(r"\b(?:morning|afternoon|evening|night|tonight|hours?)\b")
# "emails from April": a month, or somebody of that name.
MONTH_NAMES_OF_PEOPLE = frozenset({"april", "may", "june", "august", "jan"})

_CAME = (
    r"(?:(?:(?:that|which)\s+)?(?:(?:have\s+|has\s+|had\s+)?(?:come|came|arrived)(?:\s+in)?"
    r"|(?:i|we)(?:'ve|\s+have)?\s+(?:got(?:ten)?|received|had)|(?:(?:are|is|were|was)\s+)?(?:dated"
    r"|received|sent|written)"
    r"|(?:are|is|were|was)|(?:are|is)\s+(?:dating|from))\s+)?"
)


def _compiled(rows: tuple[tuple[Side, str], ...]) -> tuple[tuple[Side, Pattern], ...]:
    return tuple((side, Pattern(_CAME + pattern)) for side, pattern in rows)


_AGES = _compiled(
    (
        ("older", rf"older\s+than\s+{_COUNT}\s+{_UNIT}"),
        ("older", rf"(?:from\s+)?(?:more\s+than|over)\s+{_COUNT}\s+{_UNIT}\s+(?:old|ago|back)\b"),
        ("older", rf"(?:from\s+)?(?:before|older\s+than)\s+{_COUNT}\s+{_UNIT}\s+ago\b"),
        ("newer", rf"(?:newer|younger|more\s+recent)\s+than\s+{_COUNT}\s+{_UNIT}"),
        ("newer", rf"less\s+than\s+{_COUNT}\s+{_UNIT}\s+old\b"),
        (
            "newer",
            rf"(?:(?:from|in|of|within|during|over|for)\s+)?(?:the\s+)?(?:last|past|previous)\s+{_COUNT}\s+"
            r"(?P<unit>days?|weeks?|fortnights?|months?|years?|hours?)\b",
        ),
        (
            "newer",
            r"(?:from|in|of|within|during|over|for)\s+the\s+(?:last|past|previous)\s+(?P<count>)"
            r"(?P<unit>day|week|fortnight|month|year|hour)\b",
        ),
    )
)
_SIDES = _compiled(
    (
        ("between", r"(?:between|from)\s+"),
        ("since", r"(?:since|starting(?:\s+from)?|beginning)\s+"),
        ("after", r"(?:after|later\s+than|newer\s+than)\s+"),
        ("before", r"(?:from\s+)?(?:before|prior\s+to|earlier\s+than|older\s+than)\s+"),
        ("until", r"(?:until|till|up\s+to|up\s+until|through)\s+"),
        ("within", r"(?:(?:from|of|on|in|during|dated)\s+)"),
        ("within", ""),
    )
)
_BETWEEN = Pattern(r"\s+(?:and|to|until|till|through|-)\s+")
_ONWARDS = Pattern(r"\s+(?:on|onwards?|until\s+(?:now|today))\b(?!\s+\w)")


@dataclass(frozen=True)
class Period:
    """Days as they were said: `words` name the day or the count, `to_words` the second day of a range."""

    side: Side
    words: str
    to_words: str = ""


@dataclass(frozen=True)
class Days:
    """First and last day, inclusive, as YYYY-MM-DD; None for no limit on that side."""

    first: str | None
    last: str | None


def read_period(words: str, folded: str, start: int) -> tuple[Period, int] | None:
    """The period that begins at `start` and the offset behind it; None when none does."""
    for side, pattern in _AGES:
        match = pattern.match(folded, start)
        if match:
            return Period(side, f"{match['count'] or 'one'} {match['unit']}"), match.end()
    ranged = _DAY_RANGE.match(folded, start)
    if ranged:
        return Period("within", ranged["range"].replace(" and ", " to ")), ranged.end()
    for side, pattern in _SIDES:
        match = pattern.match(folded, start)
        anchor_end = _anchor(words, folded, match.end()) if match else None
        if match is None or anchor_end is None:
            continue
        anchor = words[match.end() : anchor_end]
        if side == "between":
            ranged_to = _range_end(words, folded, anchor_end)
            if ranged_to:
                return Period("between", anchor, words[ranged_to[0] : ranged_to[1]]), ranged_to[1]
            continue
        if (
            side == "within"
            and match.end() == match.start()
            and not _BARE.fullmatch(folded[match.end() : anchor_end])
        ):
            continue
        onwards = _ONWARDS.match(folded, anchor_end) if side == "within" else None
        return Period("since" if onwards else side, anchor), onwards.end() if onwards else anchor_end
    return None


def read_possessive(words: str, folded: str, start: int) -> tuple[Period, int] | None:
    """The period of "yesterday's", "last week's" or "Monday's" at `start`, and the offset behind it."""
    end = _anchor(words, folded, start)
    if end is None or not folded.startswith("'s", end):
        return None
    return Period("within", words[start:end]), end + 2


def is_part_of_day(period: Period) -> bool:
    """Whether less than whole days were meant; mail can only be searched by whole days."""
    return _PART_OF_DAY.search(period.words.lower()) is not None


def days_of(periods: tuple[Period, ...], *, now: datetime, zone: str) -> Days | None:
    """The days that all the periods share; None when one lies ahead, is unclear, or they share none."""
    first: date | None = None
    last: date | None = None
    today = now.astimezone(ZoneInfo(zone)).date()
    for period in periods:
        bounds = _bounds(period, now, zone, today)
        if bounds is None:
            return None
        one, other = bounds
        first = one if first is None or (one and one > first) else first
        last = other if last is None or (other and other < last) else last
    if (first and last and first > last) or (first and first > today):
        return None
    last = min(last, today) if last and first else last
    return Days(first.isoformat() if first else None, last.isoformat() if last else None)


def _bounds(period: Period, now: datetime, zone: str, today: date) -> tuple[date | None, date | None] | None:
    if period.side in {"older", "newer"}:
        day = _before(period.words, today)
        if day is None:
            return None
        return (None, day - timedelta(days=1)) if period.side == "older" else (day, today)
    span = _span(period.words, now, zone, today)
    if span is None:
        return None
    first, last = span
    match period.side:
        case "since":
            return first, None
        case "after":
            return last + timedelta(days=1), None
        case "before":
            return None, first - timedelta(days=1)
        case "until":
            return None, last
        case "between":
            other = _span(period.to_words, now, zone, today)
            return (first, other[1]) if other else None
    return first, last


def _before(words: str, today: date) -> date | None:
    """The day so long ago; hours count as the days they touch."""
    amount, unit = words.rsplit(" ", 1)
    count = _NUMBERS.get(amount) or int(amount)
    try:
        if unit.startswith("hour"):
            return today - timedelta(days=-(-count // 24))
        if unit.startswith(("month", "year")):
            months = today.year * 12 + today.month - 1 - count * (12 if unit.startswith("year") else 1)
            first = date(months // 12, months % 12 + 1, 1)
            return first.replace(day=min(today.day, (_following_month(first) - timedelta(days=1)).day))
        return today - timedelta(days=count * {"d": 1, "w": 7, "f": 14}[unit[0]])
    except (ValueError, OverflowError):
        return None


def _span(words: str, now: datetime, zone: str, today: date) -> tuple[date, date] | None:
    folded = words.lower().strip()
    for pattern, reader in ((_START_OF, _start_of), (_YEAR, _year), (_WHOLE_MONTH, _month)):
        match = pattern.fullmatch(folded)
        if match:
            return reader(match, today)
    found = find_dates(words, now=now, zone=zone, looks_back=True)
    if len(found) != 1 or found[0].is_ambiguous:
        return None
    return found[0].first, found[0].last


def _start_of(match: re.Match[str], today: date) -> tuple[date, date]:
    first = {"week": today - timedelta(days=today.weekday()), "month": today.replace(day=1)}.get(
        match["unit"], today.replace(month=1, day=1)
    )
    if match["which"]:
        back = first - timedelta(days=1)
        first = {"week": first - timedelta(days=7), "month": back.replace(day=1)}.get(
            match["unit"], back.replace(month=1, day=1)
        )
    return first, first


def _year(match: re.Match[str], _today: date) -> tuple[date, date]:
    return date(int(match["year"]), 1, 1), date(int(match["year"]), 12, 31)


def _month(match: re.Match[str], today: date) -> tuple[date, date]:
    """The whole month: of the year named, else the last one that has begun."""
    month = _MONTHS.index(match["month"][:3]) + 1
    said = match["year"] or ""
    if said[:1].isdigit():
        year = int(said)
    else:
        year = today.year - (1 if said.startswith("last") or month > today.month else 0)
    first = date(year, month, 1)
    return first, _following_month(first) - timedelta(days=1)


def _following_month(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1)


def _anchor(words: str, folded: str, start: int) -> int | None:
    """Where the longest day, month or year that begins at `start` ends; None when none begins there."""
    ends = [
        match.end()
        for pattern, text in (
            (_START_OF, folded),
            (_WHOLE_MONTH, folded),
            (_YEAR, folded),
            *((reader, words) for reader, _ in READERS),
        )
        if (match := pattern.match(text, start))
        and match.end() > start
        and not _AHEAD.match(match.group().lower())
    ]
    return max(ends, default=None)


def _range_end(words: str, folded: str, start: int) -> tuple[int, int] | None:
    """Start and end of the second day of a range; None when none follows."""
    link = _BETWEEN.match(folded, start)
    end = _anchor(words, folded, link.end()) if link else None
    return (link.end(), end) if link and end else None
