"""What a workflow is to the driver and to the page: a compiled graph and its steps in words; it knows no node's work.

A node ends by returning `said`: one plain sentence with real counts, keyed by its own name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from countersign.understanding.plan import Understanding
from countersign.workflows.context import RunContext
from countersign.workflows.engine import CompiledStateGraph

StepKind = Literal["head", "read", "think", "ask", "gate", "execute", "report"]
Values = Mapping[str, Any]
Graph = CompiledStateGraph[Any, RunContext, Any, Any]


@dataclass(frozen=True)
class Step:
    """One box of the graph.

    Attributes:
        id: the node's name, unique in its workflow.
        label: what the box is called.
        starting: the sentence shown while it works; given the graph's values, it must not read anything else.
    """

    id: str
    label: str
    kind: StepKind
    starting: Callable[[Values], str]


@dataclass(frozen=True)
class Workflow:
    """A graph with its words.

    Attributes:
        first_values: the graph's input for a first or repeated pass: every channel, so that nothing of an earlier
            attempt shines through.
        drawn_only: boxes and arrows the page draws that are no nodes, such as the execution of approved actions.
    """

    name: str
    graph: Graph
    steps: tuple[Step, ...]
    first_values: Callable[[Understanding], dict[str, Any]]
    edges: tuple[tuple[str, str], ...]

    def step(self, node: str) -> Step:
        """The step of that node."""
        return next(step for step in self.steps if step.id == node)

    def drawn(self) -> dict[str, Any]:
        """The graph as the page draws it: `{nodes: [{id, label, kind}], edges: [[from, to]]}`."""
        return {
            "nodes": [{"id": step.id, "label": step.label, "kind": step.kind} for step in self.steps],
            "edges": [list(edge) for edge in self.edges],
        }


def fixed(sentence: str) -> Callable[[Values], str]:
    """A starting sentence that needs no values."""

    def say(_: Values) -> str:
        return sentence

    return say


def merged(old: dict[str, str], new: dict[str, str]) -> dict[str, str]:
    """The reducer of `said`: the newest sentence of each node."""
    return {**old, **new}
