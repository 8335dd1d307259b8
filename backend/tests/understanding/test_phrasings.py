"""People ask for a reply in many ways: each phrasing becomes the same kind of plan, each trap none."""

from __future__ import annotations

from typing import Any

import pytest

from countersign.understanding.context import RequestContext
from countersign.understanding.plan import CardReference, ChatConsent, Clarification, Unsupported
from countersign.understanding.request import understand
from tests.understanding.reading import as_plan, person_of, phrasings, search_of, words_of

_ANSWERS = {
    "consent": (ChatConsent, "verb"),
    "card": (CardReference, ""),
    "question": (Clarification, "slot"),
    "unsupported": (Unsupported, "asked"),
}


@pytest.mark.parametrize("row", phrasings("reply"), ids=lambda row: row["request"][:60])
def test_a_request_to_reply_becomes_a_plan_that_says_what_was_asked(
    row: dict[str, Any], context: RequestContext
) -> None:
    plan = as_plan(understand(row["request"], context))

    search = search_of(plan)
    assert (person_of(plan), list(search.topic_words), search.subject, words_of(plan)) == (
        row["person"],
        row.get("topic", []),
        row.get("subject"),
        row["says"],
    )
    assert [step.kind for step in plan.steps][-3:] == ["read_thread", "draft_reply", "propose"]


@pytest.mark.parametrize("row", phrasings("other"), ids=lambda row: row["request"][:60])
def test_anything_else_never_becomes_a_plan_and_says_why(
    row: dict[str, Any], context: RequestContext
) -> None:
    answer = understand(row["request"], context)

    kind, attribute = _ANSWERS[row["answer"]]
    assert isinstance(answer, kind), answer
    assert getattr(answer, attribute, "change") == row["about"]


def test_the_phrasing_file_is_as_wide_as_promised() -> None:
    replies, others = phrasings("reply"), phrasings("other")
    about_dana = [row for row in replies if "delivery on Wednesday" in row["says"] and "ana" in row["person"]]
    by_strangers = [row for row in replies if row["origin"] == "stranger"]

    assert (len(about_dana) >= 20, len(others) >= 40, 3 * len(by_strangers) >= len(replies)) == (
        True,
        True,
        True,
    )
    assert 2 * sum("dana" not in row["person"].lower() for row in replies) >= len(replies) - len(about_dana)
