"""Ask for changes: what the instructions state is done, anything else leaves the text and says why."""

from __future__ import annotations

import pytest

from countersign.understanding.revising import CannotRevise, RevisedText, revise_reply

_BODY = "Hi Dana,\n\nWe can take delivery on Wednesday. The gate opens at 8 am."


@pytest.mark.parametrize(
    ("instructions", "text"),
    [
        ("say Thursday instead of Wednesday", "We can take delivery on Thursday. The gate opens at 8 am."),
        ("Say thursday instead, please", "We can take delivery on Thursday. The gate opens at 8 am."),
        ("make it Thursday", "We can take delivery on Thursday. The gate opens at 8 am."),
        ("Thursday, not Wednesday", "We can take delivery on Thursday. The gate opens at 8 am."),
        ("move it to tomorrow", "We can take delivery tomorrow. The gate opens at 8 am."),
        ("change 8 am to 9 am", "We can take delivery on Wednesday. The gate opens at 9 am."),
        ("9:30 instead", "We can take delivery on Wednesday. The gate opens at 9:30."),
        ("replace “the gate” with “our dock”", "We can take delivery on Wednesday. our dock opens at 8 am."),
        ("remove the last sentence", "We can take delivery on Wednesday."),
        ("remove the first sentence", "The gate opens at 8 am."),
        ("don't mention the gate", "We can take delivery on Wednesday."),
        ('remove "on Wednesday"', "We can take delivery. The gate opens at 8 am."),
        ("make it: We can take it on Friday.", "We can take it on Friday."),
        (
            "add that the dock closes at 4",
            "We can take delivery on Wednesday. The gate opens at 8 am. The dock closes at 4.",
        ),
        (
            "ask her whether she can confirm",
            "We can take delivery on Wednesday. The gate opens at 8 am. Can you confirm?",
        ),
        (
            "change Wednesday to Friday and add that she should call me",
            "We can take delivery on Friday. The gate opens at 8 am. Please call me.",
        ),
        (
            'end with "See you then"',
            "We can take delivery on Wednesday. The gate opens at 8 am.\n\nSee you then",
        ),
    ],
)
def test_a_stated_change_is_made_and_nothing_else(instructions: str, text: str) -> None:
    outcome = revise_reply(_BODY, instructions, "she")

    assert isinstance(outcome, RevisedText)
    assert outcome.body_text == f"Hi Dana,\n\n{text}"


@pytest.mark.parametrize(
    ("instructions", "greeting"),
    [
        ('start with "Hello"', "Hello Dana,\n\n"),
        ('start with "Dear Ms. Reyes"', "Dear Ms. Reyes,\n\n"),
        ("call her Ms. Reyes", "Hi Ms. Reyes,\n\n"),
        ("remove the greeting", ""),
    ],
)
def test_the_greeting_changes_alone(instructions: str, greeting: str) -> None:
    outcome = revise_reply(_BODY, instructions)

    assert isinstance(outcome, RevisedText)
    assert outcome.body_text == greeting + _BODY.partition("\n\n")[2]


@pytest.mark.parametrize(
    ("instructions", "reason"),
    [
        ("", "The instructions are empty: say what to replace, add or remove."),
        ("say Tuesday instead of Monday", "“Monday” is not in the text."),
        ("make it Wednesday", "The text already says so; nothing to change."),
        ("say soon instead", "Which words should “soon” replace? Write: replace … with soon."),
        ("42 instead", "Which words should “42” replace? There are several such words in the text."),
        (
            "make it shorter",
            "I can't judge “make it shorter” without a language model. Write the words you want, or edit the text.",
        ),
        ("xyzzy", "I don't understand “xyzzy”. Say which words to replace, add or remove."),
        ("remove the third sentence", "The text has 2 sentences."),
        (
            "change Wednesday to Friday and remove the fourth sentence",
            "The text has 2 sentences.",
        ),
    ],
)
def test_what_cannot_be_done_leaves_the_text_and_says_why(instructions: str, reason: str) -> None:
    body = _BODY + " We have 3 men and 12 pallets." if "42" in instructions else _BODY

    assert revise_reply(body, instructions) == CannotRevise(reason)
