"""What the kernel guarantees around any handler: etags, a checked response, a rollback when something breaks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from workspace_sandbox import grants, ledger
from workspace_sandbox.control.world import load_world
from workspace_sandbox.gmail.schema import SCHEMA
from workspace_sandbox.kernel.call import Call
from workspace_sandbox.kernel.dispatch import Kernel
from workspace_sandbox.kernel.documents.discovery import Catalog, load_catalog
from workspace_sandbox.kernel.exchange import Reply, Request
from workspace_sandbox.kernel.faults import Faults
from workspace_sandbox.store import Store

CALENDAR = "https://www.googleapis.com/auth/calendar"
EVENT = "/calendar/v3/calendars/primary/events/e1"
KIM = "kim@acme.test"


def get_event(_call: Call) -> dict[str, Any]:
    return {"id": "e1", "etag": '"2"', "summary": "Site visit"}


def update_event(call: Call) -> dict[str, Any]:
    call.require_etag('"2"')
    return {"id": "e1", "etag": '"3"', "summary": (call.body or {})["summary"]}


def delete_event(_call: Call) -> None:
    return None


def insert_badly(call: Call) -> dict[str, Any]:
    call.store.put_meta("colour", "red")
    return {"id": "e1", "start": "tomorrow"}


def insert_and_break(call: Call) -> dict[str, Any]:
    call.store.put_meta("colour", "red")
    raise ZeroDivisionError("a mistake of ours")


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


@pytest.fixture
def store() -> Iterator[Store]:
    opened = Store(schemas=(SCHEMA,))
    load_world(opened, {"accounts": [{"email": KIM}]})
    yield opened
    opened.close()


class Caller:
    """One account's calls, straight into the kernel."""

    def __init__(self, store: Store, catalog: Catalog) -> None:
        self.store = store
        grant_id = grants.grant(store, "test", KIM, frozenset({CALENDAR}))
        self.token = grants.issue_access_token(store, grant_id, CALENDAR)
        handlers = {
            "calendar.events.get": get_event,
            "calendar.events.update": update_event,
            "calendar.events.delete": delete_event,
            "calendar.events.insert": insert_badly,
            "calendar.events.import": insert_and_break,
        }
        self.kernel = Kernel(store, catalog, handlers, Faults())

    async def __call__(self, verb: str, path: str, body: Any = None, **headers: str) -> Reply:
        sent = {
            "authorization": f"Bearer {self.token}",
            **{k.replace("_", "-"): v for k, v in headers.items()},
        }
        content = b"" if body is None else json.dumps(body).encode()
        reply = await self.kernel.answer(Request(verb, path, "", sent, content, "http://127.0.0.1:4010"))
        assert reply is not None
        return reply


@pytest.fixture
def call(store: Store, catalog: Catalog) -> Caller:
    return Caller(store, catalog)


async def test_a_resource_brings_its_etag(call: Caller) -> None:
    assert (await call("GET", EVENT)).headers["ETag"] == '"2"'


async def test_an_unchanged_resource_is_304_for_who_has_it(call: Caller) -> None:
    reply = await call("GET", EVENT, if_none_match='"2"')

    assert (reply.status, reply.body) == (304, b"")


async def test_a_write_on_a_stale_etag_is_412_and_recorded_as_refused(call: Caller) -> None:
    reply = await call("PUT", EVENT, {"summary": "x"}, if_match='"1"')

    assert reply.status == 412
    assert json.loads(reply.body)["error"]["errors"][0]["reason"] == "conditionNotMet"
    assert [entry["ok"] for entry in ledger.read(call.store)] == [False]


async def test_a_write_on_the_current_etag_goes_through(call: Caller) -> None:
    reply = await call("PUT", EVENT, {"summary": "x"}, if_match='"2"')

    assert (reply.status, reply.headers["ETag"]) == (200, '"3"')


async def test_a_method_without_answer_is_204(call: Caller) -> None:
    reply = await call("DELETE", EVENT)

    assert (reply.status, reply.body) == (204, b"")


async def test_a_body_for_a_method_that_takes_none_is_refused(call: Caller) -> None:
    assert (await call("DELETE", EVENT, {"summary": "x"})).status == 400
    assert (await call("DELETE", EVENT, {})).status == 204


async def test_a_response_that_breaks_its_schema_is_our_error_and_leaves_nothing(call: Caller) -> None:
    reply = await call("POST", "/calendar/v3/calendars/primary/events", {})

    assert reply.status == 500
    assert "Invalid value at 'start'" in json.loads(reply.body)["error"]["message"]
    assert call.store.get_meta("colour") is None
    assert [(entry["method_id"], entry["ok"]) for entry in ledger.read(call.store)] == [
        ("calendar.events.insert", False)
    ]


async def test_a_handler_that_breaks_is_our_error_and_leaves_nothing(
    call: Caller, capsys: pytest.CaptureFixture[str]
) -> None:
    reply = await call("POST", "/calendar/v3/calendars/primary/events/import", {"iCalUID": "u"})

    assert reply.status == 500
    assert "ZeroDivisionError" in json.loads(reply.body)["error"]["message"]
    assert "a mistake of ours" in capsys.readouterr().err
    assert call.store.get_meta("colour") is None
