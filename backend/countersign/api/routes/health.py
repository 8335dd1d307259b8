"""For whoever runs this installation: is the process there, can it work, how is it doing; nothing about any person."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import structlog
from alembic.script import ScriptDirectory
from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

import countersign
from countersign.api.signed_in import ServicesDep
from countersign.errors import UnavailableError
from countersign.kit.db import Database

log = structlog.get_logger()

router = APIRouter(tags=["health"])

_MIGRATIONS = Path(countersign.__file__).resolve().parents[1] / "migrations"
_APPLIED = text("SELECT version_num FROM alembic_version")
_WAITING_JOBS = text("SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'")


class Alive(BaseModel):
    """The process answers."""

    status: Literal["ok"] = "ok"


class Ready(BaseModel):
    """The database answers, its schema is the one this code was written for, and jobs can be queued."""

    status: Literal["ok"] = "ok"
    schema_revision: str
    waiting_jobs: int


@router.get("/healthz")
async def alive() -> Alive:
    """200 as long as the process serves."""
    return Alive()


@router.get("/readyz")
async def ready(services: ServicesDep) -> Ready:
    """200 when requests can be served, else 503 naming what is missing."""
    return await _readiness(services.db)


@router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
async def metrics() -> Response:
    """Prometheus text: counts and times, no ids, no contents."""
    return Response(generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})


async def _readiness(db: Database) -> Ready:
    try:
        async with db.session(None) as session:
            applied = await session.scalar(_APPLIED)
            waiting = await session.scalar(_WAITING_JOBS)
    except (OSError, SQLAlchemyError) as exc:
        log.warning("health.database_unavailable", error=type(exc).__name__)
        msg = "The database does not answer."
        raise UnavailableError(msg, retry_after_seconds=5) from exc
    if applied != _wanted_revision():
        msg = "The database schema is not the one this version needs."
        raise UnavailableError(msg, action="Run `countersign migrate`.")
    return Ready(schema_revision=applied, waiting_jobs=waiting or 0)


def _wanted_revision() -> str | None:
    return ScriptDirectory(str(_MIGRATIONS)).get_current_head()
