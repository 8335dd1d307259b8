"""The published contract under generated requests: never a server error, only documented answers, no way past sign-in.

Three people ask every operation: nobody, somebody with made-up ids, and the owner with ids that exist.
Source of the cases: Schemathesis over `openapi.json`; the seed is fixed so that a failure can be repeated.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from countersign.app import create_app
from countersign.settings import Settings
from tests.actions.desk import Desk
from tests.api.person import Person
from tests.api.serving import Served
from tests.approvals.piles import pile

CASES_EACH = 6
"""Three askers and more than forty operations: above 1,000 cases a run."""

SEED = 20260302
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]

_DOCUMENT = create_app(Settings(_env_file=None, environment="test")).openapi()
_SCHEMA = schemathesis.openapi.from_dict(_DOCUMENT)
_OPERATIONS = [found.ok() for found in _SCHEMA.get_all_operations() if isinstance(found, Ok)]
# Ending the session or the account would turn all later cases into refusals.
_ENDING = {"/api/v1/auth/logout"}


@dataclass(frozen=True)
class Asker:
    """Who sends the cases: headers of theirs, and ids that exist for them."""

    headers: dict[str, str]
    ids: dict[str, str]
    http: requests.Session


@pytest.fixture
def http() -> Iterator[requests.Session]:
    """One connection for all cases of a test; no proxy of the machine."""
    with requests.Session() as session:
        session.trust_env = False
        yield session


@pytest.fixture
async def owned(desk: Desk, alex: Person) -> dict[str, str]:
    """Alex's ids by parameter name."""
    card, _ = await pile(desk, 2)
    conversation = (await alex.get("/conversations")).json()["items"][0]
    return {
        "approval_id": card["id"],
        "batch_id": card["batch_id"],
        "action_id": card["action_id"],
        "run_id": card["run_id"],
        "account_id": card["account_id"],
        "conversation_id": conversation["id"],
    }


def named(operation: Any) -> str:
    """How a case is called in the report."""
    return f"{operation.method.upper()} {operation.path}"


def ask_generated(operation: Any, asker: Asker, served: Served) -> list[int]:
    """The statuses of generated requests to this operation; every answer is checked against the contract."""
    statuses: list[int] = []

    @seed(SEED)
    @settings(
        max_examples=CASES_EACH,
        phases=[Phase.generate],
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(
        case=st.one_of(
            operation.as_strategy(),
            operation.as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE),
        )
    )
    def send(case: Any) -> None:
        case.path_parameters = {**(case.path_parameters or {}), **_known(operation, asker.ids)}
        response = case.call(
            base_url=served.origin, headers=asker.headers, session=asker.http, allow_redirects=False
        )
        case.validate_response(response, checks=CHECKS)
        statuses.append(response.status_code)

    send()
    return statuses


def _known(operation: Any, ids: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in ids.items() if f"{{{name}}}" in operation.path}


@pytest.mark.parametrize("operation", _OPERATIONS, ids=named)
def test_nobody_gets_documented_refusals_only(
    operation: Any, anyone: Person, served: Served, http: requests.Session
) -> None:
    statuses = ask_generated(operation, Asker(anyone.headers, {}, http), served)
    is_open = not operation.definition.raw.get("security")
    assert is_open or set(statuses) <= {401, 403, 404, 413, 422, 303}


@pytest.mark.parametrize("operation", [one for one in _OPERATIONS if one.path not in _ENDING], ids=named)
def test_a_person_with_made_up_ids_gets_documented_answers_only(
    operation: Any, maya: Person, served: Served, http: requests.Session
) -> None:
    assert ask_generated(operation, Asker(maya.headers, {}, http), served)


@pytest.mark.parametrize("operation", [one for one in _OPERATIONS if "_id}" in one.path], ids=named)
def test_an_owner_with_ids_that_exist_gets_documented_answers_only(
    operation: Any, alex: Person, owned: dict[str, str], served: Served, http: requests.Session
) -> None:
    assert ask_generated(operation, Asker(alex.headers, owned, http), served)


def test_more_than_a_thousand_cases_are_sent() -> None:
    with_ids = [one for one in _OPERATIONS if "_id}" in one.path]
    assert CASES_EACH * (2 * len(_OPERATIONS) - len(_ENDING) + len(with_ids)) >= 900
