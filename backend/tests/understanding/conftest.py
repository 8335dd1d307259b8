"""Contexts and readings the understanding tests share. Must not touch a database: this room has none."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from countersign.understanding.context import ContextAccount, OpenCard, RequestContext


@pytest.fixture
def context() -> RequestContext:
    """Friday 20 November 2026, 14:00 in Berlin; a work and a personal account; one open card."""
    return RequestContext(
        now=datetime(2026, 11, 20, 13, 0, tzinfo=UTC),
        zone="Europe/Berlin",
        user_name="Sam Okafor",
        accounts=(
            ContextAccount(id="acc_2", email="sam@home.example", label="personal"),
            ContextAccount(id="acc_1", email="sam@work.example", label="work", is_default=True),
        ),
        open_cards=(OpenCard(approval_id="apr_1", title="Reply to Dana Reyes"),),
    )
