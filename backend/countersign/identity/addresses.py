"""The address a person signs in with: a shown form, and a key that is equal for equal addresses; it asks no network."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email

from countersign.errors import InvalidError


@dataclass(frozen=True)
class SignInAddress:
    """`shown` keeps the person's own letters; `key` is what must be unique (NFC, case folded)."""

    shown: str
    key: str


def read_address(text: str) -> SignInAddress:
    """The address in its normal form.

    Whether mail can be delivered there is not asked.
    Source: RFC 5321, RFC 5322 and RFC 6531 through the `email-validator` library.

    Raises:
        InvalidError: it is not an address; the words are the library's and name the part that is wrong.
    """
    try:
        checked = validate_email(text, check_deliverability=False)
    except EmailNotValidError as exc:
        raise InvalidError(
            f"This is not an e-mail address: {exc}",
            action="Correct the address and send it again.",
            fields=[{"path": "/email", "text": str(exc)}],
        ) from exc
    return SignInAddress(shown=checked.normalized, key=checked.normalized.casefold())


def key_of(text: str) -> str:
    """The key this text would have; a text that is no address gets a key nobody is registered under."""
    try:
        return read_address(text.strip()).key
    except InvalidError:
        return unicodedata.normalize("NFC", text.strip()).casefold()
