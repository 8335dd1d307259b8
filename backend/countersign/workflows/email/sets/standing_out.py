"""Which mails of a set stand out: marked by the person, from people they write to, or unlike the others; pure.

A mail that stands out is never folded away among the rest: it gets a card of its own with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from countersign.connectors.google.mail.addresses import addresses
from countersign.connectors.google.mail_types import MessageHead
from countersign.understanding.planned.steps import SearchMail, SetKind

FEWEST_TO_COMPARE = 10
"""In a smaller set nothing is "the rest"; the person reads it whole. A guess."""

RARE_ONE_IN = 10
"""A trait that at most one mail in so many has makes a mail unlike the rest. A guess."""

_HIDING: frozenset[SetKind] = frozenset({"mail.archive", "mail.trash", "mail.mark_read"})
_BULK_LABELS = frozenset({"CATEGORY_PROMOTIONS", "CATEGORY_SOCIAL", "CATEGORY_FORUMS", "CATEGORY_UPDATES"})
_CONVERSATION = re.compile(r"^\s*(?:re|aw|antw|sv|vs|odp|ynt|rif|fwd?|wg|tr)\s*(?:\[\d+\])?:", re.IGNORECASE)
_WEIGHTY = re.compile(
    r"\b(?:invoice|receipt|contract|agreement|booking|reservation|itinerary|boarding|appointment|tax|payslip|salary"
    r"|password|security alert|verification|legal|court|insurance|overdue|final notice"
    r"|rechnung|mahnung|vertrag|kündigung|buchung|termin|steuer|gehalt|passwort|versicherung"
    r"|facture|contrat|réservation|rendez-vous|impôt|factura|contrato|reserva|cita|impuestos)\b",
    re.IGNORECASE,
)
"""What a subject may say that ordinary bulk mail does not. A guess; it only takes a mail out, it never puts one in."""


@dataclass(frozen=True)
class Sorted:
    """A set's mails, each in one of the two, in the order they came.

    Attributes:
        reasons: how many stand out for which reason, in words ("2 starred"); a mail counts for its first reason.
    """

    alike: list[MessageHead]
    standing_out: list[MessageHead]
    reasons: list[str]


@dataclass(frozen=True)
class Asked:
    """What the person asked for themselves is no surprise.

    Attributes:
        starred: they named starred mail; sender: they named whose mail.
        hides: the change takes mail out of sight, so that a mark or an acquaintance matters.
    """

    starred: bool
    sender: bool
    hides: bool

    @classmethod
    def by(cls, search: SearchMail, kind: SetKind) -> Asked:
        """What this search and this change name."""
        return cls(starred=search.starred_only, sender=search.person_step is not None, hides=kind in _HIDING)


def sort_out(heads: Sequence[MessageHead], written_to: frozenset[str], asked: Asked) -> Sorted:
    """The set sorted; `written_to` are addresses in lower case. When all would stand out, none does."""
    traits = [one for one in _TRAITS if not one.is_asked(asked) and _is_rare(one, heads, written_to)]
    counts: dict[str, int] = {}
    alike: list[MessageHead] = []
    standing_out: list[MessageHead] = []
    for head in heads:
        found = next((one.words for one in traits if one.has(head, written_to)), None)
        if found is None:
            alike.append(head)
        else:
            standing_out.append(head)
            counts[found] = counts.get(found, 0) + 1
    if not alike:
        return Sorted(list(heads), [], [])
    return Sorted(alike, standing_out, _reasons(counts))


@dataclass(frozen=True)
class _Trait:
    """One way to stand out, while at most one mail in `one_in` has it and the set has at least `fewest` mails."""

    words: str
    has: Callable[[MessageHead, frozenset[str]], bool]
    is_asked: Callable[[Asked], bool] = lambda _: False
    one_in: int = RARE_ONE_IN
    fewest: int = FEWEST_TO_COMPARE


def _is_rare(trait: _Trait, heads: Sequence[MessageHead], written_to: frozenset[str]) -> bool:
    count = sum(trait.has(head, written_to) for head in heads)
    return len(heads) >= trait.fewest and count * trait.one_in <= len(heads)


def _reasons(counts: Mapping[str, int]) -> list[str]:
    return [f"{counts[one.words]} {one.words}" for one in _TRAITS if one.words in counts]


def sender_of(head: MessageHead) -> str:
    """The sender's bare address in lower case; empty when the header cannot be understood."""
    found = addresses((head.header("From") or "",))
    return found[0].email.casefold() if found else ""


def _is_from_person(head: MessageHead, _: frozenset[str]) -> bool:
    has_list = head.header("List-Id") is not None or head.header("List-Unsubscribe") is not None
    return not has_list and not _BULK_LABELS & set(head.labels)


def _subject(head: MessageHead) -> str:
    return head.header("Subject") or ""


_TRAITS = (
    _Trait(
        "starred",
        lambda head, _: "STARRED" in head.labels,
        is_asked=lambda asked: asked.starred or not asked.hides,
        one_in=1,
        fewest=2,
    ),
    _Trait(
        "marked important",
        lambda head, _: "IMPORTANT" in head.labels,
        is_asked=lambda asked: not asked.hides,
        one_in=2,
        fewest=2,
    ),
    _Trait(
        "from people you write to",
        lambda head, written_to: sender_of(head) in written_to,
        is_asked=lambda asked: asked.sender or not asked.hides,
        one_in=2,
        fewest=2,
    ),
    _Trait("not sent to a list, unlike the rest", _is_from_person),
    _Trait("part of a conversation", lambda head, _: _CONVERSATION.match(_subject(head)) is not None),
    _Trait("with another kind of subject", lambda head, _: _WEIGHTY.search(_subject(head)) is not None),
)
