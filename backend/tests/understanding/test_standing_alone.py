"""What is said while a question is open: an answer, or a request of its own."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from countersign.understanding.context import RequestContext
from countersign.understanding.request import understand
from countersign.understanding.speech.standing_alone import stands_alone

AGAINST = RequestContext(now=datetime(2026, 3, 10, 9, tzinfo=UTC), zone="UTC")


@pytest.mark.parametrize(
    "answer",
    [
        "the invoice",
        "the one about costs",
        "the one with Priya Nair",
        "terms.txt",
        "both",
        "We want 120 grams.",
    ],
)
def test_words_that_only_name_something_answer_the_open_question(answer: str) -> None:
    assert not stands_alone(answer, understand(answer, AGAINST))


@pytest.mark.parametrize(
    "request_words",
    [
        "Show me mails from Dana",
        "Are there unread mails?",
        "Reply to the last mail from Dana saying yes",
        "Archive promotional mails",
        "What did Dana say about the contract?",
    ],
)
def test_a_whole_request_is_one_even_while_a_question_is_open(request_words: str) -> None:
    assert stands_alone(request_words, understand(request_words, AGAINST))
