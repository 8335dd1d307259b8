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
# A star and "unread" are set on one mail of a conversation, as Gmail does; the others would leave mails behind.
_WHOLE_CONVERSATIONS = frozenset({"mail.archive", "mail.trash", "mail.label", "mail.mark_read"})
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
    if half := _ask_about_half(reading, found, label, context):
        return half
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


def _ask_about_half(
    reading: SetReading, found: Search, label: str | None, context: RequestContext
) -> Clarification | Unsupported | None:
    """The question about a wish that would only half be met; None when it is met, or the half was chosen."""
    if reading.only_asks:
        half = "the label"
        question = f"Should I put the label “{label}” on them and leave them in the inbox?"
    elif found.mails.is_thread and reading.kind in _WHOLE_CONVERSATIONS and not found.search.shown:
        half = "its newest mail" if found.mails.is_single else "the mails found"
        verb = _VERBS[reading.kind]
        question = f"I change mails, not whole conversations. Should I {verb} only {half}?"
    else:
        return None
    answer = (context.answer("meaning") or "").lower()
    if answer.startswith("only") or answer in {"yes", "ok"}:
        return None
    if answer:
        message = "That can only be done by half yet, so nothing was done."
        return Unsupported(asked="half", message=message, context_digest=context.digest)
    options = (f"only {half}", _NOTHING)
    return Clarification(slot="meaning", question=question, options=options, context_digest=context.digest)
