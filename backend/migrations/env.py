"""Alembic's entry: runs the versions as the owner role, in one transaction; it never starts by itself.

The URL comes from `Config.attributes["url"]` (set by `countersign migrate` and by the tests).
"""

from __future__ import annotations

from alembic import context
from sqlalchemy import create_engine, pool


def run() -> None:
    """Bring the schema to the wanted revision; everything or nothing is committed."""
    engine = create_engine(context.config.attributes["url"], poolclass=pool.NullPool)
    with engine.connect() as connection:
        context.configure(connection=connection, transaction_per_migration=False)
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
