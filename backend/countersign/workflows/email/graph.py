"""The email workflow on one screen; every node reads, thinks and proposes, none of them acts.

classify -> context -> make_plan -> estimate -> permissions -> find_person -> search -> read -> draft
|                                        |
+---------------- ask.* <----------------+
draft -> gate.preview -> gate.wait -> gate.settle -> report
^              ^------------|  |
+------ gate.revise <----------+
"""

from __future__ import annotations

from countersign.workflows import ask, gate
from countersign.workflows.context import RunContext
from countersign.workflows.email import finding, head, reporting, writing
from countersign.workflows.email.state import EmailState, first_values
from countersign.workflows.engine import END, START, StateGraph
from countersign.workflows.steps import Step, Workflow, fixed

STEPS = (
    Step("classify", "Understand the request", "head", fixed("Reading your request.")),
    Step("context", "Look at your accounts", "head", fixed("Looking at your connected accounts.")),
    Step("make_plan", "Make a plan", "head", fixed("Making a plan.")),
    Step("estimate", "Estimate the cost", "head", fixed("Estimating the cost.")),
    Step("permissions", "Check permissions", "head", fixed("Checking what the accounts allow.")),
    Step("find_person", "Find the person", "read", fixed("Finding out who is meant.")),
    Step("search", "Find the mail", "read", fixed("Looking for the mail.")),
    Step("read", "Read the conversation", "read", fixed("Reading the conversation.")),
    Step("draft", "Write the reply", "think", fixed("Writing the reply.")),
    *ask.STEPS,
    *gate.STEPS,
    Step("report", "Report", "report", fixed("Writing down what was done.")),
)
EDGES = (
    ("classify", "context"),
    ("context", "make_plan"),
    ("make_plan", "estimate"),
    ("estimate", "permissions"),
    ("permissions", "find_person"),
    ("find_person", "search"),
    ("search", "read"),
    ("read", "draft"),
    ("draft", gate.PREVIEW),
    *gate.EDGES,
    (gate.SETTLE, "report"),
    ("make_plan", ask.PUT),
    ("find_person", ask.PUT),
    *ask.EDGES,
    (ask.SETTLE, "make_plan"),
    (ask.SETTLE, "find_person"),
)


def _build() -> Workflow:
    graph = StateGraph(EmailState, context_schema=RunContext)
    graph.add_node("classify", head.classify)
    graph.add_node("context", head.read_context)
    graph.add_node("make_plan", head.make_plan)
    graph.add_node("estimate", head.estimate)
    graph.add_node("permissions", head.check_permissions)
    graph.add_node("find_person", finding.find_person)
    graph.add_node("search", finding.search)
    graph.add_node("read", finding.read_thread)
    graph.add_node("draft", writing.draft)
    graph.add_node("report", reporting.report)
    ask.add_ask(graph, askers=("make_plan", "find_person"))
    gate.add_gate(graph, writing.revise, leave_to="report")

    graph.add_edge(START, "classify")
    graph.add_edge("classify", "context")
    graph.add_conditional_edges("context", head.after_context)
    graph.add_conditional_edges("make_plan", head.after_plan)
    graph.add_edge("estimate", "permissions")
    graph.add_conditional_edges("permissions", head.after_permissions)
    graph.add_conditional_edges("find_person", finding.after_person)
    graph.add_conditional_edges("search", finding.after_search)
    graph.add_conditional_edges("read", finding.after_read)
    graph.add_conditional_edges("draft", writing.after_draft)
    graph.add_edge("report", END)
    return Workflow("email", graph.compile(), STEPS, first_values, EDGES)


EMAIL = _build()
