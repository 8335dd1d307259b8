"""Whose mail an import is, and how that person signs.

It counts addresses and never guesses: a close race is an error that names the candidates.
"""

from collections import Counter
from collections.abc import Iterable

from workspace_sandbox.gmail.mime.headers import first, read_addresses, split_message
from workspace_sandbox.importing.found_mail import FoundMail
from workspace_sandbox.importing.labels import gmail_labels, takeout_labels

# The leader must be named this many times as often as the second; our own figure, tried on small mailboxes.
_CLEAR_LEAD = 1.5
# Owners show within the first few hundred mails; more would only cost time.
MAILS_TO_COUNT = 5000


class OwnerUnclearError(Exception):
    """Two addresses are named about equally often, or none at all; ``--owner`` decides."""

    def __init__(self, candidates: list[tuple[str, int]]) -> None:
        named = ", ".join(f"{address} ({count})" for address, count in candidates) or "no address at all"
        super().__init__(f"Whose mail this is cannot be told: {named}. Say it with --owner ADDRESS.")
        self.candidates = candidates


def find_owner(mails: Iterable[FoundMail]) -> str:
    """The address most frequent in Delivered-To, in To, and in From of sent mail, in lower case.

    Raises:
        OwnerUnclearError: no address, or no clear lead.
    """
    counts: Counter[str] = Counter()
    for mail in mails:
        counts.update(_owners_named_by(mail))
    leaders = counts.most_common(3)
    if not leaders or (len(leaders) > 1 and leaders[0][1] < _CLEAR_LEAD * leaders[1][1]):
        raise OwnerUnclearError(leaders)
    return leaders[0][0]


def name_of(owner: str, mails: Iterable[FoundMail]) -> str:
    """The display name most frequent in the owner's own From fields, the earlier one of equals; empty without any."""
    counts: Counter[str] = Counter()
    for mail in mails:
        fields, _ = split_message(mail.raw)
        counts.update(
            name.strip()
            for name, address in read_addresses(first(fields, "From"))
            # Some clients put the address in place of a name.
            if address.lower() == owner.lower() and name.strip() and "@" not in name
        )
    return counts.most_common(1)[0][0] if counts else ""


def _owners_named_by(mail: FoundMail) -> list[str]:
    fields, _ = split_message(mail.raw)
    labels = takeout_labels(fields) or gmail_labels(mail.labels or ())
    names = ("From",) if "SENT" in labels else ("Delivered-To", "To")
    return [
        address.lower()
        for name in names
        for _, address in read_addresses(first(fields, name))
        if "@" in address
    ]
