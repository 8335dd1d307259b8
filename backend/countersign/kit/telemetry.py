"""Logs as JSON lines with secrets and contents taken out; metrics live in the room they measure.

Redaction is a net under a rule: no call site logs a subject, body, token or address in the first place.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

_SECRET_NAMES = re.compile(
    r"token|secret|password|passwd|authorization|cookie|csrf|verifier|code$|subject|body|snippet|recipient|email|address|text$",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"[^\s<>\"'(),;:@]+@[^\s<>\"'(),;:@]+")
_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]+")
_QUERY = re.compile(r"\?[^\s\"']*")
REDACTED = "[redacted]"


def configure_logging(level: str, process: str) -> None:
    """From now on every log of this process is one redacted JSON line on stdout, libraries' included."""
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _name_process(process),
        redact,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer(sort_keys=True)],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stdout),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processor=structlog.processors.JSONRenderer(sort_keys=True)
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(logging.getLevelNamesMapping()[level.upper()], logging.WARNING))


def redact(_logger: object, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """The event with secret-named fields blanked and addresses, bearer values and query strings cut out of the rest."""
    return {key: _clean(key, value) for key, value in event.items() if not key.startswith("_")} | {
        key: value for key, value in event.items() if key.startswith("_")
    }


def _clean(key: str, value: object) -> object:
    if _SECRET_NAMES.search(key):
        return REDACTED
    if isinstance(value, str):
        return _QUERY.sub("?" + REDACTED, _BEARER.sub(REDACTED, _ADDRESS.sub(REDACTED, value)))
    if isinstance(value, Mapping):
        return {inner: _clean(str(inner), item) for inner, item in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(key, item) for item in value]
    return value if isinstance(value, int | float | bool | None) else _clean(key, str(value))


def _name_process(process: str) -> structlog.types.Processor:
    def add(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event["process"] = process
        return event

    return add
