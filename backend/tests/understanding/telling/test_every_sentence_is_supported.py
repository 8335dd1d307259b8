"""Over generated mails: no told sentence says a name, number or day its mail does not hold; nothing hidden is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countersign.understanding.planned.steps import TellForm
from countersign.understanding.telling.mail import Cited, MailText
from countersign.understanding.telling.tell import tell
from tests.understanding.telling.support import unsupported

FORMS: tuple[TellForm, ...] = get_args(TellForm)
NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
ZONES = ("Europe/Berlin", "America/Los_Angeles", "Asia/Tokyo")
NAMES = ("Dana Reyes", "Żaneta Król", "Bob", "李雷", "Mary O'Neil", "")
DAYS = (
    "Friday",
    "next Tuesday",
    "tomorrow",
    "3 December",
    "in two weeks",
    "the end of the month",
    "2026-12-01",
    "yesterday",
)
# Each stands only where it must never be told from.
SECRETS = ("Hunter2", "Quotedson", "Signaturius", "Confidentialis")
SENTENCES = st.sampled_from(
    (
        "Can you confirm the slot by {day}?",
        "Please sign the contract over EUR {number}.",
        "{name}, could you call the carrier before {day}?",
        "We agreed to go with Nordfracht on {day}.",
        "I'll send {number} pallets {day}.",
        "Do you know who has key {number}?",
        "We need your answer until {day}, otherwise dock {number} is gone.",
        "- review page {number} with {name}",
        "Kannst du das bis {day} prüfen?",
        "The truck left {day}. It carried 1,200.50 kg, e.g. No. {number}.",
        "How are you?",
        "{name} wrote “please pay {number}” and I think\nthat we should wait until {day} before anybody answers that",
    )
)
ENDINGS = (
    "",
    "\n\nBest regards,\n{name}\nSignaturius 4711",
    "\n\n-- \nSignaturius Ltd\n+49 40 4711",
    "\n\nOn Mon, Nov 16, 2026 at 9:00 AM Sam <sam@work.example> wrote:\n> Quotedson paid 4711 on 1 May?",
    "\n\n> Can Quotedson pay 4711 by Monday?",
    "\n\nThis e-mail is confidential and intended for Confidentialis 4711 only.",
    "\n\n-----Original Message-----\nFrom: Quotedson\nSent: Monday\n\nPlease pay 4711.",
)
HIDDEN = ("", "\u200b", "\u202e", "\U000e0041")


@st.composite
def mails(draw: st.DrawFn, key: str = "m0") -> MailText:
    sentences = draw(st.lists(SENTENCES, min_size=1, max_size=4))
    filled = [
        sentence.format(
            day=draw(st.sampled_from(DAYS)),
            number=draw(st.integers(2, 4000)),
            name=draw(st.sampled_from(NAMES[:-1])),
        )
        for sentence in sentences
    ]
    name = draw(st.sampled_from(NAMES))
    ending = draw(st.sampled_from(ENDINGS)).format(name=name or "Dana")
    greeting = draw(st.sampled_from(("", "Hi Sam,\n\n", "Dear all,\n", "Hello Bob, ")))
    body = greeting + draw(st.sampled_from((" ", "\n", "\n\n"))).join(filled) + ending
    hidden = draw(st.sampled_from(HIDDEN))
    return MailText(
        key=key,
        thread_key="t",
        account_id="a",
        sender_name=name,
        sender_email="dana@acme.example",
        sent_at=NOW - timedelta(hours=draw(st.integers(0, 2000))),
        subject=draw(st.sampled_from(("Delivery", "", "Re: Budget 2027"))),
        body_text=body.replace("e", f"e{hidden}", 3),
        is_own=draw(st.booleans()),
        to=("sam@work.example",),
        owner=("Sam Okafor", "sam@work.example"),
    )


@settings(max_examples=60, deadline=None)
@given(first=mails("m1"), second=mails("m2"), form=st.sampled_from(FORMS), zone=st.sampled_from(ZONES))
def test_every_name_number_and_day_stands_in_the_cited_mail(
    first: MailText, second: MailText, form: TellForm, zone: str
) -> None:
    told = tell(form, [[first, second]], topic="contract", person="", now=NOW, zone=zone).sentences

    assert [
        problem for cited in told for problem in unsupported(cited, {"m1": first, "m2": second}, zone)
    ] == []
    assert [cited.text for cited in told if any(secret in cited.text for secret in SECRETS)] == []


@pytest.mark.parametrize(
    ("cited", "problem"),
    [
        (Cited("Dana asks you to pay 12 by Friday.", ("m1",), "Please pay 11."), "not in the mail: 12"),
        (Cited("Lee wrote: “Please pay 11.”", ("m1",), "Please pay 11."), "not in the mail: lee"),
        (Cited("Dana wrote: “Please pay 11.”", ("m2",), "Please pay 11."), "no such mail: ['m2']"),
        (Cited("Dana wrote: “Pay.”", ("m1",), "Pay now."), "quote not in the mail: 'Pay now.'"),
    ],
)
def test_the_check_itself_finds_what_no_mail_says(cited: Cited, problem: str) -> None:
    mail = MailText("m1", "t", "a", "Dana", "dana@acme.example", NOW, "Bill", "Please pay 11.")

    assert problem in unsupported(cited, {"m1": mail}, "UTC")
