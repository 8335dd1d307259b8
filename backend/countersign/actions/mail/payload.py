"""What a mail is: every field that decides what leaves, validated the same way at proposal and at each edit.

A payload is plain JSON; it holds what will be sent and never what is merely known about it. All kinds of mail share
it, so that a draft can become a mail without a word of it changing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from countersign.actions.mail import files
from countersign.actions.mail.address import address
from countersign.actions.mail.editing import Mailbox, mailboxes, text_of
from countersign.actions.mail.files import AttachedFile
from countersign.actions.mail.forms import Form
from countersign.actions.mail.hidden import has_forbidden_control, without_hidden
from countersign.actions.types import Payload
from countersign.errors import InvalidError, TooLargeError

MAX_RECIPIENTS = 100
MAX_BODY_CHARACTERS = 100_000
MAX_SUBJECT_CHARACTERS = 900
"""Below the 998 characters a header line may have (RFC 5322 section 2.1.1), with room for its name and encoding."""

EDITABLE = ("/body_text", "/subject", "/to", "/cc", "/bcc", "/attachments")
_PEOPLE = frozenset({"to", "cc", "bcc"})


class TakesBack(BaseModel):
    """What a compensation takes back: the draft as that action left it, and what stood there before.

    Attributes:
        action_id: the executed action, and `marker` its mark: with them the draft is known to be unchanged since.
        previous_raw: base64 of the draft's bytes before; "" when there was none.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    draft_id: str
    action_id: UUID
    marker: str
    previous_raw: str = ""


class MailPayload(BaseModel):
    """Everything a mail consists of.

    Attributes:
        quote_style: `reply` sets `>` before each line of the quote, `forward` passes it on as it is.
        thread_id: the conversation it joins; "" for a new one.
        source_message_id: the mail it answers or passes on; "" for neither.
        seen_message_ids: the conversation as the person saw it; empty when it joins none.
        draft_id: the draft it changes, and `draft_message_id` that draft's content as the person saw it; else "".
        takes_back: only in a compensation; the other fields are then those of the action it takes back.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    from_: Annotated[Mailbox, Field(alias="from")]
    to: list[Mailbox]
    cc: list[Mailbox]
    bcc: list[Mailbox]
    subject: str
    body_text: str
    signature_text: str
    signature_html: str
    quote_style: Literal["reply", "forward"]
    quote_intro: str
    quote_text: str
    in_reply_to: str
    references: list[str]
    thread_id: str
    source_message_id: str
    seen_message_ids: list[str]
    attachments: list[AttachedFile]
    draft_id: str
    draft_message_id: str
    takes_back: TakesBack | None = None

    def as_payload(self) -> Payload:
        """The same as plain JSON, in the names used on the wire."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


def parse(payload: Mapping[str, Any], form: Form) -> MailPayload:
    """The payload with every check done that this kind of mail asks for.

    Raises:
        InvalidError: a field is missing, malformed or holds what may not leave; `fields` names it.
        TooLargeError: the text or the files are larger than a mail may be here.
    """
    try:
        mail = MailPayload.model_validate(payload)
    except ValidationError as exc:
        fields = sorted({f"/{error['loc'][0]}" if error["loc"] else "/" for error in exc.errors()})
        msg = f"The {form.noun} is not complete."
        raise InvalidError(msg, fields=fields) from exc
    return _checked(mail, form)


def edited(mail: MailPayload, changes: Mapping[str, Any], form: Form) -> MailPayload:
    """The mail with the named fields replaced and every check done again; the original stays as it is.

    `changes` maps a path of `EDITABLE` to its new value; recipients are a list of addresses, each text or
    `{"email", "name"}`. Of the files some can be taken off: the list says which stay.

    Raises:
        InvalidError: a path is not editable or a value is not valid; `fields` names it.
        TooLargeError: the text is longer than a mail may be here.
    """
    wrong = sorted(set(changes) - set(EDITABLE))
    if wrong or not changes:
        msg = f"Only the text, the subject, the recipients and the files of this {form.noun} can be edited."
        raise InvalidError(msg, fields=wrong or ["/changes"])
    update: dict[str, Any] = {}
    for path, value in changes.items():
        name = path.removeprefix("/")
        if name in _PEOPLE:
            update[name] = mailboxes(value, path)
        elif name == "attachments":
            update[name] = _kept(mail.attachments, value, path)
        else:
            update[name] = text_of(value, path)
    return _checked(mail.model_copy(update=update), form)


def _checked(mail: MailPayload, form: Form) -> MailPayload:
    people = _people(mail, form)
    _needs(mail, form)
    _one_line(mail.subject, "/subject")
    body = mail.body_text.replace("\r\n", "\n")
    _texts(mail, body)
    if form.needs_text and mail.quote_style != "forward" and not body.strip():
        msg = f"The {form.noun} has no text."
        raise InvalidError(msg, action="Write what it should say.", fields=["/body_text"])
    if len(body) > MAX_BODY_CHARACTERS:
        msg = f"The {form.noun} is longer than {MAX_BODY_CHARACTERS:,} characters."
        raise TooLargeError(msg, action="Shorten it and save again.", fields=["/body_text"])
    attached = files.checked(mail.attachments, "/attachments")
    sender = _mailbox(mail.from_, "/from")
    update = {"from_": sender, **people, "body_text": body, "attachments": attached}
    return mail.model_copy(update=update)


def _people(mail: MailPayload, form: Form) -> dict[str, list[Mailbox]]:
    """To, Cc and Bcc, each address once in the most visible of them."""
    seen: set[str] = set()
    people: dict[str, list[Mailbox]] = {}
    for name, boxes in (("to", mail.to), ("cc", mail.cc), ("bcc", mail.bcc)):
        found = _recipients(boxes, f"/{name}")
        people[name] = [box for box in found if box.email.casefold() not in seen]
        seen |= {box.email.casefold() for box in found}
    if not people["to"] and form.needs_recipient:
        msg = f"A {form.noun} needs at least one recipient."
        raise InvalidError(msg, fields=["/to"])
    if len(seen) > MAX_RECIPIENTS:
        msg = f"A {form.noun} can go to at most {MAX_RECIPIENTS} people."
        raise InvalidError(msg, fields=["/to", "/cc", "/bcc"])
    return people


def _needs(mail: MailPayload, form: Form) -> None:
    if form.needs_source and not mail.source_message_id:
        msg = f"The {form.noun} does not say which mail it is about."
        raise InvalidError(msg, fields=["/source_message_id"])
    if form.needs_draft != bool(mail.draft_id and mail.draft_message_id):
        msg = f"The {form.noun} does not say which draft it changes."
        raise InvalidError(msg, fields=["/draft_id"])
    if mail.takes_back is not None and not form.undo_title:
        msg = f"A {form.noun} that has left cannot be taken back."
        raise InvalidError(msg, fields=["/takes_back"])


def _texts(mail: MailPayload, body: str) -> None:
    for path, text in (
        ("/body_text", body),
        ("/signature_text", mail.signature_text),
        ("/quote_intro", mail.quote_intro),
        ("/quote_text", mail.quote_text),
    ):
        if has_forbidden_control(text):
            msg = "The text holds a control character that a mail cannot carry."
            raise InvalidError(msg, action="Remove it and save again.", fields=[path])


def _kept(attached: Sequence[AttachedFile], value: object, path: str) -> list[AttachedFile]:
    present = [file.model_dump() for file in attached]
    if not isinstance(value, list) or any(item not in present for item in value):
        msg = "Files can be taken off here; to add one, ask for it."
        raise InvalidError(msg, fields=[path])
    return [file for file in attached if file.model_dump() in value]


def _one_line(text: str, path: str) -> None:
    if "\n" in text or "\t" in text or has_forbidden_control(text):
        msg = "The subject must be one line without control characters."
        raise InvalidError(msg, fields=[path])
    if len(text) > MAX_SUBJECT_CHARACTERS:
        msg = f"The subject is longer than {MAX_SUBJECT_CHARACTERS} characters."
        raise InvalidError(msg, fields=[path])


def _recipients(boxes: Sequence[Mailbox], path: str) -> list[Mailbox]:
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
