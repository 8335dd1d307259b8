"""What every request body has in common: nothing unknown, and no text that cannot be stored as it is."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, ConfigDict, model_validator
from pydantic.functional_validators import AfterValidator

from countersign.kit.paging import DEFAULT_LIMIT, MAX_LIMIT, Cursor, read_cursor

MAX_DEPTH = 32
"""Deeper JSON has no use here and only feeds recursion."""

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class RequestBody(BaseModel):
    """Base of every request body: unknown fields, NUL, half surrogate pairs, fractions and deep nesting are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _refuse_unstorable(cls, value: object) -> object:
        _check(value, MAX_DEPTH)
        return value


def _check(value: object, depth: int) -> None:
    if depth == 0:
        msg = "nested too deeply"
        raise ValueError(msg)
    if isinstance(value, str) and _UNSTORABLE.search(value):
        msg = "holds a NUL or a broken character"
        raise ValueError(msg)
    if isinstance(value, float):
        msg = "holds a number with a fraction"
        raise ValueError(msg)  # noqa: TRY004 - pydantic turns ValueError into a field problem
    if isinstance(value, dict):
        for key, item in value.items():
            _check(key, depth - 1)
            _check(item, depth - 1)
    elif isinstance(value, list):
        for item in value:
            _check(item, depth - 1)


def _read_cursor(text: str | None) -> str | None:
    if text is not None:
        read_cursor(text)
    return text


def as_cursor(text: str | None) -> Cursor | None:
    """The cursor a list goes on from; None for its first page."""
    return None if text is None else read_cursor(text)


CursorText = Annotated[
    str | None,
    Query(alias="cursor", max_length=200, description="`next_cursor` of the page before."),
    AfterValidator(_read_cursor),
]
PageSize = Annotated[
    int, Query(alias="limit", ge=1, le=MAX_LIMIT, description=f"At most; {DEFAULT_LIMIT} unless given.")
]
