"""The one clock of all processes; nothing that matters reads the machine's own time."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession


async def now(session: AsyncSession) -> datetime:
    """`app_now()` as an aware UTC datetime: the database's time plus the installation's offset."""
    value: datetime = (await session.execute(text("SELECT app_now()"))).scalar_one()
    return value


async def offset(session: AsyncSession) -> timedelta:
    """How far this installation's clock is moved; zero in production."""
    value: timedelta = (await session.execute(text("SELECT offset_by FROM clock_offset"))).scalar_one()
    return value
