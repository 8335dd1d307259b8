"""Who is calling and whether the token is enough: 401 and 403 as Google words them.

Must not know OAuth's flows: it only looks tokens up.
"""

from __future__ import annotations

from workspace_sandbox.grants import NOBODY, Principal, find_principal
from workspace_sandbox.kernel.documents.discovery import Method
from workspace_sandbox.kernel.errors import GoogleError
from workspace_sandbox.kernel.exchange import Request
from workspace_sandbox.store import Store

_REALM = 'Bearer realm="https://accounts.google.com/"'
_EXPECTED = (
    "Expected OAuth 2 access token, login cookie or other valid authentication credential. See"
    " https://developers.google.com/identity/sign-in/web/devconsole-project."
)


def bearer_token(request: Request) -> str | None:
    """The access token of a request: from the header, else from the query.

    Source: RFC 6750 sections 2.1 and 2.3; `access_token` and `oauth_token` are in the discovery documents.
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return token.strip()
    query = dict(request.query_pairs())
    return query.get("access_token") or query.get("oauth_token")


def authenticate(store: Store, request: Request) -> Principal:
    """Whom the request's token speaks for.

    Source: RFC 6750 section 3 (WWW-Authenticate); the sentences are those of Google's API front end.

    Raises:
        GoogleError: 401 when there is no token (`required`) or it is not valid (`authError`).
    """
    token = bearer_token(request)
    if token is None:
        message = f"Request is missing required authentication credential. {_EXPECTED}"
        raise _unauthorized("required", message, _REALM)
    principal = find_principal(store, token)
    if principal is None:
        message = f"Request had invalid authentication credentials. {_EXPECTED}"
        raise _unauthorized("authError", message, f'{_REALM}, error="invalid_token"')
    return principal


def authorize(store: Store, request: Request, method: Method) -> Principal:
    """Whom the request's token speaks for, once it carries one of the method's scopes.

    A method without scopes needs no token and is called by NOBODY.

    Source: RFC 6750 section 3.1 (`insufficient_scope`, 403).

    Raises:
        GoogleError: 401 as `authenticate`, 403 insufficientPermissions for a token without the scope.
    """
    if not method.scopes:
        return NOBODY
    principal = authenticate(store, request)
    if principal.scopes.isdisjoint(method.scopes):
        challenge = f'{_REALM}, error="insufficient_scope", scope="{" ".join(sorted(method.scopes))}"'
        message = "Request had insufficient authentication scopes."
        raise GoogleError(403, "insufficientPermissions", message, headers={"WWW-Authenticate": challenge})
    return principal


def _unauthorized(reason: str, message: str, challenge: str) -> GoogleError:
    headers = {"WWW-Authenticate": challenge}
    return GoogleError(401, reason, message, headers=headers, location="Authorization")
