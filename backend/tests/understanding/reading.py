"""Ways to look into a plan, for the understanding tests. Must not hide a missing step: each look fails loudly."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from countersign.understanding.plan import Plan, Understanding
from countersign.understanding.planned.steps import DraftReply, ResolvePerson, SearchMail
from countersign.understanding.writing import ThreadFacts, compose_reply

_PHRASINGS = Path(__file__).parent.parent / "phrasings"


def phrasings(table: str, file: str = "reply") -> list[dict[str, Any]]:
    """The rows of one table of a phrasing file."""
    rows: list[dict[str, Any]] = tomllib.loads((_PHRASINGS / f"{file}.toml").read_text("utf-8"))[table]
    return rows


def as_plan(answer: Understanding) -> Plan:
    """The answer, which must be a plan."""
    assert isinstance(answer, Plan), answer
    return answer


def search_of(plan: Plan) -> SearchMail:
    """The plan's search step."""
    return next(step for step in plan.steps if isinstance(step, SearchMail))


def draft_of(plan: Plan) -> DraftReply:
    """The plan's writing step."""
    return next(step for step in plan.steps if isinstance(step, DraftReply))


def person_of(plan: Plan) -> str:
    """The words the plan looks a person up by; "" when it looks up none."""
    return next((step.query for step in plan.steps if isinstance(step, ResolvePerson)), "")


def words_of(plan: Plan) -> str:
    """What the reply will say, without the greeting."""
    return compose_reply(draft_of(plan).instruction, ThreadFacts()).body_text.partition("\n\n")[2]
