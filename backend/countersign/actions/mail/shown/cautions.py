"""Why a person should look carefully at a mail, in words; worked out anew at every version, it blocks nothing."""

from __future__ import annotations

from collections.abc import Sequence

from countersign.actions.mail.address import is_no_reply
from countersign.actions.mail.editing import Mailbox
from countersign.actions.mail.facts import MailFacts
from countersign.actions.mail.forms import Form
from countersign.actions.mail.hidden import suspicious, visible
from countersign.actions.mail.payload import MailPayload
from countersign.actions.marks import files, risk
from countersign.actions.marks.risk import Reason


def reasons(form: Form, mail: MailPayload, facts: MailFacts) -> list[Reason]:
    """Every reason there is to look carefully at this mail, in the order of its fields."""
    people = [*mail.to, *mail.cc, *mail.bcc]
    addressees = [
        risk.Addressee(box.email, box.name, facts.is_external(box.email), facts.is_first_time(box.email))
        for box in people
    ]
    known = {person.email: person.name for person in facts.known if person.written_to}
    return [
        *risk.recipient_reasons(addressees, known, organisation=bool(facts.organisation_domains)),
        *_unread(people),
        *_hidden_characters(mail),
        *_asked_for(people, facts),
        *_of_the_answered_mail(facts),
        *_promises(form, mail, facts),
        *files.file_reasons(
            [files.File(file.name, file.media_type, file.size_bytes) for file in mail.attachments]
        ),
    ]


def _unread(people: Sequence[Mailbox]) -> list[Reason]:
    return [
        Reason("no_reply", "medium", f"Nobody reads what is sent to {box.email}.", f"recipients/{position}")
        for position, box in enumerate(people)
        if is_no_reply(box.email)
    ]


def _hidden_characters(mail: MailPayload) -> list[Reason]:
    texts = (
        ("/subject", "subject", mail.subject),
        ("/body_text", "text", mail.body_text),
        ("/quote_text", "quoted mail", f"{mail.quote_intro}\n{mail.quote_text}"),
    )
    return [
        Reason(
            "hidden_characters",
            "high" if path != "/quote_text" else "medium",
            f"The {name} holds {count} characters that cannot be seen.",
            path,
        )
        for path, name, text in texts
        if (count := suspicious(text))
    ]


def _asked_for(people: Sequence[Mailbox], facts: MailFacts) -> list[Reason]:
    """Each recipient that only the answered mail's Reply-To names: high when the person never wrote there."""
    whose = f" from {visible(facts.sender)}" if facts.sender else ""
    return [
        Reason(
            "reply_to_differs",
            "high" if facts.is_first_time(box.email) else "medium",
            f"The mail{whose} asks for the answer to go to {box.email}, which did not write it.",
            f"recipients/{position}",
        )
        for position, box in enumerate(people)
        if box.email.casefold() in facts.answers_to
    ]


def _of_the_answered_mail(facts: MailFacts) -> list[Reason]:
    words = {
        "mailing_list": ("mailing_list", "The mail came through a mailing list.", "recipients"),
        "automated": ("automated_sender", "The mail was written by a machine.", "recipients/0"),
    }
    return [
        Reason(code, "medium", text, ref)
        for caution, (code, text, ref) in words.items()
        if caution in facts.cautions
    ]


def _promises(form: Form, mail: MailPayload, facts: MailFacts) -> list[Reason]:
    return [
        Reason(
            "promises_date",
            "medium",
            f"The {form.noun} promises {promise.meaning}: “{promise.quote}”.",
            "/body_text",
        )
        for promise in facts.promises
        if promise.quote in mail.body_text
    ]
