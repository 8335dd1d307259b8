"""The one request of a one-click unsubscribe: a POST under a grant to an address that a mail names, behind a guard.

Importable only by `actions`. The address comes from whoever wrote the mail, so it goes through the guard (guard.py)
and no redirect is followed. There is no GET, no cookie and no retry, and the answer's body is never read.
Source: RFC 8058 section 3.2 (what is posted, and that nothing else is sent along).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import urlsplit
from uuid import UUID

import httpx

from countersign.connectors.google.transport import is_loopback_http
from countersign.connectors.grant import Grant, check_grant
from countersign.connectors.web.guard import BlockedAddressError, PublicOnly

_KINDS: Final = frozenset({"mail.unsubscribe"})
_BODY: Final = {"List-Unsubscribe": "One-Click"}
_PORTS: Final = (None, 443)
_NOT_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol, httpx.InvalidURL)


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known after the one request: `accepted` is a 2xx, `not_sent` means that no byte of it left."""

    status: Literal["accepted", "not_sent", "unknown"]
    reason: str = ""


def is_allowed(url: str, google_base_url: str) -> bool:
    """Whether this address may be posted to at all: https on its usual port, without a name or password in it.

    A sandbox that stands for Google on loopback (`google_base_url`) may be asked by http, at exactly its own origin.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    if parts.username is not None or parts.password is not None or not parts.hostname:
        return False
    return _is_sandbox(url, google_base_url) or (parts.scheme == "https" and port in _PORTS)


async def post(
    url: str, grant: Grant, *, account_id: UUID, google_base_url: str, timeout_seconds: float
) -> Answer:
    """What came back from asking this address, once, to take the person off its list.

    Raises:
        GrantError: the grant is not genuine, has ended, or is for another account or kind; nothing was sent.
    """
    check_grant(grant, account_id=account_id, kinds=_KINDS)
    if not is_allowed(url, google_base_url):
        return Answer("not_sent", "address_not_allowed")
    is_ours = _is_sandbox(url, google_base_url)
    transport = httpx.AsyncHTTPTransport(trust_env=False) if is_ours else PublicOnly()
    try:
        async with (
            asyncio.timeout(timeout_seconds),
            httpx.AsyncClient(transport=transport, trust_env=False, timeout=timeout_seconds) as client,
            # Never a redirect: it would name an address that no signature covers.
            client.stream("POST", url, data=_BODY, follow_redirects=False) as response,
        ):
            status = response.status_code
    except BlockedAddressError:
        return Answer("not_sent", "address_blocked")
    except _NOT_SENT:
        return Answer("not_sent", "unreachable")
    except (httpx.HTTPError, TimeoutError, OSError):
        return Answer("unknown", "no_answer")
    return Answer("accepted") if httpx.codes.is_success(status) else Answer("unknown", f"status_{status}")


def _is_sandbox(url: str, google_base_url: str) -> bool:
    ours, theirs = urlsplit(google_base_url), urlsplit(url)
    same_origin = (ours.scheme, ours.netloc) == (theirs.scheme, theirs.netloc)
    return is_loopback_http(google_base_url) and same_origin
