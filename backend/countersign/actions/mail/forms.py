"""What each kind of mail demands of its payload and how it is called on a card; it checks and sends nothing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Form:
    """One kind of mail.

    Attributes:
        kind: the action's kind.
        noun: how sentences about it call it.
        title: the card's title, `{people}` standing for whom it goes to.
        needs_recipient: it cannot be done without naming somebody.
        needs_text: words of the person's own are part of it.
        needs_source: it answers or passes on a mail, which it names.
        needs_draft: it changes a draft, which it names.
        names_all: the title counts those in Cc, too.
        undo_title: the title of the action that takes it back; "" when nothing can.
    """

    kind: str
    noun: str
    title: str
    needs_recipient: bool = True
    needs_text: bool = True
    needs_source: bool = False
    needs_draft: bool = False
    names_all: bool = False
    undo_title: str = ""


SEND = Form("mail.send", "mail", "Send mail to {people}")
REPLY = Form("mail.reply", "reply", "Send reply to {people}", needs_source=True)
REPLY_ALL = Form("mail.reply_all", "reply", "Send reply to all: {people}", needs_source=True, names_all=True)
FORWARD = Form("mail.forward", "mail", "Forward to {people}", needs_text=False, needs_source=True)
DRAFT_CREATE = Form(
    "mail.draft.create",
    "draft",
    "Save a draft to {people}",
    needs_recipient=False,
    needs_text=False,
    undo_title="Delete the draft to {people}",
)
DRAFT_UPDATE = Form(
    "mail.draft.update",
    "draft",
    "Change your draft to {people}",
    needs_recipient=False,
    needs_text=False,
    needs_draft=True,
    undo_title="Put your draft to {people} back as it was",
)
