"""Who a person's words mean among known people: one, several to ask about, or nobody.

Must not guess: when two people fit equally well the answer is a question, however often one of them writes.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from countersign.understanding.matching.pattern import Pattern
from countersign.understanding.words.text import word_set

Provenance = Literal["contact", "mail_history", "request"]

# How a match came about, best first. Full names and all words weigh the same: anybody may give themselves the barer
# name ("Dana Ito" beside "Dana Ito (Client GmbH)"), so it decides nothing.
_EXACT_ADDRESS, _FULL_NAME, _ALL_WORDS, _BEGINNING = range(4)
_TITLES = word_set("mr mrs ms miss dr prof professor herr frau sir madam doctor")
_ARTICLES = word_set("the my our a an")
_ADDRESS = Pattern(r"[\w.+%'\-]+@[\w\-]+(?:\.[\w\-]+)+")
_NAME_SHOWN = 60
_HOUSE = Pattern(r"^(?P<name>.+?)\s+(?:from|at|of)\s+(?P<house>.+)$", re.IGNORECASE)


@dataclass(frozen=True)
class Person:
    """Somebody the user's contacts or mail know.

    Attributes:
        name: display name as written, possibly empty.
        email: bare address.
        last_seen: when a mail from them last arrived, aware; None when never.
        message_count: mails seen from them.
        written_to: mails the user was seen to write to them.
        is_contact: whether the user keeps them in the address book.
        provenance: where this entry comes from, shown on the card.
    """

    name: str
    email: str
    last_seen: datetime | None = None
    message_count: int = 0
    is_contact: bool = False
    provenance: Provenance = "mail_history"
    written_to: int = 0


@dataclass(frozen=True)
class UniquePerson:
    """Exactly one person fits; `why` says how in plain words."""

    person: Person
    why: str


@dataclass(frozen=True)
class AmbiguousPeople:
    """Several people fit equally well: contacts, those written to, and recent writers first."""

    people: tuple[Person, ...]

    def question(self, query: str) -> str:
        """The one question to ask, naming every choice up to five."""
        shown = [choice(person) for person in self.people[:5]]
        more = f" or one of {len(self.people) - 5} more" if len(self.people) > 5 else ""
        return f"Which {query} do you mean: {', '.join(shown)}{more}?"


@dataclass(frozen=True)
class NobodyFound:
    """Nobody known fits the words."""

    query: str


PersonMatch = UniquePerson | AmbiguousPeople | NobodyFound

_WHY = {
    _EXACT_ADDRESS: "the address you gave",
    _FULL_NAME: "the full name",
    _ALL_WORDS: "the only person with that name",
    _BEGINNING: "the only person whose name begins so",
}


def match_person(query: str, candidates: tuple[Person, ...]) -> PersonMatch:
    """Who `query` means among `candidates`: case, accents, titles and the order of names do not matter.

    Entries with the same address are one person. An address in the query decides alone, also when nobody known has
    it. "Dana from Acme" keeps only those whose name or address holds "acme". Two people whose names hold every word
    are ambiguous, whatever else is in their names and whatever their mail counts; counts only order the choices.
    """
    people = _one_per_address(candidates)
    address = _ADDRESS.search(query)
    if address:
        return _by_address(address.group(), people)
    house = _HOUSE.match(query.strip())
    if house:
        people = tuple(person for person in people if _belongs_to(person, house["house"]))
    name = house["name"] if house else query
    ranked = [(rank, person) for person in people if (rank := _rank(_words(name), person)) is not None]
    if not ranked and name.endswith("s") and len(name) > 3:
        return _without_missing_apostrophe(query, name[:-1], people)
    if not ranked:
        return NobodyFound(query)
    best = max(_ALL_WORDS, min(rank for rank, _ in ranked))
    fitting = tuple(person for rank, person in ranked if rank <= best)
    if len(fitting) == 1:
        return UniquePerson(fitting[0], _WHY[min(rank for rank, _ in ranked)])
    return AmbiguousPeople(tuple(sorted(fitting, key=_likeliness)))


def _without_missing_apostrophe(query: str, name: str, people: tuple[Person, ...]) -> PersonMatch:
    """Who "danas last mail" means when nobody is called Danas."""
    match = match_person(name, people)
    return NobodyFound(query) if isinstance(match, NobodyFound) else match


def choice(person: Person) -> str:
    """The person as one choice of a question: name, address, and whether the user ever wrote to them.

    The name is the sender's own claim, so one that cannot be seen whole or holds an address is not shown as such.
    """
    name = "".join(char for char in person.name if char.isprintable()).strip()
    name = f"{name[:_NAME_SHOWN]}…" if len(name) > _NAME_SHOWN else name
    claims_address = "@" in unicodedata.normalize("NFKC", name)
    who = f"{name} <{person.email}>" if name and not claims_address else person.email
    return f"{who} (you have {'' if person.written_to else 'never '}written to them)"


def fold_name(text: str) -> str:
    """A name to compare: without accents and case, in compatibility form. Never shown and never stored."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    return plain.replace("ł", "l").replace("ø", "o").replace("đ", "d").replace("ı", "i")


def _by_address(address: str, people: tuple[Person, ...]) -> PersonMatch:
    wanted = address.casefold()
    known = [person for person in people if person.email.casefold() == wanted]
    person = known[0] if known else Person(name="", email=address, provenance="request")
    return UniquePerson(person, _WHY[_EXACT_ADDRESS])


def _one_per_address(candidates: tuple[Person, ...]) -> tuple[Person, ...]:
    """One entry an address, the contact's before the one from mail, and a named one before a bare one."""
    kept: dict[str, Person] = {}
    for person in sorted(candidates, key=lambda one: (not one.is_contact, not one.name, *_likeliness(one))):
        kept.setdefault(person.email.casefold(), person)
    return tuple(kept.values())


def _likeliness(person: Person) -> tuple[bool, bool, float, int, str]:
    seen = person.last_seen.timestamp() if person.last_seen else 0.0
    return (not person.is_contact, not person.written_to, -seen, -person.message_count, person.email)


def _words(name: str) -> tuple[str, ...]:
    words = re.findall(r"[^\W_]+", fold_name(name).replace("'", "").replace("’", ""))
    plain = tuple(word for word in words if word not in _TITLES)
    while plain and plain[0] in _ARTICLES:
        plain = plain[1:]
    return plain


def _rank(wanted: tuple[str, ...], person: Person) -> int | None:
    """How well the words fit the person; None when they do not."""
    if not wanted:
        return None
    own = _words(person.name)
    local = _words(person.email.partition("@")[0])
    if len(wanted) > 1 and sorted(wanted) == sorted(own):
        return _FULL_NAME
    if (own and set(wanted) <= set(own)) or set(wanted) <= set(local) or "".join(wanted) == "".join(local):
        return _ALL_WORDS
    if own and all(any(word.startswith(part) and len(part) >= 2 for word in own) for part in wanted):
        return _BEGINNING
    return None


def _belongs_to(person: Person, house: str) -> bool:
    hay = (*_words(person.name), *_words(person.email.partition("@")[2]))
    joined = "".join(hay)
    return all(word in hay or (len(word) > 2 and word in joined) for word in _words(house))
