"""Which files go with a mail: those uploaded with the request, and those of mails the request names; reads only.

Of a mail's files the one the words fit is taken; when none or several fit, the person is asked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from countersign.accounts.tokens import credentials
from countersign.actions import proposals
from countersign.actions.proposals import AttachedFile
from countersign.connectors.errors import ProviderMissing
from countersign.connectors.google.mail.files import file_bytes
from countersign.connectors.google.mail_types import Attachment, MailMessage
from countersign.conversations import attachments
from countersign.errors import NotFoundError
from countersign.kit.ids import from_public
from countersign.understanding.planned.steps import AttachmentWanted
from countersign.understanding.words.text import fold, word_set
from countersign.workflows.context import RunContext
from countersign.workflows.email.drafting.desk import Desk
from countersign.workflows.email.drafting.results import Asked, Left

LOOKED_AT = 8
"""So many of the newest mails found are looked through for the file."""

_SAYS_NOTHING = word_set(
    "the a an my our your this that file files attachment attachments attached document from of"
)
_TYPES = {
    "pdf": "application/pdf",
    "picture": "image/",
    "photo": "image/",
    "image": "image/",
    "screenshot": "image/",
    "text": "text/",
    "calendar": "text/calendar",
    "invite": "text/calendar",
    "video": "video/",
}
_ORDINALS = ("first", "second", "third", "fourth", "fifth")
_ALL = re.compile(r"\s*(?:both|all|every|each)\b", re.IGNORECASE)
_YES = re.compile(r"\s*(?:yes|yep|ok|okay|sure|that one|right)\b", re.IGNORECASE)
WITHOUT = "Write it without the file"
_NONE = re.compile(r"\s*(?:no|none|neither|without|skip|write it without)\b", re.IGNORECASE)


@dataclass(frozen=True)
class _Found:
    """A mail and those of its files that may be meant."""

    message: MailMessage
    files: Sequence[Attachment]


async def wanted_files(
    desk: Desk, wanted: Sequence[AttachmentWanted], step_id: str, account_id: str
) -> list[AttachedFile] | Asked | Left:
    """The files in the order wanted, or what has to be asked first, or why one cannot be attached."""
    attached: list[AttachedFile] = []
    for position, one in enumerate(wanted):
        slot = f"file:{step_id}:{position}"
        found = (
            await _uploaded(desk.context, one.upload_id)
            if one.upload_id
            else await _from_mail(desk, one, slot, account_id)
        )
        if isinstance(found, Asked | Left):
            return found
        attached += found
    return attached


async def file_of_mail(
    context: RunContext, account_id: str, message: MailMessage, part: Attachment
) -> AttachedFile:
    """That file of that mail, read now, as it will be attached.

    Raises:
        ProviderMissing: it is gone.
    """
    opened = await credentials(context.services, context.user_id, from_public("acc", account_id))
    content = await file_bytes(context.services.google, opened, message.id, part.part_id)
    return proposals.file_from_mail(message, part, content)


async def _uploaded(context: RunContext, upload_id: str) -> list[AttachedFile] | Left:
    try:
        file_id = from_public("att", upload_id)
        async with context.reading() as session:
            file = await attachments.get(session, file_id)
            content = await attachments.content(session, context.services.keys, file_id)
    except NotFoundError:
        return Left("The file you uploaded is no longer there; upload it again.")
    return [proposals.file_from_upload(upload_id, file.name, file.media_type, content)]


async def _from_mail(
    desk: Desk, wanted: AttachmentWanted, slot: str, account_id: str
) -> list[AttachedFile] | Asked | Left:
    mails = desk.state["found"][wanted.search_step or ""]["mails"][:LOOKED_AT]
    if any(mail["account_id"] != account_id for mail in mails):
        email = (await desk.mailbox(account_id)).account["email"]
        return Left(f"The file lies in another of your mailboxes than {email}; upload it to attach it.")
    mailbox = await desk.mailbox(account_id)
    messages = await mailbox.reader.get_messages(mail["message_id"] for mail in mails)
    having = [message for message in messages if message.attachments]
    if not having:
        return Left(f"The mail “{messages[0].subject or '(no subject)'}” has no file.")
    found = _fitting(having, wanted.words)
    chosen = _chosen(found, desk.answer(slot))
    if chosen is None:
        return _asked(found, slot)
    try:
        return [await file_of_mail(desk.context, account_id, found.message, part) for part in chosen]
    except ProviderMissing:
        return Left(f"A file of “{found.message.subject}” could not be read.")


def _fitting(having: Sequence[MailMessage], words: str) -> _Found:
    """The newest mail with a file that fits the words and those files; else the newest mail with all of its files."""
    said = [word for word in re.findall(r"[^\W_]+", fold(words)) if word not in _SAYS_NOTHING]
    for message in having:
        named = [file for file in message.attachments if said and _is_named(file, said)]
        if named:
            return _Found(message, named)
    newest = having[0]
    if len(newest.attachments) == 1 and said and not _speaks_of(newest, said):
        # The only file of a mail that has nothing of the words may be another one: the person says so.
        return _Found(newest, ())
    return _Found(newest, newest.attachments)


def _is_named(file: Attachment, said: Sequence[str]) -> bool:
    name = fold(file.name)
    return all(word in name or _is_of_type(file, word) for word in said)


def _is_of_type(file: Attachment, word: str) -> bool:
    kind = _TYPES.get(word.removesuffix("s"))
    return kind is not None and file.media_type.startswith(kind)


def _speaks_of(message: MailMessage, said: Sequence[str]) -> bool:
    text = fold(f"{message.subject} {message.text}")
    return all(word in text for word in said)


def _chosen(found: _Found, answer: str | None) -> list[Attachment] | None:
    """The one file that fits, else those the answer names: by name, by a part of it, by number, all, or none."""
    if len(found.files) == 1:
        return list(found.files)
    if answer is None:
        return None
    if _NONE.match(answer):
        return []
    files = list(found.files or found.message.attachments)
    if _ALL.match(answer) or (len(files) == 1 and _YES.match(answer)):
        return files
    said = fold(answer).strip(" .!")
    exact = [file for file in files if fold(file.name) == said]
    within = [file for file in files if said and said in fold(file.name)]
    numbered = [file for number, file in enumerate(files) if said in _numbers(number)]
    return next((hit for hit in (exact, within, numbered) if len(hit) == 1), None)


def _numbers(number: int) -> set[str]:
    ordinal = _ORDINALS[number] if number < len(_ORDINALS) else f"{number + 1}th"
    return {str(number + 1), ordinal, f"the {ordinal}", f"the {ordinal} one"}


def _asked(found: _Found, slot: str) -> Asked:
    names = tuple(file.name for file in found.files or found.message.attachments)
    subject = found.message.subject or "(no subject)"
    question = (
        f"The mail “{subject}” has one file, “{names[0]}”. Do you mean that one?"
        if len(names) == 1
        else f"Which file of “{subject}” do you mean: {', '.join(names)}?"
    )
    return Asked(slot, question, (*names, WITHOUT))
