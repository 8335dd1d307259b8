"""The graph of each workflow as the page draws it."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

from countersign.api.openapi import refusals
from countersign.api.signed_in import SignedInDep
from countersign.errors import NotFoundError
from countersign.events.shapes import Graph
from countersign.workflows.registry import WORKFLOWS

router = APIRouter(prefix="/workflows", tags=["workflows"])


class WorkflowShape(BaseModel):
    """A workflow's name and drawn graph."""

    name: str
    graph: Graph


class WorkflowList(BaseModel):
    """Every workflow there is."""

    workflows: list[WorkflowShape]


@router.get("")
async def list_workflows(_: SignedInDep) -> WorkflowList:
    """All workflows."""
    return WorkflowList(workflows=[_shape(name) for name in WORKFLOWS])


@router.get("/{name}", responses=refusals(404))
async def get_workflow(name: str, _: SignedInDep) -> WorkflowShape:
    """One workflow."""
    if name not in WORKFLOWS:
        msg = "There is no workflow of this name."
        raise NotFoundError(msg)
    return _shape(name)


def _shape(name: str) -> WorkflowShape:
    return WorkflowShape(name=name, graph=Graph.model_validate(WORKFLOWS[name].drawn()))
