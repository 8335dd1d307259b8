"""The parts of the kernel that need no server: routing by document, masks, multipart, etags, redirect rules."""

from __future__ import annotations

import re
from typing import Any

import pytest

from workspace_sandbox.kernel.call import Call
from workspace_sandbox.kernel.documents.discovery import Catalog, Method, load_catalog
from workspace_sandbox.kernel.documents.field_mask import apply_mask
from workspace_sandbox.kernel.documents.schemas import problem_with
from workspace_sandbox.kernel.errors import GoogleError
from workspace_sandbox.kernel.uploads.multipart import split_parts
from workspace_sandbox.oauth.clients import Client, accepts_redirect
from workspace_sandbox.store import Store

SCHEMAS: dict[str, Any] = {
    "List": {
        "type": "object",
        "properties": {
            "items": {"type": "array", "items": {"$ref": "Item"}},
            "next": {"type": "string"},
            "size": {"type": "integer", "format": "int32"},
        },
    },
    "Item": {
        "type": "object",
        "properties": {
            "id": {"type": "string"},
            "when": {"type": "string", "format": "date-time"},
            "count": {"type": "string", "format": "uint64"},
            "kind": {"type": "string", "enum": ["a", "b"]},
            "tags": {"type": "object", "additionalProperties": {"type": "string"}},
            "part": {"$ref": "Item"},
        },
    },
}
VALUE = {"items": [{"id": "1", "part": {"id": "2", "count": "3"}}, {"id": "4"}], "next": "n"}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


def example_path(method: Method) -> str:
    """A path of the method, with every parameter filled from its pattern or with `x`."""
    path = method.path.pattern
    while (found := re.search(r"\(\?P<p\d+>((?:[^()\[\]]|\[[^\]]*\])*)\)", path)) is not None:
        inner = re.sub(r"\[\^/\]\+|\.\+|\.\*", "x", found[1])
        path = path[: found.start()] + inner + path[found.end() :]
    return "/" + path.replace("\\", "")


def test_every_method_of_every_document_is_found_by_its_own_path(catalog: Catalog) -> None:
    found = {
        method.id: route.method.id
        for method in catalog.methods.values()
        if (route := catalog.route(method.http_method, example_path(method))) is not None
    }

    assert len(catalog.methods) > 250
    assert found == {method_id: method_id for method_id in catalog.methods}


def test_a_literal_path_wins_over_a_parameter(catalog: Catalog) -> None:
    route = catalog.route("GET", "/drive/v3/files/generateIds")

    assert route is not None
    assert route.method.id == "drive.files.generateIds"


def test_an_encoded_slash_stays_inside_its_parameter(catalog: Catalog) -> None:
    route = catalog.route("GET", "/calendar/v3/calendars/a%40b.test/events/x%2Fy")

    assert route is not None
    assert dict(route.path_values) == {"calendarId": "a@b.test", "eventId": "x/y"}


def test_a_resource_name_may_contain_slashes(catalog: Catalog) -> None:
    route = catalog.route("POST", "/v1/projects/p/topics/mail:publish")

    assert route is not None
    assert (route.method.id, dict(route.path_values)) == (
        "pubsub.projects.topics.publish",
        {"topic": "projects/p/topics/mail"},
    )


@pytest.mark.parametrize(
    ("mask", "left"),
    [
        ("next", {"next": "n"}),
        ("items/id", {"items": [{"id": "1"}, {"id": "4"}]}),
        ("items(part(id))", {"items": [{"part": {"id": "2"}}, {}]}),
        (
            "items(id,part/count),next",
            {"items": [{"id": "1", "part": {"count": "3"}}, {"id": "4"}], "next": "n"},
        ),
        ("*", VALUE),
        # Strings have nothing below them, so `*/id` keeps them whole.
        ("items/*/id", {"items": [{"id": "1", "part": {"id": "2"}}, {"id": "4"}]}),
        (" next , items ( id ) ", {"items": [{"id": "1"}, {"id": "4"}], "next": "n"}),
    ],
)
def test_a_mask_selects(mask: str, left: dict[str, Any]) -> None:
    assert apply_mask(mask, SCHEMAS, "List", VALUE) == left


@pytest.mark.parametrize(
    "mask", ["colour", "items(", "items)", "items(id", ",", "items//id", "items/colour", "a;b"]
)
def test_a_mask_that_selects_nothing_possible_is_refused(mask: str) -> None:
    with pytest.raises(GoogleError) as refused:
        apply_mask(mask, SCHEMAS, "List", VALUE)

    assert refused.value.reason == "invalidParameter"


@pytest.mark.parametrize(
    ("item", "problem"),
    [
        ({"id": "1", "when": "2026-03-02T09:00:00.5Z", "count": "7", "kind": "a", "tags": {"x": "y"}}, None),
        ({"count": 7}, None),
        ({"id": None}, None),
        ({"when": "yesterday"}, "Invalid value at 'when'"),
        ({"count": "-1"}, "Invalid value at 'count'"),
        ({"kind": "c"}, "Invalid value at 'kind'"),
        ({"tags": {"x": 1}}, "Invalid value at 'tags.x'"),
        ({"part": {"part": {"id": 1}}}, "Invalid value at 'part.part.id'"),
        ({"part": []}, "Invalid value at 'part'"),
        ({"id": True}, "Invalid value at 'id'"),
    ],
)
def test_a_value_is_checked_against_its_schema(item: dict[str, Any], problem: str | None) -> None:
    found = problem_with(SCHEMAS, "Item", item)

    assert (found or "").startswith(problem or "")
    assert (found is None) == (problem is None)


def test_multipart_parts_keep_their_exact_bytes() -> None:
    body = b"preamble\r\n--b\r\nX: 1\r\n Y\r\n\r\n\x00\r\n\xff\r\n\r\n--b\n\nplain\n--b--\nepilogue"

    first, second = split_parts('multipart/mixed; boundary="b"', body)

    assert (first.headers, first.content) == ({"x": "1 Y"}, b"\x00\r\n\xff\r\n")
    assert (second.headers, second.content) == ({}, b"plain")


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/mixed", b"--b--"),
        ("multipart/mixed; boundary=b", b"--b\r\n\r\nx"),
        ("multipart/mixed; boundary=b", b""),
    ],
)
def test_a_multipart_body_without_its_boundaries_is_refused(content_type: str, body: bytes) -> None:
    with pytest.raises(ValueError, match="boundary"):
        split_parts(content_type, body)


@pytest.mark.parametrize(("if_match", "allowed"), [(None, True), ("*", True), ('"1"', True), ('"0"', False)])
def test_a_stale_etag_is_412(if_match: str | None, allowed: bool) -> None:
    store = Store()
    call = Call(
        store, "calendar.events.update", "a@b.test", frozenset(), {}, {}, None, None, store.now(), if_match
    )

    try:
        call.require_etag('"1"')
        status = 200
    except GoogleError as error:
        status = error.status
    store.close()

    assert status == (200 if allowed else 412)


@pytest.mark.parametrize(
    ("redirect_uri", "accepted"),
    [
        ("https://app.example/callback", True),
        ("https://app.example/callback/", False),
        ("https://app.example/callback?x=1", False),
        ("http://127.0.0.1:5000/any/path", True),
        ("http://localhost:5000/", False),
        ("http://127.0.0.1.evil.example/", False),
        ("http://user@127.0.0.1/", False),
        ("http://127.0.0.1:5000/#fragment", False),
        ("http://127.0.0.1:99999/", False),
        ("http://[::1/", False),
    ],
)
def test_redirects_go_only_where_the_client_lives(redirect_uri: str, accepted: bool) -> None:
    client = Client("c", "s", ("https://app.example/callback", "http://127.0.0.1"))

    assert accepts_redirect(client, redirect_uri) is accepted
