"""What somebody who had not seen the grammar asked for: nearly all of it is understood, none of it wrongly."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from countersign.understanding.context import RequestContext
from countersign.understanding.plan import Plan
from countersign.understanding.planned.steps import ResolvePerson, SearchMail
from countersign.understanding.request import understand

ROWS: list[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parents[1] / "phrasings" / "outsider.toml").read_text()
)["request"]
READING = frozenset(
    {"mail.list", "mail.said", "mail.summary", "mail.unanswered", "mail.contacts", "mail.action_items"}
)


def test_nothing_is_proposed_that_was_not_asked_for(context: RequestContext) -> None:
    wrong = {
        row["text"]: plan.intent
        for row in ROWS
        if (plan := understand(row["text"], context))
        and isinstance(plan, Plan)
        and plan.intent != row["intent"]
        and plan.intent not in READING
    }

    assert wrong == {}


def test_nearly_everything_is_understood(context: RequestContext) -> None:
    missed = [row["text"] for row in ROWS if not is_right(row, context)]

    assert len(missed) <= len(ROWS) * 0.05, missed


def is_right(row: dict[str, Any], context: RequestContext) -> bool:
    plan = understand(row["text"], context)
    if row["intent"] == "none":
        return not isinstance(plan, Plan)
    if not isinstance(plan, Plan) or plan.intent != row["intent"]:
        return False
    people = {step.query.casefold() for step in plan.steps if isinstance(step, ResolvePerson)}
    words = {
        word.casefold() for step in plan.steps if isinstance(step, SearchMail) for word in words_of(step)
    }
    person, topic = row.get("person", "").casefold(), row.get("topic", "").casefold()
    return (not person or person in people) and set(topic.split()) <= words


def words_of(step: SearchMail) -> list[str]:
    """What the search looks for, word by word."""
    return " ".join([*step.topic_words, step.subject or ""]).split()
