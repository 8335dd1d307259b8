"""Giving a process of the product exactly a test's settings, and nothing else of this machine."""

from __future__ import annotations

import json
import os
from pathlib import Path

from pydantic import SecretStr

from countersign.settings import Settings

BACKEND = Path(__file__).resolve().parents[1]
INHERITED = {"PATH", "HOME", "LANG"}


def environment_of(settings: Settings) -> dict[str, str]:
    """The environment in which a process reads these settings."""
    ours = {name.upper(): _as_text(value) for name, value in settings.model_dump().items()}
    path = os.pathsep.join([str(BACKEND), os.environ.get("PYTHONPATH", "")])
    inherited = {name: value for name, value in os.environ.items() if name in INHERITED}
    return {**inherited, **ours, "PYTHONPATH": path}


def _as_text(value: object) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    return json.dumps(value) if isinstance(value, list | tuple | dict) else str(value)
