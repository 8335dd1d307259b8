"""Invented worlds, looked at as seeds and through Google's real client."""

from __future__ import annotations

from tests.sandbox.server import google_sandbox, sandbox_process

__all__ = ["google_sandbox", "sandbox_process"]
