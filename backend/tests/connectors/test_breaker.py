"""The breaker opens, tries and closes by its numbers: half of at least five calls in 60 s, 30 s of rest, one trial."""

from __future__ import annotations

import pytest

from countersign.connectors.google.reads.breaker import Breaker, BreakerTerms, Entry

BY_DEFAULT = BreakerTerms(failure_percent=50, min_calls=5, window_seconds=60, open_seconds=30)


class Clock:
    """A clock that stands still until it is told."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    return Breaker(BY_DEFAULT, clock)


def call(breaker: Breaker, *, has_failed: bool) -> None:
    entry = breaker.enter()
    assert entry is not None
    breaker.count(entry, has_failed=has_failed)
    breaker.leave(entry)


def opened(breaker: Breaker) -> Breaker:
    for _ in range(BY_DEFAULT.min_calls):
        call(breaker, has_failed=True)
    return breaker


# Each call as (second, F failed or A answered), and how the breaker stands right after the last of them.
@pytest.mark.parametrize(
    ("calls", "state"),
    [
        pytest.param([(0, "FFFF")], "closed", id="four calls are too few"),
        pytest.param([(0, "FFFFF")], "open", id="five of five"),
        pytest.param([(0, "AAFFF")], "open", id="three of five are 60 %"),
        pytest.param([(0, "AAAFF")], "closed", id="two of five are 40 %"),
        pytest.param([(0, "AAAFFF")], "open", id="three of six are exactly half"),
        pytest.param([(0, "FFFF"), (60, "F")], "open", id="a call counts until it is 60 s old"),
        pytest.param([(0, "FFFF"), (60.1, "F")], "closed", id="and no longer"),
        pytest.param([(0, "AAAAAAAA"), (50, "FFFF"), (61, "F")], "open", id="old answers are forgotten, too"),
        pytest.param([(0, "F"), (70, "F"), (140, "F"), (210, "F"), (280, "F")], "closed", id="one a minute"),
    ],
)
def test_it_opens_at_half_of_at_least_five_calls_within_a_minute(
    breaker: Breaker, clock: Clock, calls: list[tuple[float, str]], state: str
) -> None:
    for second, outcomes in calls:
        clock.now = second
        for outcome in outcomes:
            call(breaker, has_failed=outcome == "F")

    assert breaker.state == state


def test_while_open_nobody_enters_and_it_says_how_long(breaker: Breaker, clock: Clock) -> None:
    opened(breaker)
    clock.now = 29.5

    assert breaker.enter() is None
    assert breaker.wait_seconds == 1
    assert breaker.state == "open"


def test_after_30_s_exactly_one_read_tries(breaker: Breaker, clock: Clock) -> None:
    opened(breaker)
    clock.now = 30

    assert breaker.state == "half_open"
    assert breaker.enter() is not None
    assert breaker.enter() is None
    assert breaker.wait_seconds == 1


def test_a_trial_that_is_answered_closes_it_and_old_failures_are_forgotten(
    breaker: Breaker, clock: Clock
) -> None:
    opened(breaker)
    clock.now = 30
    call(breaker, has_failed=False)

    assert breaker.state == "closed"
    assert breaker.wait_seconds == 0
    for _ in range(4):
        call(breaker, has_failed=True)
    assert breaker.state == "closed"


def test_a_trial_that_fails_opens_it_for_another_30_s(breaker: Breaker, clock: Clock) -> None:
    opened(breaker)
    clock.now = 31
    call(breaker, has_failed=True)

    assert breaker.state == "open"
    assert breaker.wait_seconds == 30
    clock.now = 61
    assert breaker.state == "half_open"


def test_a_trial_given_up_by_its_caller_leaves_its_place(breaker: Breaker, clock: Clock) -> None:
    opened(breaker)
    clock.now = 30
    given_up = breaker.enter()
    assert given_up is not None
    breaker.leave(given_up)

    assert breaker.enter() is not None


def test_reads_under_way_when_it_opens_change_nothing_later(breaker: Breaker, clock: Clock) -> None:
    under_way = breaker.enter()
    assert under_way is not None
    opened(breaker)

    breaker.count(under_way, has_failed=False)
    clock.now = 30
    breaker.count(under_way, has_failed=True)

    assert breaker.state == "half_open"
    assert isinstance(breaker.enter(), Entry)


def test_only_what_holds_nothing_is_idle(breaker: Breaker, clock: Clock) -> None:
    call(breaker, has_failed=True)
    assert not breaker.is_idle

    clock.now = 61
    assert breaker.is_idle
