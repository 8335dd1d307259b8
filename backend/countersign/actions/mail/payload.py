"""What a reply is: every field that decides what leaves, validated the same way at proposal and at each edit.

A payload is plain JSON; it holds what will be sent and never what is merely known about it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from countersign.actions.mail.address import address
from countersign.actions.mail.hidden import has_forbidden_control, without_hidden
from countersign.actions.types import Payload
from countersign.errors import InvalidError, TooLargeError

MAX_RECIPIENTS = 100
MAX_BODY_CHARACTERS = 100_000
MAX_SUBJECT_CHARACTERS = 900
"""Below the 998 characters a header line may have (RFC 5322 section 2.1.1), with room for its name and encoding."""

_NAMED = re.compile(r"(?P<name>[^<>]*)<(?P<email>[^<>]+)>\s*")

EDITABLE = ("/body_text", "/subject", "/to", "/cc")


class Mailbox(BaseModel):
    """One address and the name shown beside it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    email: str
    name: str = ""


class ReplyPayload(BaseModel):
    """Everything a reply consists of; `seen_message_ids` is the thread as the person saw it."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    from_: Annotated[Mailbox, Field(alias="from")]
    to: list[Mailbox]
    cc: list[Mailbox]
    subject: str
    body_text: str
    signature_text: str
    signature_html: str
    quote_intro: str
    quote_text: str
    in_reply_to: str
    references: list[str]
    thread_id: str
    source_message_id: str
    seen_message_ids: list[str]

    def as_payload(self) -> Payload:
        """The same as plain JSON, in the names used on the wire."""
        return self.model_dump(by_alias=True)


def parse(payload: Mapping[str, Any]) -> ReplyPayload:
    """The payload with every check done.

    Raises:
        InvalidError: a field is missing, malformed or holds what may not leave; `fields` names it.
        TooLargeError: the text is longer than a mail may be here.
    """
    try:
        reply = ReplyPayload.model_validate(payload)
    except ValidationError as exc:
        fields = sorted({f"/{error['loc'][0]}" if error["loc"] else "/" for error in exc.errors()})
        msg = "The reply is not complete."
        raise InvalidError(msg, fields=fields) from exc
    return _checked(reply)


def edited(reply: ReplyPayload, changes: Mapping[str, Any]) -> ReplyPayload:
    """The reply with the named fields replaced and every check done again; the original stays as it is.

    `changes` maps a path of `EDITABLE` to its new value; recipients are a list of addresses, each text or
    `{"email", "name"}`.

    Raises:
        InvalidError: a path is not editable or a value is not valid; `fields` names it.
        TooLargeError: the text is longer than a mail may be here.
    """
    wrong = sorted(set(changes) - set(EDITABLE))
    if wrong or not changes:
        msg = "Only the text, the subject and the recipients of this reply can be edited."
        raise InvalidError(msg, fields=wrong or ["/changes"])
    update: dict[str, Any] = {}
    for path, value in changes.items():
        name = path.removeprefix("/")
        update[name] = _mailboxes(value, path) if name in {"to", "cc"} else _text(value, path)
    return _checked(reply.model_copy(update=update))


def _checked(reply: ReplyPayload) -> ReplyPayload:
    sender = _mailbox(reply.from_, "/from")
    to, cc = _recipients(reply.to, "/to"), _recipients(reply.cc, "/cc")
    seen = {box.email.casefold() for box in to}
    cc = [box for box in cc if box.email.casefold() not in seen]
    if not to:
        msg = "A reply needs at least one recipient."
        raise InvalidError(msg, fields=["/to"])
    if len(to) + len(cc) > MAX_RECIPIENTS:
        msg = f"A reply can go to at most {MAX_RECIPIENTS} people."
        raise InvalidError(msg, fields=["/to", "/cc"])
    _one_line(reply.subject, "/subject")
    body = reply.body_text.replace("\r\n", "\n")
    for path, text in (
        ("/body_text", body),
        ("/signature_text", reply.signature_text),
        ("/quote_text", reply.quote_text),
    ):
        if has_forbidden_control(text):
            msg = "The text holds a control character that a mail cannot carry."
            raise InvalidError(msg, action="Remove it and save again.", fields=[path])
    if not body.strip():
        msg = "The reply has no text."
        raise InvalidError(msg, action="Write what it should say.", fields=["/body_text"])
    if len(body) > MAX_BODY_CHARACTERS:
        msg = f"The reply is longer than {MAX_BODY_CHARACTERS:,} characters."
        raise TooLargeError(msg, action="Shorten it and save again.", fields=["/body_text"])
    return reply.model_copy(update={"from_": sender, "to": to, "cc": cc, "body_text": body})


def _one_line(text: str, path: str) -> None:
    if "\n" in text or "\t" in text or has_forbidden_control(text):
        msg = "The subject must be one line without control characters."
        raise InvalidError(msg, fields=[path])
    if len(text) > MAX_SUBJECT_CHARACTERS:
        msg = f"The subject is longer than {MAX_SUBJECT_CHARACTERS} characters."
        raise InvalidError(msg, fields=[path])


def _recipients(boxes: list[Mailbox], path: str) -> list[Mailbox]:
    unique: dict[str, Mailbox] = {}
    for position, box in enumerate(boxes):
        checked = _mailbox(box, f"{path}/{position}")
        unique.setdefault(checked.email.casefold(), checked)
    return list(unique.values())


def _mailbox(box: Mailbox, path: str) -> Mailbox:
    if has_forbidden_control(box.name) or "\n" in box.name or "\t" in box.name:
        msg = "A name may not hold line breaks or control characters."
        raise InvalidError(msg, fields=[path])
    return Mailbox(email=address(box.email, path), name=without_hidden(box.name))


def _mailboxes(value: object, path: str) -> list[Mailbox]:
    if not isinstance(value, list):
        msg = "Recipients are a list of addresses."
        raise InvalidError(msg, fields=[path])
    return [_mailbox_of(item, f"{path}/{position}") for position, item in enumerate(value)]


def _mailbox_of(item: object, path: str) -> Mailbox:
    if isinstance(item, Mapping):
        try:
            return Mailbox.model_validate(dict(item))
        except ValidationError as exc:
            msg = "A recipient is an address, with or without a name."
            raise InvalidError(msg, fields=[path]) from exc
    text = _text(item, path)
    if "\n" in text or "\r" in text:
        msg = "An address may not hold a line break."
        raise InvalidError(msg, fields=[path])
    named = _NAMED.fullmatch(text)
    if named is None:
        return Mailbox(email=address(text, path))
    return Mailbox(email=named["email"], name=named["name"].strip().strip('"'))


def _text(value: object, path: str) -> str:
    if not isinstance(value, str):
        msg = "This field is text."
        raise InvalidError(msg, fields=[path])
    return value
