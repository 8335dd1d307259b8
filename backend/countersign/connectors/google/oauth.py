"""Google's OAuth endpoints: where to send the browser, code for tokens, refresh, revoke, who it is.

It stores nothing and knows no user. Blocking library calls run in the client's threads; their exceptions, which
quote Google's answers, are translated inside the thread.
Source: https://developers.google.com/identity/protocols/oauth2/web-server; RFC 6749, RFC 7636 (PKCE, S256),
RFC 7009 (revocation).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal
from uuid import UUID

import requests
from google_auth_oauthlib.flow import Flow
from oauthlib.oauth2.rfc6749.errors import (
    InvalidClientError,
    InvalidGrantError,
    OAuth2Error,
    UnauthorizedClientError,
)
from requests.auth import HTTPBasicAuth

from countersign.connectors.errors import NeedsReconnect, ProviderUnknown, TokenRefused
from countersign.connectors.google.credentials import AccessToken, Credentials
from countersign.connectors.google.failures import retry_after, translate_transport
from countersign.connectors.google.scopes import normalised
from countersign.connectors.google.transport import GoogleClient, Json
from countersign.errors import CountersignError
from countersign.settings import Settings

# Network faults of a refresh or a revocation are tried three times in all. More would keep a person waiting.
_TOKEN_TRIES: Final = 3
# Used when the token endpoint leaves it out; short enough to be harmless. Source: RFC 6749 section 5.1, expires_in.
_SHORTEST_LIFE_SECONDS: Final = 600
_ALREADY_REVOKED: Final = 400
_NOBODY: Final = UUID(int=0)


@dataclass(frozen=True, slots=True)
class ConsentRequest:
    """What to ask a person for at Google."""

    redirect_uri: str
    scopes: Sequence[str]
    state: str = field(repr=False)
    verifier: str = field(repr=False)
    login_hint: str | None = None


@dataclass(frozen=True, slots=True)
class TokenGrant:
    """What the token endpoint issued. `refresh_token` and `scopes` are None when it did not say."""

    access_token: str = field(repr=False)
    expires_in_seconds: int
    refresh_token: str | None = field(repr=False)
    scopes: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose account was connected."""

    email: str
    name: str
    is_verified: bool


class GoogleOAuth:
    """Google's OAuth endpoints, all under the base URL when one is set."""

    def __init__(self, client: GoogleClient, settings: Settings) -> None:
        """Use `client`'s threads and timeout; plain http is allowed only for a loopback base URL."""
        self._client = client
        self._waits_seconds = settings.google_read_retry_waits_seconds[: _TOKEN_TRIES - 1]
        self._client_id = settings.google_client_id
        self._client_secret = settings.google_client_secret
        base = client.base_url
        self._auth_uri = f"{base or 'https://accounts.google.com'}/o/oauth2/v2/auth"
        self._token_uri = f"{base or 'https://oauth2.googleapis.com'}/token"
        self._revoke_uri = f"{base or 'https://oauth2.googleapis.com'}/revoke"
        if client.is_loopback:
            # oauthlib has no other way to allow a loopback address.
            os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"

    def consent_url(self, asked: ConsentRequest) -> str:
        """Where the person's browser goes: code flow, PKCE S256, offline, earlier grants included.

        Consent is always shown again: Google gives no refresh token otherwise when it was given before.
        """
        extra = {"login_hint": asked.login_hint} if asked.login_hint else {}
        url, _ = self._flow(asked.redirect_uri, asked.verifier, asked.scopes).authorization_url(
            state=asked.state,
            access_type="offline",
            include_granted_scopes="true",
            prompt="consent" if asked.login_hint else "select_account consent",
            **extra,
        )
        return str(url)

    async def exchange(self, code: str, verifier: str, redirect_uri: str) -> TokenGrant:
        """The tokens for a code; a code works once, so this is never repeated.

        Raises:
            TokenRefused: the code is old, used or not ours, or our client is not accepted.
            ProviderUnknown: no clear answer.
        """

        def work() -> Json:
            flow = self._flow(redirect_uri, verifier, None)
            return dict(flow.fetch_token(code=code, timeout=self._client.timeout_seconds))

        return _grant(await self._client.in_thread(_translated(work)))

    async def refresh(self, refresh_token: str) -> TokenGrant:
        """A new access token; safe to repeat, so network faults are tried three times.

        Raises:
            TokenRefused: `invalid_grant` means the person or Google took the permission back.
            ProviderUnknown: no clear answer.
        """

        def work() -> Json:
            session = self._flow("", None, None).oauth2session
            secret = self._client_secret.get_secret_value()
            answer = session.refresh_token(
                self._token_uri,
                refresh_token=refresh_token,
                auth=HTTPBasicAuth(self._client_id, secret),
                timeout=self._client.timeout_seconds,
            )
            return dict(answer)

        answer = await self._client.tried_again(
            lambda: self._client.in_thread(_translated(work)), self._waits_seconds
        )
        return _grant(answer)

    async def revoke(self, token: str) -> None:
        """Nothing; the whole grant behind this token is gone at Google. Idempotent, network faults tried again.

        Raises:
            ProviderUnknown: it may still be there.
        """

        def work() -> Json:
            with requests.Session() as session:
                session.trust_env = not self._client.is_loopback
                answer = session.post(
                    self._revoke_uri,
                    data={"token": token},
                    timeout=self._client.timeout_seconds,
                    allow_redirects=False,
                )
                if answer.ok or answer.status_code == _ALREADY_REVOKED:
                    return {}
                raise _unclear(answer)

        await self._client.tried_again(lambda: self._client.in_thread(_translated(work)), self._waits_seconds)

    async def identity(self, access_token: str) -> Identity:
        """Address and name of the account behind this token.

        Raises:
            ProviderRefusal, ProviderUnknown: it cannot be told.
        """
        credentials = Credentials(_NOBODY, AccessToken(access_token), _no_renewal)
        answer = await self._client.read("oauth2", credentials, lambda service: service.userinfo().get())
        return Identity(
            email=str(answer.get("email", "")),
            name=str(answer.get("name", "")),
            is_verified=bool(answer.get("verified_email")),
        )

    def _flow(self, redirect_uri: str, verifier: str | None, scopes: Collection[str] | None) -> Flow:
        # Without scopes oauthlib does not compare asked with granted: partial consent is a normal answer here.
        flow = Flow.from_client_config(
            {
                "web": {
                    "client_id": self._client_id,
                    "client_secret": self._client_secret.get_secret_value(),
                    "auth_uri": self._auth_uri,
                    "token_uri": self._token_uri,
                }
            },
            scopes=None if scopes is None else list(scopes),
            redirect_uri=redirect_uri,
            code_verifier=verifier,
            autogenerate_code_verifier=False,
        )
        flow.oauth2session.trust_env = not self._client.is_loopback
        for kind in ("access_token_response", "refresh_token_response"):
            flow.oauth2session.register_compliance_hook(kind, _refuse_outage)
        return flow


def _translated(work: Callable[[], Json]) -> Callable[[], Json | CountersignError]:
    def run() -> Json | CountersignError:
        try:
            return work()
        except CountersignError as error:
            return error
        except InvalidGrantError:
            return TokenRefused("invalid_grant")
        except (InvalidClientError, UnauthorizedClientError):
            return TokenRefused("invalid_client")
        except OAuth2Error as error:
            return TokenRefused(_slug(error))
        except requests.Timeout:
            return ProviderUnknown(None, "timeout", may_retry=True)
        except (OSError, ValueError) as error:
            return translate_transport(error)

    return run


def _slug(error: OAuth2Error) -> Literal["invalid_client", "other"]:
    # Google's own names beside the RFC's. Source: its web-server guide, "invalid_client", "deleted_client".
    known: set[Any] = {"deleted_client", "disabled_client", "invalid_client"}
    return "invalid_client" if error.error in known else "other"


def _refuse_outage(answer: requests.Response) -> requests.Response:
    """The answer unchanged unless the endpoint is limiting or down: oauthlib would call that a missing token."""
    if (
        answer.status_code == requests.codes.too_many_requests
        or answer.status_code >= requests.codes.server_error
    ):
        raise _unclear(answer)
    return answer


def _unclear(answer: requests.Response) -> ProviderUnknown:
    status = answer.status_code
    return ProviderUnknown(
        status,
        "rateLimitExceeded" if status == requests.codes.too_many_requests else "unavailable",
        retry_after_seconds=retry_after(answer.headers.get("retry-after")),
        may_retry=status == requests.codes.too_many_requests or status >= requests.codes.server_error,
    )


def _grant(answer: Json) -> TokenGrant:
    scope = answer.get("scope")
    # requests-oauthlib turns the scope of an answer into a list, oauthlib leaves text.
    given = scope.split() if isinstance(scope, str) else scope
    return TokenGrant(
        access_token=str(answer["access_token"]),
        expires_in_seconds=int(answer.get("expires_in") or _SHORTEST_LIFE_SECONDS),
        refresh_token=answer.get("refresh_token"),
        scopes=None if given is None else normalised(given),
    )


async def _no_renewal(_refused: AccessToken) -> AccessToken:
    raise NeedsReconnect
