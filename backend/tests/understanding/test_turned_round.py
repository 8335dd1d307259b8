"""A command to change mails that is denied, asked about, put off, tied to a condition or reported proposes nothing."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from countersign.understanding.context import RequestContext
from countersign.understanding.plan import Plan
from countersign.understanding.request import understand

_SETS = Path(__file__).parent.parent / "phrasings" / "sets.toml"
_COMMANDS = [
    row["request"] for row in tomllib.loads(_SETS.read_text("utf-8"))["request"] if not row.get("shown")
]
_POLITE = re.compile(r"^(?:please|could you|can you|i want to|i'd like to)\s+|\s+please$", re.IGNORECASE)
# "{}" is the command as it was said, "{plain}" without its politeness and its capital.
_FRAMES = (
    "Don't {plain}",
    "Please do not {plain}",
    "never {plain}",
    "can you not {plain}",
    "let's not {plain}",
    "no need to {plain}",
    "Should I {plain}?",
    "do I have to {plain}?",
    "Did you {plain}?",
    "How do I {plain}?",
    "What happens if I {plain}?",
    "When should I {plain}?",
    "What if we {plain}?",
    "{} except those from Rosa",
    "{}, but keep the ones from Rosa",
    "{} that are not from Rosa",
    "{} or the ones from Rosa",
    "{} without asking me again",
    "{} unless they are important",
    "{} if they are old",
    "{} once I have read them",
    "{} tomorrow",
    "{} later",
    "{} at 5 pm",
    "{} every week",
    "{} from now on",
    "If Rosa writes, {plain}",
    "When a mail comes in, {plain}",
    "tomorrow {plain}",
    "{} and reply to them",
    "{} and forward them to Rosa",
    "{}? No.",
    "{}. Wait, don't.",
    "Remind me to {plain}",
    "Rosa asked me to {plain}",
    "Rosa: {plain}",
    'Rosa wrote "{plain}"',
    "I might {plain}",
    "I forgot to {plain}",
    "You should not {plain}",
    "I don't think you should {plain}",
    "undo: {plain}",
    "maybe {plain}",
)


@pytest.mark.parametrize(("number", "frame"), list(enumerate(_FRAMES)), ids=_FRAMES)
def test_a_command_that_is_turned_round_proposes_nothing(
    number: int, frame: str, context: RequestContext
) -> None:
    # A fifth of the commands for each frame, other ones for the next: every command meets eight frames.
    turned = [_framed(frame, command) for command in _COMMANDS[number % 5 :: 5]]

    assert {text for text in turned if isinstance(understand(text, context), Plan)} == set()


def _framed(frame: str, command: str) -> str:
    plain = _POLITE.sub("", command.rstrip(".?! "))
    return frame.format(command.rstrip(".?! "), plain=plain[:1].lower() + plain[1:])
