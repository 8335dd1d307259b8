"""People ask for mails to be written in many ways: each phrasing becomes its plan, and what is no such wish none."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from countersign.understanding.context import Answer, RequestContext, ShownMail, UploadedFile
from countersign.understanding.plan import CardReference, ChatConsent, Clarification, Plan, Unsupported
from countersign.understanding.planned.steps import (
    AttachmentWanted,
    DraftForward,
    DraftMail,
    DraftReply,
    Propose,
    ResolvePerson,
    SearchMail,
)
from countersign.understanding.request import understand
from countersign.understanding.writing import said_in
from tests.understanding.reading import as_plan, phrasings

_ROWS, _OTHERS = phrasings("message", "messages"), phrasings("other", "messages")


@pytest.fixture
def with_file(context: RequestContext) -> RequestContext:
    """The shared context with one uploaded file."""
    return context.model_copy(update={"files": (UploadedFile(id="att_1", name="offer.pdf"),)})


def test_each_request_to_write_becomes_the_plan_that_says_what_was_asked(with_file: RequestContext) -> None:
    told = {row["request"]: told_of(row["request"], with_file) for row in _ROWS}

    wanted = {
        row["request"]: {name: value for name, value in row.items() if name not in {"request", "origin"}}
        for row in _ROWS
    }
    assert told == wanted


def test_what_is_no_wish_for_a_mail_never_becomes_a_plan(context: RequestContext) -> None:
    answers = {row["request"]: answer_to(row["request"], context) for row in _OTHERS}

    assert answers == {row["request"]: (row["answer"], row["about"]) for row in _OTHERS}


@pytest.mark.parametrize(
    "words",
    [
        "draft",
        "don't send it",
        "save it as a draft",
        "without sending it",
        "keep it as a draft",
        "as a draft",
    ],
)
@pytest.mark.parametrize(
    "wish",
    [
        "Email Kim saying the roof is done, {}",
        "Reply to Kim saying ok and {}",
        "{}: reply to all on Kim's mail saying ok",
    ],
)
def test_what_is_called_a_draft_is_never_proposed_for_sending(
    wish: str, words: str, context: RequestContext
) -> None:
    answer = understand(wish.format(words), context)

    assert not isinstance(answer, Plan) or answer.intent == "mail.draft.create"


@pytest.mark.parametrize(
    "wish",
    ["archive it", "delete Tom's mails", "summarize the thread", "label the thread Work", "unsubscribe me"],
)
def test_a_second_wish_behind_any_phrasing_is_never_dropped_and_never_written(
    wish: str, with_file: RequestContext
) -> None:
    plain = [row["request"] for row in _ROWS if not set(row["request"]) & set('":\n”—')]

    planned = [
        request
        for request in plain
        if isinstance(understand(f"{request.rstrip(' .?!')} and {wish}", with_file), Plan)
    ]
    assert planned == []


def test_the_phrasing_file_is_as_wide_as_promised() -> None:
    per_intent = Counter(row["intent"] for row in _ROWS)
    with_files = sum("files" in row for row in _ROWS)
    demo_world = ("dana", "sarah", "marcus", "priya", "greta", "tom ", "nadia", "lena", "ralph")
    elsewhere = sum(not any(name in row["request"].lower() for name in demo_world) for row in _ROWS)

    kinds = ("mail.send", "mail.reply_all", "mail.forward", "mail.draft.create")
    assert min(*(per_intent[kind] for kind in kinds), with_files) >= 12
    assert (len(_OTHERS) >= 40, 2 * elsewhere >= len(_ROWS)) == (True, True)


def told_of(request: str, context: RequestContext) -> dict[str, Any]:
    """What the plan of the request holds, without what is empty; its proposal must be of the plan's own kind."""
    plan = as_plan(understand(request, context))
    assert [step.action_kind for step in plan.steps if isinstance(step, Propose)] == [plan.intent]
    return {name: value for name, value in told_by(plan).items() if value}


def answer_to(request: str, context: RequestContext) -> tuple[str, str]:
    """Which answer the request gets, and what it is about."""
    match understand(request, context):
        case ChatConsent(verb=verb):
            return "consent", verb
        case CardReference():
            return "card", "change"
        case Clarification(slot=slot):
            return "question", slot
        case Unsupported(asked=asked):
            return "unsupported", asked
        case plan:
            return "plan", plan.intent


def told_by(plan: Plan) -> dict[str, Any]:
    """Everything the plan holds of the request, in the words of the phrasing file."""
    people = {step.id: step.query for step in plan.steps if isinstance(step, ResolvePerson)}
    searches = {step.id: step for step in plan.steps if isinstance(step, SearchMail)}
    draft = next(step for step in plan.steps if isinstance(step, DraftMail | DraftReply | DraftForward))
    told: dict[str, Any] = {"intent": plan.intent}
    if isinstance(draft, DraftMail):
        told["to"] = [people[step] for step in draft.to_steps]
        told["cc"] = [people[step] for step in draft.cc_steps]
        told["bcc"] = [people[step] for step in draft.bcc_steps]
        told |= {"subject": draft.subject, "says": said_in(draft.instruction)}
    else:
        found = next(iter(searches.values()))
        told |= {"mail_of": people.get(found.person_step or ""), "topic": list(found.topic_words)}
        told |= {"mail_subject": found.subject, "unread": found.unread_only}
    if isinstance(draft, DraftForward):
        told["to"] = [people[step] for step in draft.to_steps]
        told["says"] = said_in(draft.note) if draft.note else ""
    if isinstance(draft, DraftReply):
        told["to_all"] = draft.to_all
        told["says"] = said_in(draft.instruction) if draft.instruction else ""
    if not isinstance(draft, DraftForward):
        told["files"] = [_file(file, searches, people) for file in draft.attachments]
    return told


def _file(file: AttachmentWanted, searches: dict[str, SearchMail], people: dict[str, str]) -> str:
    """`upload: offer` or `Sarah's mail: invoice`."""
    if file.search_step is None:
        return f"upload: {file.words}".strip()
    search = searches[file.search_step]
    assert search.has_attachment
    return f"{people.get(search.person_step or '', '')}'s mail: {file.words}".strip()


def answered(context: RequestContext, slot: str, text: str) -> RequestContext:
    return context.model_copy(update={"answers": (Answer.model_validate({"slot": slot, "text": text}),)})


@pytest.mark.parametrize(
    ("request_text", "slot", "answer", "holds"),
    [
        ("Send an email saying we moved", "person", "Bob and Eva", {"to": ["Bob", "Eva"]}),
        ("Email Bob", "body", "we moved", {"says": "We moved."}),
        ("Email Bob and Eva", "body", "tell them that they are late", {"says": "You are late."}),
        ("Forward Kim's mail", "person", "to Bob", {"to": ["Bob"], "mail_of": "Kim"}),
        ("Forward it to Bob", "mail", "Kim", {"to": ["Bob"], "mail_of": "Kim"}),
        (
            "Email Bob saying here it is and attach the invoice",
            "file",
            "it is in Kim's last mail",
            {"files": ["Kim's mail: invoice"]},
        ),
        ("Reply all saying ok", "person", "Kim", {"mail_of": "Kim", "to_all": True}),
        ("Email Bob from my holiday account saying ok", "account", "personal", {"says": "Ok."}),
    ],
)
def test_the_missing_fact_is_asked_for_and_its_answer_completes_the_plan(
    request_text: str, slot: str, answer: str, holds: dict[str, Any], context: RequestContext
) -> None:
    question = understand(request_text, context)
    told = told_by(as_plan(understand(request_text, answered(context, slot, answer))))

    assert isinstance(question, Clarification)
    assert question.slot == slot
    assert {name: told[name] for name in holds} == holds


def test_a_mail_of_the_last_answer_is_forwarded_by_its_number(context: RequestContext) -> None:
    shown = tuple(ShownMail(number=number, sender="Kim", subject="Roof") for number in (1, 2))

    plan = as_plan(understand("Forward the second one to Bob", context.model_copy(update={"shown": shown})))

    search = next(step for step in plan.steps if isinstance(step, SearchMail))
    assert search.shown == (2,)


def test_words_that_may_be_a_second_request_are_asked_about_in_a_new_mail_too(
    context: RequestContext,
) -> None:
    request = "Email Bob that we will read it and forward it to the team"

    question = understand(request, context)
    plan = as_plan(understand(request, answered(context, "meaning", "in the mail")))

    assert isinstance(question, Clarification)
    assert told_by(plan)["says"] == "We will read it and forward it to the team."


def test_a_file_that_was_not_uploaded_is_asked_for(context: RequestContext) -> None:
    question = understand("Email Bob saying here it is and attach the file I uploaded", context)

    assert isinstance(question, Clarification)
    assert question.slot == "file"


def test_one_of_several_uploaded_files_is_chosen_by_its_name_only(context: RequestContext) -> None:
    files = tuple(UploadedFile(id=f"att_{name}", name=f"{name}.pdf") for name in ("offer", "plan"))
    two = context.model_copy(update={"files": files})

    named = told_by(as_plan(understand("Email Bob saying hi and attach the plan", two)))
    unclear = understand("Email Bob saying hi and attach the file I uploaded", two)
    every = told_by(as_plan(understand("Email Bob saying hi and attach the files I uploaded", two)))

    assert named["files"] == ["upload: plan"]
    assert isinstance(unclear, Clarification)
    assert unclear.options == ("offer.pdf", "plan.pdf")
    assert every["files"] == ["upload: files"] * 2


def test_my_own_account_is_known_by_its_address(context: RequestContext) -> None:
    plan = as_plan(understand("Forward Kim's last mail to my personal address", context))

    assert told_by(plan)["to"] == ["sam@home.example"]


def test_several_readers_are_you(context: RequestContext) -> None:
    plan = as_plan(understand("Email Bob and Eva that they can come at ten", context))

    assert told_by(plan)["says"] == "You can come at ten."
