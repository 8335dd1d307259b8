"""One of everything a person can own, for tests that try to reach it as somebody else."""

from __future__ import annotations

from tests.api.person import Person
from tests.cluster import ProductDatabase

SAMPLED = {"conversation_id", "run_id", "checkpoint_id"}
"""The id parameters that `things_of` has a value for."""


async def things_of(person: Person, database: ProductDatabase) -> dict[str, str]:
    """Ids of that person's things by parameter name."""
    accepted = (await person.post("/messages", {"text": "Water the plants"})).json()
    return {**accepted, "checkpoint_id": "1f0b5e6e-0000-6000-8000-000000000000"}
