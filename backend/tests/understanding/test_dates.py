"""The days a text speaks of, worked out by hand from the calendar of November and December 2026.

November 2026: Monday 16, Friday 20, Wednesday 25, Monday 30. December 2026: Tuesday 1, Wednesday 2, Saturday 5.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from countersign.understanding.dates import PromisedDate, find_dates, promised_dates

_FRIDAY = datetime(2026, 11, 20, 13, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("on Wednesday", "Wednesday 25 November"),
        ("tomorrow", "Saturday 21 November"),
        ("the day after tomorrow", "Sunday 22 November"),
        ("tonight", "Friday 20 November"),
        ("2 Dec", "Wednesday 2 December"),
        ("Dec. 2nd", "Wednesday 2 December"),
        ("the 2nd of December 2026", "Wednesday 2 December"),
        ("Wednesday, 2 December", "Wednesday 2 December"),
        ("2026-12-02", "Wednesday 2 December"),
        ("25.11.", "Wednesday 25 November"),
        ("25.11.2026", "Wednesday 25 November"),
        ("the 5th", "Saturday 5 December"),
        ("Sat 5th", "Saturday 5 December"),
        ("next week", "23 to 29 November"),
        ("this weekend", "21 to 22 November"),
        ("next month", "1 to 31 December"),
        ("Wednesday next week", "Wednesday 25 November"),
        ("in 3 days", "Monday 23 November"),
        ("in two weeks", "Friday 4 December"),
        ("within a month", "Sunday 20 December"),
        ("by the end of the month", "Monday 30 November"),
        ("by the end of next week", "Friday 27 November"),
        ("3-5 December", "3 to 5 December"),
        ("10 January", "Sunday 10 January 2027"),
    ],
)
def test_a_named_day_is_the_coming_one(text: str, spoken: str) -> None:
    (mention,) = find_dates(f"We can come {text}, I think.", now=_FRIDAY, zone="Europe/Berlin")

    assert mention.spoken() == spoken
    assert f"We can come {text}, I think."[mention.start : mention.end] == mention.words


@pytest.mark.parametrize(
    "text",
    [
        "31 June",
        "version 1.2.3",
        "at 12:30",
        "we sat down in the sun",
        "1.5 hours",
        "open 24/7",
        "the first Monday of May",
    ],
)
def test_what_is_no_day_or_not_sure_is_no_mention(text: str) -> None:
    assert find_dates(text, now=_FRIDAY, zone="Europe/Berlin") == ()


@pytest.mark.parametrize(
    ("text", "now", "is_ambiguous"),
    [
        ("Friday", _FRIDAY, True),
        ("Wednesday", _FRIDAY, False),
        ("next Wednesday", _FRIDAY, False),
        ("next Wednesday", datetime(2026, 11, 16, 9, 0, tzinfo=UTC), True),
        ("02/03/2027", _FRIDAY, True),
        ("25/12/2026", _FRIDAY, False),
    ],
)
def test_a_day_that_could_be_another_says_so(text: str, now: datetime, is_ambiguous: bool) -> None:
    (mention,) = find_dates(text, now=now, zone="Europe/Berlin")

    assert mention.is_ambiguous is is_ambiguous


def test_today_is_the_persons_day_and_not_the_servers() -> None:
    late = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)

    (berlin,) = find_dates("tomorrow", now=late, zone="Europe/Berlin")
    (denver,) = find_dates("tomorrow", now=late, zone="America/Denver")

    # 23:30 UTC is 00:30 on Saturday in Berlin and 16:30 on Friday in Denver.
    assert (berlin.spoken(), denver.spoken()) == ("Sunday 22 November", "Saturday 21 November")


def test_a_promised_day_is_a_risk_reason_and_a_past_one_is_not() -> None:
    text = "I called yesterday. We can take delivery on Wednesday."

    promised = promised_dates(text, now=_FRIDAY, zone="Europe/Berlin")

    assert promised == (PromisedDate("Wednesday", "Wednesday 25 November"),)
