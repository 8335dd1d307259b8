"""The whole picture: look at what was understood, then answer. It reads no account and proposes nothing."""

from __future__ import annotations

from typing import Annotated, Any, TypedDict

from countersign.conversations.messages import add_answer
from countersign.understanding.plan import CardReference, ChatConsent, Understanding, Unsupported
from countersign.workflows.context import RunContext
from countersign.workflows.engine import END, START, Runtime, StateGraph
from countersign.workflows.steps import Step, Workflow, fixed, merged


class OutsideState(TypedDict):
    """`answer` is the whole text for the person; `citations` link the cards it talks about."""

    said: Annotated[dict[str, str], merged]
    kind: str
    answer: str
    citations: list[dict[str, Any]]
    outcome: str
    summary: str


_SAID = {
    "consent": "This sounds like a decision; only a card can take one.",
    "card": "This is about a card that is already open.",
    "unsupported": "This is outside what I can do so far.",
}


def first_values(understood: Understanding) -> dict[str, Any]:
    """The graph's input: the answer that understanding already found, with links to the cards it names."""
    kind, message, cards = _answer(understood)
    citations = [
        {"id": card, "kind": "approval", "account_id": None, "title": "Open the card"} for card in cards
    ]
    return {
        "said": {},
        "kind": kind,
        "answer": message,
        "citations": citations,
        "outcome": "",
        "summary": "",
    }


def _answer(understood: Understanding) -> tuple[str, str, tuple[str, ...]]:
    if isinstance(understood, ChatConsent):
        return "consent", understood.message, understood.approval_ids
    if isinstance(understood, CardReference):
        return "card", understood.message, understood.approval_ids
    if isinstance(understood, Unsupported):
        return "unsupported", understood.message, ()
    # Another release reads the same words differently, between two drives of one run.
    return "unsupported", "I read this request differently by now. Please ask again; nothing was changed.", ()


async def understand(state: OutsideState) -> dict[str, Any]:
    """Say what kind of request this is."""
    return {"said": {"understand": _SAID[state["kind"]]}}


async def answer(state: OutsideState, runtime: Runtime[RunContext]) -> dict[str, Any]:
    """Write the one answer of this attempt; a repeated step finds it written."""
    context = runtime.context
    async with context.writing() as session:
        await add_answer(
            session,
            context.conversation_id,
            context.run_id,
            state["answer"],
            state["citations"],
            attempt=context.attempt,
        )
    return {
        "said": {"answer": "Answered; nothing was changed."},
        "outcome": "succeeded",
        "summary": state["answer"],
    }


def _build() -> Workflow:
    graph = StateGraph(OutsideState, context_schema=RunContext)
    graph.add_node("understand", understand)
    graph.add_node("answer", answer)
    graph.add_edge(START, "understand")
    graph.add_edge("understand", "answer")
    graph.add_edge("answer", END)
    return Workflow(
        name="outside",
        graph=graph.compile(),
        steps=(
            Step("understand", "Understand the request", "head", fixed("Reading your request.")),
            Step("answer", "Answer", "report", fixed("Writing the answer.")),
        ),
        first_values=first_values,
        edges=(("understand", "answer"),),
    )


OUTSIDE = _build()
