"""The served application and people at it, for requests nobody should send."""

from __future__ import annotations

from tests.api.conftest import alex, desk, maya, served
from tests.sandbox.server import google_sandbox, sandbox_process

__all__ = ["alex", "desk", "google_sandbox", "maya", "sandbox_process", "served"]
