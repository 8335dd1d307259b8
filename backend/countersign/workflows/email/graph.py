"""The email workflow on one screen; every node reads, thinks and proposes, none of them acts.

classify -> context -> make_plan -> estimate -> permissions
|                          |
+--------- ask.* <---------+------------+   (draft asks, too)
permissions -> find_people -> search -> read -> tell -> draft -> select
each of these runs when the plan has a step for it and is passed by otherwise
draft, select -> gate.preview -> gate.wait -> gate.settle -> report
^                     ^------------|  |
+----------------- gate.revise <------+
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from countersign.approvals.gate import Revision
from countersign.understanding.planned.steps import (
    DraftForward,
    DraftMail,
    DraftReply,
    ProposeSet,
    ReadThread,
    ReadThreads,
    ResolvePerson,
    SearchMail,
    TellAbout,
)
from countersign.workflows import ask, gate
from countersign.workflows.context import RunContext
from countersign.workflows.email import (
    finding,
    head,
    reading,
    reporting,
    searching,
    selecting,
    telling,
    writing,
)
from countersign.workflows.email.drafting import revising as mails
from countersign.workflows.email.sets import revising as sets
from countersign.workflows.email.state import EmailState, first_values, plan_of, steps_of
from countersign.workflows.engine import END, START, StateGraph
from countersign.workflows.steps import Step, Workflow, fixed

STEPS = (
    Step("classify", "Understand the request", "head", fixed("Reading your request.")),
    Step("context", "Look at your accounts", "head", fixed("Looking at your connected accounts.")),
    Step("make_plan", "Make a plan", "head", fixed("Making a plan.")),
    Step("estimate", "Estimate the cost", "head", fixed("Estimating the cost.")),
    Step("permissions", "Check permissions", "head", fixed("Checking what the accounts allow.")),
    Step("find_people", "Find the people", "read", fixed("Finding out who is meant.")),
    Step("search", "Find the mail", "read", fixed("Looking for the mail.")),
    Step("read", "Read the conversations", "read", fixed("Reading what was found.")),
    Step("tell", "Answer", "think", fixed("Writing the answer.")),
    Step("draft", "Write", "think", fixed("Writing.")),
    Step("select", "Look through the mails", "think", fixed("Looking through the mails.")),
    *ask.STEPS,
    *gate.STEPS,
    Step("report", "Report", "report", fixed("Writing down what was done.")),
)
WORK: dict[str, tuple[type, ...]] = {
    "find_people": (ResolvePerson,),
    "search": (SearchMail,),
    "read": (ReadThread, ReadThreads),
    "tell": (TellAbout,),
    "draft": (DraftReply, DraftMail, DraftForward),
    "select": (ProposeSet,),
}
"""The nodes that do a plan's work, in order, each with the plan steps it runs for."""

EDGES = (
    ("classify", "context"),
    ("context", "make_plan"),
    ("make_plan", "estimate"),
    ("estimate", "permissions"),
    ("permissions", "find_people"),
    ("find_people", "search"),
    ("find_people", "draft"),
    ("search", "read"),
    ("search", "tell"),
    ("read", "tell"),
    ("read", "draft"),
    ("tell", "draft"),
    ("tell", "report"),
    ("search", "select"),
    ("draft", gate.PREVIEW),
    ("select", gate.PREVIEW),
    *gate.EDGES,
    (gate.SETTLE, "report"),
    ("make_plan", ask.PUT),
    ("find_people", ask.PUT),
    ("read", ask.PUT),
    ("draft", ask.PUT),
    *ask.EDGES,
    (ask.SETTLE, "make_plan"),
    (ask.SETTLE, "find_people"),
    (ask.SETTLE, "read"),
    (ask.SETTLE, "draft"),
)


def _onward(node: str) -> Callable[[EmailState], str]:
    """Where to go after `node`: ask, end in words, or the next node the plan has work for."""
    names = list(WORK)
    later = names[names.index(node) + 1 :] if node in WORK else names

    def next_of(state: EmailState) -> str:
        if state["ending"]:
            return "report"
        if state["question"]:
            return ask.PUT
        plan = plan_of(state)
        ahead = (name for name in later if steps_of(plan, *WORK[name]))
        return next(ahead, gate.PREVIEW if state["proposed"] else "report")

    return next_of


async def revise(context: RunContext, action_id: UUID, wanted: Revision) -> dict[str, Any]:
    """The next version of a card: of a mail, or of a change of many mails."""
    reviser = mails.revise if "body_text" in wanted.payload else sets.revise
    return await reviser(context, action_id, wanted)


def _build() -> Workflow:
    graph = StateGraph(EmailState, context_schema=RunContext)
    graph.add_node("classify", head.classify)
    graph.add_node("context", head.read_context)
    graph.add_node("make_plan", head.make_plan)
    graph.add_node("estimate", head.estimate)
    graph.add_node("permissions", head.check_permissions)
    graph.add_node("find_people", finding.find_people)
    graph.add_node("search", searching.search)
    graph.add_node("read", reading.read)
    graph.add_node("tell", telling.tell)
    graph.add_node("draft", writing.draft)
    graph.add_node("select", selecting.select)
    graph.add_node("report", reporting.report)
    ask.add_ask(graph, askers=("make_plan", "find_people", "read", "draft"))
    gate.add_gate(graph, revise, leave_to="report")

    graph.add_edge(START, "classify")
    graph.add_edge("classify", "context")
    graph.add_conditional_edges("context", head.after_context)
    graph.add_conditional_edges("make_plan", head.after_plan)
    graph.add_edge("estimate", "permissions")
    for node in ("permissions", *WORK):
        graph.add_conditional_edges(node, _onward(node), [*WORK, ask.PUT, gate.PREVIEW, "report"])
    graph.add_edge("report", END)
    return Workflow("email", graph.compile(), STEPS, first_values, EDGES)


EMAIL = _build()
