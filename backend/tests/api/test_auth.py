"""Registering, signing in and out over HTTP."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.api.person import PASSWORD, Person
from tests.cluster import ProductDatabase


async def test_registering_answers_201_with_an_id_and_a_second_time_409(anyone: Person) -> None:
    first, second = await anyone.register(), await anyone.register()
    assert (first.status_code, second.status_code) == (201, 409)
    assert first.json()["id"].startswith("usr_")
    assert second.json()["code"] == "address_taken"


async def test_registering_signs_nobody_in(anyone: Person) -> None:
    assert "set-cookie" not in (await anyone.register()).headers


async def test_signing_in_sets_a_host_only_cookie_that_scripts_cannot_read(anyone: Person) -> None:
    await anyone.register()
    cookie = (await anyone.log_in()).headers["set-cookie"].lower()
    assert cookie.startswith("__host-countersign=")
    assert {"httponly", "secure", "samesite=lax", "path=/"} <= {part.strip() for part in cookie.split(";")}
    assert "domain=" not in cookie


async def test_wrong_password_answers_401_with_the_same_text_for_known_and_unknown_addresses(
    anyone: Person,
) -> None:
    await anyone.register()
    known = await anyone.post("/auth/login", {"email": anyone.email, "password": "wrong password"})
    unknown = await anyone.post("/auth/login", {"email": "nobody@acme.example", "password": "wrong password"})
    assert (known.status_code, unknown.status_code) == (401, 401)
    assert _without_id(known.json()) == _without_id(unknown.json())


async def test_ten_failed_tries_answer_429_with_the_time_to_wait_and_15_minutes_later_it_works(
    anyone: Person, database: ProductDatabase
) -> None:
    await anyone.register()
    tries = [(await anyone.log_in("wrong password")).status_code for _ in range(10)]
    locked = await anyone.log_in()
    await database.advance_clock(timedelta(minutes=15, seconds=1))
    assert (tries, locked.status_code) == ([401] * 10, 429)
    assert 0 < int(locked.headers["retry-after"]) == locked.json()["retry_after"] <= 900
    assert (await anyone.log_in()).status_code == 200


async def test_every_tab_of_a_session_gets_the_same_csrf_token(maya: Person) -> None:
    async with maya.in_another_tab() as tab:
        answer = (await tab.get("/auth/session")).json()
    assert (answer["csrf_token"], answer["user"]["email"]) == (maya.csrf, maya.email)


async def test_logging_out_ends_the_session_in_every_tab_and_clears_the_cookie(maya: Person) -> None:
    answer = await maya.post("/auth/logout")
    async with maya.in_another_tab() as tab:
        assert (await tab.get("/auth/session")).status_code == 401
    assert (answer.status_code, answer.content) == (204, b"")
    assert "max-age=0" in answer.headers["set-cookie"].lower()


async def test_an_idle_session_answers_401_and_what_was_waiting_is_still_there_after_signing_in(
    maya: Person, database: ProductDatabase
) -> None:
    conversation = (await maya.post("/conversations", {"title": "Vendor"})).json()
    await database.advance_clock(timedelta(hours=12))
    assert (await maya.get("/conversations")).status_code == 401
    await maya.log_in()
    assert (await maya.get(f"/conversations/{conversation['id']}")).json() == conversation


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "", "http://127.0.0.1:1"])
async def test_a_foreign_origin_changes_nothing(maya: Person, database: ProductDatabase, origin: str) -> None:
    answer = await maya.post("/conversations", {}, headers={"Origin": origin})
    assert (answer.status_code, answer.json()["code"]) == (403, "cross_site")
    assert await database.as_owner("SELECT 1 FROM conversations") == []


@pytest.mark.parametrize("path", ["/auth/login", "/auth/register"])
async def test_even_signing_in_needs_our_own_origin(anyone: Person, path: str) -> None:
    body = {"email": anyone.email, "password": PASSWORD} | (
        {"name": "Maya"} if path.endswith("register") else {}
    )
    assert (await anyone.post(path, body, headers={"Origin": "https://evil.example"})).status_code == 403


async def test_another_sessions_csrf_token_is_refused(maya: Person, lee: Person) -> None:
    assert (await maya.post("/conversations", {}, headers={"X-CSRF-Token": lee.csrf})).status_code == 403


async def test_a_password_that_breaks_a_rule_is_refused_with_words(anyone: Person) -> None:
    answer = await anyone.register("short")
    assert answer.status_code == 422
    assert answer.json()["fields"] == [
        {"path": "/password", "text": "The password is too short: it needs at least 10 characters."}
    ]


def _without_id(problem: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in problem.items() if name != "request_id"}
