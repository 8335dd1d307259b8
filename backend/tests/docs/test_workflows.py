"""Every request that the page on workflows shows is understood as it says, and every kind has its example."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from countersign.actions.catalogue import KINDS
from countersign.understanding.context import ContextAccount, RequestContext
from countersign.understanding.plan import Plan
from countersign.understanding.request import understand
from tests.docs.pages import ROOT

PAGE = (ROOT / "docs/workflows.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^\| \"(.+)\" \| `(mail\.[\w.]+)` \|", PAGE, re.MULTILINE)
# Made from another card, or by a plan that no request has yet.
WITHOUT_EXAMPLE = {"mail.draft.update"}


@pytest.mark.parametrize(("request_", "intent"), EXAMPLES)
def test_the_example_is_understood_as_the_page_says(request_: str, intent: str) -> None:
    account = ContextAccount(id="acc_1", email="alex@acme.example", label="work", is_default=True)
    context = RequestContext(
        now=datetime(2026, 11, 20, 9, tzinfo=UTC), zone="Europe/Berlin", accounts=(account,)
    )

    understood = understand(request_, context)

    assert isinstance(understood, Plan), understood
    assert understood.intent == intent


def test_every_kind_of_change_has_an_example() -> None:
    assert set(KINDS) - {intent for _, intent in EXAMPLES} == WITHOUT_EXAMPLE
