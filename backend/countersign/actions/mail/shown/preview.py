"""What a person sees before deciding on a mail: a pure function of payload, facts and the version before.

Nothing the assistant says about the mail takes part, and nothing is looked up: what is seen is what is signed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from countersign.actions.diff import Field, field_changes
from countersign.actions.mail import markup, mime
from countersign.actions.mail.editing import Mailbox
from countersign.actions.mail.facts import MailFacts, Origin
from countersign.actions.mail.files import AttachedFile
from countersign.actions.mail.forms import Form
from countersign.actions.mail.hidden import visible
from countersign.actions.mail.payload import EDITABLE, MailPayload, TakesBack
from countersign.actions.mail.shown import cautions
from countersign.actions.marks import risk

ACKNOWLEDGE = "ack_recipients"
_NAME_SHOWN = 60


def preview(form: Form, mail: MailPayload, facts: MailFacts, before: MailPayload | None) -> dict[str, Any]:
    """The card's part that follows from the mail alone (events/cards.py); `before` is the version before."""
    reasons = cautions.reasons(form, mail, facts)
    return {
        "account_email": facts.account_email,
        "title": _title(form, mail, facts),
        "risk": risk.as_wire(reasons),
        "recipients": [
            _recipient(box, role, facts)
            for role, boxes in (("to", mail.to), ("cc", mail.cc), ("bcc", mail.bcc))
            for box in boxes
        ],
        "fields": field_changes(_fields(before) if before else None, _fields(mail)),
        "change": {"kind": form.kind, **mail.as_payload()},
        "preview": {
            "text": {
                "before": visible(mime.plain_text(before)) if before else "",
                "after": visible(mime.plain_text(mail)),
            },
            "html": markup.clean(mime.html_text(mail)),
        },
        "cost": {"spent_usd": facts.spent_usd},
        "requires": [ACKNOWLEDGE] if risk.level_of(reasons) == "high" else [],
        "editable": list(EDITABLE),
    }


def _recipient(box: Mailbox, role: str, facts: MailFacts) -> dict[str, Any]:
    origin = facts.origins.get(box.email.casefold(), Origin(provenance="edit"))
    evidence = {"message_id": origin.message_id, "quote": origin.quote} if origin.message_id else None
    return {
        "email": box.email,
        "name": box.name,
        "role": role,
        "external": facts.is_external(box.email),
        "first_time": facts.is_first_time(box.email),
        "provenance": origin.provenance,
        "evidence": evidence,
    }


def _fields(mail: MailPayload) -> list[Field]:
    quote = f"{mail.quote_intro}\n{mail.quote_text}" if mail.quote_text or mail.quote_intro else ""
    quoted = "Mail passed on" if mail.quote_style == "forward" else "Quoted mail"
    source = "Passes on mail" if mail.quote_style == "forward" else "Answers mail"
    seen = f"{len(mail.seen_message_ids)} read" if mail.seen_message_ids else ""
    return [
        Field("/from", "From", _full(mail.from_), "address_list"),
        *(
            Field(path, label, ", ".join(_full(box) for box in boxes), "address_list")
            for path, label, boxes in (
                ("/to", "To", mail.to),
                ("/cc", "Cc", mail.cc),
                ("/bcc", "Bcc", mail.bcc),
            )
        ),
        Field("/subject", "Subject", visible(mail.subject)),
        Field("/body_text", "Text", visible(mail.body_text)),
        Field("/signature_text", "Signature", visible(mail.signature_text)),
        Field("/quote_text", quoted, visible(quote)),
        Field("/attachments", "Files", "\n".join(_file(file) for file in mail.attachments)),
        Field("/in_reply_to", "Answers message", visible(mail.in_reply_to)),
        Field("/references", "Message chain", visible(" ".join(mail.references))),
        Field("/thread_id", "Thread", visible(mail.thread_id)),
        Field("/source_message_id", source, visible(mail.source_message_id)),
        Field("/seen_message_ids", "Mails in the thread", seen),
        Field("/draft_id", "Draft", visible(f"{mail.draft_id} {mail.draft_message_id}".strip())),
        *(
            [Field("/takes_back", "Takes back", visible(_taken_back(mail.takes_back)))]
            if mail.takes_back
            else []
        ),
    ]


def _taken_back(back: TakesBack) -> str:
    before = f"puts back {len(back.previous_raw)} characters" if back.previous_raw else "deletes it"
    return f"draft {back.draft_id} of {back.action_id} {back.marker}: {before}"


def _file(file: AttachedFile) -> str:
    where = "uploaded by you" if file.origin.kind == "upload" else f"from mail {file.origin.message_id}"
    name, media_type = visible(file.name), visible(file.media_type)
    return f"{name} · {media_type} · {file.size_bytes:,} bytes · sha256 {file.sha256} · {visible(where)}"


def _title(form: Form, mail: MailPayload, facts: MailFacts) -> str:
    words = form.undo_title if mail.takes_back else form.title
    return words.format(people=_names(_titled(form, mail), facts))


def _titled(form: Form, mail: MailPayload) -> list[Mailbox]:
    return [*mail.to, *mail.cc] if form.names_all else mail.to or mail.cc or mail.bcc


def _names(boxes: Sequence[Mailbox], facts: MailFacts) -> str:
    if not boxes:
        return "nobody yet"
    first = visible(_called(boxes[0], facts))
    return first if len(boxes) == 1 else f"{first} and {len(boxes) - 1} more"


def _called(box: Mailbox, facts: MailFacts) -> str:
    """The name alone only for somebody the person has written to: a name is its bearer's own claim."""
    claims = risk.claimed_address(box.email, box.name) is not None
    if not box.name or claims or len(box.name) > _NAME_SHOWN:
        return box.email
    return f"{box.name} <{box.email}>" if facts.is_first_time(box.email) else box.name


def _full(box: Mailbox) -> str:
    return visible(f"{box.name} <{box.email}>" if box.name else box.email)
