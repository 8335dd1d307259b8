"""What accounts have granted to clients, and the tokens that came of it.

Must not know HTTP: the token endpoint, the consent page and the kernel ask here.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from workspace_sandbox.store import Store

# Source: https://developers.google.com/identity/protocols/oauth2/web-server ("expires_in": 3920 in the guide's
# example, one hour in practice; google-auth refreshes 3 min 45 s early).
ACCESS_TOKEN_SECONDS = 3599


@dataclass(frozen=True, slots=True)
class Principal:
    """Whom a valid access token speaks for.

    Attributes:
        account: the e-mail address; empty for methods that need no token.
        scopes: those of this token, which may be fewer than the grant's.
        client_id: the application.
        expires_at: seconds since 1970 by the sandbox clock.
    """

    account: str
    scopes: frozenset[str]
    client_id: str
    expires_at: float


NOBODY = Principal("", frozenset(), "", 0.0)


def find_principal(store: Store, access_token: str) -> Principal | None:
    """Whom an access token speaks for, or None when it is unknown, expired, revoked or of a vanished account."""
    row = store.one(
        "SELECT a.email, t.scopes, t.expires_at, g.client_id FROM oauth_tokens t"
        " JOIN oauth_grants g ON g.id = t.grant_id JOIN accounts a ON a.email = g.account"
        " WHERE t.token = ? AND t.kind = 'access'",
        (access_token,),
    )
    if row is None or row["expires_at"] <= store.now().timestamp():
        return None
    return Principal(row["email"], frozenset(row["scopes"].split()), row["client_id"], row["expires_at"])


def granted_scopes(store: Store, client_id: str, account: str) -> frozenset[str]:
    """Every scope this account has ever granted to this client and not revoked."""
    row = store.one(
        "SELECT scopes FROM oauth_grants WHERE client_id = ? AND account = ?", (client_id, account)
    )
    return frozenset(row["scopes"].split()) if row is not None else frozenset()


def has_refresh_token(store: Store, client_id: str, account: str) -> bool:
    """Whether a refresh token is already out for this client and account."""
    row = store.one(
        "SELECT has_refresh_token FROM oauth_grants WHERE client_id = ? AND account = ?", (client_id, account)
    )
    return row is not None and bool(row["has_refresh_token"])


def grant(store: Store, client_id: str, account: str, scopes: frozenset[str]) -> int:
    """The id of the grant after adding `scopes` to what was granted before."""
    everything = scopes | granted_scopes(store, client_id, account)
    store.execute(
        "INSERT INTO oauth_grants (client_id, account, scopes) VALUES (?, ?, ?)"
        " ON CONFLICT (client_id, account) DO UPDATE SET scopes = excluded.scopes",
        (client_id, account, " ".join(sorted(everything))),
    )
    row = store.one("SELECT id FROM oauth_grants WHERE client_id = ? AND account = ?", (client_id, account))
    return 0 if row is None else int(row["id"])


def issue_access_token(
    store: Store, grant_id: int, scopes: str, *, code: str | None = None, seconds: int = ACCESS_TOKEN_SECONDS
) -> str:
    """A new random access token for `scopes` (space separated), valid for `seconds` of the sandbox clock."""
    token = f"ya29.sandbox-{secrets.token_urlsafe(32)}"
    expires_at = store.now().timestamp() + seconds
    store.execute(
        "INSERT INTO oauth_tokens VALUES (?, 'access', ?, ?, ?, ?)",
        (token, grant_id, code, scopes, expires_at),
    )
    return token


def issue_refresh_token(store: Store, grant_id: int, scopes: str, code: str) -> str:
    """A new random refresh token; it does not expire and, as Google's do, contains slashes."""
    token = f"1//sandbox-{secrets.token_urlsafe(32)}"
    store.execute(
        "INSERT INTO oauth_tokens VALUES (?, 'refresh', ?, ?, ?, NULL)", (token, grant_id, code, scopes)
    )
    store.execute("UPDATE oauth_grants SET has_refresh_token = 1 WHERE id = ?", (grant_id,))
    return token


def revoke(store: Store, token: str) -> bool:
    """True when `token` was known: its whole grant is gone, with every token and unused code of it.

    Source: https://developers.google.com/identity/protocols/oauth2/web-server#tokenrevoke ("If the token is an access
    token and it has a corresponding refresh token, the refresh token will also be revoked").
    """
    row = store.one("SELECT grant_id FROM oauth_tokens WHERE token = ?", (token,))
    if row is None:
        return False
    store.execute("DELETE FROM oauth_grants WHERE id = ?", (row["grant_id"],))
    return True
