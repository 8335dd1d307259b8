"""The sandbox as a program: where it listens, what survives a crash, how it stops."""

from __future__ import annotations

import base64
import re
import socket
from collections.abc import Sequence
from pathlib import Path

import httpx
import pytest

from tests.sandbox.google_client import FULL, gmail_with
from tests.sandbox.kernel.worlds import ALEX, alex
from tests.sandbox.server import Sandbox, spawn, start_sandbox


def stderr_of(
    *arguments: str, capfd: pytest.CaptureFixture[str], inherited: Sequence[int] = ()
) -> tuple[int, str]:
    process = spawn(*arguments, inherited=inherited)
    status = process.wait(timeout=20)
    assert process.stdout is not None
    process.stdout.close()
    return status, capfd.readouterr().err


def test_what_the_ledger_says_survives_kill_9(tmp_path: Path) -> None:
    first = start_sandbox(db=tmp_path / "world.db")
    first.seed(alex())
    token = first.token(ALEX, FULL)
    gmail_with(first, token).users().labels().create(userId="me", body={"name": "Clients"}).execute()
    ledger, state = first.ledger(), first.state(ALEX)

    first.kill()
    second = start_sandbox(db=tmp_path / "world.db")

    try:
        assert second.ledger() == ledger
        assert [entry["method_id"] for entry in ledger] == ["gmail.users.labels.create"]
        assert second.state(ALEX) == state
        assert gmail_with(second, token).users().getProfile(userId="me").execute()["emailAddress"] == ALEX
        assert "continues from its file" in second.ready_line
    finally:
        second.stop()


def test_an_effect_is_durable_before_its_answer_is_dropped(tmp_path: Path) -> None:
    first = start_sandbox(db=tmp_path / "world.db")
    first.seed(alex())
    headers = {"Authorization": f"Bearer {first.token(ALEX, FULL)}"}
    first.fault("gmail.users.labels.create", drop=True)
    with pytest.raises(httpx.TransportError):
        first.http.post("/gmail/v1/users/me/labels", json={"name": "Clients"}, headers=headers)

    first.kill()
    second = start_sandbox(db=tmp_path / "world.db")

    try:
        assert [(entry["ok"], entry["fault"]) for entry in second.ledger()] == [(True, "drop, commit")]
        assert [label["name"] for label in second.state(ALEX)["labels"]] == ["Clients"]
    finally:
        second.stop()


def test_new_ids_after_a_crash_do_not_repeat_old_ones(tmp_path: Path) -> None:
    mail = {"from": "x@out.test", "to": [ALEX], "subject": "s", "text": "t"}
    first = start_sandbox(db=tmp_path / "world.db", seed=7)
    first.seed(alex())
    before = first.deliver(**mail)[0]["id"]

    first.kill()
    second = start_sandbox(db=tmp_path / "world.db", seed=7)

    try:
        assert second.deliver(**mail)[0]["id"] != before
    finally:
        second.stop()


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "example.org"])
def test_only_loopback_can_be_bound(host: str, capfd: pytest.CaptureFixture[str]) -> None:
    status, words = stderr_of("--host", host, "--port", "0", capfd=capfd)

    assert status == 2
    assert "not a loopback address" in words


def test_a_taken_port_is_named_with_what_to_do(capfd: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        status, words = stderr_of("--port", str(port), capfd=capfd)

    assert status == 2
    assert f"Port {port} is taken" in words
    assert "--port 0" in words


def test_a_port_that_was_opened_for_it_is_used_at_every_start() -> None:
    with socket.create_server(("127.0.0.1", 0)) as opened:
        for _ in range(2):
            sandbox = start_sandbox(fd=opened.fileno())
            assert sandbox.base_url == f"http://127.0.0.1:{opened.getsockname()[1]}"
            assert sandbox.stop() == 0


def test_a_descriptor_that_is_no_loopback_socket_is_refused(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with (tmp_path / "file").open("w") as file:
        status, words = stderr_of("--fd", str(file.fileno()), capfd=capfd, inherited=[file.fileno()])
    assert status == 2
    assert "is no socket" in words

    with socket.create_server(("0.0.0.0", 0)) as wide:
        status, words = stderr_of("--fd", str(wide.fileno()), capfd=capfd, inherited=[wide.fileno()])
    assert status == 2
    assert "not on loopback" in words


def test_an_unknown_world_is_named(capfd: pytest.CaptureFixture[str]) -> None:
    status, words = stderr_of("--port", "0", "--world", "atlantis", capfd=capfd)

    assert status == 2
    assert "'atlantis'" in words


def test_sigterm_ends_it_cleanly_even_while_a_request_stalls() -> None:
    sandbox: Sandbox = start_sandbox()
    sandbox.fault("oauth2.token", stall_seconds=60)
    with pytest.raises(httpx.ReadTimeout):
        sandbox.http.post("/token", data={"grant_type": "refresh_token"}, timeout=0.1)

    assert sandbox.stop() == 0


def test_own_mail_can_be_imported_at_the_start(tmp_path: Path) -> None:
    mails = [
        f"From: x{number}@out.test\r\nTo: kim@file.test\r\nSubject: Mail {number}\r\n\r\nHello\r\n"
        for number in range(3)
    ]
    for number, mail in enumerate(mails):
        (tmp_path / f"{number}.eml").write_text(mail)

    sandbox = start_sandbox(extra=("--import", str(tmp_path)))

    try:
        assert len(sandbox.state("kim@file.test")["messages"]) == 3
        assert "imported 3 mails of kim@file.test" in sandbox.ready_line
    finally:
        sandbox.stop()


def test_the_demo_world_points_its_newsletters_at_this_very_sandbox() -> None:
    sandbox = start_sandbox(world="demo")

    try:
        mails = [
            mail for account in sandbox.control("GET", "state")["accounts"] for mail in account["messages"]
        ]
        raws = [base64.urlsafe_b64decode(mail["raw"] + "==").decode() for mail in mails]
        link = re.search(
            r"List-Unsubscribe: <(http[^>]+)>", next(raw for raw in raws if "List-Unsubscribe" in raw)
        )
        assert link is not None
        answer = sandbox.http.post(link[1], data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        assert [entry["method_id"] for entry in sandbox.ledger()] == ["sandbox.unsubscribe"]
    finally:
        sandbox.stop()


def test_a_world_can_be_a_file(tmp_path: Path) -> None:
    world = tmp_path / "world.json"
    world.write_text('{"accounts": [{"email": "kim@file.test", "messages": []}]}')

    sandbox = start_sandbox(world=str(world))

    try:
        assert sandbox.state("kim@file.test")["messages"] == []
    finally:
        sandbox.stop()
