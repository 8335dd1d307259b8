"""The web application put together: routes, refusals, the edge around them, and what it opens and closes."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from countersign.accounts.services import Services, opened_services
from countersign.api import problems
from countersign.api.edge import Edge
from countersign.api.limits import RequestLimits
from countersign.api.openapi import publish
from countersign.api.routes import (
    accounts,
    approvals,
    audit,
    events,
    front,
    health,
    jobs,
    live,
    runs,
    workflows,
)
from countersign.api.routes.chat import attachments, conversations
from countersign.api.routes.deciding import actions, batches
from countersign.api.routes.people import auth, preferences
from countersign.api.uploads import OVERHEAD_BYTES
from countersign.errors import ConfigurationError, CountersignError
from countersign.kit import clock
from countersign.kit.telemetry import configure_logging
from countersign.runs.saver import Checkpoints
from countersign.settings import Settings

PREFIX = "/api/v1"
VERSION = "0.1.0"
"""The same as in pyproject.toml (a test compares them); the package need not be installed to serve."""


_CHECKPOINT_CONNECTIONS = 4
"""The API only looks at past states, now and then; driving runs is the worker's."""


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application; without `settings` it reads the environment and writes JSON logs, as a serving process does."""
    if settings is None:
        settings = Settings()
        configure_logging(settings.log_level, "api")
    app = FastAPI(
        title="Countersign",
        version=VERSION,
        description="Drafts everything and does nothing until you countersign.",
        lifespan=_lifespan(settings),
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    uploads = {f"{PREFIX}/attachments": settings.attachment_limit_bytes + OVERHEAD_BYTES}
    app.add_middleware(Edge, settings=settings, larger=uploads)
    app.add_exception_handler(CountersignError, problems.on_countersign_error)
    app.add_exception_handler(RequestValidationError, problems.on_validation_error)
    app.add_exception_handler(HTTPException, problems.on_http_error)
    app.include_router(_versioned())
    app.include_router(accounts.callbacks)
    app.include_router(health.router)
    app.include_router(front.router)
    publish(app)
    return app


def _versioned() -> APIRouter:
    router = APIRouter(prefix=PREFIX)
    for resource in (
        auth,
        preferences,
        accounts,
        conversations,
        attachments,
        runs,
        workflows,
        approvals,
        actions,
        batches,
        jobs,
        events,
        live,
        audit,
    ):
        router.include_router(resource.router)
    router.include_router(conversations.new_messages)
    return router


def _lifespan(settings: Settings) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        url = settings.database_url.get_secret_value()
        async with (
            opened_services(settings) as services,
            Checkpoints(url, pool_size=_CHECKPOINT_CONNECTIONS) as checkpoints,
        ):
            await _refuse_moved_clock(services)
            app.state.services = services
            app.state.checkpoints = checkpoints
            app.state.sockets = Counter()
            app.state.limits = RequestLimits(settings)
            yield

    return lifespan


async def _refuse_moved_clock(services: Services) -> None:
    if services.settings.movable_clock:
        return
    async with services.db.session(None) as session:
        moved_by = await clock.offset(session)
    if moved_by != timedelta(0):
        msg = f"The clock of this installation is moved by {moved_by}."
        raise ConfigurationError(
            msg, action="Run `countersign dev clock set` on a development copy only; put it back to zero."
        )
