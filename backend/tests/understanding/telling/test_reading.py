"""How a mail's text becomes sentences: wrapped lines, stops that end nothing, lists, tables, endless lines."""

from __future__ import annotations

import time

import pytest

from countersign.understanding.telling.asking.model import asks_for_action, packed, shipped, unpacked
from countersign.understanding.telling.reading.sentences import greeting_of, sentences_in


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("Dr. Lee paid No. 5 on 3. Dezember. Fine.", ["Dr. Lee paid No. 5 on 3. Dezember.", "Fine."]),
        ("I said no. They left at 5. All good.", ["I said no.", "They left at 5.", "All good."]),
        ("It is e.g. late, i.e. too late.", ["It is e.g. late, i.e. too late."]),
        ("The lorry that we ordered for the delivery of the\npanels is full.\nBring it.",
         ["The lorry that we ordered for the delivery of the panels is full.", "Bring it."]),
        ("To do:\n- sign it\n* pay it", ["To do:", "sign it", "pay it"]),
        ("Name | Price\nOak\t20\n<b>bold</b>\nDone.", ["Done."]),
        ("12345\n+49 40 123456\nok then", ["ok then"]),
        ("Hi Sam, all is well.", ["all is well."]),
        ("Hi Sam,All is well.", ["All is well."]),
        ("hi sam,\nplease call.", ["please call."]),
        ("Dear Mr. Kim, Lee and Ann,\nplease call.", ["please call."]),
        ("x" * 500, []),
        ("", []),
    ],
)  # fmt: skip
def test_sentences_are_cut_where_they_end(text: str, sentences: list[str]) -> None:
    assert [sentence.text for sentence in sentences_in(text)] == sentences


def test_what_a_quotation_tore_apart_is_no_sentence() -> None:
    mail = "We would like to have the panels delivered before the\n> when?\nend of the year. Fine."

    assert [sentence.text for sentence in sentences_in(mail)] == ["Fine."]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Hi Bob and Sam,\nhello", "Bob and Sam"),
        ("Hello Bob, hi", "Bob"),
        ("Dear all,", "all"),
        ("The truck", ""),
    ],
)
def test_a_greeting_names_those_it_greets(text: str, names: str) -> None:
    assert greeting_of(text) == names


def test_a_very_long_mail_is_read_within_a_second() -> None:
    started = time.process_time()
    sentences_in("Can you confirm this by Friday? " * 50_000 + "On " * 50_000 + "A, " * 50_000)

    assert time.process_time() - started < 1.0


@pytest.mark.parametrize(
    ("sentence", "asks"),
    [
        ("Could you send me the report by Friday?", True),
        ("Please let me know when it is done.", True),
        ("We need your signature on page three.", True),
        ("The meeting was moved to the second floor.", False),
        ("I was in Hamburg last week.", False),
    ],
)
def test_the_shipped_weights_tell_requests_from_statements(sentence: str, asks: bool) -> None:
    assert asks_for_action(sentence) is asks


def test_weights_survive_being_packed() -> None:
    steps = {0: 5, 1: -127, 130: 127, 16_777_215: -1, 40_000: 3}

    assert unpacked(packed(steps)) == steps
    assert len(shipped().steps) > 1000
