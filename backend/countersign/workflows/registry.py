"""Every workflow by name: its compiled graph and the words of its steps. A new workflow adds one line here.

It runs nothing: `runs.driver` does, with a checkpointer of its own for each drive.
"""

from __future__ import annotations

from countersign.workflows.email.graph import EMAIL
from countersign.workflows.outside.graph import OUTSIDE
from countersign.workflows.steps import Workflow

WORKFLOWS: dict[str, Workflow] = {workflow.name: workflow for workflow in (OUTSIDE, EMAIL)}
