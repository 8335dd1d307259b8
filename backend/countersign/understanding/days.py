"""Single readings of dates: one pattern and one function for each way to name a day.

Must not choose between readings; `dates.find_dates` tries them in the order of `READERS`.
"""

import re
from collections.abc import Callable
from datetime import date, timedelta

from countersign.understanding.matching.pattern import Pattern

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_NUMBERS = {
    "a": 1,
    "an": 1,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "ten": 10,
}
# A short form counts only with its capital: "we sat down in the sun" names no day.
_SHORT_WEEKDAY = r"(?-i:Mon|Tues?|Wed|Thurs?|Thu|Fri|Sat|Sun)\b\.?"
_WEEKDAY = rf"(?P<weekday>(?:mon|tues|wednes|thurs|fri|satur|sun)day|{_SHORT_WEEKDAY})(?![\w-])"
_FULL_WEEKDAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_DAY = r"(?P<day>[12]\d|3[01]|0?[1-9])"
_ORDINAL = r"(?:st|nd|rd|th)"
_YEAR = r"(?:,?\s+(?P<year>(?:19|20)\d\d)\b)"
_COUNT = rf"(?P<count>\d{{1,3}}|{'|'.join(_NUMBERS)})"

Span = tuple[date, date, bool]
Reader = Callable[[re.Match[str], date, bool], Span | None]


def _day(day: date, *, is_ambiguous: bool = False) -> Span:
    return day, day, is_ambiguous


def _iso(match: re.Match[str], _today: date, _back: bool) -> Span | None:
    return _day(date(int(match["year"]), int(match["number"]), int(match["day"])))


def _month_day(match: re.Match[str], today: date, looks_back: bool) -> Span | None:
    month = next(
        number for number, name in enumerate(_MONTHS, 1) if name.startswith(match["month"].lower()[:3])
    )
    last_day = match.groupdict().get("last_day")
    first = _in_year(today, month, int(match["day"]), match["year"], looks_back)
    last = first.replace(day=int(last_day)) if last_day else first
    return (first, last, False) if last >= first else None


def _in_year(today: date, month: int, day: int, year: str | None, looks_back: bool) -> date:
    """The day in the named year, else the nearest one ahead (or behind); 29 February finds its leap year."""
    if year:
        return date(int(year), month, day)
    for step in range(9):
        candidate_year = today.year - step if looks_back else today.year + step
        try:
            candidate = date(candidate_year, month, day)
        except ValueError:
            continue
        if (candidate <= today) if looks_back else (candidate >= today):
            return candidate
    raise ValueError("no such day")


def _numeric(match: re.Match[str], today: date, looks_back: bool) -> Span | None:
    one, two = int(match["one"]), int(match["two"])
    year = match["year"]
    if year and len(year) == 2:
        year = f"20{year}"
    is_dotted = match["mark"] == "."
    if is_dotted or one > 12:
        return _day(_in_year(today, two, one, year, looks_back))
    return _day(_in_year(today, one, two, year, looks_back), is_ambiguous=two <= 12 and one != two)


def _day_of_month(match: re.Match[str], today: date, looks_back: bool) -> Span | None:
    day, month = int(match["day"]), today.replace(day=1)
    for _ in range(12):
        try:
            candidate = month.replace(day=day)
        except ValueError:
            candidate = None
        if candidate and ((candidate <= today) if looks_back else (candidate >= today)):
            return _day(candidate)
        month = (month - timedelta(days=1)).replace(day=1) if looks_back else _next_month(month)
    return None


def _weekday_and_day(match: re.Match[str], today: date, looks_back: bool) -> Span | None:
    """The day of "Thu 15th": the nearest month whose 15th is a Thursday."""
    number = _weekday_number(match)
    for step in range(400):
        candidate = today + timedelta(days=-step if looks_back else step)
        if candidate.day == int(match["day"]) and candidate.weekday() == number:
            return _day(candidate)
    return None


def _weekday_number(match: re.Match[str]) -> int:
    beginning = match["weekday"].lower()[:3]
    return next(index for index, name in enumerate(_DAYS) if name.startswith(beginning))


def _near(match: re.Match[str], today: date, _back: bool) -> Span | None:
    words = re.sub(r"\s+", " ", match.group().lower())
    for key, days in (
        ("after tomorrow", 2),
        ("before yesterday", -2),
        ("tomorrow", 1),
        ("tmrw", 1),
        ("yesterday", -1),
    ):
        if key in words:
            return _day(today + timedelta(days=days))
    return _day(today - timedelta(days=1) if words == "last night" else today)


def _weekday(match: re.Match[str], today: date, looks_back: bool) -> Span | None:
    number = _weekday_number(match)
    which = (match["which"] or "").lower().split()
    ahead = (number - today.weekday()) % 7 or 7
    if "last" in which or "past" in which or looks_back:
        behind = (today.weekday() - number) % 7
        return _day(today - timedelta(days=behind or (7 if which else 0)))
    if "this" in which:
        return _day(today + timedelta(days=(number - today.weekday()) % 7))
    if "next" in which:
        next_week = _monday(today) + timedelta(days=7 + number)
        return _day(next_week, is_ambiguous=next_week != today + timedelta(days=ahead))
    if match["week_after"]:
        return _day(today + timedelta(days=ahead + 7))
    return _day(today + timedelta(days=ahead), is_ambiguous=ahead == 7)


def _weekday_of_next_week(match: re.Match[str], today: date, _back: bool) -> Span | None:
    number = _weekday_number(match)
    weeks = {"next": 1, "this": 0, "last": -1}[match["which"].lower()]
    return _day(_monday(today) + timedelta(days=7 * weeks + number))


def _period(match: re.Match[str], today: date, _back: bool) -> Span | None:
    which, unit = match["which"].lower(), match["unit"].lower()
    step = {"next": 1, "coming": 1, "following": 1, "this": 0, "last": -1, "past": -1}[which]
    if unit == "week":
        monday = _monday(today) + timedelta(days=7 * step)
        return monday, monday + timedelta(days=6), False
    if unit == "weekend":
        saturday = _monday(today) + timedelta(days=5 + 7 * step)
        return saturday, saturday + timedelta(days=1), step == 1
    if unit == "year":
        return date(today.year + step, 1, 1), date(today.year + step, 12, 31), False
    first = _next_month(today) if step == 1 else today.replace(day=1)
    if step == -1:
        first = (first - timedelta(days=1)).replace(day=1)
    return first, _next_month(first) - timedelta(days=1), False


def _end_of(match: re.Match[str], today: date, _back: bool) -> Span | None:
    unit, which = match["unit"].lower(), (match["which"] or "").strip().lower()
    if unit == "week":
        return _day(_monday(today) + timedelta(days=4 + (7 if which == "next" else 0)))
    if unit == "year":
        return _day(date(today.year + (which == "next"), 12, 31))
    month = _next_month(today) if which == "next" else today
    return _day(_next_month(month) - timedelta(days=1))


def _distance(match: re.Match[str], today: date, _back: bool) -> Span | None:
    count = _NUMBERS.get(match["count"].lower()) or int(match["count"])
    sign = -1 if match["ago"] else 1
    unit = match["unit"].lower()
    if unit.startswith("month"):
        months = today.year * 12 + today.month - 1 + sign * count
        year, month = divmod(months, 12)
        last = (_next_month(date(year, month + 1, 1)) - timedelta(days=1)).day
        return _day(date(year, month + 1, min(today.day, last)))
    return _day(today + timedelta(days=sign * count * (7 if unit.startswith("week") else 1)))


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _next_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def _compiled(pattern: str) -> Pattern:
    return Pattern(rf"(?<![\w-]){pattern}", re.IGNORECASE)


READERS: tuple[tuple[Pattern, Reader], ...] = (
    (_compiled(r"(?P<year>(?:19|20)\d\d)-(?P<number>\d{1,2})-(?P<day>\d{1,2})\b"), _iso),
    (
        _compiled(
            rf"(?:(?:the\s+)?{_DAY}{_ORDINAL}?\s*(?:-"
            rf"|to)\s*(?P<last_day>\d{{1,2}}){_ORDINAL}?\s+(?:of\s+)?{_MONTH}){_YEAR}?"
        ),
        _month_day,
    ),
    (
        _compiled(
            rf"(?:(?:{_FULL_WEEKDAY}"
            rf"|{_SHORT_WEEKDAY}),?\s+)?(?:the\s+)?{_DAY}{_ORDINAL}?\s+(?:of\s+)?{_MONTH}{_YEAR}?"
        ),
        _month_day,
    ),
    (
        _compiled(
            rf"(?:(?:{_FULL_WEEKDAY}|{_SHORT_WEEKDAY}),?\s+)?{_MONTH}\s+(?:the\s+)?{_DAY}{_ORDINAL}?\b(?!:\d){_YEAR}?"
        ),
        _month_day,
    ),
    (
        _compiled(
            r"(?<![\d./])(?!24/7)(?P<one>\d{1,2})(?P<mark>[./])(?P<two>\d{1,2})"
            r"(?:(?P=mark)(?P<year>(?:20)?\d\d)\b|(?<=/\d)(?![\d./:])|(?<=/\d\d)(?![\d./:])|\.(?!\d))"
        ),
        _numeric,
    ),
    (_compiled(r"(?:the\s+)?day\s+(?:after\s+tomorrow|before\s+yesterday)\b"), _near),
    (
        _compiled(
            r"(?:today|tomorrow|tmrw|tonight|yesterday|last\s+night|this\s+(?:morning|afternoon"
            r"|evening))\b"
        ),
        _near,
    ),
    (
        _compiled(rf"{_WEEKDAY}\s+(?:(?:of|from)\s+)?(?P<which>next|this|last)\s+week\b"),
        _weekday_of_next_week,
    ),
    (_compiled(rf"{_WEEKDAY},?\s+(?:the\s+)?{_DAY}{_ORDINAL}\b"), _weekday_and_day),
    (
        _compiled(
            r"(?<!first\s)(?<!second\s)(?<!third\s)(?:(?:the\s+)?(?P<which>next|this(?:\s+coming)?|coming|last"
            rf"|past)\s+)?{_WEEKDAY}(?P<week_after>\s+(?:week|after\s+next)\b)?(?!\s+(?:of|in)\s)"
        ),
        _weekday,
    ),
    (
        _compiled(r"(?:the\s+)?end\s+of\s+(?:the\s+|this\s+)?(?P<which>next\s+)?(?P<unit>week|month|year)\b"),
        _end_of,
    ),
    (
        _compiled(
            r"(?<!of\s)(?:the\s+)?(?<!second\s)(?<!third\s)(?P<which>next|this|coming|following|last|past)\s+"
            r"(?P<unit>week|weekend|month|year)\b(?!\s+of\b)"
        ),
        _period,
    ),
    (
        _compiled(rf"(?:in\s+|within\s+)?{_COUNT}\s+(?P<unit>days?|weeks?|months?)(?P<ago>\s+ago)\b"),
        _distance,
    ),
    (
        _compiled(
            rf"(?:in|within)\s+{_COUNT}\s+(?P<unit>days?|weeks?"
            r"|months?)(?P<ago>(?!))?(?:'\s+time)?\b"
        ),
        _distance,
    ),
    (_compiled(rf"the\s+{_DAY}{_ORDINAL}\b"), _day_of_month),
)
