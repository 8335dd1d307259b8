"""What the email graph remembers between its steps: plain JSON, ids and short facts, no mail bodies.

What a plan step found is kept under that step's id, so that one graph runs every plan.
"""

from __future__ import annotations

from typing import Annotated, Any, TypedDict, TypeVar

from countersign.understanding.plan import Plan, Understanding
from countersign.understanding.planned.steps import (
    DraftForward,
    DraftMail,
    DraftReply,
    Propose,
    ProposeSet,
    SearchMail,
)
from countersign.workflows import ask, gate
from countersign.workflows.context import plan_from
from countersign.workflows.steps import merged

T = TypeVar("T")


class EmailState(TypedDict):
    """The graph's channels; those of the gate and of asking are explained there.

    Attributes:
        plan: the plan as plain JSON, empty until it is made.
        zone: the person's time zone, IANA.
        user_name: what the person is called, possibly empty.
        accounts: `{id, email, type}` of the accounts to look in, the one to try first at the front.
        unread: one sentence for each account that was meant but could not be looked in, with what to do about it.
        missing: the same for who reads no sentences, `{service, account_id, code, text, retry_helps}`.
        people: by `resolve_person` step, `{name, email, why, provenance}` of whom the words mean.
        choices: those the words of one step may mean, `{name, email}`, while the person is asked which.
        known: who was met in mail, `{email, name, written_to}`, for the marks on the card.
        found: by `search_mail` step, `{mails: [{account_id, message_id, thread_id}], total, has_more}`, newest first.
        read: by `read_thread` or `read_threads` step,
            `{conversations, n_messages, n_conversations, left, has_older}`: those kept, newest first, how much was read
            for them, how many more conversations were found, and whether older mail was not looked at. Each is
            `{account_id, thread_id, message_id, facts, is_answerable}`: the mail an answer would go to, what the writer
            may know of it, and whether anybody reads answers there.
        ending: the whole answer when the request cannot be carried further; empty otherwise.
    """

    said: Annotated[dict[str, str], merged]
    plan: dict[str, Any]
    zone: str
    user_name: str
    accounts: list[dict[str, str]]
    unread: list[str]
    missing: list[dict[str, Any]]
    people: dict[str, dict[str, str]]
    choices: list[dict[str, str]]
    known: list[dict[str, Any]]
    found: dict[str, dict[str, Any]]
    read: dict[str, dict[str, Any]]
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
    notes: list[str]


def first_values(understood: Understanding) -> dict[str, Any]:
    """The graph's input: the plan when there is one, else `make_plan` asks for what is missing; the rest empty."""
    return {
        "said": {},
        "plan": understood.model_dump(mode="json") if isinstance(understood, Plan) else {},
        "zone": "UTC",
        "user_name": "",
        "accounts": [],
        "missing": [],
        "people": {},
        "choices": [],
        "known": [],
        "found": {},
        "read": {},
        "ending": "",
        "outcome": "",
        "summary": "",
        **ask.first_values(),
        **gate.first_values(),
    }


def plan_of(state: EmailState) -> Plan:
    """The plan in the graph's state."""
    return plan_from(state["plan"])


def steps_of(plan: Plan, *kinds: type[T]) -> list[T]:
    """The plan's steps of these kinds, in their order."""
    return [step for step in plan.steps if isinstance(step, kinds)]


def search_step(plan: Plan, step_id: str) -> SearchMail:
    """The search step of that id."""
    return next(step for step in steps_of(plan, SearchMail) if step.id == step_id)


def changes_something(plan: Plan) -> bool:
    """Whether the request asks for a change; else it only reads and its answer is all there is."""
    changing: list[Propose | ProposeSet] = steps_of(plan, Propose, ProposeSet)
    return bool(changing)


def consequence(plan: Plan) -> str:
    """What not finding something means for this request: `, so I wrote no reply`; empty when it only reads."""
    if steps_of(plan, DraftReply):
        return ", so I wrote no reply"
    if steps_of(plan, DraftMail, DraftForward):
        return ", so I wrote no mail"
    return ", so there is nothing to change" if steps_of(plan, ProposeSet) else ""
