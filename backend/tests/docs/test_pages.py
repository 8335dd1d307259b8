"""The generated pages say what the code says, and every error can be found in them."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.docs import errors_page, parity_page
from tests.docs.pages import PAGES, ROOT


@pytest.mark.parametrize("page", PAGES)
def test_a_generated_page_says_what_the_code_says_now(page: str) -> None:
    assert (ROOT / page).read_text(encoding="utf-8") == PAGES[page](), "run `make pages`"


def test_every_error_has_a_code_of_its_own() -> None:
    shared = Counter(code.code for code in errors_page.codes())

    assert [code for code, classes in shared.items() if classes > 1] == []


def test_every_error_is_on_the_page_with_its_words() -> None:
    page = (ROOT / "docs/errors.md").read_text(encoding="utf-8")

    assert [
        code.class_name for code in errors_page.codes() if f"| `{code.code}` | {code.status} |" not in page
    ] == []
    assert [code.class_name for code in errors_page.codes() if not code.happened or not code.action] == []


def test_every_end_of_an_action_is_told_in_words() -> None:
    assert [end.code for end in errors_page.action_endings() if not end.words.strip("… ")] == []


def test_every_behaviour_of_the_sandbox_on_the_page_rests_on_something() -> None:
    found = parity_page.behaviours()

    assert [one.name for one in found if not one.does or not (one.sources or one.assumed)] == []


def test_no_marker_of_the_sandbox_is_overlooked() -> None:
    marked = sum(
        path.read_text(encoding="utf-8").count("Source: ")
        for path in sorted(parity_page.SANDBOX.rglob("*.py"))
    )

    assert sum(len(one.sources) for one in parity_page.behaviours()) == marked
