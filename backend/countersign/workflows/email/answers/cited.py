"""Told sentences as one text with numbered sources, and the citations behind the numbers; it adds no claim."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from countersign.understanding.telling.listing import called, subject_of
from countersign.understanding.telling.mail import Cited, MailText
from countersign.workflows.email.mailboxes.texts import mail_of
from countersign.workflows.shown import title_of

MOST_SOURCES = 3
"""Sources shown behind one sentence; somebody who wrote forty mails is known by the newest."""

_NUMBER_OF_OURS = re.compile(r"\[(\d+)\]")


class Sources:
    """The mails an answer names, each with its number from 1 in the order they are first named."""

    def __init__(self) -> None:
        """No mail is named yet."""
        self._numbers: dict[str, int] = {}
        self._citations: list[dict[str, Any]] = []

    @property
    def citations(self) -> list[dict[str, Any]]:
        """`{id, kind, account_id, title}` of every mail named; the place in the list is the number."""
        return list(self._citations)

    def line(self, sentence: Cited, mails: Mapping[str, MailText]) -> str:
        """The sentence with the numbers of its mails; numbers in brackets that a mail wrote itself lose them."""
        numbers = [self._number(mails[key]) for key in sentence.sources[:MOST_SOURCES]]
        words = _NUMBER_OF_OURS.sub(r"(\1)", sentence.text)
        return f"{words} {''.join(f'[{number}]' for number in numbers)}"

    def _number(self, mail: MailText) -> int:
        if mail.key not in self._numbers:
            account_id, message_id = mail_of(mail.key)
            self._numbers[mail.key] = len(self._numbers) + 1
            self._citations.append(
                {"id": message_id, "kind": "mail", "account_id": account_id, "title": _title(mail)}
            )
        return self._numbers[mail.key]


def _title(mail: MailText) -> str:
    return title_of("You" if mail.is_own else called(mail), subject_of(mail))
