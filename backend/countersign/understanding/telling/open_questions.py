"""Conversations that wait for the account's owner: somebody asked, and no answer of theirs followed.

Must not count mail nobody waits behind: newsletters, machines, and mails that ask only others.
"""

import re
from collections.abc import Sequence

from countersign.understanding.telling.listing import called
from countersign.understanding.telling.mail import Cited, MailText
from countersign.understanding.telling.sentences import sentences_of

_BULK_LABELS = frozenset(
    {"CATEGORY_PROMOTIONS", "CATEGORY_SOCIAL", "CATEGORY_FORUMS", "SPAM", "TRASH", "DRAFT"}
)
_MACHINE = re.compile(
    r"^(?:no[-_.]?reply|do[-_.]?not[-_.]?reply|mailer-daemon|postmaster|bounces?|notifications?|newsletters?|news"
    r"|alerts?|updates?|automated|auto)(?:$|[-_.+\d])",
    re.IGNORECASE,
)


def waiting_for_me(conversation: Sequence[MailText]) -> Cited | None:
    """What the last mail of the conversation asks its owner; None when nothing waits for them.

    Args:
        conversation: oldest mail first.
    """
    if not conversation or conversation[-1].is_own or is_from_machine(conversation[-1]):
        return None
    last = conversation[-1]
    question = next((sentence for sentence in sentences_of(last) if sentence.is_question), None)
    if question is None:
        return None
    return Cited(f"{called(last)} asks: “{question.text}”", (last.key,), question.text, "question")


def is_from_machine(mail: MailText) -> bool:
    """Whether nobody reads an answer to it: bulk, automatic, or an address that only sends."""
    local = mail.sender_email.partition("@")[0]
    return mail.is_automatic or bool(_BULK_LABELS & set(mail.labels)) or _MACHINE.match(local) is not None
