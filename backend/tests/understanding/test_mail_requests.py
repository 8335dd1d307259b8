"""People ask about their mail, and to sort it, in many ways: each becomes the plan it means, each trap none."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from countersign.understanding.context import Answer, OpenCard, RequestContext, ShownMail
from countersign.understanding.plan import CardReference, ChatConsent, Clarification, Plan, Unsupported
from countersign.understanding.planned.steps import (
    DraftReply,
    Propose,
    ProposeSet,
    ReadThreads,
    ResolvePerson,
    SearchMail,
    TellAbout,
)
from countersign.understanding.request import understand
from tests.understanding.reading import as_plan, search_of, words_of

_FOLDER = Path(__file__).parent.parent / "phrasings"
_FILES = {name: tomllib.loads((_FOLDER / f"{name}.toml").read_text("utf-8")) for name in ("reading", "sets")}
_ASKED = [row for file in _FILES.values() for row in file["request"]]
_OTHER = [row for file in _FILES.values() for row in file["other"]]
_READING = ("mail.list", "mail.said", "mail.summary", "mail.unanswered", "mail.contacts", "mail.action_items")
_SETS = (
    "mail.label",
    "mail.archive",
    "mail.mark_read",
    "mail.mark_unread",
    "mail.star",
    "mail.trash",
    "mail.unsubscribe",
)
_ANSWERS = {
    "consent": (ChatConsent, "verb"),
    "card": (CardReference, ""),
    "question": (Clarification, "slot"),
    "unsupported": (Unsupported, "asked"),
}
_SHOWN = tuple(
    ShownMail(number=number, sender=sender, subject=subject)
    for number, (sender, subject) in enumerate(
        [("Dana Reyes", "Delivery window"), ("Tom Okafor", "Roof quote"), ("Mei Lin", "Choir")], 1
    )
)


@pytest.fixture
def no_cards(context: RequestContext) -> RequestContext:
    return context.model_copy(update={"open_cards": ()})


def _people(plan: Plan) -> dict[str, str]:
    return {step.id: step.query for step in plan.steps if isinstance(step, ResolvePerson)}


def _said_of_search(plan: Plan) -> dict[str, Any]:
    """Every field of the search that was asked for."""
    own = {"id", "needs", "label", "kind", "order", "account_ids", "person_step", "recipient_step"}
    fields = search_of(plan).model_dump(mode="json", exclude=own, exclude_defaults=True)
    return {name: value for name, value in fields.items() if value is not None}


def _found(plan: Plan) -> dict[str, Any]:
    search, people = search_of(plan), _people(plan)
    change = next((step for step in plan.steps if isinstance(step, ProposeSet)), None)
    found: dict[str, Any] = {
        "intent": plan.intent,
        "person": people.get(search.person_step or ""),
        "recipient": people.get(search.recipient_step or ""),
        "search": _said_of_search(plan),
        "label": change.label_name if change else None,
        "removes_label": change.removes_label if change else False,
    }
    return {name: value for name, value in found.items() if value}


@pytest.mark.parametrize("row", _ASKED, ids=lambda row: row["request"][:60])
def test_a_request_about_mail_becomes_the_plan_it_means(
    row: dict[str, Any], no_cards: RequestContext
) -> None:
    context = no_cards.model_copy(update={"shown": _SHOWN if row.get("shown") else ()})

    plan = as_plan(understand(row["request"], context))

    assert _found(plan) == {name: value for name, value in row.items() if name not in {"request", "shown"}}


@pytest.mark.parametrize("row", _OTHER, ids=lambda row: row["request"][:60])
def test_what_is_no_clear_request_about_mail_never_becomes_a_plan(
    row: dict[str, Any], no_cards: RequestContext
) -> None:
    answer = understand(row["request"], no_cards)

    kind, attribute = _ANSWERS[row["answer"]]
    assert isinstance(answer, kind), answer
    assert getattr(answer, attribute, "change") == row["about"]


@pytest.mark.parametrize("intent", [*_READING, *_SETS])
def test_each_form_is_asked_for_in_a_dozen_ways(intent: str) -> None:
    assert sum(row["intent"] == intent for row in _ASKED) >= 12


def test_reading_never_ends_in_a_proposal_and_a_change_only_in_its_own(no_cards: RequestContext) -> None:
    context = no_cards.model_copy(update={"shown": _SHOWN})
    plans = [as_plan(understand(row["request"], context)) for row in _ASKED]

    proposing = {
        plan.intent: {step.kind for step in plan.steps[1:]} for plan in plans if plan.intent in _READING
    }
    changing = [(plan.intent, plan.steps[-1]) for plan in plans if plan.intent in _SETS]

    assert all(not kinds & {"propose", "propose_set", "draft_reply"} for kinds in proposing.values())
    assert all(isinstance(last, ProposeSet) and last.action_kind == intent for intent, last in changing)


def test_a_summary_with_drafts_is_one_plan_that_reads_once(no_cards: RequestContext) -> None:
    plan = as_plan(understand("Summarize emails about Project X and draft responses", no_cards))

    search, read, tell, draft, propose = plan.steps
    assert isinstance(search, SearchMail)
    assert isinstance(read, ReadThreads)
    assert isinstance(tell, TellAbout)
    assert isinstance(draft, DraftReply)
    assert isinstance(propose, Propose)
    assert (plan.intent, search.topic_words, tell.form) == ("mail.draft.create", ("Project", "X"), "summary")
    assert (read.search_step, tell.source_step, draft.thread_step) == (search.id, read.id, read.id)
    assert (draft.instruction, propose.action_kind, propose.draft_step) == (
        None,
        "mail.draft.create",
        draft.id,
    )


@pytest.mark.parametrize(
    ("request_text", "shown", "says"),
    [
        ("Reply to the third mail saying ok", 3, "Ok."),
        ("answer number 1: we will be there", 1, "We will be there."),
        ("reply to the second one that we accept the quote", 2, "We accept the quote."),
    ],
)
def test_a_shown_mail_is_answered_by_its_number(
    request_text: str, shown: int, says: str, no_cards: RequestContext
) -> None:
    plan = as_plan(understand(request_text, no_cards.model_copy(update={"shown": _SHOWN})))

    assert (search_of(plan).shown, _people(plan), words_of(plan)) == ((shown,), {}, says)


@pytest.mark.parametrize(
    ("request_text", "answer", "numbers"),
    [
        ("archive it", "the second", (2,)),
        ("star it", "Choir", (3,)),
        ("Reply to it saying yes", "1", (1,)),
        ("delete the fifth one", "number 3", (3,)),
    ],
)
def test_an_open_number_is_asked_about_and_the_answer_counts(
    request_text: str, answer: str, numbers: tuple[int, ...], no_cards: RequestContext
) -> None:
    shown = no_cards.model_copy(update={"shown": _SHOWN})

    question = understand(request_text, shown)
    answered = shown.model_copy(update={"answers": (Answer(slot="mail", text=answer),)})
    plan = as_plan(understand(request_text, answered))

    assert isinstance(question, Clarification)
    assert (question.slot, question.options[0]) == ("mail", "1: Delivery window (Dana Reyes)")
    assert search_of(plan).shown == numbers


@pytest.mark.parametrize(
    ("request_text", "slot", "answer", "search"),
    [
        ("archive old mails", "mail", "older than 60 days", {"folder": "inbox", "received_to": "2026-09-20"}),
        ("delete all mails", "mail", "the promotions from last year", {"category": "promotions"}),
        ("archive mails from April", "meaning", "the day the mail came", {"received_from": "2026-04-01"}),
        ("archive mails from April", "meaning", "the name of the sender", {"folder": "inbox"}),
        (
            "delete mails about the party on Saturday",
            "meaning",
            "a part of what it is about",
            {"topic_words": ["party", "Saturday"]},
        ),
    ],
)
def test_unclear_mails_are_asked_about_and_the_answer_completes_the_plan(
    request_text: str, slot: str, answer: str, search: dict[str, Any], no_cards: RequestContext
) -> None:
    question = understand(request_text, no_cards)
    given = Answer.model_validate({"slot": slot, "text": answer})
    plan = as_plan(understand(request_text, no_cards.model_copy(update={"answers": (given,)})))

    assert isinstance(question, Clarification)
    assert question.slot == slot
    assert search.items() <= _said_of_search(plan).items()


def test_a_label_without_a_name_is_asked_for(no_cards: RequestContext) -> None:
    request = "Label the mails from Sofia"
    answered = no_cards.model_copy(update={"answers": (Answer(slot="label", text="“Choir”"),)})

    question, plan = understand(request, no_cards), as_plan(understand(request, answered))

    assert isinstance(question, Clarification)
    assert question.slot == "label"
    assert _found(plan)["label"] == "Choir"


@pytest.mark.parametrize(
    ("request_text", "answer", "is_plan"),
    [
        ("move the mails from Stripe to the Finance folder", "only the label", True),
        ("move the mails from Stripe to the Finance folder", "do nothing", False),
        ("archive the thread with Hanne", "only its newest mail", True),
        ("archive the thread with Hanne", "do nothing", False),
    ],
)
def test_nothing_is_silently_half_done(
    request_text: str, answer: str, is_plan: bool, no_cards: RequestContext
) -> None:
    answered = no_cards.model_copy(update={"answers": (Answer(slot="meaning", text=answer),)})

    assert isinstance(understand(request_text, no_cards), Clarification)
    assert isinstance(understand(request_text, answered), Plan) is is_plan


def test_delete_it_beside_an_open_card_deletes_nothing(context: RequestContext) -> None:
    with_card = context.model_copy(
        update={"shown": _SHOWN[:1], "open_cards": (OpenCard(approval_id="apr_1", title="Reply to Dana"),)}
    )

    assert isinstance(understand("delete it", with_card), CardReference)


def test_whose_mail_is_asked_when_only_a_pronoun_says(no_cards: RequestContext) -> None:
    request = "What did she say about the lease?"
    answered = no_cards.model_copy(update={"answers": (Answer(slot="person", text="Rosa"),)})

    assert isinstance(understand(request, no_cards), Clarification)
    assert _found(as_plan(understand(request, answered)))["person"] == "Rosa"


# Friday 20 November 2026; the Monday of that week is the 16th.
@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        ("older than 30 days", None, "2026-10-20"),
        ("older than a month", None, "2026-10-19"),
        ("older than two years", None, "2024-11-19"),
        ("newer than 7 days", "2026-11-13", "2026-11-20"),
        ("from the last two weeks", "2026-11-06", "2026-11-20"),
        ("in the past month", "2026-10-20", "2026-11-20"),
        ("since Monday", "2026-11-16", None),
        ("from Monday", "2026-11-16", "2026-11-16"),
        ("from last week", "2026-11-09", "2026-11-15"),
        ("this week", "2026-11-16", "2026-11-20"),
        ("in March", "2026-03-01", "2026-03-31"),
        ("in December", "2025-12-01", "2025-12-31"),
        ("from February 2024", "2024-02-01", "2024-02-29"),
        ("in 2025", "2025-01-01", "2025-12-31"),
        ("before March", None, "2026-02-28"),
        ("after 1 October", "2026-10-02", None),
        ("until 1 October", None, "2026-10-01"),
        ("between 1 and 15 October", "2026-10-01", "2026-10-15"),
        ("from 1 October to 3 November", "2026-10-01", "2026-11-03"),
        ("since the beginning of the year", "2026-01-01", None),
        ("received 3 days ago", "2026-11-17", "2026-11-17"),
        ("since October older than 2 weeks", "2026-10-01", "2026-11-05"),
    ],
)
def test_the_days_mail_came_are_worked_out(
    words: str, first: str | None, last: str | None, no_cards: RequestContext
) -> None:
    search = search_of(as_plan(understand(f"Archive the newsletters {words}", no_cards)))

    assert (search.received_from, search.received_to) == (first, last)


@pytest.mark.parametrize(
    "words", ["from 31 June", "since 02/03", "from next week", "since tomorrow", "of this morning"]
)
def test_days_that_are_unclear_or_lie_ahead_change_nothing(words: str, no_cards: RequestContext) -> None:
    assert not isinstance(understand(f"Delete the newsletters {words}", no_cards), Plan)
