"""Every refusal as one JSON form; it decides nothing and shows nothing of what went wrong inside.

Source: RFC 9457 (Problem Details for HTTP APIs); `code`, `action`, `changed`, `retry_after`, `request_id`, `fields` and
`details` are our extension members.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import structlog
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from countersign.errors import CountersignError, InvalidError, NotFoundError, TooLargeError, type_of_change
from countersign.kit.telemetry import where

MEDIA_TYPE = "application/problem+json"

log = structlog.get_logger()


class FieldProblem(BaseModel):
    """What is wrong with one field; `path` is a JSON pointer into the body, or `query/name`, `header/name`."""

    path: str
    text: str


class Problem(BaseModel):
    """What happened, what to do, and whether anything was changed."""

    type: str = Field(description="Stable URN of the code.")
    title: str
    status: int
    code: str = Field(description="Stable slug, listed in docs/errors.md.")
    detail: str = Field(description="What happened, for a person.")
    action: str = Field(description="What the person can do now.")
    changed: type_of_change = Field(description="Whether anything was changed before this answer.")
    retry_after: int | None = Field(default=None, description="Seconds to wait, when known.")
    request_id: str | None = Field(default=None, description="Names this request in the logs.")
    fields: list[FieldProblem] = []
    details: dict[str, Any] = Field(default={}, description="Ids and facts of the refusal; never contents.")


class MethodNotAllowedError(CountersignError):
    """The address exists, but not for this method."""

    code = "method_not_allowed"
    status = 405
    action = "Use one of the methods in the Allow header."


def problem_response(
    error: CountersignError, request_id: str | None, headers: dict[str, str] | None = None
) -> JSONResponse:
    """The HTTP answer for an error; 429 and 503 also carry `Retry-After`."""
    extra = dict(headers or {})
    if error.retry_after_seconds is not None:
        extra["Retry-After"] = str(error.retry_after_seconds)
    return JSONResponse(
        problem_of(error, request_id).model_dump(mode="json"),
        status_code=error.status,
        media_type=MEDIA_TYPE,
        headers=extra,
    )


def problem_of(error: CountersignError, request_id: str | None = None) -> Problem:
    """The error as every answer shows it; also that of one item of an answer."""
    details = dict(error.details)
    return Problem(
        type=f"urn:countersign:problem:{error.code}",
        title=HTTPStatus(error.status).phrase,
        status=error.status,
        code=error.code,
        detail=error.message,
        action=error.action,
        changed=error.changed,
        retry_after=error.retry_after_seconds,
        request_id=request_id,
        fields=[_field(field, error.message) for field in details.pop("fields", [])],
        details=details,
    )


def unexpected(exc: Exception, request_id: str | None) -> JSONResponse:
    """The answer for an error nobody foresaw; where it happened is logged, its text is not (it may quote mail)."""
    log.error("api.failed", error=type(exc).__name__, where=where(exc))
    error = CountersignError("Something went wrong inside Countersign.", changed="unknown")
    return problem_response(error, request_id)


async def on_countersign_error(request: Request, exc: Exception) -> JSONResponse:
    """Handler of the product's own errors."""
    if not isinstance(exc, CountersignError):
        raise exc
    return problem_response(exc, request_id_of(request))


async def on_validation_error(request: Request, exc: Exception) -> JSONResponse:
    """Handler of wrong shapes: 404 for a malformed id in the path, else 422 naming each field, never its value."""
    if not isinstance(exc, RequestValidationError):
        raise exc
    errors = exc.errors()
    if any(error["loc"][0] == "path" for error in errors):
        return problem_response(NotFoundError("There is nothing at this address."), request_id_of(request))
    fields = [{"path": _path(error["loc"]), "text": str(error["msg"])} for error in errors]
    return problem_response(
        InvalidError("The request has the wrong shape.", fields=fields), request_id_of(request)
    )


async def on_http_error(request: Request, exc: Exception) -> JSONResponse:
    """Handler of what the framework itself refuses: unknown addresses, methods, unreadable and oversized bodies."""
    if not isinstance(exc, HTTPException):
        raise exc
    headers = {name: value for name, value in (exc.headers or {}).items() if name.lower() == "allow"}
    return problem_response(_framework_error(exc.status_code), request_id_of(request), headers)


def request_id_of(request: Request) -> str | None:
    """The id the edge gave this request."""
    request_id: str | None = request.scope.get("state", {}).get("request_id")
    return request_id


def _field(field: dict[str, str] | str, message: str) -> FieldProblem:
    # A room may name a field only, or point into it; then the refusal's own sentence is about it.
    if not isinstance(field, str):
        return FieldProblem(**field)
    return FieldProblem(path=field if field.startswith("/") else f"/{field}", text=message)


def _framework_error(status: int) -> CountersignError:
    match status:
        case HTTPStatus.NOT_FOUND:
            return NotFoundError("There is nothing at this address.")
        case HTTPStatus.METHOD_NOT_ALLOWED:
            return MethodNotAllowedError("This address does not take this method.")
        case HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return TooLargeError("The request is larger than this installation accepts.")
        case _:
            return InvalidError("The body could not be read as JSON.")


def _path(location: tuple[int | str, ...]) -> str:
    origin, *rest = location
    if origin == "body":
        return "".join(f"/{part}" for part in rest)
    return "/".join(str(part) for part in location)
