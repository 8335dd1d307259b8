"""Nobody can ask without end: an hour holds so many requests of a person and so many sign-ins of an address."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from countersign.api.limits import network_of
from countersign.settings import Settings
from tests.api.conftest import let_in
from tests.api.person import Person
from tests.api.serving import Served, serving
from tests.cluster import ProductDatabase

REQUESTS = 3
SIGN_INS = 2
HOUR_SECONDS = 3_600


@pytest.fixture
async def strict(settings: Settings, database: ProductDatabase) -> AsyncIterator[Served]:
    """An installation on the free plan, with limits that a test can reach."""
    limits = {"plan": "free", "requests_per_hour_free": REQUESTS, "sign_ins_per_hour": SIGN_INS}
    with serving(settings.model_copy(update=limits)) as served:
        yield served


async def test_a_person_has_so_many_requests_an_hour_and_nobody_elses_count(
    strict: Served, database: ProductDatabase
) -> None:
    async with Person(strict.origin) as maya, Person(strict.origin, email="lee@other.example") as lee:
        for person in (maya, lee):
            await let_in(person, database, strict.settings)
        statuses = [(await maya.get("/accounts")).status_code for _ in range(REQUESTS)]
        refused = await maya.send("PATCH", "/settings", json={"time_zone": "Europe/Berlin"})
        other = await lee.get("/settings")

    assert (statuses, refused.status_code, other.status_code) == ([200, 200, 200], 429, 200)
    problem = refused.json()
    assert (problem["code"], problem["changed"], problem["details"]) == (
        "request_limit",
        "no",
        {"limit": REQUESTS},
    )
    assert HOUR_SECONDS - 60 <= problem["retry_after"] <= HOUR_SECONDS
    assert refused.headers["retry-after"] == str(problem["retry_after"])
    assert (await database.as_owner("SELECT time_zone FROM users WHERE email = $1", maya.email))[0][0] is None


async def test_an_address_has_so_many_sign_ins_an_hour_whoever_it_claims_to_be(strict: Served) -> None:
    async with Person(strict.origin) as maya, Person(strict.origin, email="lee@other.example") as lee:
        tried = [
            await lee.post("/auth/register", {"email": "no address", "name": "Lee", "password": "x" * 20}),
            await maya.log_in(),
            await lee.log_in(),
            await lee.register(),
        ]
        signed_out = await maya.get("/settings")

    assert [answer.status_code for answer in tried] == [422, 401, 429, 429]
    assert {answer.json()["code"] for answer in tried[2:]} == {"request_limit"}
    assert signed_out.status_code == 401


@pytest.mark.parametrize(
    ("plan", "requests"), [("free", 100), ("pro", 1_000), ("enterprise", 10_000)], ids=str
)
def test_each_plan_has_its_requests_an_hour(plan: str, requests: int) -> None:
    assert Settings(_env_file=None, plan=plan).requests_per_hour == requests


@pytest.mark.parametrize(
    ("ip", "counted_as"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("testclient", "unknown"),
        (None, "unknown"),
    ],
)
def test_a_customers_whole_ipv6_network_counts_as_one_address(ip: str | None, counted_as: str) -> None:
    assert network_of(ip) == counted_as
