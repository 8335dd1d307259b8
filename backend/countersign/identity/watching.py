"""Whether a person has a page open: then what they look at is kept fresher. It knows no page and no card."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text

from countersign.kit.db import Database

# Longer than the longest pause between two calls of an open page, and written at most twice a minute.
_NOTE = text("""
    UPDATE users SET watched_until = app_now() + interval '3 minutes'
    WHERE id = :id AND (watched_until IS NULL
        OR watched_until NOT BETWEEN app_now() + interval '150 seconds' AND app_now() + interval '3 minutes')
""")


async def note_watching(db: Database, user_id: UUID) -> None:
    """Nothing, with that user counted as watching for three minutes from now; committed. Call it while they watch."""
    async with db.session(user_id) as session:
        await session.execute(_NOTE, {"id": user_id})
