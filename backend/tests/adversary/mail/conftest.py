"""A mailbox that strangers write into."""

from __future__ import annotations

from tests.sandbox.server import google_sandbox, sandbox_process
from tests.workflows.conftest import checkpoints, newcomer, services, settings

__all__ = ["checkpoints", "google_sandbox", "newcomer", "sandbox_process", "services", "settings"]
