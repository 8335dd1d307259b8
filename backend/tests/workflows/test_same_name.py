"""A name may stand for two things; people in common tell that it is one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from countersign.understanding.telling.mail import MailText
from countersign.workflows.email.meant.same_name import chosen, is_name, namesakes

ATLAS = ("Project", "Atlas")
LABELS = ["“Atlas project” with lee (one mail)", "“Project Atlas” with dana (one mail)"]


def talk(
    key: str, sender: str, subject: str, *to: str, day: int = 1, is_automatic: bool = False
) -> list[MailText]:
    """A conversation of one mail."""
    mail = MailText(
        key=key,
        thread_key=key,
        account_id="acc",
        sender_name=sender,
        sender_email=f"{sender}@x.test",
        sent_at=datetime(2026, 3, day, tzinfo=UTC),
        subject=subject,
        body_text="",
        to=("alex@x.test", *(f"{name}@x.test" for name in to)),
        owner=("alex@x.test",),
        is_automatic=is_automatic,
    )
    return [mail]


TWO = [talk("a", "dana", "Project Atlas", day=1), talk("b", "lee", "Atlas project", day=2)]


@pytest.mark.parametrize(
    ("talks", "labels"),
    [
        (TWO, LABELS),
        ([*TWO, talk("c", "dana", "Lunch", "lee")], ["“Atlas project” with dana, lee (3 mails)"]),
        ([TWO[0], talk("c", "lee", "Lunch")], LABELS[1:]),
        ([TWO[0], talk("c", "shop", "Project Atlas sale", is_automatic=True)], LABELS[1:]),
        ([], []),
    ],
)
def test_only_people_without_anybody_in_common_make_two_things(
    talks: list[list[MailText]], labels: list[str]
) -> None:
    assert [thing.label for thing in namesakes(talks, ATLAS)] == labels


@pytest.mark.parametrize(
    ("answer", "keys"),
    [
        (LABELS[0], {"b"}),
        ("the one with Dana", {"a"}),
        ("both, please", {"a", "b"}),
        ("Project Atlas", None),
        ("dana and lee", None),
        ("the moon", None),
    ],
)
def test_an_answer_means_one_thing_all_or_is_asked_again(answer: str, keys: set[str] | None) -> None:
    assert chosen(namesakes(TWO, ATLAS), answer) == keys


@pytest.mark.parametrize(
    ("words", "names"), [(ATLAS, True), (("oak", "project"), True), (("budget",), False)]
)
def test_only_a_name_can_stand_for_two_things(words: tuple[str, ...], names: bool) -> None:
    assert is_name(words) is names
