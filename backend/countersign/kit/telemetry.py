"""Logs as JSON lines with secrets and contents taken out; metrics live in the room they measure.

Redaction is a net under a rule: no call site logs a subject, body, token or address in the first place.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
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
        tell_exceptions_by_kind_and_place,
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
            foreign_pre_chain=[_say_without_error_texts, *shared],
            processor=structlog.processors.JSONRenderer(sort_keys=True),
            use_get_message=False,
            pass_foreign_args=True,
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(logging.getLevelNamesMapping()[level.upper()], logging.WARNING))


def where(error: BaseException) -> list[str]:
    """Kind and places (`file:line function`, outermost first) of an error, then of what it came from.

    Never their texts: a parser's or a database's complaint quotes the mail it is about. Places are our own code's
    and the innermost one.
    """
    told: list[str] = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        frames = traceback.extract_tb(current.__traceback__)
        ours = [frame for frame in frames[:-1] if "/site-packages/" not in frame.filename]
        told.append(f"from {type(current).__name__}" if told else type(current).__name__)
        told += [_place(frame) for frame in [*ours, *frames[-1:]]]
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return told


def tell_exceptions_by_kind_and_place(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """The event with `where` in the place of an exception."""
    error = _raised(event.pop("exc_info", None))
    return event if error is None else {**event, "where": where(error)}


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


def _place(frame: traceback.FrameSummary) -> str:
    file = frame.filename.rpartition("/site-packages/")[2].rpartition("/countersign/")[2]
    return f"{file}:{frame.lineno} {frame.name}"


def _raised(exc_info: object) -> BaseException | None:
    """The exception meant by what a call site may give as `exc_info`: itself, a triple, or whether to look for it."""
    if isinstance(exc_info, BaseException):
        return exc_info
    if isinstance(exc_info, tuple):
        error = exc_info[1]
        return error if isinstance(error, BaseException) else None
    return sys.exc_info()[1] if exc_info else None


def _say_without_error_texts(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """A library's sentence with errors named by their kind; with an exception only its first line.

    asyncio and others append the exception's text to their sentence, in further lines.
    """
    arguments = event.pop("positional_args", None)
    sentence = _kind_of(event["_record"].msg)
    if isinstance(arguments, tuple):
        arguments = tuple(_kind_of(argument) for argument in arguments)
    try:
        sentence = str(sentence) % arguments if arguments else str(sentence)
    except (TypeError, ValueError):
        sentence = str(sentence)
    error = _raised(event.get("exc_info"))
    if error is not None:
        words = str(error)
        sentence = (sentence.replace(words, type(error).__name__) if words else sentence).partition("\n")[0]
    return {**event, "event": sentence}


def _kind_of(value: object) -> object:
    return type(value).__name__ if isinstance(value, BaseException) else value


def _name_process(process: str) -> structlog.types.Processor:
    def add(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event["process"] = process
        return event

    return add
