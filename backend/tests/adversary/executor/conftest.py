"""A desk of the executor's tests, for people who mean it ill."""

from __future__ import annotations

from tests.actions.conftest import desk, services, settings
from tests.sandbox.server import google_sandbox, sandbox_process

__all__ = ["desk", "google_sandbox", "sandbox_process", "services", "settings"]
