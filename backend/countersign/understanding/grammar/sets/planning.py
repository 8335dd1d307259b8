"""The plan of a change of many mails: find them, then put the change before the person.

Must not change what was not described: without a limit, or with one nobody could check, it asks which mails.
"""

from dataclasses import replace

from countersign.understanding.context import RequestContext
from countersign.understanding.grammar.selecting.search import Narrowing, Purpose, Search, search_for
from countersign.understanding.grammar.selecting.selection import Selection
from countersign.understanding.grammar.sets.commands import SetReading
from countersign.understanding.plan import Clarification, Plan, Unsupported
from countersign.understanding.planned.steps import ProposeSet, SetKind

_SURE_PERCENT = 95
_VERBS: dict[SetKind, str] = {
    "mail.label": "label",
    "mail.archive": "archive",
    "mail.mark_read": "mark as read",
    "mail.mark_unread": "mark as unread",
    "mail.star": "star",
    "mail.trash": "move to the trash",
    "mail.unsubscribe": "unsubscribe from",
}
_ONLY_LABEL = "only the label"
_NOTHING = "do nothing"


def plan_set(reading: SetReading, context: RequestContext) -> Plan | Clarification | Unsupported:
    """The plan of the change; a question when the mails or the label are open.

    Archiving looks in the inbox and marking as read among the unread, because no other mail would change.
    """
    verb = _VERBS[reading.kind]
    purpose: Purpose = "discard" if reading.kind == "mail.trash" else "change"
    found = search_for(_with_label(reading), context, purpose, verb, _NARROWED.get(reading.kind, _as_found))
    if not isinstance(found, Search):
        return found
    label = reading.label
    if reading.kind == "mail.label" and label is None:
        label = (context.answer("label") or "").strip(" .\"“”'") or None
        if label is None:
            question = "Which label should I put on them?"
            return Clarification(slot="label", question=question, context_digest=context.digest)
    if reading.only_asks and (open_move := _ask_about_move(label or "", context)):
        return open_move
    propose = ProposeSet(
        id=f"s{len(found.steps) + 1}",
        needs=(found.search.id,),
        label="Put the change before you for approval",
        action_kind=reading.kind,
        search_step=found.search.id,
        label_name=label,
        removes_label=reading.removes_label,
    )
    return Plan(
        workflow="email",
        intent=reading.kind,
        confidence_percent=_SURE_PERCENT,
        steps=(*found.steps, propose),
        context_digest=context.digest,
    )


def _with_label(reading: SetReading) -> Selection:
    """The mails; a label is only taken off those that bear it."""
    mails = reading.mails
    if reading.removes_label and not mails.reference and mails.in_label is None:
        return replace(mails, in_label=reading.label)
    return mails


def _as_found(mails: Selection) -> Selection:
    return mails


def _in_inbox(mails: Selection) -> Selection:
    return mails if mails.folder else replace(mails, folder="inbox")


def _unread(mails: Selection) -> Selection:
    return replace(mails, unread_only=True)


_NARROWED: dict[SetKind, Narrowing] = {"mail.archive": _in_inbox, "mail.mark_read": _unread}


def _ask_about_move(label: str, context: RequestContext) -> Clarification | Unsupported | None:
    """The question about a move: a label leaves the mails in the inbox. None when the label alone was chosen."""
    answer = (context.answer("meaning") or "").lower()
    if "label" in answer or answer in {"yes", "ok"}:
        return None
    if answer:
        message = "I can't move mail to a label and out of the inbox in one go yet. Nothing was done."
        return Unsupported(asked="mail.move", message=message, context_digest=context.digest)
    return Clarification(
        slot="meaning",
        question=f"Should I put the label “{label}” on them and leave them in the inbox?",
        options=(_ONLY_LABEL, _NOTHING),
        context_digest=context.digest,
    )
