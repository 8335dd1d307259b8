"""The guard before an address that a mail names: only public https, or the sandbox that stands for Google."""

from __future__ import annotations

import socket
from typing import Any
from uuid import uuid4

import httpx
import pytest

from countersign.connectors.errors import GrantError
from countersign.connectors.web import guard, one_click
from tests.connectors.test_grants import minted
from tests.sandbox.server import Sandbox

PRIVATE = (
    "127.0.0.1",
    "[::1]",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "[::ffff:127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[fd00:ec2::254]",
    "2130706433",
    "localhost",
)


async def posted(url: str, google_base_url: str = "", kind: str = "mail.unsubscribe") -> one_click.Answer:
    account_id = uuid4()
    return await one_click.post(
        url,
        minted(account_id, kind),
        account_id=account_id,
        google_base_url=google_base_url,
        timeout_seconds=2,
    )


@pytest.mark.parametrize("host", PRIVATE)
async def test_no_private_address_is_asked(host: str) -> None:
    answer = await posted(f"https://{host}/u")

    assert (answer.status, answer.reason) == ("not_sent", "address_blocked")


@pytest.mark.parametrize("address", ["fe80::1%eth0", "224.0.0.1", "2002:7f00:1::", "not an address"])
def test_an_address_that_is_not_of_the_internet_is_not_public(address: str) -> None:
    assert not guard.is_public(address)


async def test_a_name_without_an_address_was_asked_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(*_: Any, **__: Any) -> list[Any]:
        raise socket.gaierror(socket.EAI_NONAME)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)

    assert (await posted("https://list.example/u")).reason == "unreachable"


@pytest.mark.parametrize("answers", [["93.184.215.14", "10.0.0.1"], ["127.0.0.1"]], ids=str)
async def test_a_name_counts_by_every_address_it_resolves_to(
    monkeypatch: pytest.MonkeyPatch, answers: list[str]
) -> None:
    def resolve(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in answers]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)

    assert (await posted("https://list.example/u")).reason == "address_blocked"


async def test_the_checked_address_is_the_one_that_is_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[httpx.Request] = []

    async def connect(_: httpx.AsyncHTTPTransport, request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(302, headers={"Location": "http://127.0.0.1/"}, request=request)

    def resolve(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        return [(socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("2606:2800:21f::1", port, 0, 0))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", connect)
    answer = await posted("https://list.example/u?id=1")

    (request,) = seen
    assert (request.method, str(request.url)) == ("POST", "https://[2606:2800:21f::1]/u?id=1")
    assert (request.headers["host"], request.extensions["sni_hostname"]) == ("list.example", "list.example")
    assert (await request.aread(), request.headers.get("cookie")) == (b"List-Unsubscribe=One-Click", None)
    assert answer == one_click.Answer("unknown", "status_302")


@pytest.mark.parametrize(
    "url", ["http://list.example/u", "https://list.example:8443/u", "https://a:b@list.example/u"]
)
async def test_only_plain_https_is_asked(url: str) -> None:
    assert await posted(url) == one_click.Answer("not_sent", "address_not_allowed")


async def test_loopback_is_asked_only_as_the_sandbox_that_stands_for_google(google_sandbox: Sandbox) -> None:
    url = f"{google_sandbox.base_url}/_sandbox/unsubscribe/weekly"

    assert (await posted(url)).status == "not_sent"
    assert (await posted(url, "http://127.0.0.1:1")).status == "not_sent"
    assert (await posted(url, google_sandbox.base_url)).status == "accepted"
    assert len(google_sandbox.ledger(method="sandbox.unsubscribe")) == 1


async def test_a_sandbox_that_is_gone_was_asked_nothing() -> None:
    gone = "http://127.0.0.1:9"

    assert await posted(f"{gone}/u", gone) == one_click.Answer("not_sent", "unreachable")


async def test_a_grant_for_something_else_asks_nobody(google_sandbox: Sandbox) -> None:
    with pytest.raises(GrantError):
        await posted(f"{google_sandbox.base_url}/u", google_sandbox.base_url, kind="mail.reply")
