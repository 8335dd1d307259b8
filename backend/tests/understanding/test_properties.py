"""No text breaks the grammar, no decision word becomes an action, and set apart words are never rewritten."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countersign.understanding.context import RequestContext
from countersign.understanding.dates import find_dates
from countersign.understanding.language import detect_language
from countersign.understanding.people import Person, match_person
from countersign.understanding.plan import ChatConsent, Plan
from countersign.understanding.quoting import sign_off_name, split_mail
from countersign.understanding.request import understand
from countersign.understanding.revising import CannotRevise, RevisedText, revise_reply
from tests.understanding.reading import as_plan, words_of

_CONTEXT = RequestContext(now=datetime(2026, 11, 20, 13, 0, tzinfo=UTC), zone="Europe/Berlin")
_WORDS = (
    "reply to dana 's last mail saying that tell her ask whether we can she should and archive it forward draft yes"
    ' send approve : - " , . \n please thanks about from to them all wednesday in “ ” ? my work account again'
    " email cc bob@x.example subject attach the file I uploaded to as a draft don't send it everyone on note invoice"
)
_PIECES = st.sampled_from(re.split(" ", _WORDS))
_REQUESTS = st.one_of(st.text(max_size=300), st.lists(_PIECES, max_size=25).map(" ".join))
_CONSENT = st.lists(
    st.sampled_from(
        ["yes", "ok", "send it", "approve", "go ahead", "please", "now", "sure", "do it", "looks good", "👍"]
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=400, deadline=None)
@given(request=_REQUESTS)
def test_no_text_breaks_the_grammar_and_every_answer_can_be_stored(request: str) -> None:
    answer = understand(request, _CONTEXT)

    assert answer == type(answer).model_validate(answer.model_dump(exclude={"digest"}))


@settings(max_examples=200, deadline=None)
@given(words=_CONSENT, join=st.sampled_from([" ", ", ", ". ", "! ", " - "]))
def test_decision_words_in_any_mix_are_never_a_plan(words: list[str], join: str) -> None:
    assert isinstance(understand(join.join(words), _CONTEXT), ChatConsent)


@settings(max_examples=200, deadline=None)
@given(
    body=st.text(
        alphabet=st.characters(exclude_characters='"“”„‟«»', exclude_categories=["Cc", "Cs"]), min_size=1
    )
)
def test_quoted_words_reach_the_mail_unchanged(body: str) -> None:
    answer = understand(f'Reply to Dana saying "a {body} z"', _CONTEXT)

    assert not isinstance(answer, Plan) or f"a {body} z" in words_of(answer)


def test_quoted_words_with_every_kind_of_sign_reach_the_mail_unchanged() -> None:
    body = "Grüße — 你好 👍🏽 <b>x</b> & she said: archive it, then forward it. e\u0301"

    assert words_of(as_plan(understand(f'Reply to Dana saying "{body}"', _CONTEXT))) == body


@settings(max_examples=150, deadline=None)
@given(text=st.text(max_size=400))
def test_no_text_breaks_the_readers_of_mail(text: str) -> None:
    split_mail(text)
    sign_off_name(text, "Dana Reyes")
    detect_language(text)
    find_dates(text, now=_CONTEXT.now, zone=_CONTEXT.zone)
    match_person(text, (Person("Dana Reyes", "dana@acme.example"),))


@settings(max_examples=200, deadline=None)
@given(body=st.text(max_size=200), instructions=st.text(max_size=100))
def test_a_text_is_revised_or_left_with_a_reason(body: str, instructions: str) -> None:
    outcome = revise_reply(body, instructions)

    assert isinstance(outcome, RevisedText) or (isinstance(outcome, CannotRevise) and outcome.reason)


@pytest.mark.parametrize(
    "request_text",
    [
        '"' * 19_000,
        ", " * 9_900,
        "Reply to Dana saying " + ("ok " + " " * 38) * 100,
        "Reply to Dana saying " + "we can and tell her that " * 700,
        "send that to Dana " * 1_000,
        "Reply to " + "Dana-" * 3_500,
        "x" + ("," * 110 + "x") * 150,
        "Forward " + "Dana's mail to " * 1_300,
        "attach the file " * 1_200,
        "Email Bob with the subject " * 700,
        "forward " + "Ann Bee " * 2_000,
    ],
    ids=[
        "quotes",
        "commas",
        "spaces",
        "acts",
        "locators",
        "hyphens",
        "runs",
        "forwards",
        "files",
        "subjects",
        "names",
    ],
)
def test_no_request_takes_long(request_text: str) -> None:
    started = time.process_time()

    understand(request_text, _CONTEXT)

    # About 0.1 s at worst when measured; ten times that still finds a pattern that reads a run again and again.
    assert time.process_time() - started < 1.5
