"""Every seed number gives a whole world: the same each time, other people and words than the next, nothing real."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from workspace_sandbox.worlds.demo import HOME_EMAIL, SEED, WORK_EMAIL, build
from workspace_sandbox.worlds.people import COLLEAGUES, FRIENDS, PARTNERS
from workspace_sandbox.worlds.vocabulary import Vocabulary

NOW = datetime(2026, 3, 6, 15, 0, tzinfo=UTC)
SEEDS = (SEED, 3, 8)
NAMES = {word for person in (*COLLEAGUES, *PARTNERS, *FRIENDS) for word in person.name.split()} - {"Kim"}
PROJECT = "Project X"


@pytest.fixture(scope="module", params=SEEDS)
def seed(request: pytest.FixtureRequest) -> int:
    number: int = request.param
    return number


@pytest.fixture(scope="module")
def world(seed: int) -> dict[str, Any]:
    return build(seed, NOW)


def mails(world: dict[str, Any], *emails: str) -> list[dict[str, Any]]:
    """The mails of these accounts, of all when none is named."""
    wanted = [one for one in world["accounts"] if not emails or one["email"] in emails]
    return [message for account in wanted for message in account["messages"]]


def about(world: dict[str, Any], project: str) -> list[dict[str, Any]]:
    """Alex's mails with that project in the subject."""
    return [one for one in mails(world, WORK_EMAIL) if project in one["subject"]]


def writers(found: list[dict[str, Any]]) -> set[str]:
    """Everybody but Alex who wrote one of them."""
    return {one["from"] for one in found if WORK_EMAIL not in one["from"]}


def test_the_same_seed_and_moment_give_the_same_world(seed: int, world: dict[str, Any]) -> None:
    assert json.dumps(build(seed, NOW)) == json.dumps(world)


def test_it_is_large_enough_and_every_date_lies_before_the_clock(world: dict[str, Any]) -> None:
    own = mails(world, WORK_EMAIL, HOME_EMAIL)
    assert len(own) >= 400
    assert len(world["accounts"]) >= 14
    assert all(datetime.fromisoformat(one["date"]) < NOW for one in own)
    assert world["accounts"][0]["email"] == WORK_EMAIL


def test_dates_follow_the_clock_to_the_day() -> None:
    later = build(SEED, NOW + timedelta(weeks=30))
    moved = [datetime.fromisoformat(one["date"]) - timedelta(weeks=30) for one in mails(later, HOME_EMAIL)]
    assert moved == [datetime.fromisoformat(one["date"]) for one in mails(build(SEED, NOW), HOME_EMAIL)]


def test_every_address_is_reserved_for_examples(world: dict[str, Any]) -> None:
    people = [text for one in mails(world) for text in (one["from"], *one["to"], *one.get("cc", []))]
    assert all(text.rstrip(">").endswith((".example", "turkishairlines.example")) for text in people)


def test_no_word_of_another_world_and_no_mark_of_the_generator_is_left(
    seed: int, world: dict[str, Any]
) -> None:
    spoken = " ".join(f"{one['subject']} {one['text']} {one['from']}" for one in mails(world))
    words = {word.strip(".,:;!?<>()“”’'\"") for word in spoken.split()}
    assert bool(words & NAMES) is (seed == SEED)
    assert "|" not in spoken
    assert "<en" not in spoken


def test_three_people_discuss_the_project_in_eight_mails_and_three_conversations(
    seed: int, world: dict[str, Any]
) -> None:
    found = about(world, Vocabulary(seed).say(PROJECT))
    from_others = [one for one in found if WORK_EMAIL not in one["from"]]
    assert len(from_others) == 8
    assert len(writers(found)) == 3
    assert len({one["subject"].removeprefix("Re: ") for one in found}) == 3


def test_forty_five_promotions_of_the_inbox_are_older_than_thirty_days(world: dict[str, Any]) -> None:
    old = [
        one
        for one in mails(world, WORK_EMAIL)
        if {"CATEGORY_PROMOTIONS", "INBOX"} <= set(one["labels"])
        and datetime.fromisoformat(one["date"]) < NOW - timedelta(days=30)
    ]
    assert len(old) == 45
    assert all("List-Unsubscribe-Post" in one["headers"] for one in old)


def test_a_world_may_be_without_the_project_and_without_a_word_of_it(seed: int) -> None:
    project = Vocabulary(seed).say(PROJECT)
    without = build(seed, NOW, projects=0)
    assert not [one for one in mails(without) if project in f"{one['subject']} {one['text']}"]
    assert len(mails(without, WORK_EMAIL, HOME_EMAIL)) >= 395


def test_a_world_may_have_two_projects_of_one_name_with_nobody_in_common(seed: int) -> None:
    project = Vocabulary(seed).say(PROJECT)
    both = about(build(seed, NOW, projects=2), project)
    one_subjects = {one["subject"] for one in about(build(seed, NOW), project)}
    second = [one for one in both if one["subject"] not in one_subjects]
    first = [one for one in both if one["subject"] in one_subjects]
    assert len(writers(first)) == 3
    assert len(writers(second)) == 2
    assert not writers(first) & writers(second)


def test_no_other_number_of_projects_is_made() -> None:
    with pytest.raises(ValueError, match="0, 1 or 2 projects"):
        build(SEED, NOW, projects=3)


def test_a_request_about_the_default_world_is_said_in_the_words_of_another() -> None:
    words = Vocabulary(3)
    said = words.say("Reply to the last mail from Dana Whitfield, dana.whitfield@harborline.example")
    people = {f"{one['name']}, {one['email']}" for one in build(3, NOW)["accounts"]}
    assert said.removeprefix("Reply to the last mail from ") in people
    assert words.say(said) == said
