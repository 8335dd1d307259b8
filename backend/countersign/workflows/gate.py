"""The gate every proposing workflow passes: rows decide, the interrupt only wakes.

The loop is preview -> wait -> settle -> (revise -> preview | wait | leave); when a retry finds every proposal already
done it leaves without waiting. It never executes anything, trusts nothing of a resume payload, and leaves ids of cards
in the checkpoint, no payload.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Literal, Protocol, TypedDict
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from countersign.actions.types import ProposedAction
from countersign.approvals import gate as approvals
from countersign.approvals.gate import OpenAction, Revision
from countersign.approvals.reading import actions_of_run
from countersign.conversations.messages import add_notice
from countersign.errors import ConflictError, CountersignError
from countersign.kit.ids import to_public
from countersign.workflows.context import RunContext
from countersign.workflows.engine import Runtime, StateGraph, interrupt
from countersign.workflows.steps import Step, Values, fixed

PREVIEW, WAIT, SETTLE, REVISE = "gate.preview", "gate.wait", "gate.settle", "gate.revise"


def _waiting(values: Values) -> str:
    return str(values.get("waits_for", ""))


STEPS = (
    Step(PREVIEW, "Show what would be done", "gate", fixed("Putting it on a card for you.")),
    Step(WAIT, "Your decision", "gate", _waiting),
    Step(SETTLE, "Look at your decisions", "gate", fixed("Looking at what you decided.")),
    Step(REVISE, "Make the change you asked for", "gate", fixed("Making the change you asked for.")),
    Step("execute", "Do what you approved", "execute", fixed("Doing what you approved.")),
)
EDGES = (
    (PREVIEW, WAIT),
    (WAIT, SETTLE),
    (SETTLE, REVISE),
    (REVISE, PREVIEW),
    (SETTLE, WAIT),
    (WAIT, "execute"),
    ("execute", SETTLE),
)

Next = Literal["revise", "wait", "leave"]

SENDING = frozenset({"mail.send", "mail.reply", "mail.reply_all", "mail.forward"})
_TITLES = 5
"""So many cards are named in the conversation; the rest is counted."""


class GateState(TypedDict):
    """The channels the gate works on; every proposing workflow has them.

    Attributes:
        proposed: proposals as plain JSON by plan step, empty once they are rows.
        revisions: by action id, `{decision_id, next_version, payload, facts}` or `{..., reason}`; empty once applied.
        actions: public approval ids of this run's cards.
        unread: sentences on what could not be looked at; they are said with the cards.
        notes: sentences on what was not proposed and why; they are said with the cards.
        waits_for: one sentence on what the open cards wait for.
    """

    proposed: dict[str, Any]
    revisions: dict[str, Any]
    actions: list[str]
    unread: list[str]
    notes: list[str]
    gate: str
    waits_for: str


class CannotReviseError(ConflictError):
    """The change cannot be made without a model; the card keeps its text and shows the reason."""

    code = "cannot_revise"
    action = "Edit the card yourself, or ask for the change in other words."


class Reviser(Protocol):
    """How a workflow makes the next version of one of its actions."""

    async def __call__(self, context: RunContext, action_id: UUID, wanted: Revision) -> dict[str, Any]:
        """`{payload, facts}` of the next version. Reads only.

        Raises:
            CountersignError: it cannot be done; the words go on the card, which stays as it is.
        """
        ...


def add_gate(graph: StateGraph[Any, RunContext, Any, Any], revise: Reviser, *, leave_to: str) -> None:
    """Add the gate's nodes and edges; the workflow leads to `gate.preview` and goes on at `leave_to`."""
    graph.add_node(PREVIEW, preview)
    graph.add_node(WAIT, wait)
    graph.add_node(SETTLE, settle)
    graph.add_node(REVISE, _revising(revise))
    graph.add_conditional_edges(PREVIEW, next_of, {"wait": WAIT, "leave": leave_to})
    graph.add_edge(WAIT, SETTLE)
    graph.add_conditional_edges(SETTLE, next_of, {"revise": REVISE, "wait": WAIT, "leave": leave_to})
    graph.add_edge(REVISE, PREVIEW)


def first_values() -> dict[str, Any]:
    """The gate's channels before anything is proposed."""
    return {
        "proposed": {},
        "revisions": {},
        "actions": [],
        "unread": [],
        "notes": [],
        "gate": "",
        "waits_for": "",
    }


async def preview(state: GateState, runtime: Runtime[RunContext]) -> dict[str, Any]:
    """Open the cards of what is proposed, saying so, and put revisions on theirs, in one transaction; repeatable."""
    context = runtime.context
    proposals = [_proposal(item) for item in state["proposed"].values()]
    async with context.writing() as session:
        cards = await approvals.open(session, context.services, proposals) if proposals else []
        for action_id in sorted(state["revisions"]):
            await _apply(session, context, UUID(action_id), state["revisions"][action_id])
        still_open = await approvals.open_of_run(session, context.run_id)
        if cards:
            await _say_what_waits(session, context, state["unread"], state["notes"])
    ids = list(dict.fromkeys([*state["actions"], *(str(card) for card in cards)]))
    n_changed = len(state["revisions"])
    said = f"{_cards(n_changed)} changed." if n_changed else f"{_cards(len(still_open))} waiting for you."
    emptied = {"proposed": {}, "revisions": {}, "actions": ids, "waits_for": _waits_for(still_open)}
    return {**emptied, "gate": "wait" if still_open else "leave", "said": {PREVIEW: said}}


def wait(state: GateState) -> dict[str, Any]:
    """Wait to be woken. What the wake carries is not looked at."""
    interrupt({"says": state["waits_for"]})
    return {"said": {WAIT: "You decided, or something changed."}}


async def settle(state: GateState, runtime: Runtime[RunContext]) -> dict[str, Any]:
    """Read the rows and say where to go: revise what was sent back, wait for what is open, or leave."""
    context = runtime.context
    async with context.reading() as session:
        still_open = await approvals.open_of_run(session, context.run_id)
    wanted = [action for action in still_open if _wants_revision(action)]
    if wanted:
        return {
            "gate": "revise",
            "said": {SETTLE: f"You asked for changes on {_cards(len(wanted)).lower()}."},
        }
    if still_open:
        said = f"{_cards(len(still_open))} still open."
        return {"gate": "wait", "waits_for": _waits_for(still_open), "said": {SETTLE: said}}
    return {"gate": "leave", "said": {SETTLE: "Every card is closed."}}


def next_of(state: GateState) -> Next:
    """Where the last node said to go."""
    gate = state["gate"]
    return "revise" if gate == "revise" else "wait" if gate == "wait" else "leave"


def as_state(proposed: ProposedAction) -> dict[str, Any]:
    """A proposal as the plain JSON a checkpoint may hold."""
    plain = asdict(proposed)
    plain.update(
        run_id=str(proposed.run_id),
        account_id=str(proposed.account_id),
        depends_on=[str(action) for action in proposed.depends_on],
    )
    return plain


def _proposal(item: dict[str, Any]) -> ProposedAction:
    return ProposedAction(
        **{
            **item,
            "run_id": UUID(item["run_id"]),
            "account_id": UUID(item["account_id"]),
            "depends_on": tuple(UUID(action) for action in item["depends_on"]),
        }
    )


class _Node(Protocol):
    async def __call__(self, state: GateState, runtime: Runtime[RunContext]) -> dict[str, Any]: ...


def _revising(revise: Reviser) -> _Node:
    async def revise_wanted(state: GateState, runtime: Runtime[RunContext]) -> dict[str, Any]:
        """Make the next version of each action that was sent back; rows change only in `preview`."""
        del state  # the rows say what is wanted
        context = runtime.context
        revisions: dict[str, Any] = {}
        async with context.reading() as session:
            wanted = [
                (action.action_id, found)
                for action in await approvals.open_of_run(session, context.run_id)
                if _wants_revision(action)
                and (found := await approvals.revision_wanted(session, context.services, action.action_id))
            ]
        for action_id, revision in wanted:
            revisions[str(action_id)] = await _made(revise, context, action_id, revision)
        n_failed = sum("reason" in made for made in revisions.values())
        said = f"Changed the text of {_cards(len(revisions) - n_failed).lower()}."
        if n_failed:
            said = f"{_cards(n_failed)} could not be changed as asked; the reason is on it."
        return {"revisions": revisions, "said": {REVISE: said}}

    return revise_wanted


async def _made(revise: Reviser, context: RunContext, action_id: UUID, wanted: Revision) -> dict[str, Any]:
    answers = {
        "decision_id": str(wanted.decision_id) if wanted.decision_id else None,
        "next_version": wanted.next_version,
    }
    try:
        return {**answers, **await revise(context, action_id, wanted)}
    except CountersignError as exc:
        return {**answers, "reason": exc.message}


async def _apply(session: AsyncSession, context: RunContext, action_id: UUID, made: dict[str, Any]) -> None:
    decision_id = UUID(made["decision_id"]) if made["decision_id"] else None
    revision = Revision(None, {}, {}, decision_id, made["next_version"])
    if "reason" in made:
        await approvals.revision_failed(session, context.services, action_id, revision, made["reason"])
    else:
        await approvals.revise(session, context.services, action_id, revision, made["payload"], made["facts"])


async def _say_what_waits(
    session: AsyncSession, context: RunContext, unread: list[str], notes: list[str]
) -> None:
    results = await actions_of_run(session, context.run_id)
    waiting = [result for result in results if result.state == "proposed"]
    if not waiting:
        return
    titles = ", ".join(f"“{result.title}”" for result in waiting[:_TITLES])
    more = f" and {len(waiting) - _TITLES} more" if len(waiting) > _TITLES else ""
    verb = "is" if len(waiting) == 1 else "are"
    done = "sent" if all(result.kind in SENDING for result in waiting) else "changed"
    lead = f"{_cards(len(waiting))} {verb} waiting: {titles}{more}. Nothing is {done} before you approve it."
    said = [lead, *notes]
    if unread:
        said.append(f"Not everything could be read: {' '.join(unread)}")
    citations = [
        {"id": to_public("apr", one.approval_id), "kind": "approval", "account_id": None, "title": one.title}
        for one in waiting
    ]
    about = ("waiting", str(context.attempt))
    await add_notice(
        session, context.conversation_id, context.run_id, "\n".join(said), citations, about=about
    )


def _wants_revision(action: OpenAction) -> bool:
    return action.revision_decision_id is not None or action.reopen_wanted


def _waits_for(still_open: list[OpenAction]) -> str:
    undecided = [action for action in still_open if action.state in {"proposed", "expired"}]
    if undecided:
        return f"Waiting for your decision on {_cards(len(undecided)).lower()}."
    n = len(still_open)
    goes = "it goes out when its time for undo is over" if n == 1 else "each goes out when its undo is over"
    return f"You approved {_cards(n).lower()}; {goes}."


def _cards(n: int) -> str:
    return "One card" if n == 1 else f"{n or 'No'} card{'s' if n else ''}"
