"""The published contract: FastAPI's document plus what every route shares; it changes no behaviour.

Routes declare only refusals of their own (`refusals(409)`); what any request can meet is added here, in one place.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from countersign.api.problems import MEDIA_TYPE, Problem

_SAFE_METHODS = frozenset({"get", "head", "options"})
_PROBLEM = {"schema": {"$ref": "#/components/schemas/Problem"}}


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses=` of a route for refusals that are its own."""
    return {status: _refusal(status) for status in statuses}


def also_as_page(status: int) -> dict[str, Any]:
    """The `responses=` entry of a refusal that a browser is shown as a page."""
    refusal = _refusal(status)
    text = {"schema": {"type": "string"}}
    return {**refusal, "content": {**refusal["content"], "text/html": text, "text/plain": text}}


def publish(app: FastAPI) -> None:
    """Make `app.openapi()` the whole contract; built once, on first use."""

    def build() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = get_openapi(
                title=app.title, version=app.version, description=app.description, routes=app.routes
            )
            app.openapi_schema = _completed(document)
        return app.openapi_schema

    app.openapi = build  # type: ignore[method-assign]  # FastAPI's documented way to extend its document


def _completed(document: dict[str, Any]) -> dict[str, Any]:
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs", {}))
    schemas["Problem"] = problem
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    for operations in document["paths"].values():
        for method, operation in operations.items():
            for status in _shared_refusals(method, operation):
                _add_refusal(operation["responses"], status)
    return document


def _add_refusal(responses: dict[str, Any], status: int) -> None:
    # A route may answer a refusal in further forms; FastAPI's own description of a 422 is none of ours.
    if MEDIA_TYPE not in responses.get(str(status), {}).get("content", {}):
        responses[str(status)] = _refusal(status)


def _shared_refusals(method: str, operation: dict[str, Any]) -> set[int]:
    parameters = operation.get("parameters", [])
    statuses = {422, 500, 503}
    if operation.get("security"):
        statuses |= {401, 429}
    if method not in _SAFE_METHODS:
        statuses |= {403, 413}
    if any(parameter["in"] == "path" for parameter in parameters):
        statuses.add(404)
    if any(parameter["name"] == "Idempotency-Key" for parameter in parameters):
        statuses.add(409)
    return statuses


def _refusal(status: int) -> dict[str, Any]:
    return {"description": HTTPStatus(status).phrase, "content": {MEDIA_TYPE: _PROBLEM}}
