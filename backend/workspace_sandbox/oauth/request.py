"""An authorization request, read and checked before anybody is asked.

Must not redirect to an address that the client has not registered: such a request ends on an error page.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass

from workspace_sandbox.oauth.clients import accepts_redirect, find_client
from workspace_sandbox.oauth.identity import EMAIL_SCOPE, IDENTITY_SCOPES, PROFILE_SCOPE
from workspace_sandbox.store import Store

# Source: https://developers.google.com/identity/protocols/oauth2/scopes#openid-connect (`email` and `profile` are
# answered as their long names in the token response, which makes oauthlib complain about a changed scope).
_LONG_NAMES = {"email": EMAIL_SCOPE, "profile": PROFILE_SCOPE}
_PROMPTS = frozenset({"none", "consent", "select_account"})
_ACCESS_TYPES = frozenset({"online", "offline"})
_CHALLENGE_METHODS = frozenset({"S256", "plain"})


class RefusedRequest(Exception):  # noqa: N818 - it is a page for a person, not a fault of the program
    """The request cannot be answered by a redirect; `code` is Google's word for it, shown on the error page."""

    def __init__(self, code: str, message: str, *, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """What a client asks an account for; all values are checked."""

    client_id: str
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str | None
    nonce: str | None
    code_challenge: str | None
    code_challenge_method: str
    access_type: str
    prompts: tuple[str, ...]
    login_hint: str | None
    include_granted_scopes: bool

    def to_json(self) -> str:
        """For keeping it between the page and the decision."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> AuthorizationRequest:
        """The request that `to_json` wrote."""
        raw = json.loads(text)
        return cls(**{**raw, "scopes": tuple(raw["scopes"]), "prompts": tuple(raw["prompts"])})


def normalize_scopes(text: str) -> tuple[str, ...]:
    """The scopes of a space-separated list, each once, short names replaced by long ones."""
    return tuple(dict.fromkeys(_LONG_NAMES.get(scope, scope) for scope in text.split()))


def read_request(store: Store, query: Mapping[str, str], known: Collection[str]) -> AuthorizationRequest:
    """The checked request behind the parameters of `/o/oauth2/v2/auth`.

    Source: https://developers.google.com/identity/protocols/oauth2/web-server#creatingclient and its list of errors;
    RFC 7636 section 4.3 (a challenge without method is `plain`).

    Raises:
        RefusedRequest: with Google's code: invalid_client, redirect_uri_mismatch, unsupported_response_type,
            invalid_scope, invalid_request.
    """
    client = find_client(store, query.get("client_id", ""))
    if client is None:
        raise RefusedRequest("invalid_client", "The OAuth client was not found.", status=401)
    redirect_uri = query.get("redirect_uri", "")
    if not accepts_redirect(client, redirect_uri):
        message = f"The redirect address {redirect_uri!r} is not registered for this client."
        raise RefusedRequest("redirect_uri_mismatch", message)
    if query.get("response_type") != "code":
        raise RefusedRequest("unsupported_response_type", "Only response_type=code is answered.")
    prompts = tuple(query.get("prompt", "").split())
    method = query.get("code_challenge_method", "plain")
    access_type = query.get("access_type", "online")
    _check_words("prompt", prompts, _PROMPTS)
    _check_words("code_challenge_method", (method,), _CHALLENGE_METHODS)
    _check_words("access_type", (access_type,), _ACCESS_TYPES)
    if "none" in prompts and len(prompts) > 1:
        raise RefusedRequest("invalid_request", "prompt=none cannot be combined with another prompt.")
    return AuthorizationRequest(
        client_id=client.client_id,
        redirect_uri=redirect_uri,
        scopes=_read_scopes(query, known),
        state=query.get("state"),
        nonce=query.get("nonce"),
        code_challenge=query.get("code_challenge"),
        code_challenge_method=method,
        access_type=access_type,
        prompts=prompts,
        login_hint=query.get("login_hint"),
        include_granted_scopes=query.get("include_granted_scopes") == "true",
    )


def _read_scopes(query: Mapping[str, str], known: Collection[str]) -> tuple[str, ...]:
    scopes = normalize_scopes(query.get("scope", ""))
    if not scopes:
        raise RefusedRequest("invalid_request", "Missing required parameter: scope")
    unknown = [scope for scope in scopes if scope not in known and scope not in IDENTITY_SCOPES]
    if unknown:
        raise RefusedRequest("invalid_scope", f"Some requested scopes were invalid: {unknown}")
    return scopes


def _check_words(name: str, words: tuple[str, ...], allowed: frozenset[str]) -> None:
    for word in words:
        if word not in allowed:
            raise RefusedRequest("invalid_request", f"Invalid parameter value for {name}: {word!r}")
