"""The authorization endpoint: asks the person (or answers at once for tests) and sends the browser back.

Must not issue tokens: it ends with a code.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from workspace_sandbox import grants
from workspace_sandbox.kernel.exchange import Reply, Request
from workspace_sandbox.oauth import consent_page
from workspace_sandbox.oauth.identity import IDENTITY_SCOPES
from workspace_sandbox.oauth.request import (
    AuthorizationRequest,
    RefusedRequest,
    normalize_scopes,
    read_request,
)
from workspace_sandbox.store import Store

# Ten minutes at most, RFC 6749 section 4.1.2; how long Google's codes live is not documented.
_CODE_SECONDS = 600


def ask(store: Store, request: Request, descriptions: Mapping[str, str]) -> Reply:
    """`GET /o/oauth2/v2/auth`: the consent page, or the redirect when nobody has to be asked.

    Nobody is asked when `sandbox_decision` is given, when `prompt=none`, or when the hinted account has granted all
    of it before and no prompt was demanded.

    Source: https://developers.google.com/identity/protocols/oauth2/web-server#creatingclient
    Source: OpenID Connect Core section 3.1.2.6 (login_required and consent_required for `prompt=none`).
    Assumed: an error in the request is shown as a page and never sent to the client, as Google does for most.
    """
    query = dict(request.query_pairs())
    try:
        asked = read_request(store, query, descriptions)
        if "sandbox_decision" in query:
            return _decide_by_query(store, asked, query)
    except RefusedRequest as refusal:
        return consent_page.error(refusal.code, refusal.message, refusal.status)
    hinted = _account(store, asked.login_hint)
    covered = hinted is not None and _is_covered(store, asked, hinted)
    if hinted is not None and covered and not set(asked.prompts) & {"consent", "select_account"}:
        return _allow(store, asked, hinted, asked.scopes)
    if "none" in asked.prompts:
        return _back(asked, {"error": "login_required" if hinted is None else "consent_required"})
    ticket = secrets.token_urlsafe(24)
    store.execute("INSERT INTO oauth_consents VALUES (?, ?)", (ticket, asked.to_json()))
    accounts = [
        (row["email"], row["name"]) for row in store.all("SELECT email, name FROM accounts ORDER BY email")
    ]
    return consent_page.page(asked, accounts, descriptions, ticket)


def decide(store: Store, request: Request) -> Reply:
    """`POST /o/oauth2/v2/auth/decision`: the form of the consent page; its ticket works once."""
    pairs = parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True)
    form = dict(pairs)
    row = store.one(
        "DELETE FROM oauth_consents WHERE ticket = ? RETURNING request", (form.get("ticket", ""),)
    )
    if row is None:
        return consent_page.error("invalid_request", "This page was answered before. Start again.", 400)
    asked = AuthorizationRequest.from_json(row["request"])
    if form.get("decision") != "allow":
        return _deny(asked)
    ticked = {value for name, value in pairs if name == "scope"}
    account = _account(store, form.get("account"))
    if account is None:
        return consent_page.error("invalid_request", "Choose one of the accounts.", 400)
    return _allow(store, asked, account, _kept(asked, ticked))


def _decide_by_query(store: Store, asked: AuthorizationRequest, query: Mapping[str, str]) -> Reply:
    decision = query["sandbox_decision"]
    if decision == "deny":
        return _deny(asked)
    wanted = query.get("sandbox_account") or asked.login_hint
    account = _account(store, wanted)
    if account is None:
        raise RefusedRequest("invalid_request", f"There is no account {wanted!r} in this sandbox.")
    if decision == "allow":
        return _allow(store, asked, account, asked.scopes)
    if decision == "partial":
        return _allow(store, asked, account, _kept(asked, normalize_scopes(query.get("sandbox_scopes", ""))))
    raise RefusedRequest("invalid_request", "sandbox_decision is allow, deny or partial.")


def _kept(asked: AuthorizationRequest, ticked: Collection[str]) -> tuple[str, ...]:
    """What remains of the request: sign-in scopes cannot be unticked.

    Source: https://developers.google.com/identity/protocols/oauth2/resources/granular-permissions
    """
    return tuple(scope for scope in asked.scopes if scope in ticked or scope in IDENTITY_SCOPES)


def _allow(store: Store, asked: AuthorizationRequest, account: str, scopes: tuple[str, ...]) -> Reply:
    """The redirect with a code for `scopes`, after writing the grant down; without any scope it is a denial.

    A refresh token comes with the first offline consent and afterwards only when consent is demanded.

    Source: https://developers.google.com/identity/protocols/oauth2/web-server#offline
    Source: https://developers.google.com/identity/protocols/oauth2/web-server#incrementalAuth
    Assumed: a person who unticks everything is told to the client as access_denied.
    """
    if not scopes:
        return _deny(asked)
    earlier = grants.granted_scopes(store, asked.client_id, account)
    first = not grants.has_refresh_token(store, asked.client_id, account)
    refresh = asked.access_type == "offline" and (first or "consent" in asked.prompts)
    effective = dict.fromkeys(scopes)
    if asked.include_granted_scopes:
        effective |= dict.fromkeys(sorted(earlier))
    granted = " ".join(effective)
    grant_id = grants.grant(store, asked.client_id, account, frozenset(scopes))
    code = f"4/0sandbox-{secrets.token_urlsafe(32)}"
    expires_at = store.now().timestamp() + _CODE_SECONDS
    store.execute(
        "INSERT INTO oauth_codes (code, grant_id, request, scopes, refresh, expires_at) VALUES (?, ?, ?, ?, ?, ?)",
        (code, grant_id, asked.to_json(), granted, refresh, expires_at),
    )
    return _back(
        asked, {"code": code, "scope": granted, "authuser": "0", "prompt": " ".join(asked.prompts) or "none"}
    )


def _deny(asked: AuthorizationRequest) -> Reply:
    return _back(asked, {"error": "access_denied"})


def _back(asked: AuthorizationRequest, answer: dict[str, str]) -> Reply:
    """The redirect to the client, with the state it gave and its own query kept (RFC 6749 section 4.1.2)."""
    target = urlsplit(asked.redirect_uri)
    state = {} if asked.state is None else {"state": asked.state}
    query = urlencode([*parse_qsl(target.query, keep_blank_values=True), *state.items(), *answer.items()])
    location = urlunsplit(target._replace(query=query))
    return Reply(
        302, b"", {"Location": location, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    )


def _account(store: Store, email: str | None) -> str | None:
    row = store.one("SELECT email FROM accounts WHERE email = ?", (email or "",))
    return None if row is None else str(row["email"])


def _is_covered(store: Store, asked: AuthorizationRequest, account: str) -> bool:
    return set(asked.scopes) <= grants.granted_scopes(store, asked.client_id, account)
