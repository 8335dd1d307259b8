"""One byte form for a JSON value, so that a digest means the same in every process; it signs nothing itself.

Source: RFC 8785 (JSON Canonicalization Scheme), through the `rfc8785` library.
"""

from __future__ import annotations

import hashlib
from typing import Any, cast

import rfc8785

from countersign.errors import InvalidError


def canonical_json(value: object) -> bytes:
    """The RFC 8785 bytes of a value of plain JSON types.

    Raises:
        InvalidError: it holds a float, a NUL character or half a surrogate pair, which storage would not keep.
    """
    _refuse_unsafe(value)
    try:
        return rfc8785.dumps(cast("Any", value))
    except (rfc8785.CanonicalizationError, UnicodeEncodeError) as exc:
        msg = "This content cannot be stored exactly as it is."
        raise InvalidError(msg, action="Remove unusual characters or numbers and try again.") from exc


def digest_of(value: object) -> str:
    """`sha256:` and the hexadecimal SHA-256 of the canonical bytes."""
    return f"sha256:{hashlib.sha256(canonical_json(value)).hexdigest()}"


def _refuse_unsafe(value: object) -> None:
    if isinstance(value, dict):
        for key, item in value.items():
            _refuse_unsafe(key)
            _refuse_unsafe(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _refuse_unsafe(item)
    elif isinstance(value, float):
        msg = "A number with a fraction may not be part of an action."
        raise InvalidError(msg)
    elif isinstance(value, str) and ("\x00" in value or any("\ud800" <= c <= "\udfff" for c in value)):
        msg = "The text holds a character that cannot be stored."
        raise InvalidError(msg, action="Remove the NUL or broken character and try again.")
