"""What the email graph remembers between its steps: plain JSON, ids and short facts, no mail bodies."""

from __future__ import annotations

from typing import Annotated, Any, TypedDict

from countersign.understanding.plan import Plan, Understanding
from countersign.understanding.planned.steps import DraftReply, ResolvePerson, SearchMail
from countersign.workflows import ask, gate
from countersign.workflows.context import plan_from
from countersign.workflows.steps import merged


class EmailState(TypedDict):
    """The graph's channels; those of the gate and of asking are explained there.

    Attributes:
        plan: the plan as plain JSON, empty until it is made.
        zone: the person's time zone, IANA.
        accounts: `{id, email, type}` of the accounts to look in, the one to try first at the front.
        unread: one sentence for each account that was meant but could not be looked in, with what to do about it.
        person: `{name, email, why, provenance}` of whom the words mean, empty when the plan names nobody.
        people: those the words may mean, `{name, email}`, while the person is asked which.
        known: who was met in mail, `{email, name, written_to}`, for the marks on the card.
        mail: `{account_id, message_id, thread_id}` of the mail to answer.
        facts: what the writer may know of it: `{sender_name, sign_off_name, language}`.
        ending: the whole answer when the request cannot be carried further; empty otherwise.
    """

    said: Annotated[dict[str, str], merged]
    plan: dict[str, Any]
    zone: str
    accounts: list[dict[str, str]]
    unread: list[str]
    person: dict[str, str]
    people: list[dict[str, str]]
    known: list[dict[str, Any]]
    mail: dict[str, str]
    facts: dict[str, Any]
    ending: str
    outcome: str
    summary: str
    question: dict[str, Any]
    answers: list[dict[str, str]]
    answered_to: str
    proposed: dict[str, Any]
    revisions: dict[str, Any]
    actions: list[str]
    gate: str
    waits_for: str


def first_values(understood: Understanding) -> dict[str, Any]:
    """The graph's input: the plan when there is one, else `make_plan` asks for what is missing; the rest empty."""
    return {
        "said": {},
        "plan": understood.model_dump(mode="json") if isinstance(understood, Plan) else {},
        "zone": "UTC",
        "accounts": [],
        "person": {},
        "people": [],
        "known": [],
        "mail": {},
        "facts": {},
        "ending": "",
        "outcome": "",
        "summary": "",
        **ask.first_values(),
        **gate.first_values(),
    }


def plan_of(state: EmailState) -> Plan:
    """The plan in the graph's state."""
    return plan_from(state["plan"])


def person_step(plan: Plan) -> ResolvePerson | None:
    """The step that names the person, when the plan has one."""
    return next((step for step in plan.steps if isinstance(step, ResolvePerson)), None)


def search_step(plan: Plan) -> SearchMail:
    """The step that says which mail is meant."""
    return next(step for step in plan.steps if isinstance(step, SearchMail))


def draft_step(plan: Plan) -> DraftReply:
    """The step that says what to write."""
    return next(step for step in plan.steps if isinstance(step, DraftReply))
