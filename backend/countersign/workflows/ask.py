"""Asking the person one thing, in the gate's shape: put -> wait -> settle -> (wait | back to who asked).

The answer is a row; the interrupt only wakes. It interprets no answer.
"""

from __future__ import annotations

import json
from typing import Any, TypedDict

from sqlalchemy import text

from countersign.conversations.messages import add_notice
from countersign.events import log as events
from countersign.kit.ids import derived_id, to_public
from countersign.workflows.context import RunContext
from countersign.workflows.engine import Runtime, StateGraph, interrupt
from countersign.workflows.steps import Step, fixed

PUT, WAIT, SETTLE = "ask.put", "ask.wait", "ask.settle"
STEPS = (
    Step(PUT, "Ask you", "ask", fixed("There is one thing to ask.")),
    Step(WAIT, "Your answer", "ask", fixed("Waiting for your answer.")),
    Step(SETTLE, "Read your answer", "ask", fixed("Reading your answer.")),
)
EDGES = ((PUT, WAIT), (WAIT, SETTLE), (SETTLE, WAIT))

_STORE = text("""
    UPDATE runs SET question = CAST(:question AS jsonb)
    WHERE id = :run_id AND question ->> 'id' IS DISTINCT FROM :question_id RETURNING id
""")
_ANSWER = text(
    "SELECT question ->> 'answer' FROM runs WHERE id = :run_id AND question ->> 'id' = :question_id"
)


class AskState(TypedDict):
    """The channels of asking.

    Attributes:
        question: `{slot, text, options, back}` while something is asked, else empty; `back` is the node that asked.
        answers: what was answered, in order: `{slot, text}`.
        answered_to: where `settle` goes on.
    """

    question: dict[str, Any]
    answers: list[dict[str, str]]
    answered_to: str


def add_ask(graph: StateGraph[Any, RunContext, Any, Any], *, askers: tuple[str, ...]) -> None:
    """Add the nodes; a node of `askers` leads to `ask.put` after setting `question`, and runs again once answered."""
    graph.add_node(PUT, put)
    graph.add_node(WAIT, wait)
    graph.add_node(SETTLE, settle)
    graph.add_edge(PUT, WAIT)
    graph.add_edge(WAIT, SETTLE)
    graph.add_conditional_edges(SETTLE, next_of, {WAIT: WAIT, **{asker: asker for asker in askers}})


def first_values() -> dict[str, Any]:
    """The channels before anything is asked."""
    return {"question": {}, "answers": [], "answered_to": ""}


def asking(slot: str, words: str, options: tuple[str, ...], back: str) -> dict[str, Any]:
    """What a node returns to ask: the question, and that it comes back to `back`."""
    return {"question": {"slot": slot, "text": words, "options": list(options), "back": back}}


async def put(state: AskState, runtime: Runtime[RunContext]) -> dict[str, Any]:
    """Store the question, ask it in the conversation and announce it, once; a repeated step changes nothing."""
    context, question = runtime.context, state["question"]
    question_id = _question_id(context, state)
    row = {
        "id": question_id,
        "text": question["text"],
        "options": question["options"],
        "answer": None,
    }
    async with context.writing() as session:
        stored = await session.execute(
            _STORE, {"run_id": context.run_id, "question_id": question_id, "question": json.dumps(row)}
        )
        if stored.first() is not None:
            await add_notice(
                session,
                context.conversation_id,
                context.run_id,
                _spoken(question),
                [],
                about=("question", question_id),
            )
            events.append(
                session,
                "question.asked",
                {
                    "question_id": question_id,
                    "run_id": to_public("run", context.run_id),
                    "text": question["text"],
                    "options": question["options"] or None,
                    "expires_at": None,
                },
                run_id=context.run_id,
            )
    return {"said": {PUT: question["text"]}}


def wait(state: AskState) -> dict[str, Any]:
    """Wait to be woken. What the wake carries is not looked at."""
    interrupt({"says": f"Waiting for your answer: {state['question']['text']}"})
    return {"said": {WAIT: "You answered, or something changed."}}


async def settle(state: AskState, runtime: Runtime[RunContext]) -> dict[str, Any]:
    """Take the stored answer, or wait again while there is none."""
    context, question = runtime.context, state["question"]
    named = {"run_id": context.run_id, "question_id": _question_id(context, state)}
    async with context.reading() as session:
        answer = (await session.execute(_ANSWER, named)).scalar_one_or_none()
    if answer is None:
        return {"answered_to": WAIT, "said": {SETTLE: "Not answered yet."}}
    given = {"slot": question["slot"], "text": answer}
    return {
        "answers": [*state["answers"], given],
        "question": {},
        "answered_to": question["back"],
        "said": {SETTLE: "Got your answer."},
    }


def next_of(state: AskState) -> str:
    """Back to who asked, or to waiting."""
    return state["answered_to"]


def _spoken(question: dict[str, Any]) -> str:
    """The question as a message: its words, and the choices that are not among them."""
    unsaid = [option for option in question["options"] if option not in question["text"]]
    return "\n".join([question["text"], *(f"• {option}" for option in unsaid)])


def _question_id(context: RunContext, state: AskState) -> str:
    # The number of answers so far makes each question of a run its own, and the same on a repeated step.
    made = derived_id(context.run_id, "question", str(context.attempt), str(len(state["answers"])))
    return to_public("qst", made)
