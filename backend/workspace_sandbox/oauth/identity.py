"""Who an account is: claims for id_tokens, userinfo v2 and OIDC, tokeninfo, and the discovery document.

Must not show what the token's scopes do not cover.
"""

from __future__ import annotations

import hashlib
from typing import Any

from workspace_sandbox.grants import find_principal
from workspace_sandbox.kernel.call import Call
from workspace_sandbox.kernel.errors import GoogleError, invalid_argument
from workspace_sandbox.store import Store

EMAIL_SCOPE = "https://www.googleapis.com/auth/userinfo.email"
PROFILE_SCOPE = "https://www.googleapis.com/auth/userinfo.profile"
IDENTITY_SCOPES = frozenset({"openid", EMAIL_SCOPE, PROFILE_SCOPE})


def subject_of(account: str) -> str:
    """The account's stable numeric id of 21 digits, derived from the address.

    Source: https://developers.google.com/identity/openid-connect/openid-connect#obtainuserinfo (`sub`).
    """
    digest = hashlib.sha256(account.casefold().encode()).digest()
    return f"1{int.from_bytes(digest[:10], 'big') % 10**20:020d}"


def claims(store: Store, account: str, scopes: frozenset[str]) -> dict[str, Any]:
    """The OpenID Connect claims about an account that `scopes` open.

    Source: https://developers.google.com/identity/openid-connect/openid-connect#scope-param
    """
    row = store.one("SELECT name, type FROM accounts WHERE email = ?", (account,))
    found: dict[str, Any] = {"sub": subject_of(account)}
    if row is None:
        return found
    if row["type"] == "work":
        found["hd"] = account.rpartition("@")[2]
    if EMAIL_SCOPE in scopes:
        found |= {"email": account, "email_verified": True}
    if PROFILE_SCOPE in scopes:
        given, _, family = row["name"].partition(" ")
        found |= {"name": row["name"], "given_name": given, "family_name": family}
    return found


def openid_configuration(origin: str, scopes: list[str]) -> dict[str, Any]:
    """The OpenID provider metadata, with every host folded onto `origin`, which is also the issuer.

    Source: OpenID Connect Discovery section 3; the values follow https://accounts.google.com/.well-known/openid-configuration
    """
    return {
        "issuer": origin,
        "authorization_endpoint": f"{origin}/o/oauth2/v2/auth",
        "token_endpoint": f"{origin}/token",
        "userinfo_endpoint": f"{origin}/v1/userinfo",
        "revocation_endpoint": f"{origin}/revoke",
        "jwks_uri": f"{origin}/oauth2/v3/certs",
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "email", "profile", *scopes],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        "claims_supported": ["aud", "email", "email_verified", "exp", "family_name", "given_name", "hd", "iat",
                             "iss", "name", "sub"],
        "code_challenge_methods_supported": ["plain", "S256"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
    }  # fmt: skip


def get_userinfo(call: Call) -> dict[str, Any]:
    """`oauth2.userinfo.get`: the person behind the token, in the words of version 2 of the API."""
    known = claims(call.store, call.account, call.scopes)
    answer = {"id": known["sub"], "picture": ""}
    renamed = {"email_verified": "verified_email"}
    shown = ("email", "email_verified", "name", "given_name", "family_name", "hd")
    return answer | {renamed.get(name, name): known[name] for name in shown if name in known}


def get_tokeninfo(call: Call) -> dict[str, Any]:
    """`oauth2.tokeninfo`: what an access token is good for.

    Assumed: id_tokens are not looked up here; the answer for them is the same 400 as for an unknown token.
    """
    token = call.params.get("access_token")
    if token is None:
        raise invalid_argument("access_token is needed", location="access_token")
    principal = find_principal(call.store, token)
    if principal is None:
        raise GoogleError(400, "invalid_token", "Invalid Value")
    return {
        "audience": principal.client_id,
        "issued_to": principal.client_id,
        "user_id": subject_of(principal.account),
        "scope": " ".join(sorted(principal.scopes)),
        "expires_in": int(principal.expires_at - call.now.timestamp()),
        **({"email": principal.account, "verified_email": True} if EMAIL_SCOPE in principal.scopes else {}),
    }


HANDLERS = {
    "oauth2.userinfo.get": get_userinfo,
    "oauth2.userinfo.v2.me.get": get_userinfo,
    "oauth2.tokeninfo": get_tokeninfo,
}
