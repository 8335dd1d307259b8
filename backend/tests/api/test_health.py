"""What operators ask: alive, ready, measured; and when a process refuses to start."""

from __future__ import annotations

import tomllib
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from countersign.app import VERSION, create_app
from countersign.errors import ConfigurationError
from countersign.settings import Settings
from tests.api.person import Person
from tests.api.serving import serving
from tests.cluster import ProductDatabase

_ROOT = Path(__file__).resolve().parents[3]


async def test_a_serving_process_is_alive_and_ready(anyone: Person) -> None:
    alive, ready = await anyone.http.get("/healthz"), await anyone.http.get("/readyz")
    assert (alive.status_code, alive.json()) == (200, {"status": "ok"})
    assert (ready.status_code, ready.json()["waiting_jobs"]) == (200, 0)


async def test_a_schema_of_another_version_is_alive_but_not_ready(
    anyone: Person, database: ProductDatabase
) -> None:
    await database.as_owner("UPDATE alembic_version SET version_num = version_num || 'x'")
    try:
        ready, alive = await anyone.http.get("/readyz"), await anyone.http.get("/healthz")
    finally:
        await database.as_owner("UPDATE alembic_version SET version_num = rtrim(version_num, 'x')")
    assert (ready.status_code, ready.json()["action"], alive.status_code) == (
        503,
        "Run `countersign migrate`.",
        200,
    )


async def test_without_a_database_it_is_alive_but_not_ready(settings: Settings) -> None:
    nowhere = settings.model_copy(
        update={"database_url": SecretStr("postgresql://nobody:x@127.0.0.1:1/none")}
    )
    with serving(nowhere) as served:
        async with Person(served.origin) as anyone:
            ready, alive = await anyone.http.get("/readyz"), await anyone.http.get("/healthz")
    assert (ready.status_code, ready.json()["code"], alive.status_code) == (503, "unavailable", 200)


async def test_requests_are_measured_by_route_and_never_by_id(maya: Person) -> None:
    await maya.get("/conversations/cnv_aaaaaaaaaaaaaaaaaaaaaaaaaa")
    text = (await maya.http.get("/metrics")).text
    assert 'route="/conversations/{conversation_id}",status="404"' in text
    assert "cnv_" not in text


async def test_production_refuses_to_start_on_a_moved_clock(
    settings: Settings, database: ProductDatabase
) -> None:
    await database.advance_clock(timedelta(minutes=1))
    production = settings.model_copy(update={"environment": "production"})
    app = create_app(production)
    with pytest.raises(ConfigurationError, match="clock"):
        async with app.router.lifespan_context(app):
            pass


def test_the_version_told_is_the_packages() -> None:
    assert tomllib.loads((_ROOT / "pyproject.toml").read_text())["project"]["version"] == VERSION
