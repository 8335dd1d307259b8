"""The spine: people, accounts, runs, actions, approvals, logs, queue and checkpoints.

LangGraph's and procrastinate's tables come from the installed packages' own SQL, so that an upgrade of either
shows up as a difference in the schema test and gets a migration of its own.
"""

from __future__ import annotations

from pathlib import Path

from alembic import op
from procrastinate.schema import SchemaManager

from countersign.workflows.engine import CHECKPOINT_MIGRATIONS

revision = "0001"
down_revision = None

APP_ROLE = "countersign_app"
SYSTEM_ROLE = "countersign_system"
SQL_FOLDER = Path(__file__).resolve().parent.parent / "sql"

DROP_EVERYTHING = """
DO $$
DECLARE
    r record;
BEGIN
    FOR r IN SELECT viewname AS name FROM pg_views WHERE schemaname = 'public' AND viewowner = current_user LOOP
        EXECUTE format('DROP VIEW IF EXISTS %I CASCADE', r.name);
    END LOOP;
    FOR r IN SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user
             AND tablename <> 'alembic_version' LOOP
        EXECUTE format('DROP TABLE IF EXISTS %I CASCADE', r.name);
    END LOOP;
    FOR r IN SELECT p.oid::regprocedure AS name FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
             WHERE n.nspname = 'public' AND pg_get_userbyid(p.proowner) = current_user LOOP
        EXECUTE format('DROP FUNCTION IF EXISTS %s CASCADE', r.name);
    END LOOP;
    FOR r IN SELECT t.typname AS name FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
             WHERE n.nspname = 'public' AND pg_get_userbyid(t.typowner) = current_user AND t.typtype IN ('c', 'e')
             AND t.typname <> 'alembic_version' LOOP
        EXECUTE format('DROP TYPE IF EXISTS %I CASCADE', r.name);
    END LOOP;
END $$
"""


def _run(sql: str) -> None:
    # psycopg's own execute: without parameters it takes many statements and leaves `%` alone.
    op.get_bind().connection.driver_connection.execute(sql)


def upgrade() -> None:
    """Create every table, function, view, policy and grant of the first release."""
    _run(f"SELECT set_config('countersign.app_role', '{APP_ROLE}', true)")
    _run(f"SELECT set_config('countersign.system_role', '{SYSTEM_ROLE}', true)")
    _run(SchemaManager.get_schema())
    for version, statement in enumerate(CHECKPOINT_MIGRATIONS):
        # A migration runs in one transaction, where CONCURRENTLY is not allowed; the tables are new and empty.
        _run(statement.replace("CONCURRENTLY", ""))
        _run(f"INSERT INTO checkpoint_migrations (v) VALUES ({version:d})")  # noqa: S608 - a counter
    for path in sorted(SQL_FOLDER.glob("0*.sql")):
        _run(path.read_text(encoding="utf-8"))


def downgrade() -> None:
    """Drop everything the owner role made here; data is lost, as `countersign migrate --down` says before it asks."""
    _run(DROP_EVERYTHING)
