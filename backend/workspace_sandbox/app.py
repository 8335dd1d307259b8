"""The ASGI application: takes requests off the wire, hands them to the right room, sends the answer or cuts the line.

Must not hold a transaction while it waits for anything.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from workspace_sandbox import ledger
from workspace_sandbox.control.plane import ControlPlane
from workspace_sandbox.control.unsubscribe import PREFIX as UNSUBSCRIBE_PREFIX
from workspace_sandbox.control.unsubscribe import answer_unsubscribe
from workspace_sandbox.kernel.authorization import authenticate
from workspace_sandbox.kernel.batch import answer_batch, is_batch
from workspace_sandbox.kernel.dispatch import Handlers, Kernel
from workspace_sandbox.kernel.documents.discovery import Catalog, load_catalog
from workspace_sandbox.kernel.errors import GoogleError
from workspace_sandbox.kernel.exchange import Reply, Request, error_reply, json_reply
from workspace_sandbox.kernel.faults import Fault, Faults, through
from workspace_sandbox.oauth import authorize, consent_page, identity, token
from workspace_sandbox.oauth.clients import LOOPBACK_NAMES
from workspace_sandbox.oauth.keys import SigningKey
from workspace_sandbox.store import Store

# Source: gmail.v1.json, messages.insert takes 150 MiB, the largest upload any served method allows.
_MAX_BODY_BYTES = 151 * 2**20


class SandboxApp:
    """One sandbox: a store, the kernel, OAuth and the control plane."""

    def __init__(
        self, store: Store, handlers: Handlers, *, seed: int | None = None, catalog: Catalog | None = None
    ) -> None:
        self.store = store
        self.faults = Faults(seed)
        self.kernel = Kernel(store, catalog or load_catalog(), {**identity.HANDLERS, **handlers}, self.faults)
        self.control = ControlPlane(store, self.faults)
        self.key = SigningKey(store)
        self._pages: dict[tuple[str, str], Callable[[Request], Reply]] = {
            ("GET", "/"): self._home,
            ("GET", "/o/oauth2/v2/auth"): self._ask,
            ("GET", "/.well-known/openid-configuration"): self._openid_configuration,
            ("GET", "/oauth2/v3/certs"): lambda _request: json_reply(self.key.jwks()),
            ("GET", "/v1/userinfo"): self._userinfo,
            ("POST", "/v1/userinfo"): self._userinfo,
        }
        self._ledgered: dict[str, tuple[str, Callable[[Request, ledger.Entry], Reply]]] = {
            "/token": (
                "oauth2.token",
                lambda request, entry: token.exchange(store, self.key, request, entry),
            ),
            "/revoke": ("oauth2.revoke", lambda request, entry: token.revoke(store, request, entry)),
            "/o/oauth2/v2/auth/decision": (
                "oauth2.decide",
                lambda request, _entry: authorize.decide(store, request),
            ),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one HTTP request; nothing else (no WebSocket, no lifespan) is offered."""
        if scope["type"] != "http":
            return
        try:
            request = await _read(scope, receive)
            reply = await self.answer(request)
        except GoogleError as error:
            reply = error_reply(error)
        if reply is None:
            await _cut(scope, receive)
            return
        response = Response(reply.body, reply.status, reply.headers)
        await response(scope, receive, send)

    async def answer(self, request: Request) -> Reply | None:
        """The reply to one request, or None when the connection is to be cut."""
        if request.path.startswith(UNSUBSCRIBE_PREFIX):
            return await answer_unsubscribe(self.store, self.faults, request)
        if request.path.startswith("/_sandbox/"):
            return _foreign_origin(request) or self.control.answer(request)
        if request.path in self._ledgered:
            return await self._answer_ledgered(request)
        page = self._pages.get((request.method, request.path))
        if page is not None:
            with self.store.transaction():
                return page(request)
        if is_batch(request.path):
            return await answer_batch(self.kernel, request)
        return await self.kernel.answer(request)

    async def _answer_ledgered(self, request: Request) -> Reply | None:
        method_id, act = self._ledgered[request.path]
        fault = self.faults.draw(method_id, None)
        entry = ledger.Entry(secrets.token_hex(8), method_id, fault=None if fault is None else fault.words())

        def perform() -> Reply:
            with self.store.transaction():
                reply = act(request, entry)
                # The answers hold secrets and the pages are long, so the ledger keeps the status alone.
                ledger.record(self.store, entry, status=reply.status, result=None)
                return reply

        def refuse(rule: Fault) -> Reply:
            if not rule.takes_effect:
                with self.store.transaction():
                    ledger.record(self.store, entry, status=rule.error().status, result=None)
            error = rule.error()
            # google-auth retries `server_error` by itself, so refusals of other statuses keep the reason asked for.
            word = "server_error" if error.status >= 500 else error.reason
            return token.refusal(word, error.message, status=error.status, headers=error.headers)

        return await through(fault, perform, refuse)

    def _home(self, _request: Request) -> Reply:
        rows = self.store.all("SELECT email, name FROM accounts ORDER BY email")
        return consent_page.home([(row["email"], row["name"]) for row in rows], self.store.now().isoformat())

    def _ask(self, request: Request) -> Reply:
        reply = authorize.ask(self.store, request, self.kernel.catalog.scopes)
        if reply.status == 302:
            entry = ledger.Entry(secrets.token_hex(8), "oauth2.authorize")
            ledger.record(self.store, entry, status=reply.status, result=None)
        return reply

    def _openid_configuration(self, request: Request) -> Reply:
        return json_reply(identity.openid_configuration(request.origin, sorted(self.kernel.catalog.scopes)))

    def _userinfo(self, request: Request) -> Reply:
        """Source: OpenID Connect Core section 5.3; Google serves it at openidconnect.googleapis.com/v1/userinfo."""
        principal = authenticate(self.store, request)
        return json_reply(identity.claims(self.store, principal.account, principal.scopes))


async def _read(scope: Scope, receive: Receive) -> Request:
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    host = headers.get("host", "")
    if urlsplit(f"//{host}").hostname not in LOOPBACK_NAMES:
        # A page of a rebound name must not reach a server that asks nobody for a password.
        raise GoogleError(403, "forbidden", "The sandbox answers only under 127.0.0.1, localhost or [::1].")
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise GoogleError(400, "badRequest", "The request ended early.")
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > _MAX_BODY_BYTES:
            raise GoogleError(413, "uploadTooLarge", f"More than {_MAX_BODY_BYTES} bytes.")
    return Request(
        method=scope["method"],
        path=scope["raw_path"].decode("latin-1"),
        query=scope["query_string"].decode("latin-1"),
        headers=headers,
        body=bytes(body),
        origin=f"http://{host}",
    )


async def _cut(scope: Scope, receive: Receive) -> None:
    """Abort the connection and wait until the server has noticed, so that it does not answer in our place."""
    transport: asyncio.Transport = scope["state"]["transport"]
    transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass


def _foreign_origin(request: Request) -> Reply | None:
    origin = request.headers.get("origin")
    if origin is None or urlsplit(origin).hostname in LOOPBACK_NAMES:
        return None
    return json_reply({"error": "The control plane does not talk to web pages of other origins."}, status=403)
