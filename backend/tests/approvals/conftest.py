"""The same desk as for actions."""

from __future__ import annotations

from tests.actions.conftest import desk, google_sandbox, sandbox_process, services, settings

__all__ = ["desk", "google_sandbox", "sandbox_process", "services", "settings"]
