"""Whatever arrives, as a search or as a mail, is answered: nothing of it may become a server error."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sandbox.gmail.letters import encoded
from workspace_sandbox.gmail.delivery import deliver
from workspace_sandbox.gmail.methods.messages import get_message, list_page
from workspace_sandbox.gmail.methods.threads import list_page as list_threads
from workspace_sandbox.gmail.schema import SCHEMA
from workspace_sandbox.gmail.seed import dump_account, load_account
from workspace_sandbox.kernel.call import Call
from workspace_sandbox.kernel.errors import GoogleError
from workspace_sandbox.store import Store

OWNER = "robin@private.example"
PIECES = st.sampled_from(
    ["from:", "to:", "subject:", "in:", "is:", "has:", "label:", "after:", "older_than:", "larger:", "filename:",
     "category:", "list:", "rfc822msgid:", "deliveredto:", "(", ")", "{", "}", "-", '"', " ", " OR ", " AND ",
     "AROUND ", " AROUND 3 ", "*", "^", ":", "NEAR(", "me", "2026/02/30", "1y", "5M", "a@b.c", "ü", "\0", "'", ";",
     "\\",
     "%", "_", "9" * 12, "g"]
)  # fmt: skip
QUERIES = st.lists(st.one_of(PIECES, st.text(max_size=6)), max_size=14).map("".join)
MAIL_PIECES = st.sampled_from(
    [b"From: ", b"To: robin@private.example", b"Subject: ", b"=?utf-8?b?", b"?=", b"\r\n", b"\n", b"\r", b"\r\n\r\n",
     b"Content-Type: multipart/mixed; boundary=b", b"--b", b"--b--", b"Content-Type: message/rfc822", b"<", b">", b'"',
     b"Content-Transfer-Encoding: base64", b"Content-Type: text/html; charset=x", b"filename*0*=a''%ff", b"\xff\x00",
     b"Date: Mon, 99 Foo 99999", b"References: <", b"Message-ID: ", b",", b";", b":", b"("]
)  # fmt: skip
MAILS = st.lists(st.one_of(MAIL_PIECES, st.binary(max_size=8)), max_size=30).map(b"".join)
STEADY = settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def store() -> Iterator[Store]:
    store = Store(seed=1, schemas=(SCHEMA,))
    message = {
        "from": "Eva <eva@x.example>",
        "to": [OWNER],
        "subject": "Plan",
        "text": "me a ü",
        "labels": ["INBOX"],
    }
    load_account(store, {"email": OWNER, "messages": [message, {**message, "labels": ["Work"]}]})
    yield store
    store.close()


def call(store: Store, **params: object) -> Call:
    return Call(store, "", OWNER, frozenset(), dict(params), {}, None, None, store.now())


@STEADY
@given(query=QUERIES)
def test_any_search_text_is_answered(store: Store, query: str) -> None:
    for answer in (list_page(call(store, q=query)), list_threads(call(store, q=query))):
        assert 0 <= answer["resultSizeEstimate"] <= 2


@pytest.mark.parametrize(
    "token", ["x", "é", "MQ==", encoded(b"1.-1"), encoded(b"%d.1" % 10**30), encoded(b"a.b")]
)
def test_a_page_token_of_ones_own_making_is_refused(store: Store, token: str) -> None:
    with pytest.raises(GoogleError, match="Invalid pageToken"):
        list_page(call(store, pageToken=token))


@settings(parent=STEADY, max_examples=100)
@given(mail=MAILS)
def test_any_bytes_arrive_are_shown_and_dumped(store: Store, mail: bytes) -> None:
    [stored] = deliver(store, mail, to=[OWNER])
    shown = get_message(call(store, id=stored.id))
    assert shown["id"] == stored.id
    assert stored.id in {one["id"] for one in dump_account(store, OWNER)["messages"]}
