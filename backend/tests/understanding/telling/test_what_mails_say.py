"""What a conversation says in each form: who wants what by when, decisions, questions, days, and never a signature."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from countersign.understanding.planned.steps import TellForm
from countersign.understanding.telling.mail import Cited, MailText
from countersign.understanding.telling.tell import tell

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
ZONE = "Europe/Berlin"
DANA = MailText(
    key="m1",
    thread_key="t1",
    account_id="a1",
    sender_name="Dana Reyes",
    sender_email="dana@acme.example",
    sent_at=datetime(2026, 11, 24, 9, tzinfo=UTC),
    subject="Delivery",
    body_text="",
    to=("sam@work.example",),
    owner=("Sam Okafor", "sam@work.example"),
)
OWN = replace(DANA, key="m2", sender_name="Sam Okafor", sender_email="sam@work.example", is_own=True)
TALK = (
    replace(
        DANA,
        body_text="Hi Sam,\n\nwe agreed to ship with Nordfracht. The truck leaves on Thursday with 42 pallets.\n"
        "Can you confirm the slot by Friday? Please also send me the signed contract.\n"
        "Do you know whether the dock is free next week?\n\nBest regards,\nDana Reyes\nAcme Ltd | +49 40 1234567",
    ),
    replace(
        OWN,
        sent_at=datetime(2026, 11, 25, 9, tzinfo=UTC),
        to=("dana@acme.example",),
        body_text="Hi Dana,\n\nI'll send the contract tomorrow.\n\nSam\n\n> Do you know whether the dock is free?",
    ),
    replace(
        DANA,
        key="m3",
        sent_at=datetime(2026, 11, 26, 9, tzinfo=UTC),
        to=("sam@work.example", "bob@acme.example"),
        body_text="Thanks! Bob, could you book the crane for 3 December?\n\n"
        "Sam, please approve the invoice of EUR 1,200.50 by tomorrow.\nDana",
    ),
)


def told(
    form: TellForm, *conversations: tuple[MailText, ...], topic: str = "", person: str = ""
) -> tuple[Cited, ...]:
    return tell(form, conversations, topic=topic, person=person, now=NOW, zone=ZONE).sentences


def texts(
    form: TellForm, *conversations: tuple[MailText, ...], topic: str = "", person: str = ""
) -> list[str]:
    return [cited.text for cited in told(form, *conversations, topic=topic, person=person)]


def one(body: str) -> tuple[MailText, ...]:
    return (replace(DANA, body_text=body),)


def test_a_summary_says_who_wants_what_by_when_decisions_and_days() -> None:
    assert texts("summary", TALK) == [
        "Decision, in a mail from Dana Reyes: “we agreed to ship with Nordfracht.”",
        "Dana Reyes asked you to confirm the slot by Friday (27 November).",
        "Dana Reyes asked: “Please also send me the signed contract.”",
        "Dana Reyes asks: “Bob, could you book the crane for 3 December?”",
        "Dana Reyes asks you to approve the invoice of EUR 1,200.50 by tomorrow (27 November).",
        "You promised: “I'll send the contract tomorrow.” (tomorrow: 26 November)",
        "Dana Reyes wrote: “The truck leaves on Thursday with 42 pallets.” (Thursday: 26 November)",
    ]


def test_every_sentence_names_its_mail_and_quotes_it() -> None:
    asked = told("summary", TALK)[1]

    assert (asked.sources, asked.quote) == (("m1",), "Can you confirm the slot by Friday?")


def test_action_items_begin_with_what_is_to_be_done_here() -> None:
    assert texts("action_items", TALK) == [
        "Dana Reyes asked you to confirm the slot by Friday (27 November).",
        "Dana Reyes asked: “Please also send me the signed contract.”",
        "You promised: “I'll send the contract tomorrow.” (tomorrow: 26 November)",
        "Dana Reyes asks you to approve the invoice of EUR 1,200.50 by tomorrow (27 November).",
        "Dana Reyes asks: “Bob, could you book the crane for 3 December?”",
    ]


def test_what_somebody_said_about_a_topic_is_told_in_their_words() -> None:
    assert texts("said", TALK, topic="the contracts", person="Dana") == [
        "Dana Reyes wrote: “Please also send me the signed contract.”"
    ]
    assert texts("said", TALK, topic="the contract", person="sam@work.example") == [
        "You wrote: “I'll send the contract tomorrow.” (tomorrow: 26 November)"
    ]


def test_a_mail_that_names_the_topic_only_in_its_subject_is_told_by_its_main_sentences() -> None:
    assert texts("said", one("Thanks for asking. The truck is full."), topic="delivery", person="Reyes") == [
        "Dana Reyes wrote: “The truck is full.”"
    ]


def test_several_conversations_each_begin_with_their_newest_mail() -> None:
    other = (replace(DANA, key="m9", subject="Budget", body_text="The budget is EUR 300."),)

    assert texts("summary", one("The truck is full."), other) == [
        "Dana Reyes: “Delivery”, 24 November 2026.",
        "Dana Reyes wrote: “The truck is full.”",
        "Dana Reyes: “Budget”, 24 November 2026.",
        "Dana Reyes wrote: “The budget is EUR 300.”",
    ]


def test_of_many_conversations_each_is_told_in_few_sentences() -> None:
    body = (
        "Please sign page 3. Please pay EUR 20. Please call Bob. Please order chairs. Please print the plan."
    )
    many = [
        (replace(DANA, key=f"m{n}", subject=f"Case {n}", body_text=body.replace("3", str(n))),)
        for n in range(30)
    ]

    told_of = [cited.sources[0] for cited in told("summary", *many)]

    assert set(told_of) == {f"m{n}" for n in range(30)}
    assert len(told_of) <= 30 * 3


def test_two_people_who_ask_the_same_are_both_told() -> None:
    lee = replace(
        DANA, key="m8", sender_name="Lee", sender_email="lee@acme.example", body_text="Please call Bob."
    )

    assert texts("action_items", one("Please call Bob."), (lee,)) == [
        "Dana Reyes asks you to call Bob.",
        "Lee asks you to call Bob.",
    ]


def test_mails_and_people_are_listed_from_their_headers() -> None:
    machine = replace(DANA, key="m7", sender_email="no-reply@shop.example", is_automatic=True)

    assert texts("list", (DANA, OWN)) == [
        "Dana Reyes: “Delivery”, 24 November 2026.",
        "You: “Delivery”, 24 November 2026.",
    ]
    assert texts("contacts", (DANA, OWN, machine)) == [
        "Dana Reyes <dana@acme.example> wrote last about “Delivery”, 24 November 2026."
    ]


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("Please sign page 3.", "Dana Reyes asks you to sign page 3."),
        ("Sam, could you please review the draft?", "Dana Reyes asks you to review the draft."),
        ("I need you to send the list by 3 December.", "Dana Reyes asks you to send the list by 3 December."),
        ("Can you send me your list?", "Dana Reyes asks: “Can you send me your list?”"),
        ("Can you come on Monday?", "Dana Reyes asks: “Can you come on Monday?” (Monday: 30 November)"),
        ("Bob, could you please review the draft?", "Dana Reyes asks: “Bob, could you please review the draft?”"),
        ("Sam and Bob, please sign page 3.", "Dana Reyes asks: “Sam and Bob, please sign page 3.”"),
        ("Samantha, please sign page 3.", "Dana Reyes asks: “Samantha, please sign page 3.”"),
        ("Please call Bob, because we need him.", "Dana Reyes asks: “Please call Bob, because we need him.”"),
        ("We need the contract back.", "Dana Reyes asks: “We need the contract back.”"),
        ("Kannst du das bis Freitag prüfen?", "Dana Reyes asks: “Kannst du das bis Freitag prüfen?”"),
        ("Is “Plan B” ready?", "Dana Reyes asks: “Is 'Plan B' ready?”"),
        ("The board approved it yesterday.",
         "Decision, in a mail from Dana Reyes: “The board approved it yesterday.” (yesterday: 23 November)"),
    ],
)  # fmt: skip
def test_a_request_is_reported_only_where_that_keeps_its_meaning(body: str, sentence: str) -> None:
    assert texts("summary", one(body)) == [sentence]


@pytest.mark.parametrize(
    "below",
    [
        "Best regards,\nDana Reyes\nHead of Pallets",
        "Dana Reyes\nHead of Pallets\nAcme Ltd",
        "-- \nHead of Pallets",
        "Sent from my Pallets",
        "On Mon, Nov 16, 2026 at 9:00 AM Sam <sam@work.example> wrote:\n> Please buy Pallets by Monday.",
        "-----Original Message-----\nFrom: Sam\nSent: Monday\n\nWe agreed on Pallets.",
        "This e-mail is confidential and intended for Pallets only.",
        "Viele Grüße\nDana\nPallets GmbH",
    ],
)
def test_signatures_quotes_and_disclaimers_are_never_told(below: str) -> None:
    conversation = one(f"Hi Sam,\n\nthe truck is full.\n\n{below}\n")

    assert texts("summary", conversation) == ["Dana Reyes wrote: “the truck is full.”"]
    assert texts("action_items", conversation) == []


def test_characters_nobody_sees_are_not_told() -> None:
    assert texts("summary", one("The tr\u200buck is\u202e full.")) == [
        "Dana Reyes wrote: “The truck is full.”"
    ]


@pytest.mark.parametrize(
    "body",
    [
        "If you have any questions, please contact us.",
        "Please do not hesitate to call.",
        "How are you?",
        "Have a nice weekend!",
        "Please find attached the report.",
        "I look forward to seeing you on Friday.",
        "We have not decided yet.",
        "I need to check the dock.",
        "Let me know!",
    ],
)
def test_set_phrases_are_no_action_items(body: str) -> None:
    assert texts("action_items", one(body)) == []


def test_a_list_below_a_request_is_asked_item_by_item() -> None:
    body = "Please do the following:\n- 1. Sign page 3\n- 2. The form goes to Lee\n\n1. Please call Bob\n2. Pay EUR 20"

    assert texts("action_items", one(body)) == [
        "Dana Reyes asks: “Sign page 3”",
        "Dana Reyes asks: “The form goes to Lee”",
        "Dana Reyes asks you to call Bob.",
        "Dana Reyes asks: “Pay EUR 20”",
    ]


def test_a_request_that_stands_alone_is_told_with_what_it_is_about() -> None:
    assert texts("summary", one("Good news. The container cleared customs. Can you take it on Friday?")) == [
        "Dana Reyes wrote: “The container cleared customs.”",
        "Dana Reyes asks: “Can you take it on Friday?” (Friday: 27 November)",
    ]


def test_what_a_sender_calls_themselves_stays_whole_or_gives_way_to_their_address() -> None:
    forged = replace(DANA, sender_name="boss@acme.example", body_text="The truck is full.")

    assert texts("summary", (forged,)) == ["dana@acme.example wrote: “The truck is full.”"]


def test_the_same_words_are_told_once() -> None:
    again = replace(DANA, key="m4", body_text="Please sign page 3.")

    assert texts("summary", (*one("Please sign page 3."), again)) == ["Dana Reyes asks you to sign page 3."]


def test_what_newsletters_ask_is_no_action_item() -> None:
    assert texts("action_items", one("Please book your trip today!\n\nUnsubscribe here.")) == []


def test_an_empty_mail_says_nothing() -> None:
    assert told("summary", one("")) == told("unanswered", ()) == told("said", one("")) == ()
