"""Conversations that wait for the account's owner: somebody asked, and no answer of theirs followed.

Must not count mail nobody waits behind: newsletters, machines, and mails that ask only others.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from countersign.understanding.matching.pattern import Pattern
from countersign.understanding.telling.framing import Frame
from countersign.understanding.telling.mail import Cited, MailText
from countersign.understanding.telling.reading.addressing import readers_of
from countersign.understanding.telling.reading.roles import Role, is_contentless, read
from countersign.understanding.telling.reading.sentences import Sentence

_UNDATED = datetime(1970, 1, 1, tzinfo=UTC)
"""Stands in for a mail without a date: then no day is resolved, so its year is never told."""

_BULK_LABELS = frozenset({"CATEGORY_PROMOTIONS", "CATEGORY_SOCIAL", "CATEGORY_FORUMS", "SPAM", "TRASH"})
_MACHINE = Pattern(
    r"^(?:no[-_.]?reply|do[-_.]?not[-_.]?reply|mailer-daemon|postmaster|bounces?|notifications?|newsletters?"
    r"|news"
    r"|alerts?|updates?|automated|auto|marketing|promo(?:tions?)?|offers?|deals)(?:$|[-_.+\d])",
    re.IGNORECASE,
)

_BULK_FOOTER = Pattern(
    r"\bunsubscribe\b|\bview\s+(?:this\s+)?(?:e-?mail\s+)?in\s+(?:your\s+)?browser\b"
    r"|\bmanage\s+(?:your\s+)?(?:email\s+)?preferences\b"
    r"|\babmelden\b.{0,40}\bnewsletter\b|\bnewsletter\b.{0,40}\babbestellen\b|\bd[ée]sabonner\b"
    r"|\bdarse\s+de\s+baja\b",
    re.IGNORECASE,
)


def waiting_for_me(
    conversation: Sequence[MailText], *, now: datetime | None = None, zone: str = "UTC"
) -> Cited | None:
    """What the last mail of the conversation asks its owner; None when nothing waits for them.

    Mails the same person sent in a row count as one: "PS: the file is attached" does not take a question back.

    Args:
        conversation: oldest mail first; drafts in it are left out.
        now: aware reference time for the years of days; the mail's own time when not given.
        zone: the person's zone, IANA.
    """
    mails = [mail for mail in conversation if "DRAFT" not in mail.labels]
    for mail in _last_word(mails):
        readers = readers_of(mail, mails)
        frame = Frame(mail, readers, now or mail.sent_at or _UNDATED, zone)
        mine = [one for one in read(mail) if not readers.sentence_is_for_others(one[0].text)]
        asked = [one for one in mine if one[1] in {"asked", "question"}]
        for sentence, role in sorted(asked, key=_weight):
            tell = frame.asked if role == "asked" else frame.question
            return tell(sentence.text, is_open=True)
    return None


def _weight(asked: tuple[Sentence, Role]) -> int:
    """Requests before questions, and "let me know" only when there is nothing else."""
    sentence, role = asked
    return 2 if is_contentless(sentence) else 0 if role == "asked" else 1


def is_from_machine(mail: MailText) -> bool:
    """Whether nobody reads an answer to it: bulk, automatic, or an address that only sends."""
    local = mail.sender_email.partition("@")[0]
    is_bulk = mail.is_automatic or bool(_BULK_LABELS & set(mail.labels))
    return is_bulk or _MACHINE.match(local) is not None or _BULK_FOOTER.search(mail.body_text) is not None


def _last_word(mails: Sequence[MailText]) -> list[MailText]:
    """The mails in a row with which one other person had the last word, newest first."""
    if not mails:
        return []
    last = mails[-1]
    row: list[MailText] = []
    for mail in reversed(mails):
        if (
            mail.is_own
            or is_from_machine(mail)
            or mail.sender_email.casefold() != last.sender_email.casefold()
        ):
            break
        row.append(mail)
    return row
