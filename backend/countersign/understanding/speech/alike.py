"""Words of one sort: weekdays, times, amounts; so that "Thursday instead" finds the Wednesday it replaces.

Must not decide which of several is meant.
"""

import re

from countersign.understanding.matching.pattern import Pattern

WEEKDAY = Pattern(r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b", re.IGNORECASE)
CLOCK = Pattern(
    r"\b\d{1,2}(?::\d\d)?\s?(?:am|pm|a\.m\.|p\.m\.|o'clock)(?!\w)|\b\d{1,2}:\d\d\b", re.IGNORECASE
)
RELATIVE_DAY = Pattern(r"\b(?:today|tomorrow|tonight)\b", re.IGNORECASE)
AMOUNT = Pattern(r"(?<![\w.,])\d+(?:[.,]\d+)*(?![\w:])")
REPLACEABLE = (WEEKDAY, CLOCK, RELATIVE_DAY, AMOUNT)
DAY_LIKE = (WEEKDAY, RELATIVE_DAY)


def cased_like(old: str, new: str) -> str:
    """The new word, with a capital when it is a weekday in the place of a capital."""
    is_capital = old[:1].isupper() and WEEKDAY.fullmatch(new) is not None
    return new[:1].upper() + new[1:] if is_capital else new


def needs_on(body: str, hit: re.Match[str], new: str) -> bool:
    """Whether "tomorrow" becomes "on Wednesday", not "Wednesday"."""
    return (
        RELATIVE_DAY.fullmatch(hit.group()) is not None
        and WEEKDAY.fullmatch(new) is not None
        and not body[: hit.start()].endswith("by ")
    )
