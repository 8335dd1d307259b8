"""Who a request comes from: the one place that reads the session cookie, the CSRF token and the Origin.

Reading routes take `SignedInDep`; every route that changes something takes `HumanDep`.
Source: OWASP Cross-Site Request Forgery Prevention Cheat Sheet (token in a header, Origin as second check);
RFC 6265bis section 4.1.3.2 (`__Host-` cookies: Secure, Path=/, no Domain; browsers accept them on loopback).
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated
from urllib.parse import urlsplit

import structlog
from fastapi import Depends, Header, Request, Response, Security
from fastapi.security import APIKeyCookie
from sqlalchemy.ext.asyncio import AsyncSession

from countersign.accounts.services import Services
from countersign.actions.proposals import Decider
from countersign.api.limits import LimitsDep
from countersign.errors import NotAllowedError, NotSignedInError
from countersign.identity.sessions import Client, OpenedSession, SignedIn, csrf_token_matches, session_of
from countersign.kit.ids import to_public
from countersign.runs.saver import Checkpoints
from countersign.settings import LOOPBACK_HOSTS, Settings

COOKIE = "__Host-countersign"
_MAX_AGENT_LENGTH = 300

_cookie = APIKeyCookie(
    name=COOKIE, scheme_name="session", description="Opaque session id, set by login.", auto_error=False
)

CookieToken = Annotated[str | None, Security(_cookie)]
CsrfHeader = Annotated[
    str | None,
    Header(
        alias="X-CSRF-Token", description="`csrf_token` of login or of `GET /auth/session`.", max_length=200
    ),
]


class CrossSiteError(NotAllowedError):
    """The request does not prove that it comes from our own page or from a client that holds the CSRF token."""

    code = "cross_site"
    action = "Send the Origin of this installation and the `X-CSRF-Token` that login returned."


def services_of(request: Request) -> Services:
    """What this process works with."""
    services: Services = request.app.state.services
    return services


ServicesDep = Annotated[Services, Depends(services_of)]


def checkpoints_of(request: Request) -> Checkpoints:
    """Where this process reads past states of runs."""
    checkpoints: Checkpoints = request.app.state.checkpoints
    return checkpoints


CheckpointsDep = Annotated[Checkpoints, Depends(checkpoints_of)]


def client_of(request: Request) -> Client:
    """Where the request comes from, as far as it tells."""
    agent = request.headers.get("user-agent", "").encode("utf-8", "replace").decode().replace("\x00", "")
    return Client(
        ip=request.client.host if request.client else None, user_agent=agent[:_MAX_AGENT_LENGTH] or None
    )


ClientDep = Annotated[Client, Depends(client_of)]


async def signed_in(services: ServicesDep, limits: LimitsDep, token: CookieToken) -> SignedIn:
    """The live session behind the cookie; counts as one request of its person.

    Raises:
        NotSignedInError: no cookie, or its session is unknown, ended, idle too long or too old.
        RequestLimitError: the person had all requests of this hour.
    """
    found = await session_of(services.db, services.settings, token) if token else None
    if found is None:
        msg = "You are not signed in, or your session has ended."
        raise NotSignedInError(msg)
    structlog.contextvars.bind_contextvars(user_id=to_public("usr", found.user_id))
    await limits.count_request(found.user_id)
    return found


SignedInDep = Annotated[SignedIn, Depends(signed_in)]


def same_origin(request: Request, services: ServicesDep) -> None:
    """Return when the request names this installation as its origin and was sent to it by that name.

    Raises:
        CrossSiteError: another origin, none, or another name of this machine; nothing was changed.
    """
    origin = services.settings.origin
    if (other_name := other_name_of(request, services.settings)) is not None:
        raise CrossSiteError(other_name, action=f"Use {origin} throughout.")
    if request.headers.get("origin") != origin:
        msg = f"This request does not come from this installation's own address, {origin}."
        raise CrossSiteError(msg)


SameOriginDep = Annotated[None, Depends(same_origin)]


def human(signed_in: SignedInDep, _origin: SameOriginDep, csrf_token: CsrfHeader = None) -> SignedIn:
    """The person behind an interactive session, who may change things.

    Raises:
        NotSignedInError: no live session.
        CrossSiteError: foreign Origin, or the CSRF token is missing or another session's.
    """
    if csrf_token is None or not csrf_token_matches(signed_in, csrf_token):
        msg = "The CSRF token is missing or does not belong to this session."
        raise CrossSiteError(msg)
    return signed_in


HumanDep = Annotated[SignedIn, Depends(human)]


def decider_of(person: HumanDep) -> Decider:
    """The person as the one who decides; nothing but an interactive session becomes one."""
    return Decider(person.user_id, channel="web")


DeciderDep = Annotated[Decider, Depends(decider_of)]


async def user_session(
    services: ServicesDep, signed_in: SignedInDep, client: ClientDep
) -> AsyncIterator[AsyncSession]:
    """The request's one transaction as the signed-in user; committed before the answer leaves."""
    async with services.db.session(signed_in.user_id) as session:
        session.info["request"] = client.as_details()
        yield session


SessionDep = Annotated[AsyncSession, Depends(user_session, scope="function")]


def other_name_of(request: Request, settings: Settings) -> str | None:
    """A sentence naming the address to open when the request uses another name of this machine; else None.

    Names of one machine share no cookies: who signs in under one is nobody when a consent returns to the other.
    """
    own = _host_name(settings.origin)
    if own not in LOOPBACK_HOSTS:
        return None
    used = {_host_name(f"//{request.headers.get('host', '')}"), _host_name(request.headers.get("origin", ""))}
    if used & (set(LOOPBACK_HOSTS) - {own}):
        return f"Open {settings.origin} instead: a sign-in under another name of this machine does not count there."
    return None


def _host_name(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None


def set_session_cookie(response: Response, settings: Settings, opened: OpenedSession) -> None:
    """Give the session to the browser."""
    response.set_cookie(
        COOKIE,
        opened.token,
        max_age=settings.session_days * 86_400,
        path="/",
        secure=True,
        httponly=True,
        samesite="lax",
    )


def clear_session_cookie(response: Response) -> None:
    """Take the session from the browser."""
    response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="lax")
