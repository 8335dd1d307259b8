"""New mails and mails passed on, to the people the request named, from the account it means; nothing is sent."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from countersign.actions import proposals
from countersign.actions.proposals import AttachedFile, NewMail, ResolvedReply
from countersign.connectors.errors import ProviderMissing
from countersign.connectors.google.mail_types import MailMessage
from countersign.errors import InvalidError, NotFoundError, TooLargeError
from countersign.understanding.planned.steps import DraftForward, DraftMail
from countersign.understanding.writing import compose_mail, compose_note
from countersign.workflows.email.drafting.desk import Desk, Mailbox
from countersign.workflows.email.drafting.files import file_of_mail, wanted_files
from countersign.workflows.email.drafting.results import Asked, Left, Outcome, Written


async def write_mail(desk: Desk, step: DraftMail) -> Outcome:
    """The new mail from the first account of the step that can be used."""
    account_id = _account(desk, step)
    if account_id is None:
        return Left("The account you named cannot be used now.")
    attached = await wanted_files(desk, step.attachments, step.id, account_id)
    if isinstance(attached, Asked | Left):
        return attached
    to = desk.recipients(step.to_steps)
    written = compose_mail(step.instruction, [person.name for person in to], step.subject)
    mailbox = await desk.mailbox(account_id)
    source = await desk.mail_source(mailbox, written.body_text)
    wanted = NewMail(
        to=to,
        body_text=written.body_text,
        subject=written.subject,
        cc=desk.recipients(step.cc_steps),
        bcc=desk.recipients(step.bcc_steps),
        attachments=attached,
    )
    return _outcome(account_id, written.notes, lambda: proposals.resolve_new_mail(source, wanted))


async def write_forward(desk: Desk, step: DraftForward) -> Outcome:
    """The mail passed on with all of its files."""
    (mail,) = desk.state["read"][step.thread_step]["conversations"]
    mailbox = await desk.mailbox(mail["account_id"])
    thread = await mailbox.reader.get_thread(mail["thread_id"])
    message = next((one for one in thread.messages if one.id == mail["message_id"]), None)
    if message is None:
        return Left("The mail is no longer in its conversation.")
    attached = await _files_of(desk, mailbox, message)
    if isinstance(attached, Left):
        return attached
    note = compose_note(step.note)
    source = await desk.reply_source(mailbox, thread, message.id, note.body_text)
    wanted = NewMail(to=desk.recipients(step.to_steps), body_text=note.body_text, attachments=attached)
    return _outcome(mail["account_id"], note.notes, lambda: proposals.resolve_forward(source, wanted))


def _account(desk: Desk, step: DraftMail) -> str | None:
    """The account meant; of several the one whose mail has a wanted file: a file goes out from its own mailbox."""
    usable = [account["id"] for account in desk.state["accounts"]]
    wanted = [account for account in step.account_ids or usable if account in usable]
    with_files = [
        desk.state["found"][file.search_step]["mails"][0]["account_id"]
        for file in step.attachments
        if file.search_step
    ]
    return next((account for account in (*with_files, *wanted) if account in wanted), None)


async def _files_of(desk: Desk, mailbox: Mailbox, message: MailMessage) -> list[AttachedFile] | Left:
    account_id = mailbox.account["id"]
    reads = (file_of_mail(desk.context, account_id, message, part) for part in message.attachments)
    try:
        return list(await asyncio.gather(*reads))
    except ProviderMissing:
        return Left(f"A file of “{message.subject}” could not be read, so the mail would not be whole.")


def _outcome(account_id: str, notes: tuple[str, ...], resolve: Callable[[], ResolvedReply]) -> Outcome:
    try:
        return Written(account_id, resolve(), notes)
    except (InvalidError, NotFoundError, TooLargeError) as exc:
        return Left(f"{exc.message} {exc.action}")
