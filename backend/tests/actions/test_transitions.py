"""The allowed transitions stand in three places that must agree: contract, code and database; decisions bind bytes."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from countersign.actions import decisions
from countersign.actions.types import CLOSED_STATES, OPEN_STATES, TRANSITIONS, Terms
from tests.actions.desk import Desk, action_id
from tests.actions.replies import PAYLOAD
from tests.cluster import ProductDatabase

# Written out by hand, apart from the code: the arrows of the main line, the ways back, and the ends from each.
CONTRACT = {
    "proposed": {"approved", "rejected", "expired", "cancelled"},
    "approved": {"staging", "cancelled", "proposed", "refused", "needs_review"},
    "staging": {"armed", "proposed", "refused", "failed", "needs_review"},
    "armed": {"done", "failed", "refused", "needs_review"},
    "expired": {"proposed", "cancelled"},
    "needs_review": {"done", "failed", "proposed"},
    "done": set(),
    "rejected": set(),
    "cancelled": set(),
    "failed": set(),
    "refused": set(),
}


def test_the_code_allows_what_the_contract_allows() -> None:
    assert {state: set(after) for state, after in TRANSITIONS.items()} == CONTRACT
    assert set(CONTRACT) == OPEN_STATES | CLOSED_STATES
    assert OPEN_STATES.isdisjoint(CLOSED_STATES)


async def test_the_database_allows_what_the_contract_allows(database: ProductDatabase) -> None:
    rows = await database.as_owner("SELECT old, new FROM action_transitions")

    assert {(row["old"], row["new"]) for row in rows} == {
        (old, new) for old, after in CONTRACT.items() for new in after
    }


FORBIDDEN = [(old, new) for old in CONTRACT for new in CONTRACT if new not in CONTRACT[old] and old != new]


async def test_the_database_refuses_every_other_transition(desk: Desk) -> None:
    card = await desk.propose()
    connection = await asyncpg.connect(desk.database.owner_url)
    refused = [pair for pair in FORBIDDEN if await _is_refused(connection, action_id(card), *pair)]
    await connection.close()

    assert refused == FORBIDDEN


async def _is_refused(connection: asyncpg.Connection, action: Any, old: str, new: str) -> bool:
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute("ALTER TABLE actions DISABLE TRIGGER USER")
        await connection.execute("UPDATE actions SET state = $2 WHERE id = $1", action, old)
        await connection.execute("ALTER TABLE actions ENABLE TRIGGER USER")
        await connection.execute(
            "UPDATE actions SET state = $2, version = version + 1 WHERE id = $1", action, new
        )
    except asyncpg.CheckViolationError:
        return True
    finally:
        await transaction.rollback()
    return False


async def test_the_database_refuses_to_change_an_action_under_the_same_version(desk: Desk) -> None:
    card = await desk.propose()

    with pytest.raises(asyncpg.CheckViolationError, match="under the same version"):
        await desk.database.as_owner("UPDATE actions SET payload = '{}' WHERE id = $1", action_id(card))
    with pytest.raises(asyncpg.CheckViolationError, match="fence may not fall"):
        await desk.database.as_owner("UPDATE actions SET fence = -1 WHERE id = $1", action_id(card))


def leaf_paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where every text of a JSON value is."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaf_paths(item, (*path, key))
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield from leaf_paths(item, (*path, position))
    else:
        yield path


def mutated(payload: dict[str, Any], path: tuple[Any, ...]) -> dict[str, Any]:
    """The payload with one character added at that leaf."""
    changed = copy.deepcopy(payload)
    parent: Any = changed
    for step in path[:-1]:
        parent = parent[step]
    parent[path[-1]] += "x"
    return changed


@pytest.mark.parametrize("path", list(leaf_paths(PAYLOAD)), ids=str)
def test_the_digest_changes_with_every_leaf_of_the_payload(path: tuple[Any, ...]) -> None:
    terms = Terms(uuid4(), 1, "mail.reply", uuid4(), PAYLOAD, 300, "held")
    other = Terms(terms.action_id, 1, "mail.reply", terms.account_id, mutated(PAYLOAD, path), 300, "held")

    assert decisions.digest(other) != decisions.digest(terms)


@pytest.mark.parametrize("position", range(7))
def test_the_digest_changes_with_everything_else_it_binds(position: int) -> None:
    values: list[Any] = [uuid4(), 1, "mail.reply", uuid4(), PAYLOAD, 300, "held"]
    others: list[Any] = [uuid4(), 2, "mail.send", uuid4(), {}, 0, "reversible"]
    changed = [*values[:position], others[position], *values[position + 1 :]]

    assert decisions.digest(Terms(*changed)) != decisions.digest(Terms(*values))


LEAVES = [
    path
    for path in leaf_paths(PAYLOAD)
    if path[0] not in {"signature_html", "signature_text", "seen_message_ids", "references", "cc"}
]


@pytest.mark.parametrize("path", LEAVES, ids=str)
async def test_a_leaf_changed_after_the_decision_is_never_sent(desk: Desk, path: tuple[Any, ...]) -> None:
    card = await desk.approved()
    stored = (await desk.row(card))["payload"]
    tampered = mutated(stored, path)
    await desk.force(card, payload=tampered)

    await desk.execute(card)

    assert await desk.state(card) == "refused"
    assert desk.sends() == []
    assert (await desk.row(card))["outcome"]["problem"]["code"] == "bad_digest"
