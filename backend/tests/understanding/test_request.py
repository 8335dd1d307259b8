"""What a request asks for besides its words: who, which account, which day, and answers given to one question."""

from __future__ import annotations

import pytest

from countersign.understanding.context import Answer, OpenCard, RequestContext
from countersign.understanding.plan import CardReference, ChatConsent, Clarification, Unsupported
from countersign.understanding.request import understand
from tests.understanding.reading import as_plan, draft_of, person_of, search_of, words_of


def answered(context: RequestContext, slot: str, text: str) -> RequestContext:
    return context.model_copy(update={"answers": (Answer.model_validate({"slot": slot, "text": text}),)})


def test_steps_need_each_other_in_order_and_say_what_they_do(context: RequestContext) -> None:
    plan = as_plan(understand("Reply to the last mail from Dana saying we can take delivery", context))

    assert [(step.id, step.kind, step.needs) for step in plan.steps] == [
        ("s1", "resolve_person", ()),
        ("s2", "search_mail", ("s1",)),
        ("s3", "read_thread", ("s2",)),
        ("s4", "draft_reply", ("s3",)),
        ("s5", "propose", ("s4",)),
    ]
    assert plan.steps[1].label == "Look for the last mail from Dana"


def test_without_a_name_the_search_goes_by_topic_alone(context: RequestContext) -> None:
    plan = as_plan(understand("Reply to the mail about the delivery window saying ok", context))

    assert (person_of(plan), search_of(plan).person_step, search_of(plan).topic_words) == (
        "",
        None,
        ("delivery", "window"),
    )


def test_every_account_is_searched_the_default_first(context: RequestContext) -> None:
    plan = as_plan(understand("Reply to Dana saying ok", context))

    assert search_of(plan).account_ids == ("acc_1", "acc_2")


def test_a_named_account_stands_alone(context: RequestContext) -> None:
    plan = as_plan(understand("Reply to Dana from my personal account saying ok", context))

    assert search_of(plan).account_ids == ("acc_2",)


def test_an_unknown_account_is_asked_about_and_the_answer_is_used(context: RequestContext) -> None:
    request = "Reply to Dana from my holiday account saying ok"

    question = understand(request, context)
    plan = as_plan(understand(request, answered(context, "account", "sam@home.example")))

    assert isinstance(question, Clarification)
    assert question.options == ("sam@home.example", "sam@work.example")
    assert search_of(plan).account_ids == ("acc_2",)


def test_a_mail_from_monday_is_looked_for_on_that_day(context: RequestContext) -> None:
    search = search_of(as_plan(understand("Reply to Dana's mail from Monday saying ok", context)))

    # The Monday before Friday 20 November 2026.
    assert (search.received_from, search.received_to) == ("2026-11-16", "2026-11-16")


def test_the_missing_name_is_asked_for_once_and_the_answer_completes_the_plan(
    context: RequestContext,
) -> None:
    request = "Reply to her last mail saying we can take delivery"

    question = understand(request, context)
    plan = as_plan(understand(request, answered(context, "person", "It's Dana's mail")))

    assert isinstance(question, Clarification)
    assert (question.slot, question.question) == ("person", "Whose mail should I reply to?")
    assert person_of(plan) == "Dana"


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ("we can take delivery on Wednesday", "We can take delivery on Wednesday."),
        ("say that we can take delivery", "We can take delivery."),
        ("tell her that she is right", "You are right."),
        ('"as it stands"', "as it stands"),
    ],
)
def test_the_missing_words_are_asked_for_and_the_answer_is_what_is_said(
    answer: str, says: str, context: RequestContext
) -> None:
    plan = as_plan(understand("Reply to Dana's last mail", answered(context, "body", answer)))

    assert words_of(plan) == says


@pytest.mark.parametrize(
    ("answer", "says"), [("Dana", "You can deliver."), ("somebody else", "They can deliver.")]
)
def test_an_unclear_pronoun_is_asked_about(answer: str, says: str, context: RequestContext) -> None:
    request = "Reply to Dana saying they can deliver"

    question = understand(request, context)
    plan = as_plan(understand(request, answered(context, "pronoun", answer)))

    assert isinstance(question, Clarification)
    assert question.question == "Does “they” mean Dana, or somebody else?"
    assert words_of(plan) == says


def test_words_that_may_be_a_second_request_are_asked_about(context: RequestContext) -> None:
    request = "Reply to Dana that we will read it and forward it to the team"

    question = understand(request, context)
    inside = as_plan(understand(request, answered(context, "meaning", "in the reply")))
    second = understand(request, answered(context, "meaning", "a second thing to do"))

    assert isinstance(question, Clarification)
    assert words_of(inside) == "We will read it and forward it to the team."
    assert isinstance(second, Unsupported)
    assert second.asked == "two_requests"


def test_a_chat_yes_decides_nothing_and_points_at_the_card(context: RequestContext) -> None:
    answer = understand("Yes, send it!", context)

    assert isinstance(answer, ChatConsent)
    assert answer.approval_ids == ("apr_1",)
    assert answer.message == (
        "A message in the chat approves nothing; decide on the card “Reply to Dana Reyes”. Nothing was done."
    )


def test_a_chat_yes_without_a_card_says_so(context: RequestContext) -> None:
    answer = understand("yes", context.model_copy(update={"open_cards": ()}))

    assert isinstance(answer, ChatConsent)
    assert (
        answer.message == "A message in the chat approves nothing, and no card is waiting. Nothing was done."
    )


def test_words_about_a_card_name_the_one_they_mean(context: RequestContext) -> None:
    cards = (*context.open_cards, OpenCard(approval_id="apr_2", title="Reply to Ralph Weber"))
    two = context.model_copy(update={"open_cards": cards})

    clear = understand("make it shorter for Ralph", two)
    unclear = understand("make it shorter", two)

    assert isinstance(clear, CardReference)
    assert clear.approval_ids == ("apr_2",)
    assert isinstance(unclear, CardReference)
    assert unclear.approval_ids == ("apr_1", "apr_2")


def test_words_about_a_card_when_none_is_open_are_not_guessed_at(context: RequestContext) -> None:
    answer = understand("make it shorter", context.model_copy(update={"open_cards": ()}))

    assert isinstance(answer, Unsupported)
    assert answer.asked == "card"


def test_words_in_another_language_are_kept_and_never_translated(context: RequestContext) -> None:
    kept = as_plan(understand("Reply to Lena saying wir können am Mittwoch liefern", context))
    translated = understand("Reply to Lena in German saying we can deliver", context)

    assert draft_of(kept).instruction.parts[0].text == "wir können am Mittwoch liefern"
    assert isinstance(translated, Unsupported)
    assert translated.asked == "translate"


def test_a_request_too_long_to_be_one_is_refused(context: RequestContext) -> None:
    answer = understand("Reply to Dana saying " + "ok " * 10_000, context)

    assert isinstance(answer, Unsupported)
    assert answer.asked == "too_long"


@pytest.mark.parametrize(
    ("request_text", "asked"),
    [
        ("Book me a table for two", "unknown"),
        ("Cancel my order at the shop", "unknown"),
        ("Book a meeting with Dana on Wednesday", "event"),
        ("Accept the invitation from Dana", "event"),
    ],
)
def test_a_calendar_is_only_spoken_of_when_the_words_name_one(
    request_text: str, asked: str, context: RequestContext
) -> None:
    answer = understand(request_text, context)

    assert isinstance(answer, Unsupported)
    assert answer.asked == asked
    assert ("calendar" in answer.message) == (asked == "event")
    assert "yet" in answer.message
