"""What somebody is asked to do, or said they would do, in conversations: for the account's owner first.

Must not list small talk, set phrases, or what machines and newsletters ask.
"""

from collections.abc import Sequence
from datetime import datetime

from countersign.understanding.telling.mail import Cited, MailText
from countersign.understanding.telling.reading.roles import is_contentless
from countersign.understanding.telling.summary import Found, found_in


def action_items(conversations: Sequence[Sequence[MailText]], *, now: datetime, zone: str) -> list[Cited]:
    """First what the owner is asked and promised, then what others are asked and promised; each as in the mails."""
    found = [
        one
        for conversation in conversations
        for one in found_in(conversation, now, zone)
        if one.role in {"asked", "promised"} and not is_contentless(one.sentence)
    ]
    told = [one.told() for one in sorted(found, key=_is_for_others)]
    return list({cited.text: cited for cited in reversed(told)}.values())[::-1]


def _is_for_others(found: Found) -> bool:
    """Whether the owner has nothing to do here: they asked it, others are asked by name, or others promised it."""
    if found.role == "promised":
        return not found.frame.mail.is_own
    return found.frame.mail.is_own or found.frame.readers.sentence_is_for_others(found.sentence.text)
