"""Who a name means: one person, a question, or nobody; never a guess between two."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from countersign.understanding.people import (
    AmbiguousPeople,
    NobodyFound,
    Person,
    UniquePerson,
    choice,
    match_person,
)

_DANA = Person("Dana Reyes", "dana@acme.example", datetime(2026, 11, 16, tzinfo=UTC), 12)
_OTHER_DANA = Person("Dana Kim", "kim@north.example", datetime(2026, 11, 19, tzinfo=UTC), 900)
_BJORN = Person("Björn Ångström", "bjorn@sund.example")
_KNOWN = (_DANA, _BJORN, Person("O'Neil, Pat", "pat@oneil.example"), Person("", "billing@harbor.example"))


@pytest.mark.parametrize(
    ("query", "email"),
    [
        ("Dana", "dana@acme.example"),
        ("dana reyes", "dana@acme.example"),
        ("REYES", "dana@acme.example"),
        ("Reyes Dana", "dana@acme.example"),
        ("DANA@acme.example", "dana@acme.example"),
        ("Dana <dana@acme.example>", "dana@acme.example"),
        ("Ms. Reyes", "dana@acme.example"),
        ("danas", "dana@acme.example"),
        ("bjorn angstrom", "bjorn@sund.example"),
        ("Bjo\u0308rn", "bjorn@sund.example"),
        ("Pat O’Neil", "pat@oneil.example"),
        ("billing", "billing@harbor.example"),
        ("the Dana", "dana@acme.example"),
    ],
)
def test_words_that_fit_one_person_mean_that_person(query: str, email: str) -> None:
    match = match_person(query.removeprefix("the "), _KNOWN)

    assert isinstance(match, UniquePerson)
    assert match.person.email == email


def test_two_people_of_that_name_are_asked_about_however_often_one_writes() -> None:
    match = match_person("Dana", (_DANA, _OTHER_DANA))

    assert isinstance(match, AmbiguousPeople)
    assert match.question("Dana") == (
        "Which Dana do you mean: Dana Kim <kim@north.example> (you have never written to them), "
        "Dana Reyes <dana@acme.example> (you have never written to them)?"
    )


def test_who_was_written_to_is_named_first_and_said_so() -> None:
    match = match_person("Dana", (replace(_DANA, written_to=1), _OTHER_DANA))

    assert isinstance(match, AmbiguousPeople)
    assert choice(match.people[0]) == "Dana Reyes <dana@acme.example> (you have written to them)"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("", "x@evil.example"),
        ("dana@acme.example", "x@evil.example"),
        ("Dana <dana＠acme.example>", "x@evil.example"),
        ("Da\u202ena\u200b Reyes", "Dana Reyes <x@evil.example>"),
        ("D" * 90, f"{'D' * 60}… <x@evil.example>"),
    ],
)
def test_a_choice_shows_the_address_whatever_the_name_pretends(name: str, shown: str) -> None:
    assert choice(Person(name, "x@evil.example")) == f"{shown} (you have never written to them)"


@pytest.mark.parametrize("name", ["Dana Ito (Client GmbH)", "Dr. Dana M. Ito", ""])
def test_a_stranger_with_the_barer_name_does_not_win(name: str) -> None:
    real = Person(name, "dana.ito@client.example", message_count=40)
    stranger = Person("Dana Ito", "x@evil.example", message_count=1)

    assert isinstance(match_person("Dana Ito", (real, stranger)), AmbiguousPeople)


@pytest.mark.parametrize("query", ["Dana from Acme", "Dana at acme.example", "Dana Reyes"])
def test_more_words_settle_it(query: str) -> None:
    match = match_person(query, (_DANA, _OTHER_DANA))

    assert isinstance(match, UniquePerson)
    assert match.person == _DANA


def test_somebody_only_called_dana_is_no_better_than_dana_reyes() -> None:
    assert isinstance(match_person("Dana", (_DANA, Person("Dana", "d@x.example"))), AmbiguousPeople)


def test_one_address_is_one_person_and_the_address_book_names_them() -> None:
    contact = Person("Dana R.", "DANA@acme.example", is_contact=True, provenance="contact")

    match = match_person("Dana", (_DANA, contact))

    assert isinstance(match, UniquePerson)
    assert match.person == contact


@pytest.mark.parametrize("query", ["Zoe", "", "!!", "my boss"])
def test_nobody_is_made_up(query: str) -> None:
    assert isinstance(match_person(query, _KNOWN), NobodyFound)


def test_an_unknown_address_is_taken_as_given_and_marked_so() -> None:
    match = match_person("new@there.example", _KNOWN)

    assert isinstance(match, UniquePerson)
    assert (match.person.email, match.person.provenance) == ("new@there.example", "request")
