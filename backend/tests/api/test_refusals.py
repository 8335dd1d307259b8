"""How the edge refuses: one problem form, the right status, and nothing of the inside."""

from __future__ import annotations

import json
from typing import Any

import pytest

from countersign.settings import Settings
from tests.api.person import API, Person
from tests.api.serving import Served, serving
from tests.cluster import ProductDatabase

_NO_CONVERSATION = "cnv_" + "a" * 26
_NOTHING_STORED: list[Any] = []
_CREDENTIALS = {"email": "maya@acme.example", "password": "wrong password"}


async def test_an_unknown_address_is_a_404_problem(anyone: Person) -> None:
    answer = await anyone.get("/nothing")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert answer.json()["code"] == "not_found"


async def test_a_wrong_method_is_a_405_problem_naming_the_right_ones(anyone: Person) -> None:
    answer = await anyone.send("DELETE", "/auth/login")
    assert (answer.status_code, answer.json()["code"], answer.headers["allow"]) == (
        405,
        "method_not_allowed",
        "POST",
    )


@pytest.mark.parametrize(
    "path",
    [
        f"/conversations/{_NO_CONVERSATION}",
        "/conversations/nonsense",
        "/conversations/run_aaaaaaaaaaaaaaaaaaaaaaaaaa",
        "/conversations/%00",
        "/conversations/cnv_AAAAAAAAAAAAAAAAAAAAAAAAAA",
        "/conversations/cnv_zzzzzzzzzzzzzzzzzzzzzzzzzz",
    ],
)
async def test_unknown_and_malformed_ids_are_both_404(maya: Person, path: str) -> None:
    assert (await maya.get(path)).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"title": 5}',
        b'{"title": null}',
        b'{"title": "a", "extra": 1}',
        b'{"title": "a\\u0000b"}',
        b'{"title": "a\\ud800b"}',
        b'{"title": 1.5}',
        b'{"title": NaN}',
        b'{"title": ' + b"9" * 5_000 + b"}",
        b'{"title": ' + b"[" * 50_000 + b"]" * 50_000 + b"}",
        b'{"title": "' + b"a" * 201 + b'"}',
    ],
)
async def test_a_body_of_the_wrong_shape_is_a_422_problem_and_stores_nothing(
    maya: Person, database: ProductDatabase, body: bytes
) -> None:
    answer = await maya.send(
        "POST", "/conversations", content=body, headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert await database.as_owner("SELECT 1 FROM conversations") == _NOTHING_STORED


async def test_a_refused_field_is_named_and_its_value_is_not_repeated(maya: Person) -> None:
    answer = await maya.post(
        "/auth/login", {"email": "maya@acme.example", "password": {"secret": "canary-7f3"}}
    )
    assert [field["path"] for field in answer.json()["fields"]] == ["/password"]
    assert "canary-7f3" not in answer.text


@pytest.mark.parametrize("size_bytes", [1_000_001, 6_000_000])
async def test_an_oversized_body_is_a_413_problem_and_stores_nothing(
    maya: Person, database: ProductDatabase, size_bytes: int
) -> None:
    body = json.dumps({"title": "a" * size_bytes}).encode()
    answer = await maya.send(
        "POST", "/conversations", content=body, headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert await database.as_owner("SELECT 1 FROM conversations") == _NOTHING_STORED


async def test_an_oversized_body_of_unknown_length_is_a_413_problem(maya: Person) -> None:
    async def pieces() -> Any:
        yield b'{"title": "'
        for _ in range(20):
            yield b"a" * 100_000

    answer = await maya.send(
        "POST", "/conversations", content=pieces(), headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


async def test_every_answer_carries_the_security_headers_and_a_request_id(anyone: Person) -> None:
    answers = [
        await anyone.get("/auth/session"),
        await anyone.get("/nothing"),
        await anyone.http.get("/healthz"),
    ]
    expected = {
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
        "x-content-type-options": "nosniff",
        "cache-control": "no-store",
        "referrer-policy": "no-referrer",
    }
    assert [{name: answer.headers[name] for name in expected} for answer in answers] == [expected] * 3
    assert len({answer.headers["x-request-id"] for answer in answers}) == 3
    assert answers[0].json()["request_id"] == answers[0].headers["x-request-id"]


async def test_an_installation_on_https_tells_browsers_to_stay_on_it_and_takes_its_own_origin_only(
    anyone: Person, settings: Settings
) -> None:
    secure = settings.model_copy(update={"public_origin": "https://assistant.example"})
    with serving(secure) as served:
        async with Person(f"http://127.0.0.1:{served.settings.port}") as person:
            loopback = await person.post("/auth/login", _CREDENTIALS)
            own = await person.post(
                "/auth/login", _CREDENTIALS, headers={"Origin": "https://assistant.example"}
            )
    assert (loopback.status_code, own.status_code) == (403, 401)
    assert own.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"


@pytest.mark.parametrize("name", ["localhost", "[::1]", "LocalHost"])
@pytest.mark.parametrize("header", ["Origin", "Host"])
async def test_another_name_of_this_machine_is_refused_with_the_address_to_open(
    anyone: Person, served: Served, header: str, name: str
) -> None:
    used = f"{name}:{served.settings.port}"
    sent = {header: f"http://{used}" if header == "Origin" else used}
    answer = await anyone.post("/auth/login", _CREDENTIALS, headers=sent)
    assert (answer.status_code, answer.json()["code"], answer.json()["changed"]) == (403, "cross_site", "no")
    assert f"Open {served.origin} instead" in answer.json()["detail"]
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "origin", ["http://127.0.0.1", "http://127.0.0.1:1", "null", "http://[", "http://[::1"]
)
async def test_only_our_own_origin_is_ours_to_the_letter(anyone: Person, origin: str) -> None:
    answer = await anyone.post("/auth/login", _CREDENTIALS, headers={"Origin": origin})
    assert (answer.status_code, answer.json()["code"]) == (403, "cross_site")


async def test_what_is_open_to_anyone_is_short_and_known(anyone: Person) -> None:
    document = (await anyone.get("/openapi.json")).json()
    open_operations = {
        f"{method.upper()} {path}"
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if not operation.get("security")
    }
    assert open_operations == {
        f"POST {API}/auth/register",
        f"POST {API}/auth/login",
        "GET /healthz",
        "GET /readyz",
        "GET /metrics",
    }


@pytest.mark.parametrize("cursor", ["nonsense", "W10", "bnVsbA", "%00", "é"])
async def test_a_cursor_that_is_not_ours_is_a_422_problem(maya: Person, cursor: str) -> None:
    assert (await maya.get("/conversations", params={"cursor": cursor})).status_code == 422
