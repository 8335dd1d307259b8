"""The sandbox's own tests talk to a real sandbox process through Google's real client."""

from __future__ import annotations

import pytest

from tests.sandbox.server import google_sandbox, sandbox_process

__all__ = ["google_sandbox", "sandbox_process"]


@pytest.fixture(autouse=True)
def oauth_over_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let oauthlib speak http to loopback, as the product does for a sandbox."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
