"""How a search is read, by a table written by hand from Google's help page."""

from __future__ import annotations

import pytest

from workspace_sandbox.gmail.search.query import (
    MOST_TERMS,
    All,
    AnyOf,
    Near,
    Node,
    Not,
    QueryTooComplexError,
    Term,
    parse_query,
)


def word(text: str) -> Term:
    return Term("", text)


@pytest.mark.parametrize(
    ("query", "tree"),
    [
        ("", All(())),
        ("delivery", word("delivery")),
        ("from:dana subject:window", All((Term("from", "dana"), Term("subject", "window")))),
        ("from:dana AND is:unread", All((Term("from", "dana"), Term("is", "unread")))),
        ("from:dana OR from:tom", AnyOf((Term("from", "dana"), Term("from", "tom")))),
        ("a b OR c d", All((word("a"), AnyOf((word("b"), word("c"))), word("d")))),
        ("{from:dana from:tom}", AnyOf((Term("from", "dana"), Term("from", "tom")))),
        ("{(a b) c}", AnyOf((All((word("a"), word("b"))), word("c")))),
        ("dinner -movie", All((word("dinner"), Not(word("movie"))))),
        ("-(a b)", Not(All((word("a"), word("b"))))),
        ("-{a b}", Not(AnyOf((word("a"), word("b"))))),
        ('subject:"delivery window"', Term("subject", "delivery window", True)),
        ("subject:(dinner movie)", All((Term("subject", "dinner"), Term("subject", "movie")))),
        ("from:(dana OR tom)", AnyOf((Term("from", "dana"), Term("from", "tom")))),
        ("from: dana", Term("from", "dana")),
        ("From:Dana", Term("from", "Dana")),
        ("holiday AROUND 10 vacation", Near("holiday", "vacation", 10)),
        ("rfc822msgid:<a:b@c.example>", Term("rfc822msgid", "<a:b@c.example>")),
        ("dana@harborline.example", word("dana@harborline.example")),
        ("10:30", word("10:30")),
        ("colour:red", word("colour:red")),
        ("a or b", All((word("a"), word("or"), word("b")))),
    ],
)
def test_a_search_is_read_as_google_describes_it(query: str, tree: Node) -> None:
    assert parse_query(query) == tree


@pytest.mark.parametrize(
    ("query", "tree"),
    [
        ("(((", All(())),
        ("a) b", All((word("a"), word("b")))),
        ("(a", word("a")),
        ('"open end', Term("", "open end", True)),
        ("OR a", word("a")),
        ("a OR", word("a")),
        ("from:", All(())),
        ("-", word("-")),
        ("{}", All(())),
        ("-()", All(())),
    ],
)
def test_a_broken_search_is_read_as_far_as_it_makes_sense(query: str, tree: Node) -> None:
    assert parse_query(query) == tree


def test_brackets_without_end_do_not_exhaust_the_reader() -> None:
    assert parse_query("(" * 50_000 + "a") == word("a")


def test_a_search_of_too_many_conditions_is_refused_in_words() -> None:
    with pytest.raises(QueryTooComplexError):
        parse_query("a " * (MOST_TERMS + 1))
