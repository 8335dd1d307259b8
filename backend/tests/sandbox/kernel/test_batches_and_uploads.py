"""Batches answer part by part; uploads arrive whole by each of Google's three ways."""

from __future__ import annotations

import base64
import io
from typing import Any

import httpx
import pytest
from googleapiclient.errors import HttpError
from googleapiclient.http import MediaIoBaseUpload

from tests.sandbox.google_client import FULL, gmail_with
from tests.sandbox.kernel.worlds import ALEX, DANA, alex, dana
from tests.sandbox.server import Sandbox

MAIL = (
    f"From: {ALEX}\r\nTo: {DANA}\r\nSubject: Wednesday\r\nMessage-ID: <w@acme.test>\r\n"
    "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    "Wir nehmen die Lieferung am Mittwoch an – grüezi.\r\n"
).encode()
SEND = "/upload/gmail/v1/users/me/messages/send"
RESUMABLE = {"uploadType": "resumable"}


@pytest.fixture
def sandbox(google_sandbox: Sandbox) -> Sandbox:
    google_sandbox.seed(alex(), dana())
    return google_sandbox


@pytest.fixture
def gmail(sandbox: Sandbox) -> Any:
    return gmail_with(sandbox, sandbox.token(ALEX, FULL))


def body_in_danas_mailbox(sandbox: Sandbox) -> bytes:
    [message] = sandbox.state(DANA)["messages"]
    raw = base64.urlsafe_b64decode(message["raw"] + "==")
    return raw.partition(b"\r\n\r\n")[2]


def begin(sandbox: Sandbox, **headers: str) -> httpx.Response:
    bearer = {"Authorization": f"Bearer {sandbox.token(ALEX, FULL)}"}
    headers = {"X-Upload-Content-Type": "message/rfc822", **bearer, **headers}
    return sandbox.http.post(SEND, params=RESUMABLE, headers=headers, json={})


def test_in_a_batch_one_failing_part_leaves_the_others_alone(gmail: Any) -> None:
    answers: dict[str, Any] = {}

    def keep(name: str, answer: Any, error: Exception | None) -> None:
        answers[name] = error or answer

    batch = gmail.new_batch_http_request(callback=keep)
    batch.add(
        gmail.users().messages().get(userId="me", id="18c0000000000001", format="minimal"), request_id="there"
    )
    batch.add(gmail.users().messages().get(userId="me", id="18c0000000000009"), request_id="gone")
    batch.add(gmail.users().labels().create(userId="me", body={"name": "Clients"}), request_id="write")
    batch.execute()

    assert answers["there"]["id"] == "18c0000000000001"
    assert isinstance(answers["gone"], HttpError)
    assert answers["gone"].status_code == 404
    assert answers["write"]["name"] == "Clients"


def test_a_write_in_a_batch_is_in_the_ledger_like_any_other(sandbox: Sandbox, gmail: Any) -> None:
    batch = gmail.new_batch_http_request()
    batch.add(gmail.users().labels().create(userId="me", body={"name": "Clients"}))
    batch.execute()

    assert [entry["method_id"] for entry in sandbox.ledger()] == ["gmail.users.labels.create"]


def test_a_batch_beyond_one_hundred_calls_is_refused(sandbox: Sandbox) -> None:
    part = "--b\r\nContent-Type: application/http\r\n\r\nGET /gmail/v1/users/me/profile HTTP/1.1\r\n\r\n"
    content = part * 101 + "--b--\r\n"

    answer = sandbox.http.post(
        "/batch/gmail/v1", content=content, headers={"Content-Type": "multipart/mixed; boundary=b"}
    )

    assert answer.status_code == 400
    assert "100" in answer.json()["error"]["message"]


@pytest.mark.parametrize("content", [b"", b"--b--", b"--b\r\nContent-Type: application/http\r\n\r\nGET /x"])
def test_a_batch_that_cannot_be_read_is_refused_whole(sandbox: Sandbox, content: bytes) -> None:
    answer = sandbox.http.post(
        "/batch", content=content, headers={"Content-Type": "multipart/mixed; boundary=b"}
    )

    assert answer.status_code == 400


def test_a_part_that_is_no_request_fails_alone(sandbox: Sandbox) -> None:
    content = "--b\r\nContent-Type: application/http\r\nContent-ID: <a + 1>\r\n\r\nnonsense\r\n--b--\r\n"

    answer = sandbox.http.post(
        "/batch", content=content, headers={"Content-Type": "multipart/mixed; boundary=b"}
    )

    assert answer.status_code == 200
    assert "HTTP/1.1 400" in answer.text
    assert "Content-ID: <response-a + 1>" in answer.text


def test_a_resumable_upload_by_googles_client_sends_the_exact_bytes(sandbox: Sandbox, gmail: Any) -> None:
    media = MediaIoBaseUpload(io.BytesIO(MAIL), mimetype="message/rfc822", resumable=True)

    sent = gmail.users().messages().send(userId="me", body={}, media_body=media).execute()

    assert "SENT" in sent["labelIds"]
    assert body_in_danas_mailbox(sandbox) == MAIL.partition(b"\r\n\r\n")[2]


def test_a_simple_upload_by_googles_client_sends_the_exact_bytes(sandbox: Sandbox, gmail: Any) -> None:
    media = MediaIoBaseUpload(io.BytesIO(MAIL), mimetype="message/rfc822")

    gmail.users().messages().send(userId="me", media_body=media).execute()

    assert body_in_danas_mailbox(sandbox) == MAIL.partition(b"\r\n\r\n")[2]


def test_a_multipart_upload_brings_metadata_and_mail(sandbox: Sandbox) -> None:
    metadata = b'--b\r\nContent-Type: application/json\r\n\r\n{"message": {}}\r\n'
    head = metadata + b"--b\r\nContent-Type: message/rfc822\r\n\r\n"
    headers = {
        "Authorization": f"Bearer {sandbox.token(ALEX, FULL)}",
        "Content-Type": "multipart/related; boundary=b",
    }

    answer = sandbox.http.post(
        "/upload/gmail/v1/users/me/drafts?uploadType=multipart",
        content=head + MAIL + b"\r\n--b--",
        headers=headers,
    )

    assert answer.status_code == 200, answer.text
    [entry] = sandbox.ledger()
    assert base64.urlsafe_b64decode(entry["media"]) == MAIL


def test_an_upload_in_pieces_tells_how_far_it_is_and_has_effect_only_at_the_end(sandbox: Sandbox) -> None:
    address = begin(sandbox).headers["location"]
    first = sandbox.http.put(
        address, content=MAIL[:100], headers={"Content-Range": f"bytes 0-99/{len(MAIL)}"}
    )
    asked = sandbox.http.put(address, headers={"Content-Range": f"bytes */{len(MAIL)}"})
    nothing_yet = sandbox.ledger()
    rest = {"Content-Range": f"bytes 100-{len(MAIL) - 1}/{len(MAIL)}"}
    last = sandbox.http.put(address, content=MAIL[100:], headers=rest)

    assert (first.status_code, first.headers["range"]) == (308, "bytes=0-99")
    assert (asked.status_code, asked.headers["range"]) == (308, "bytes=0-99")
    assert nothing_yet == []
    assert last.status_code == 200
    assert [entry["method_id"] for entry in sandbox.ledger()] == ["gmail.users.messages.send"]
    assert sandbox.http.put(address, content=MAIL).status_code == 404


def test_a_piece_that_does_not_continue_is_refused(sandbox: Sandbox) -> None:
    address = begin(sandbox).headers["location"]

    answer = sandbox.http.put(address, content=b"x", headers={"Content-Range": "bytes 5-5/10"})

    assert answer.status_code == 400


def test_a_cancelled_upload_is_forgotten(sandbox: Sandbox) -> None:
    address = begin(sandbox).headers["location"]

    cancelled = sandbox.http.delete(address)

    assert (cancelled.status_code, sandbox.http.put(address, content=MAIL).status_code) == (499, 404)


def test_a_media_type_the_method_does_not_take_is_refused(sandbox: Sandbox) -> None:
    answer = begin(sandbox, **{"X-Upload-Content-Type": "image/png"})

    assert answer.status_code == 400
    assert "message/*" in answer.json()["error"]["message"]


def test_an_upload_beyond_the_methods_limit_is_413(sandbox: Sandbox) -> None:
    # gmail.v1.json: messages.send takes 36,700,160 bytes.
    answer = begin(sandbox, **{"X-Upload-Content-Length": "36700161"})

    assert answer.status_code == 413


def test_a_method_without_upload_has_no_upload_address(sandbox: Sandbox) -> None:
    headers = {"Authorization": f"Bearer {sandbox.token(ALEX, FULL)}", "Content-Type": "message/rfc822"}

    assert (
        sandbox.http.post("/upload/gmail/v1/users/me/labels", content=MAIL, headers=headers).status_code
        == 404
    )


@pytest.mark.parametrize(
    ("query", "content_type", "content"),
    [
        ("uploadType=teleport", "message/rfc822", MAIL),
        ("uploadType=multipart", "multipart/related; boundary=b", b"no parts"),
        ("uploadType=multipart", "multipart/related; boundary=b", b"--b\r\n\r\nonly one\r\n--b--"),
    ],
)
def test_an_upload_that_cannot_be_read_is_refused(
    sandbox: Sandbox, query: str, content_type: str, content: bytes
) -> None:
    headers = {"Authorization": f"Bearer {sandbox.token(ALEX, FULL)}", "Content-Type": content_type}

    answer = sandbox.http.post(f"{SEND}?{query}", content=content, headers=headers)

    assert answer.status_code == 400
    assert sandbox.state(DANA)["messages"] == []


def test_uploads_cannot_hide_in_a_batch(sandbox: Sandbox) -> None:
    content = (
        "--b\r\nContent-Type: application/http\r\n\r\n"
        f"POST {SEND}?uploadType=media HTTP/1.1\r\nContent-Type: message/rfc822\r\n\r\nx\r\n--b--"
    )

    answer = sandbox.http.post(
        "/batch", content=content, headers={"Content-Type": "multipart/mixed; boundary=b"}
    )

    assert "HTTP/1.1 400" in answer.text


def test_a_batch_whose_part_is_dropped_gets_no_answer_at_all(sandbox: Sandbox) -> None:
    sandbox.fault("gmail.users.getProfile", drop=True)
    content = "--b\r\nContent-Type: application/http\r\n\r\nGET /gmail/v1/users/me/profile\r\n\r\n--b--"

    with pytest.raises(httpx.TransportError):
        sandbox.http.post("/batch", content=content, headers={"Content-Type": "multipart/mixed; boundary=b"})
