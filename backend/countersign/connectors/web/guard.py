"""The guard before addresses that content names: only public ones are connected to, and no name is resolved twice.

What was resolved and checked is what is connected to, so a name that changes its answer in between gains nothing.
Why not a library: of those that do this for httpx, one connects to a private address before it refuses it, and one
hands the TLS layer the host's name as bytes, which the TLS layer refuses.
Source: RFC 6890 (special-purpose addresses), RFC 6052 section 2.1 (NAT64), RFC 3056 section 2 (6to4).
"""

from __future__ import annotations

import asyncio
import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final

import httpx

from countersign.errors import NotAllowedError

_NAT64: Final = IPv6Network("64:ff9b::/96")


class BlockedAddressError(NotAllowedError):
    """An address named by a mail lies in a private network, or is none; nothing was sent there."""

    code = "address_blocked"
    action = "Open the mail and use its own link if you trust it."


class PublicOnly(httpx.AsyncBaseTransport):
    """A transport that resolves a host once and connects only if every one of its addresses is public.

    The request keeps its host for TLS and for the Host field. Close it like any transport; redirects are the client's
    business and pass through here again.
    """

    def __init__(self) -> None:
        """Prepare connections that use no proxy and try nothing again."""
        self._inner = httpx.AsyncHTTPTransport(trust_env=False, retries=0)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The answer of the address that was checked.

        Raises:
            BlockedAddressError: one of the host's addresses is not public; no connection was made.
            httpx.ConnectError: the host has no address.
        """
        host = request.url.raw_host.decode("ascii").strip("[]")
        address = await _public_address(host, request.url.port or 443)
        pinned = httpx.Request(
            request.method,
            request.url.copy_with(host=address),
            headers=request.headers,
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": host},
        )
        return await self._inner.handle_async_request(pinned)

    async def aclose(self) -> None:
        """Close every connection."""
        await self._inner.aclose()


def is_public(address: str) -> bool:
    """Whether anybody on the internet could be meant by this IP address, also by one written inside another."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    inner = _embedded(found) if isinstance(found, IPv6Address) else None
    return all(one.is_global and not one.is_multicast for one in (found, inner) if one is not None)


async def _public_address(host: str, port: int) -> str:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as exc:
        msg = "This host has no address."
        raise httpx.ConnectError(msg) from exc
    addresses = [str(answer[4][0]) for answer in found]
    if not addresses or not all(map(is_public, addresses)):
        msg = "This address lies in a private network."
        raise BlockedAddressError(msg)
    return addresses[0]


def _embedded(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that this one carries inside, by mapping, NAT64 or 6to4."""
    if address in _NAT64:
        return IPv4Address(address.packed[-4:])
    return address.ipv4_mapped or address.sixtofour
