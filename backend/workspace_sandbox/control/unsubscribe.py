"""The one-click unsubscribe address that the demo world's newsletters point at.

Must not act on a GET: mail scanners follow links.
"""

from __future__ import annotations

import secrets
from urllib.parse import unquote

from workspace_sandbox import ledger
from workspace_sandbox.kernel.exchange import Reply, Request, json_reply
from workspace_sandbox.kernel.faults import Fault, Faults, through
from workspace_sandbox.store import Store

PREFIX = "/_sandbox/unsubscribe/"
_METHOD_ID = "sandbox.unsubscribe"


async def answer_unsubscribe(store: Store, faults: Faults, request: Request) -> Reply | None:
    """200 and a ledger entry for the POST of RFC 8058; anything else is refused and changes nothing.

    Source: RFC 8058 sections 3.1 and 3.2 (the body is `List-Unsubscribe=One-Click`, as a form or multipart).
    """
    newsletter = unquote(request.path.removeprefix(PREFIX))
    if request.method != "POST":
        return json_reply({"error": "Unsubscribing needs a POST; nothing has changed."}, status=405)
    entry = ledger.Entry(secrets.token_hex(8), _METHOD_ID, params={"newsletter": newsletter})
    fault = faults.draw(_METHOD_ID, None)
    entry.fault = None if fault is None else fault.words()

    def perform() -> Reply:
        one_click = b"List-Unsubscribe" in request.body and b"One-Click" in request.body
        answer = (
            {"unsubscribed": newsletter}
            if one_click
            else {"error": "The body must be List-Unsubscribe=One-Click"}
        )
        status = 200 if one_click else 400
        _record(store, entry, status, answer)
        return json_reply(answer, status=status)

    def refuse(rule: Fault) -> Reply:
        error = rule.error()
        if not rule.takes_effect:
            _record(store, entry, error.status, error.envelope())
        return json_reply({"error": error.message}, status=error.status, headers=error.headers)

    return await through(fault, perform, refuse)


def _record(store: Store, entry: ledger.Entry, status: int, answer: object) -> None:
    with store.transaction():
        ledger.record(store, entry, status=status, result=answer)
