"""Short everyday threads of the demo world, filled in from the seed number.

They give search and summaries something to find among; nothing important is asked in them.
"""

import random
from collections.abc import Callable

from workspace_sandbox.worlds.writing import Talk, Turn

_GOODS = ("lounge chairs", "oak panels", "shelf brackets", "table tops", "banquette frames", "reading lamps",
          "felt gliders", "linen covers", "desk legs", "wall hooks", "bench cushions", "drawer runners")  # fmt: skip
_PLACES = (
    "Bristol",
    "Leeds",
    "Hamburg",
    "Lisbon",
    "Lyon",
    "Copenhagen",
    "Cardiff",
    "Norwich",
    "Ghent",
    "Porto",
)
_THREADS = 66
_SPACING_DAYS = 1.7


def routine_talks(seed: int) -> list[Talk]:
    """Sixty-six threads of two or three mails over sixteen weeks; the same for the same seed."""
    makers: tuple[Callable[[random.Random, float], Talk], ...] = (
        _stock_check, _dispatch_note, _complaint_closed, _order_question, _roster, _sample, _late_lorry, _price_check,
    )  # fmt: skip
    return [
        makers[number % len(makers)](_chooser(seed, number), 5 + number * _SPACING_DAYS)
        for number in range(_THREADS)
    ]


def _chooser(seed: int, number: int) -> random.Random:
    return random.Random(f"{seed}:routine:{number}")  # noqa: S311 - invented mail, not a secret


def _stock_check(chooser: random.Random, days_ago: float) -> Talk:
    goods, count = chooser.choice(_GOODS), chooser.randrange(12, 400)
    asked = chooser.choice((f"Hi Priya, how many {goods} do we have left?", f"Priya, what is left of the {goods}?",
                            f"Hi Priya, could you count the {goods} for me?"))  # fmt: skip
    return Talk(f"Stock of {goods}", days_ago, ("priya", "alex"), archived=True, turns=(
        Turn("alex", 0, asked),
        Turn("priya", 1.5, f"{count} on the shelf, {count // 7} of them reserved."),
        Turn("alex", 0.5, chooser.choice(("Thanks, that is enough for now.", "Good, thank you.", "Thanks!"))),
    ))  # fmt: skip


def _dispatch_note(chooser: random.Random, days_ago: float) -> Talk:
    goods, place, number = chooser.choice(_GOODS), chooser.choice(_PLACES), chooser.randrange(10_000, 99_999)
    return Talk(f"Dispatch note {number}", days_ago, ("dana", "alex"), archived=True, copied=("priya",), turns=(
        Turn("dana", 0, f"Hi Alex,\n\nRun {number} ({goods}, for {place}) left the depot this morning, on time."),
        Turn("priya", 26, chooser.choice(("Arrived complete and dry. Signed for.", "All here, nothing damaged.",
                                          "In the bay since nine, complete."))),
    ))  # fmt: skip


def _complaint_closed(chooser: random.Random, days_ago: float) -> Talk:
    goods, place = chooser.choice(_GOODS), chooser.choice(_PLACES)
    wrong = chooser.choice(
        ("one box of {} was damp", "two of the {} had scratches", "the {} are a shade too dark")
    )
    return Talk(f"Complaint {place}: {goods}", days_ago, ("tom_b", "alex"), archived=True, turns=(
        Turn("tom_b", 0, f"The client in {place} says {wrong.format(goods)}. I offered a credit of 5 %."),
        Turn("alex", 3, "Fine with me. Please take a photo for the carrier."),
        Turn("tom_b", 2, "Photo taken, credit accepted."),
    ))  # fmt: skip


def _order_question(chooser: random.Random, days_ago: float) -> Talk:
    goods, count = chooser.choice(_GOODS), chooser.randrange(4, 60)
    return Talk(f"Order confirmation {count} {goods}", days_ago, ("greta", "alex"), archived=True, turns=(
        Turn("greta", 0, f"Hej Alex, can you confirm {count} {goods} for next month?"),
        Turn("alex", 5, chooser.choice(("Confirmed, the date stands.", "Confirmed, no change."))),
    ))  # fmt: skip


def _roster(chooser: random.Random, days_ago: float) -> Talk:
    day = chooser.choice(("Monday", "Tuesday", "Thursday", "Friday"))
    return Talk(f"{day} early shift", days_ago, ("priya", "alex"), archived=True, turns=(
        Turn("priya", 0, f"Two people are ill on {day}. I take the early shift myself."),
        Turn("alex", 1, chooser.choice(("Thank you. Take an hour back next week.", "Thanks, much appreciated."))),
    ))  # fmt: skip


def _sample(chooser: random.Random, days_ago: float) -> Talk:
    goods, number = chooser.choice(_GOODS), chooser.randrange(1000, 9999)
    return Talk(f"Samples {number}: {goods}", days_ago, ("yusuf", "alex"), archived=True, turns=(
        Turn("yusuf", 0, f"Dear Alex,\n\nThe samples for the {goods} left today, courier number {number}."),
        Turn("alex", 50, "They arrived, thank you."),
    ))  # fmt: skip


def _late_lorry(chooser: random.Random, days_ago: float) -> Talk:
    place, minutes = chooser.choice(_PLACES), chooser.randrange(2, 9) * 10
    return Talk(f"Lorry from {place} is late", days_ago, ("dana", "alex"), archived=True, copied=("priya",), turns=(
        Turn("dana", 0, f"Hi Alex,\n\nThe lorry from {place} is {minutes} minutes late, roadworks. Sorry about that."),
        Turn("alex", 0.3, "No harm done, the bay is free all day."),
        Turn("dana", 2, "It has just passed your gate."),
    ))  # fmt: skip


def _price_check(chooser: random.Random, days_ago: float) -> Talk:
    goods, euros = chooser.choice(_GOODS), chooser.randrange(14, 260)
    return Talk(f"Price of {goods}", days_ago, ("sarah", "alex"), archived=True, turns=(
        Turn("sarah", 0, f"Alex, the system says {euros} for the {goods}. Is that with or without freight?"),
        Turn("alex", 2, "Without. Freight is booked separately."),
        Turn("sarah", 1, "Corrected, thank you."),
    ))  # fmt: skip
