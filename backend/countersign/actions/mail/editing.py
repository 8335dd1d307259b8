"""What a person types into a card's fields, read into a mail's own values; whether they may be sent is not judged."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, ValidationError

from countersign.actions.mail.address import address
from countersign.errors import InvalidError

_NAMED = re.compile(r"(?P<name>[^<>]*)<(?P<email>[^<>]+)>\s*")


class Mailbox(BaseModel):
    """One address and the name shown beside it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    email: str
    name: str = ""


def mailboxes(value: object, path: str) -> list[Mailbox]:
    """The addresses of a list, each text (`Dana <dana@example.org>`) or `{"email", "name"}`.

    Raises:
        InvalidError: it is no such list; `fields` names the item.
    """
    if not isinstance(value, list):
        msg = "Recipients are a list of addresses."
        raise InvalidError(msg, fields=[path])
    return [_mailbox_of(item, f"{path}/{position}") for position, item in enumerate(value)]


def text_of(value: object, path: str) -> str:
    """The value, when it is text.

    Raises:
        InvalidError: it is not; `fields` names it.
    """
    if not isinstance(value, str):
        msg = "This field is text."
        raise InvalidError(msg, fields=[path])
    return value


def _mailbox_of(item: object, path: str) -> Mailbox:
    if isinstance(item, Mapping):
        try:
            return Mailbox.model_validate(dict(item))
        except ValidationError as exc:
            msg = "A recipient is an address, with or without a name."
            raise InvalidError(msg, fields=[path]) from exc
    text = text_of(item, path)
    if "\n" in text or "\r" in text:
        msg = "An address may not hold a line break."
        raise InvalidError(msg, fields=[path])
    named = _NAMED.fullmatch(text)
    if named is None:
        return Mailbox(email=address(text, path))
    return Mailbox(email=named["email"], name=named["name"].strip().strip('"'))
