"""Two offices that write to each other, seen through Google's real client."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.sandbox.gmail.letters import ALEX, DANA, ORDERS, PRIYA
from tests.sandbox.google_client import FULL, gmail_with
from tests.sandbox.server import Sandbox, google_sandbox, sandbox_process

__all__ = ["google_sandbox", "sandbox_process"]

SETTINGS = "https://www.googleapis.com/auth/gmail.settings.basic"

Mailbox = Callable[[str], Any]


@pytest.fixture
def offices(google_sandbox: Sandbox) -> Sandbox:
    """Alex and Priya at one company, Dana at another; all mailboxes empty."""
    google_sandbox.seed(
        {
            "email": ALEX,
            "name": "Alex Kim",
            "type": "work",
            "send_as": [{"sendAsEmail": ORDERS, "displayName": "Orders", "signature": "<b>Orders</b>"}],
        },
        {"email": PRIYA, "name": "Priya Raman", "type": "work"},
        {"email": DANA, "name": "Dana Whitfield", "type": "work"},
    )  # fmt: skip
    return google_sandbox


@pytest.fixture
def mailbox(offices: Sandbox) -> Mailbox:
    """Gmail as the person with that address sees it."""
    return lambda email: gmail_with(offices, offices.token(email, FULL, SETTINGS)).users()
