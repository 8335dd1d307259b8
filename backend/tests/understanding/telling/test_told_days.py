"""Which day a sentence of a mail means, counted from the day of the mail; no day where two readings are as good."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.understanding.telling.test_what_mails_say import DANA, one, texts


@pytest.mark.parametrize(
    ("body", "meaning"),
    [
        ("Please pay by Friday.", "Friday (27 November)"),
        ("Please pay tomorrow.", "tomorrow (25 November)"),
        ("Please pay next week.", "next week (30 November to 6 December)"),
        ("Please pay by the end of the month.", "the end of the month (30 November)"),
        ("Please pay in two weeks.", "in two weeks (8 December)"),
        ("Please pay on 3 December.", "on 3 December."),
        ("Please pay by Tuesday.", "by Tuesday."),  # said on a Tuesday: today or in a week
        ("We met on Monday.", "on Monday.”"),  # the past one, which is not resolved
        ("Please pay by 15 January.", "by 15 January."),
        ("Please pay by the 5th.", "the 5th (5 December)"),
    ],
)
def test_a_day_is_counted_from_the_day_of_the_mail(body: str, meaning: str) -> None:
    assert meaning in texts("summary", one(body))[0]


def test_nobody_is_taken_for_the_owner_when_their_name_is_not_known() -> None:
    unknown = replace(DANA, owner=(), to=(), body_text="Bob, please sign page 3. Please pay EUR 20.")

    assert texts("action_items", (unknown,)) == [
        "Dana Reyes asks: “Bob, please sign page 3.”",
        "Dana Reyes asks: “Please pay EUR 20.”",
    ]


def test_tomorrow_is_the_day_after_the_mail_where_the_person_is() -> None:
    # 23:30 in London on the 24th is already the 25th in Berlin.
    late = replace(DANA, sent_at=datetime(2026, 11, 24, 23, 30, tzinfo=UTC), body_text="Please pay tomorrow.")

    assert texts("summary", (late,)) == ["Dana Reyes asks you to pay tomorrow (26 November)."]


def test_without_a_date_no_day_is_resolved() -> None:
    assert texts("summary", (replace(DANA, sent_at=None, body_text="Please pay tomorrow."),)) == [
        "Dana Reyes asks you to pay tomorrow."
    ]


def test_a_day_the_mail_explains_itself_is_not_explained_again() -> None:
    assert texts("summary", one("Can you come on Friday (27 November)?")) == [
        "Dana Reyes asks: “Can you come on Friday (27 November)?”"
    ]
