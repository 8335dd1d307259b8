"""The pipeline of one Google call: route, token, scope, parameters, body, handler, response check, ledger.

Must not know any service: handlers are handed in by `app.py`.
"""

from __future__ import annotations

import json
import secrets
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from workspace_sandbox import ledger
from workspace_sandbox.grants import Principal, find_principal
from workspace_sandbox.kernel.authorization import authorize, bearer_token
from workspace_sandbox.kernel.call import Call, Handler, Handlers
from workspace_sandbox.kernel.documents.discovery import Catalog, Method, Route
from workspace_sandbox.kernel.documents.field_mask import apply_mask
from workspace_sandbox.kernel.documents.params import read_parameters
from workspace_sandbox.kernel.documents.schemas import problem_with
from workspace_sandbox.kernel.errors import GoogleError, invalid_argument
from workspace_sandbox.kernel.exchange import Reply, Request, error_reply, json_reply
from workspace_sandbox.kernel.faults import Fault, Faults, through
from workspace_sandbox.kernel.uploads import media
from workspace_sandbox.store import Store

__all__ = ["Call", "Handler", "Handlers", "Kernel"]

# POST by name, a question by nature.
_READING_POSTS = frozenset({"calendar.freebusy.query", "oauth2.tokeninfo"})


@dataclass(frozen=True, slots=True)
class Intake:
    """A request that has passed every check and only needs its handler."""

    principal: Principal
    params: dict[str, Any]
    common: Mapping[str, Any]
    body: dict[str, Any] | None
    media: bytes | None = None
    media_type: str | None = None


class Kernel:
    """Answers every path of the discovery documents."""

    def __init__(self, store: Store, catalog: Catalog, handlers: Handlers, faults: Faults) -> None:
        self.store = store
        self.catalog = catalog
        self.handlers = handlers
        self.faults = faults

    async def answer(self, request: Request) -> Reply | None:
        """The reply, already committed with its ledger entry; None when a fault wants the connection cut."""
        try:
            request = _overridden(request)
            route = self._route(request)
        except GoogleError as error:
            return error_reply(error)
        fault = self._draw(route.method, request)
        request_id = secrets.token_hex(8)
        entry = ledger.Entry(request_id, route.method.id, fault=None if fault is None else fault.words())
        reply = await through(
            fault,
            perform=lambda: self._perform(request, route, entry),
            refuse=lambda rule: self._refuse(rule, route, entry),
        )
        if reply is not None:
            reply.headers["X-Sandbox-Request-Id"] = request_id
        return reply

    def _route(self, request: Request) -> Route:
        method_path = media.strip_prefix(request.path)
        upload_id = dict(request.query_pairs()).get("upload_id")
        if method_path is not None and upload_id is not None:
            session = media.find_session(self.store, upload_id)
            if session is None:
                raise GoogleError(404, "notFound", "No upload session with this id.")
            return Route(self.catalog.methods[session.method_id], {})
        route = self.catalog.route(request.method, request.path if method_path is None else method_path)
        if route is None or (method_path is not None and route.method.media is None):
            raise GoogleError(404, "notFound", f"No method answers {request.method} {request.path}")
        return route

    def _draw(self, method: Method, request: Request) -> Fault | None:
        if not self.faults.rules:
            return None
        principal = find_principal(self.store, bearer_token(request) or "")
        return self.faults.draw(method.id, None if principal is None else principal.account)

    def _refuse(self, rule: Fault, route: Route, entry: ledger.Entry) -> Reply:
        error = rule.error()
        if _writes(route.method) and not rule.takes_effect:
            with self.store.transaction():
                ledger.record(self.store, entry, status=error.status, result=error.envelope())
        return error_reply(error)

    def _perform(self, request: Request, route: Route, entry: ledger.Entry) -> Reply:
        try:
            with self.store.transaction():
                intake = self._take_in(request, route)
                if isinstance(intake, Reply):
                    return intake
                result = self._handle(request, route.method, intake, entry)
                reply = _reply(request, route.method, intake, result)
                if _writes(route.method):
                    ledger.record(self.store, entry, status=reply.status, result=result)
                return reply
        except GoogleError as error:
            refusal = error
        except Exception as error:  # noqa: BLE001 - a bug of ours must answer 500, not kill the connection
            traceback.print_exception(error)
            refusal = GoogleError(500, "backendError", f"Bug in the sandbox: {type(error).__name__}: {error}")
        if _writes(route.method):
            with self.store.transaction():
                ledger.record(self.store, entry, status=refusal.status, result=refusal.envelope())
        return error_reply(refusal)

    def _take_in(self, request: Request, route: Route) -> Intake | Reply:
        query = request.query_pairs()
        upload_id = dict(query).get("upload_id")
        if upload_id is not None and media.strip_prefix(request.path) is not None:
            return self._go_on_uploading(request, upload_id)
        method = route.method
        principal = authorize(self.store, request, method)
        parameters = read_parameters(route, query)
        params = _own_mailbox(parameters.own, principal)
        if method.id not in self.handlers:
            raise GoogleError(501, "notImplemented", f"{method.id} is not implemented in this sandbox.")
        intake = Intake(principal, params, parameters.common, None)
        if media.strip_prefix(request.path) is None:
            return replace(intake, body=_body(method, request.content_type(), request.body))
        upload_type = str(dict(query).get("uploadType", "media"))
        if upload_type == "resumable":
            return self._begin_upload(request, method, intake)
        upload = media.read_whole(method, request, upload_type)
        body = _body(method, "application/json", upload.metadata)
        return replace(intake, body=body, media=upload.media, media_type=upload.media_type)

    def _begin_upload(self, request: Request, method: Method, intake: Intake) -> Reply:
        media_type = request.headers.get("x-upload-content-type", "application/octet-stream")
        media_type = media_type.split(";", 1)[0].strip().lower()
        media.check_media(method, media_type, int(request.headers.get("x-upload-content-length", 0)))
        session = media.Session(
            id=media.new_session_id(),
            method_id=method.id,
            account=intake.principal.account,
            scopes=intake.principal.scopes,
            params={**intake.params, **({"fields": f} if (f := intake.common.get("fields")) else {})},
            body=_body(method, request.content_type(), request.body),
            media_type=media_type,
            received=b"",
        )
        return media.begin_session(self.store, request, session)

    def _go_on_uploading(self, request: Request, upload_id: str) -> Intake | Reply:
        session = media.find_session(self.store, upload_id)
        if session is None:
            raise GoogleError(404, "notFound", "No upload session with this id.")
        received = media.continue_session(self.store, session, request)
        if isinstance(received, Reply):
            return received
        media.check_media(self.catalog.methods[session.method_id], session.media_type, len(received))
        params = dict(session.params)
        common = {"fields": params.pop("fields")} if "fields" in params else {}
        principal = Principal(session.account, session.scopes, "", 0.0)
        return Intake(principal, params, common, session.body, received, session.media_type)

    def _handle(
        self, request: Request, method: Method, intake: Intake, entry: ledger.Entry
    ) -> dict[str, Any] | None:
        entry.account, entry.params = intake.principal.account, intake.params
        entry.body, entry.media = intake.body, intake.media
        call = Call(
            store=self.store,
            method_id=method.id,
            account=intake.principal.account,
            scopes=intake.principal.scopes,
            params=intake.params,
            body=intake.body,
            media=intake.media,
            media_type=intake.media_type,
            now=self.store.now(),
            if_match=request.headers.get("if-match"),
            notes=entry.notes,
        )
        result = self.handlers[method.id](call)
        if result is not None and method.response is not None:
            problem = problem_with(method.schemas, method.response, result)
            if problem is not None:
                message = f"Bug in the sandbox: the response of {method.id} breaks its schema: {problem}"
                raise GoogleError(500, "backendError", message)
        return result


def _overridden(request: Request) -> Request:
    """The GET that a client has sent as a POST because its address would have been too long.

    Source: googleapiclient/http.py, MAX_URI_LENGTH = 2048.
    """
    verb = request.headers.get("x-http-method-override")
    if verb is None or request.method != "POST":
        return request
    if verb.upper() != "GET" or request.content_type() != "application/x-www-form-urlencoded":
        return replace(request, method=verb.upper())
    query = "&".join(part for part in (request.query, request.body.decode("latin-1")) if part)
    return replace(request, method="GET", query=query, body=b"")


def _writes(method: Method) -> bool:
    return method.http_method != "GET" and method.id not in _READING_POSTS


def _own_mailbox(params: dict[str, Any], principal: Principal) -> dict[str, Any]:
    user = params.get("userId")
    if user is None:
        return params
    if user != "me" and user.casefold() != principal.account.casefold():
        raise GoogleError(403, "forbidden", f"Delegation denied for {principal.account}")
    return {**params, "userId": principal.account}


def _body(method: Method, content_type: str, raw: bytes) -> dict[str, Any] | None:
    if not raw.strip():
        return {} if method.request is not None else None
    if content_type not in {"", "application/json"}:
        raise invalid_argument(f"Content type {content_type!r} is not supported; send application/json.")
    try:
        body = json.loads(raw)
    except ValueError as error:
        message = f"Invalid JSON payload received. {error}"
        raise GoogleError(400, "parseError", message) from error
    if not isinstance(body, dict):
        raise GoogleError(400, "parseError", "Invalid JSON payload received. An object is expected.")
    if method.request is None:
        if body:
            raise invalid_argument(f"{method.id} takes no request body.")
        return None
    problem = problem_with(method.schemas, method.request, body)
    if problem is not None:
        raise invalid_argument(problem)
    return body


def _reply(request: Request, method: Method, intake: Intake, result: dict[str, Any] | None) -> Reply:
    if result is None:
        return Reply(204, b"")
    etag = result.get("etag")
    headers = {"ETag": etag} if isinstance(etag, str) else {}
    if method.http_method == "GET" and etag is not None and request.headers.get("if-none-match") == etag:
        return Reply(304, b"", headers)
    fields = intake.common.get("fields")
    if fields and method.response is not None:
        result = apply_mask(fields, method.schemas, method.response, result)
    return json_reply(result, headers=headers)
