"""How carefully a person should look at an action, always with the reason in words; it blocks and changes nothing.

What content says about itself (a mail that asks to be trusted) is never an input: only addresses, counts and
characters are.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from countersign.actions.marks.skeleton import plain_domain, skeleton, words_of

Level = Literal["low", "medium", "high"]
MANY_RECIPIENTS = 10
_ORDER: Mapping[Level, int] = {"low": 0, "medium": 1, "high": 2}
_CLAIMED = re.compile(r"[\w.+%'-]+@[\w-]+(?:\.[\w-]+)+")
_SHORT_DOMAIN = 6
"""Below this length one letter of difference is ordinary between unrelated domains."""


@dataclass(frozen=True)
class Reason:
    """One reason with the level it alone would give; `ref` points at the part of the card it is about."""

    code: str
    level: Level
    text: str
    ref: str | None = None


@dataclass(frozen=True)
class Addressee:
    """A recipient as risk sees it."""

    email: str
    name: str
    external: bool
    first_time: bool


def level_of(reasons: Iterable[Reason]) -> Level:
    """The highest level among the reasons; low without any."""
    return max((reason.level for reason in reasons), key=lambda level: _ORDER[level], default="low")


def as_wire(reasons: Sequence[Reason]) -> dict[str, Any]:
    """`{"level", "reasons": [{"code", "text", "ref"}]}`, most serious first, else in the order given."""
    ranked = sorted(reasons, key=lambda reason: -_ORDER[reason.level])
    return {
        "level": level_of(reasons),
        "reasons": [{"code": reason.code, "text": reason.text, "ref": reason.ref} for reason in ranked],
    }


def recipient_reasons(
    people: Sequence[Addressee], known: Mapping[str, str], *, organisation: bool
) -> list[Reason]:
    """Reasons about who receives it.

    `known` maps addresses the person has written to, and no others, to the names they go by: whoever merely wrote
    to the person could be the impostor. `organisation` says whether "outside your organisation" means anything for
    this account.
    """
    reasons = [reason for position, person in enumerate(people) for reason in _about(person, position, known)]
    outside = [position for position, person in enumerate(people) if person.external]
    if organisation and outside:
        text = (
            "One recipient is outside your organisation."
            if len(outside) == 1
            else f"{len(outside)} recipients are outside your organisation."
        )
        reasons.append(Reason("external_recipient", "medium", text, f"recipients/{outside[0]}"))
    if len(people) > MANY_RECIPIENTS:
        reasons.append(Reason("many_recipients", "medium", f"It goes to {len(people)} people.", "recipients"))
    return reasons


def claimed_address(email: str, name: str) -> str | None:
    """The other address that the name shown beside this one holds, or None."""
    claims = _CLAIMED.findall(unicodedata.normalize("NFKC", name))
    return next((claim for claim in claims if claim.casefold() != email.casefold()), None)


def looks_like(email: str, known: Iterable[str]) -> str | None:
    """The known address this one could be mistaken for, or None; an address that is itself known never is."""
    addresses = sorted({address.casefold() for address in known})
    wanted = email.casefold()
    if wanted in addresses:
        return None
    domain = wanted.rpartition("@")[2]
    domains = {address.rpartition("@")[2] for address in addresses}
    for address in addresses:
        other = address.rpartition("@")[2]
        if skeleton(address) == skeleton(wanted):
            return address
        if domain not in domains and _is_near(domain, other):
            return address
    return None


def _about(person: Addressee, position: int, known: Mapping[str, str]) -> list[Reason]:
    ref = f"recipients/{position}"
    reasons: list[Reason] = []
    double = looks_like(person.email, known)
    if double is not None:
        text = f"{person.email} looks like {double}, whom you know, but is a different address."
        reasons.append(Reason("look_alike", "high", text, ref))
    claimed = claimed_address(person.email, person.name)
    if claimed is not None:
        text = f"The name beside {person.email} is written like another address, {claimed}."
        reasons.append(Reason("name_is_an_address", "high", text, ref))
    if person.first_time:
        reasons.append(Reason("first_contact", "medium", f"You have never written to {person.email}.", ref))
        namesake = _namesake(person, known)
        if namesake is not None and double is None:
            text = f"You know {person.name} as {namesake}; this is another address."
            reasons.append(Reason("known_name_other_address", "high", text, ref))
    return reasons


def _namesake(person: Addressee, known: Mapping[str, str]) -> str | None:
    """Whom the person has written to under this name, in whatever order and with whatever added to it."""
    wanted, own = words_of(person.name), person.email.casefold()
    for email, name in sorted(known.items()):
        words = words_of(name)
        is_same = len(wanted & words) > 1 and (wanted <= words or words <= wanted)
        if is_same and email.casefold() != own:
            return email
    return None


def _is_near(left: str, right: str) -> bool:
    if skeleton(left) == skeleton(right):
        return True
    left, right = plain_domain(left), plain_domain(right)
    if min(len(left), len(right)) < _SHORT_DOMAIN or abs(len(left) - len(right)) > 1:
        return False
    return _one_edit_apart(left, right)


def _one_edit_apart(left: str, right: str) -> bool:
    if len(left) > len(right):
        left, right = right, left
    start = next((i for i, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), len(left))
    if len(left) < len(right):
        return left[start:] == right[start + 1 :]
    rest_equal = left[start + 1 :] == right[start + 1 :]
    swapped = (
        left[start : start + 2] == right[start : start + 2][::-1] and left[start + 2 :] == right[start + 2 :]
    )
    return rest_equal or swapped
