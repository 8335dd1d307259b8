"""What a person sees before deciding on a reply: a pure function of payload, facts and the version before.

Nothing the assistant says about the reply takes part, and nothing is looked up: what is seen is what is signed.
"""

from __future__ import annotations

from typing import Any

from countersign.actions.diff import Field, field_changes
from countersign.actions.mail import markup, mime
from countersign.actions.mail.facts import Origin, ReplyFacts
from countersign.actions.mail.hidden import suspicious, visible
from countersign.actions.mail.payload import EDITABLE, Mailbox, ReplyPayload
from countersign.actions.marks import risk

ACKNOWLEDGE = "ack_recipients"
_NAME_SHOWN = 60


def preview(reply: ReplyPayload, facts: ReplyFacts, before: ReplyPayload | None) -> dict[str, Any]:
    """The card's part that follows from the reply alone (events/cards.py); `before` is the version before."""
    reasons = _reasons(reply, facts)
    return {
        "account_email": facts.account_email,
        "title": f"Send reply to {_names(reply.to, facts)}",
        "risk": risk.as_wire(reasons),
        "recipients": [
            _recipient(box, role, facts)
            for role, boxes in (("to", reply.to), ("cc", reply.cc))
            for box in boxes
        ],
        "fields": field_changes(_fields(before) if before else None, _fields(reply)),
        "change": {"kind": "mail.reply", **reply.as_payload()},
        "preview": {
            "text": {
                "before": visible(mime.plain_text(before)) if before else "",
                "after": visible(mime.plain_text(reply)),
            },
            "html": markup.clean(mime.html_text(reply)),
        },
        "cost": {"spent_usd": facts.spent_usd},
        "requires": [ACKNOWLEDGE] if risk.level_of(reasons) == "high" else [],
        "editable": list(EDITABLE),
    }


def _reasons(reply: ReplyPayload, facts: ReplyFacts) -> list[risk.Reason]:
    people = [
        risk.Addressee(box.email, box.name, facts.is_external(box.email), facts.is_first_time(box.email))
        for box in (*reply.to, *reply.cc)
    ]
    known = {person.email: person.name for person in facts.known if person.written_to}
    reasons = risk.recipient_reasons(people, known, organisation=bool(facts.organisation_domains))
    reasons += _hidden_characters(reply)
    reasons += _asked_for(reply, facts)
    if "mailing_list" in facts.cautions:
        reasons.append(
            risk.Reason("mailing_list", "medium", "The mail came through a mailing list.", "recipients")
        )
    if "automated" in facts.cautions:
        reasons.append(
            risk.Reason("automated_sender", "medium", "The mail was written by a machine.", "recipients/0")
        )
    reasons += [
        risk.Reason(
            "promises_date",
            "medium",
            f"The reply promises {promise.meaning}: “{promise.quote}”.",
            "/body_text",
        )
        for promise in facts.promises
        if promise.quote in reply.body_text
    ]
    return reasons


def _asked_for(reply: ReplyPayload, facts: ReplyFacts) -> list[risk.Reason]:
    """Each recipient that only the answered mail's Reply-To names: high when the person never wrote there."""
    whose = f" from {visible(facts.sender)}" if facts.sender else ""
    return [
        risk.Reason(
            "reply_to_differs",
            "high" if facts.is_first_time(box.email) else "medium",
            f"The mail{whose} asks for the answer to go to {box.email}, which did not write it.",
            f"recipients/{position}",
        )
        for position, box in enumerate((*reply.to, *reply.cc))
        if box.email.casefold() in facts.answers_to
    ]


def _hidden_characters(reply: ReplyPayload) -> list[risk.Reason]:
    texts = (
        ("/subject", "subject", reply.subject),
        ("/body_text", "text", reply.body_text),
        ("/quote_text", "quoted mail", reply.quote_text),
    )
    return [
        risk.Reason(
            "hidden_characters",
            "high" if path != "/quote_text" else "medium",
            f"The {name} holds {count} characters that cannot be seen.",
            path,
        )
        for path, name, text in texts
        if (count := suspicious(text))
    ]


def _recipient(box: Mailbox, role: str, facts: ReplyFacts) -> dict[str, Any]:
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


def _fields(reply: ReplyPayload) -> list[Field]:
    quote = f"{reply.quote_intro}\n{reply.quote_text}" if reply.quote_text else ""
    return [
        Field("/from", "From", _full(reply.from_), "address_list"),
        Field("/to", "To", ", ".join(_full(box) for box in reply.to), "address_list"),
        Field("/cc", "Cc", ", ".join(_full(box) for box in reply.cc), "address_list"),
        Field("/subject", "Subject", visible(reply.subject)),
        Field("/body_text", "Text", visible(reply.body_text)),
        Field("/signature_text", "Signature", visible(reply.signature_text)),
        Field("/quote_text", "Quoted mail", visible(quote)),
        Field("/in_reply_to", "Answers message", visible(reply.in_reply_to)),
        Field("/references", "Message chain", visible(" ".join(reply.references))),
        Field("/thread_id", "Thread", visible(reply.thread_id)),
        Field("/source_message_id", "Answers mail", visible(reply.source_message_id)),
        Field("/seen_message_ids", "Mails in the thread", f"{len(reply.seen_message_ids)} read"),
    ]


def _names(boxes: list[Mailbox], facts: ReplyFacts) -> str:
    first = visible(_called(boxes[0], facts))
    return first if len(boxes) == 1 else f"{first} and {len(boxes) - 1} more"


def _called(box: Mailbox, facts: ReplyFacts) -> str:
    """The name alone only for somebody the person has written to: a name is its bearer's own claim."""
    claims = risk.claimed_address(box.email, box.name) is not None
    if not box.name or claims or len(box.name) > _NAME_SHOWN:
        return box.email
    return f"{box.name} <{box.email}>" if facts.is_first_time(box.email) else box.name


def _full(box: Mailbox) -> str:
    return visible(f"{box.name} <{box.email}>" if box.name else box.email)
