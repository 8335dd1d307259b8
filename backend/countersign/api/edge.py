"""What happens to every request before and after its route: id, size cap, headers, log line, metrics, and the last net.

One plain ASGI layer, so that streams are not buffered. It knows no resource.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import structlog
from fastapi import HTTPException
from prometheus_client import Histogram
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from countersign.api.problems import problem_response, unexpected
from countersign.errors import TooLargeError
from countersign.kit.ids import new_id, to_public
from countersign.settings import Settings

log = structlog.get_logger()

REQUEST_SECONDS = Histogram(
    "countersign_http_request_seconds",
    "Time from the first byte in to the last byte out, by route.",
    ["method", "route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5),
)

_KNOWN_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_DRAINED_TIMES_LIMIT = 8
_DRAINED_AT_MOST_BYTES = 64_000_000
"""A refused body is read up to this many times the limit, so that the sender is still there to read the answer."""

_YEAR_SECONDS = 31_536_000
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Edge:
    """The outermost layer of the application."""

    def __init__(self, app: ASGIApp, settings: Settings, larger: Mapping[str, int] | None = None) -> None:
        """Wrap `app` with the limits and headers of this installation; `larger` are the limits of single paths."""
        self._app = app
        self._usual_limit = settings.request_body_limit_bytes
        self._larger = dict(larger or {})
        self._headers = dict(_HEADERS)
        if settings.origin.startswith("https://"):
            self._headers["Strict-Transport-Security"] = f"max-age={_YEAR_SECONDS}; includeSubDomains"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; nothing raised inside gets out."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = to_public("req", new_id())
        scope.setdefault("state", {})["request_id"] = request_id
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        answer = _Answer(send, {**self._headers, "X-Request-ID": request_id})
        try:
            await self._serve(scope, receive, answer)
        finally:
            _report(scope, answer)

    async def _serve(self, scope: Scope, receive: Receive, answer: _Answer) -> None:
        request_id = scope["state"]["request_id"]
        limit = self._larger.get(scope["path"], self._usual_limit)
        if _declared_size(scope) > limit:
            await _drain(receive, min(limit * _DRAINED_TIMES_LIMIT, _DRAINED_AT_MOST_BYTES))
            error = TooLargeError(f"The request is larger than {limit} bytes.", limit_bytes=limit)
            await problem_response(error, request_id)(scope, receive, answer.send)
            return
        try:
            await self._app(scope, _capped(receive, limit), answer.send)
        except Exception as exc:  # noqa: BLE001 - the ASGI boundary: every failure becomes a problem answer
            # The last net: logged with the request id, answered without internals. An answer that has begun is
            # left unfinished, which closes the connection.
            refusal = unexpected(exc, request_id)
            if answer.status is None:
                await refusal(scope, receive, answer.send)


class _Answer:
    """Sends the answer with our headers and remembers its status and when it began."""

    def __init__(self, send: Send, headers: dict[str, str]) -> None:
        self._send = send
        self._headers = headers
        self._began = time.perf_counter()
        self.status: int | None = None

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self._began

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            for name, value in self._headers.items():
                headers[name] = value
        await self._send(message)


def _declared_size(scope: Scope) -> int:
    text = Headers(scope=scope).get("content-length", "")
    return int(text) if text.isascii() and text.isdigit() else 0


def _capped(receive: Receive, limit: int) -> Receive:
    received = 0

    async def receive_counted() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > limit:
            raise HTTPException(status_code=413)
        return message

    return receive_counted


async def _drain(receive: Receive, at_most: int) -> None:
    received = 0
    while received <= at_most:
        message = await receive()
        received += len(message.get("body", b""))
        if message["type"] != "http.request" or not message.get("more_body", False):
            return


def _report(scope: Scope, answer: _Answer) -> None:
    route = _route_of(scope)
    method = scope["method"] if scope["method"] in _KNOWN_METHODS else "other"
    status = answer.status or 0
    REQUEST_SECONDS.labels(method, route, str(status)).observe(answer.seconds)
    log.info("api.request", method=method, route=route, status=status, ms=round(answer.seconds * 1_000, 1))


def _route_of(scope: Scope) -> str:
    # The template, never the path: what a caller writes there may be anything.
    route: Any = scope.get("route")
    path: str = getattr(route, "path", "unmatched")
    return path
