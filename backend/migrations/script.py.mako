"""${message}."""

from __future__ import annotations

from alembic import op

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    """Apply ${message}."""
    ${upgrades if upgrades else "op.execute('')"}


def downgrade() -> None:
    """Take ${message} back."""
    ${downgrades if downgrades else "op.execute('')"}
