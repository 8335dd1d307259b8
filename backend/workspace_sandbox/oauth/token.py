"""The token and revocation endpoints.

Must not ask anybody: what was granted is in `grants`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import sqlite3
from collections.abc import Mapping
from typing import Any

from workspace_sandbox import grants
from workspace_sandbox.kernel.exchange import Reply, Request, json_reply
from workspace_sandbox.ledger import Entry
from workspace_sandbox.oauth import identity
from workspace_sandbox.oauth.clients import Client, authenticate_client
from workspace_sandbox.oauth.keys import SigningKey
from workspace_sandbox.oauth.request import AuthorizationRequest, normalize_scopes
from workspace_sandbox.store import Store

_NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


def refusal(
    error: str, description: str, *, status: int = 400, headers: Mapping[str, str] | None = None
) -> Reply:
    """An error of RFC 6749 section 5.2 as JSON."""
    body = {"error": error, "error_description": description}
    return json_reply(body, status=status, headers={**_NO_STORE, **(headers or {})})


def exchange(store: Store, key: SigningKey, request: Request, entry: Entry) -> Reply:
    """`POST /token`: tokens for a code or a refresh token.

    Source: RFC 6749 sections 4.1.3, 5.1, 5.2 and 6;
    https://developers.google.com/identity/protocols/oauth2/web-server#exchange-authorization-code
    """
    if request.method != "POST" or request.content_type() != "application/x-www-form-urlencoded":
        return refusal("invalid_request", "Send a form by POST.")
    form = _form(request)
    entry.params = {name: form[name] for name in ("grant_type", "client_id") if name in form}
    client = authenticate_client(store, request.headers, form)
    if client is None:
        challenge = {"WWW-Authenticate": 'Basic realm="token"'} if "authorization" in request.headers else {}
        return refusal("invalid_client", "The OAuth client was not found.", status=401, headers=challenge)
    entry.params["client_id"] = client.client_id
    if form.get("grant_type") == "authorization_code":
        return _exchange_code(store, key, request, entry, client)
    if form.get("grant_type") == "refresh_token":
        return _refresh(store, key, request, entry, client)
    return refusal("unsupported_grant_type", f"Invalid grant_type: {form.get('grant_type', '')}")


def revoke(store: Store, request: Request, entry: Entry) -> Reply:
    """`POST /revoke`: ends the whole grant behind an access or refresh token given in the query or the body.

    Source: https://developers.google.com/identity/protocols/oauth2/web-server#tokenrevoke; RFC 7009.
    """
    if request.method != "POST":
        return refusal("invalid_request", "Send a POST.")
    token = dict(request.query_pairs()).get("token") or _form(request).get("token")
    if not token:
        return refusal("invalid_request", "Missing required parameter: token")
    row = store.one(
        "SELECT g.account FROM oauth_tokens t JOIN oauth_grants g ON g.id = t.grant_id WHERE t.token = ?",
        (token,),
    )
    if row is None or not grants.revoke(store, token):
        return refusal("invalid_token", "Token expired or revoked")
    entry.account = row["account"]
    return json_reply({})


def _exchange_code(store: Store, key: SigningKey, request: Request, entry: Entry, client: Client) -> Reply:
    """Tokens for a code. A code that comes twice ends the tokens it gave the first time.

    Source: RFC 6749 section 4.1.2 (reuse, revocation of the tokens issued on the code).
    Assumed: Google revokes too, and answers invalid_grant for an expired code.
    """
    form = _form(request)
    code = form.get("code", "")
    row = store.one(
        "SELECT c.*, g.account, g.client_id FROM oauth_codes c JOIN oauth_grants g ON g.id = c.grant_id"
        " WHERE c.code = ? AND g.client_id = ?",
        (code, client.client_id),
    )
    if row is None:
        return refusal("invalid_grant", "Malformed auth code.")
    entry.account = row["account"]
    if row["used"]:
        store.execute("DELETE FROM oauth_tokens WHERE code = ?", (code,))
        return refusal("invalid_grant", "Bad Request")
    asked = AuthorizationRequest.from_json(row["request"])
    problem = _problem(store, row, asked, form)
    if problem is not None:
        return refusal(*problem)
    store.execute("UPDATE oauth_codes SET used = 1 WHERE code = ?", (code,))
    grant_id, scopes = row["grant_id"], row["scopes"]
    answer = _access(store, key, request, dict(row), nonce=asked.nonce, code=code)
    if row["refresh"]:
        answer["refresh_token"] = grants.issue_refresh_token(store, grant_id, scopes, code)
    return json_reply(answer, headers=_NO_STORE)


def _problem(
    store: Store, row: sqlite3.Row, asked: AuthorizationRequest, form: Mapping[str, str]
) -> tuple[str, str] | None:
    """Why a known, unused code gives nothing, as error and description, or None.

    Source: RFC 7636 section 4.6 (verifier).
    Assumed: a verifier without a challenge is refused (RFC 9700 section 2.1.1 calls it a downgrade).
    """
    if row["expires_at"] <= store.now().timestamp():
        return "invalid_grant", "Bad Request"
    if form.get("redirect_uri") != asked.redirect_uri:
        return "redirect_uri_mismatch", "Bad Request"
    verifier = form.get("code_verifier")
    if asked.code_challenge is None:
        return None if verifier is None else ("invalid_grant", "code_verifier without code_challenge.")
    if not verifier:
        return "invalid_grant", "Missing code verifier."
    if not hmac.compare_digest(
        _challenge(asked.code_challenge_method, verifier), asked.code_challenge.encode()
    ):
        return "invalid_grant", "Invalid code verifier."
    return None


def _challenge(method: str, verifier: str) -> bytes:
    """RFC 7636 section 4.6."""
    if method == "plain":
        return verifier.encode()
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=")


def _refresh(store: Store, key: SigningKey, request: Request, entry: Entry, client: Client) -> Reply:
    form = _form(request)
    row = store.one(
        "SELECT t.grant_id, t.scopes, g.account, g.client_id FROM oauth_tokens t"
        " JOIN oauth_grants g ON g.id = t.grant_id JOIN accounts a ON a.email = g.account"
        " WHERE t.token = ? AND t.kind = 'refresh' AND g.client_id = ?",
        (form.get("refresh_token", ""), client.client_id),
    )
    if row is None:
        return refusal("invalid_grant", "Token has been expired or revoked.")
    entry.account = row["account"]
    wanted = normalize_scopes(form.get("scope", ""))
    if not set(wanted) <= set(row["scopes"].split()):
        return refusal("invalid_scope", "Some requested scopes were not granted.")
    narrowed = dict(row) | ({"scopes": " ".join(wanted)} if wanted else {})
    return json_reply(_access(store, key, request, narrowed, nonce=None, code=None), headers=_NO_STORE)


def _access(
    store: Store,
    key: SigningKey,
    request: Request,
    granted: Mapping[str, Any],
    *,
    nonce: str | None,
    code: str | None,
) -> dict[str, Any]:
    scopes, account = str(granted["scopes"]), str(granted["account"])
    token = grants.issue_access_token(store, granted["grant_id"], scopes, code=code)
    answer: dict[str, Any] = {
        "access_token": token,
        "expires_in": grants.ACCESS_TOKEN_SECONDS,
        "scope": scopes,
        "token_type": "Bearer",
    }
    if "openid" in scopes.split():
        answer["id_token"] = key.id_token(
            store,
            issuer=request.origin,
            client_id=granted["client_id"],
            person=identity.claims(store, account, frozenset(scopes.split())),
            nonce=nonce,
            access_token=token,
        )
    return answer


def _form(request: Request) -> dict[str, str]:
    try:
        return request.form()
    except ValueError:
        return {}
