"""Nobody reaches what is somebody else's: every operation of the contract, with another person's ids."""

from __future__ import annotations

import httpx
import pytest

from tests.api.operations import Operation, operations
from tests.api.person import Person
from tests.api.things import SAMPLED, things_of
from tests.cluster import ProductDatabase

ALL = operations()
WITH_IDS = [operation for operation in ALL if operation.id_names]
SECURED = [operation for operation in ALL if operation.is_secured]
CHANGING = [operation for operation in SECURED if operation.changes_things]

FORGERIES: list[dict[str, str | None]] = [
    {"X-CSRF-Token": None},
    {"X-CSRF-Token": "0" * 64},
    {"Origin": None},
    {"Origin": "https://evil.example"},
]


def named(operation: Operation) -> str:
    """How a case is called in the report."""
    return operation.name


@pytest.fixture
async def lees(lee: Person, database: ProductDatabase) -> dict[str, str]:
    """One of everything, all Lee's, by parameter name."""
    return await things_of(lee, database)


async def ask(
    person: Person, operation: Operation, ids: dict[str, str], **headers: str | None
) -> httpx.Response:
    """The operation with a valid body, as that person; a header of None is left out."""
    sent = {"Accept": "application/json", **person.headers, **operation.required_headers(), **headers}
    return await person.http.request(
        operation.method,
        operation.address(ids),
        json=operation.body(),
        headers={name: value for name, value in sent.items() if value is not None},
    )


async def everything_stored(database: ProductDatabase) -> str:
    """A fingerprint of every row that a request could change, apart from when sessions were last seen."""
    tables = await database.as_owner("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
    names = [row["tablename"] for row in tables if row["tablename"] != "sessions"]
    rows = " UNION ALL ".join(f"SELECT '{name}' || t::text AS line FROM \"{name}\" t" for name in names)
    (row,) = await database.as_owner(
        f"SELECT md5(string_agg(line, '|' ORDER BY line)) AS sum FROM ({rows}) AS lines"
    )
    fingerprint: str = row["sum"]
    return fingerprint


def test_every_id_parameter_has_a_sample_of_somebody_elses() -> None:
    assert {name for operation in WITH_IDS for name in operation.id_names} <= SAMPLED


@pytest.mark.parametrize("operation", WITH_IDS, ids=named)
async def test_the_ids_of_others_answer_404_and_change_nothing(
    operation: Operation, maya: Person, lees: dict[str, str], database: ProductDatabase
) -> None:
    before = await everything_stored(database)
    answer = await ask(maya, operation, lees)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert await everything_stored(database) == before


@pytest.mark.parametrize("operation", WITH_IDS, ids=named)
async def test_malformed_ids_answer_404(operation: Operation, maya: Person) -> None:
    answer = await ask(maya, operation, dict.fromkeys(operation.id_names, "nonsense"))
    assert answer.status_code == 404


@pytest.mark.parametrize("operation", SECURED, ids=named)
async def test_without_a_session_everything_but_the_way_in_answers_401(
    operation: Operation, anyone: Person, lees: dict[str, str], database: ProductDatabase
) -> None:
    before = await everything_stored(database)
    answer = await ask(anyone, operation, lees)
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
    assert await everything_stored(database) == before


@pytest.mark.parametrize("operation", CHANGING, ids=named)
async def test_no_change_without_csrf_token_and_our_own_origin(
    operation: Operation, lee: Person, lees: dict[str, str], database: ProductDatabase
) -> None:
    before = await everything_stored(database)
    answers = [await ask(lee, operation, lees, **headers) for headers in FORGERIES]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(403, "cross_site")] * len(
        FORGERIES
    )
    assert await everything_stored(database) == before
