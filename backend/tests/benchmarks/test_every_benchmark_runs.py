"""Every benchmark runs at a tiny size: figures come out, lines are judged, the document keeps what was not measured."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from benchmarks import report
from benchmarks.__main__ import main
from benchmarks.catalogue import BENCHMARKS
from benchmarks.figures import Figure, Result, at_least, at_most, p95
from benchmarks.place import TINY, opened
from countersign.kit.embedded.databases import DatabaseAddresses

MEASURES = {one.name: one.measure for one in BENCHMARKS}
# A mail with one text part, and its tree in the notation of mime4j's tests.
MAIL = b"From: a@b.example\r\nSubject: Hello\r\nContent-Type: text/plain\r\n\r\nHello\r\n"
TREE = "<message><header/><body>hello_decoded_1.txt</body></message>"


@pytest.fixture
def public_sets(tmp_path: Path) -> Path:
    """One row of each public set, written by hand."""
    for name in ("mime_cpython", "mime_mime4j", "reply_parsing", "duckling_time_en"):
        (tmp_path / name).mkdir()
    (tmp_path / "mime_cpython" / "msg_01.txt").write_bytes(MAIL)
    (tmp_path / "mime_mime4j" / "hello.msg").write_bytes(MAIL)
    (tmp_path / "mime_mime4j" / "hello.xml").write_text(TREE)
    (tmp_path / "mime_mime4j" / "hello_decoded_1.txt").write_bytes(b"Hello\r\n")
    reply = {
        "kind": "plain",
        "body": "Yes.\n\nOn Mon, 2 Mar 2026 at 10:00, Ann <ann@a.example> wrote:\n> Come?",
        "expected_reply": "Yes.",
    }
    (tmp_path / "reply_parsing" / "cases.jsonl").write_text(json.dumps(reply))
    day = {"kind": "datetime", "grain": "Day", "text": "2013-02-15", "start": "2013-02-15T00:00:00"}
    rows = [{**day, "id": f"row-{number}", "reference": "2013-02-12T04:30:00-02:00"} for number in range(20)]
    (tmp_path / "duckling_time_en" / "phrases.jsonl").write_text("\n".join(map(json.dumps, rows)))
    _write_sentences_and_mails(tmp_path)
    return tmp_path


def _write_sentences_and_mails(folder: Path) -> None:
    sentences = [
        {"split": part, "intent": asks, "text": text}
        for part in ("train", "test")
        for asks, text in (
            (True, "Please send the plan."),
            (True, "Could you call me?"),
            (False, "It rained."),
        )
    ]
    (folder / "parakweet_email_intent").mkdir()
    rows = "\n".join(map(json.dumps, sentences))
    (folder / "parakweet_email_intent" / "sentences.jsonl").write_text(rows)
    (folder / "workbench" / "sandbox").mkdir(parents=True)
    (folder / "workbench" / "sandbox" / "emails.csv").write_text(
        "email_id,sender/recipient,subject,sent_datetime,body\n"
        "1,ann@a.example,Plan,2026-03-02 10:00:00,Please send the plan by Friday.\n"
    )
    mail = {
        "id_": "1",
        "sender": "ann@a.example",
        "subject": "",
        "body": "We agreed.",
        "timestamp": "2026-03-02",
    }
    (folder / "agentdojo_workspace" / "env").mkdir(parents=True)
    (folder / "agentdojo_workspace" / "env" / "environment_default.json").write_text(
        json.dumps({"inbox": {"initial_emails": [mail]}})
    )


@pytest.mark.parametrize("name", [one.name for one in BENCHMARKS if not one.public])
def test_a_benchmark_measures_something(name: str, database_addresses: DatabaseAddresses) -> None:
    with opened(TINY, database=database_addresses) as place:
        figures = MEASURES[name](place)

    assert len({figure.what for figure in figures}) == len(figures) >= 2
    assert all(math.isfinite(figure.value) for figure in figures)


def test_public_sets_are_scored_in_place(public_sets: Path) -> None:
    with opened(TINY, data=public_sets) as place:
        values = {
            figure.what: figure.value for one in BENCHMARKS if one.public for figure in one.measure(place)
        }

    assert values["MIME tests read without a crash"] == 100
    assert values["mime4j: decoded bodies found"] == 100
    assert values["replies cut right: all"] == 100
    assert values["days read right (fifth kept apart)"] == 100


def test_a_public_set_that_is_not_there_is_named(tmp_path: Path) -> None:
    with opened(TINY, data=tmp_path) as place, pytest.raises(FileNotFoundError, match="duckling_time_en"):
        MEASURES["days"](place)


def test_a_missed_line_is_shown_as_missed() -> None:
    assert Figure("ratio", 0.39, "x", at_least(0.4)).cells()[2] == "at least 0.40: MISSED"
    assert Figure("card", 400, "ms", at_most(400)).cells()[2] == "at most 400: met"


def test_the_95th_percentile_is_a_measured_value() -> None:
    # Of 40 values the 38th is the first that at least 95 % (38 of 40) do not exceed.
    assert p95(range(1, 41)) == 38


def test_the_document_keeps_sections_that_were_not_measured_again() -> None:
    first = [_result("stock", 50), _result("request", 20)]
    before = report.as_document("", first)
    after = report.as_document(before, [_result("request", 25)])

    assert "| rate | 50 /s |" in after
    assert "| rate | 25 /s |" in after
    assert "| rate | 20 /s |" not in after
    assert report.as_document(after, []) == after


def test_the_list_names_every_benchmark(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    assert {one.name for one in BENCHMARKS} <= set(capsys.readouterr().out.split())


def test_an_unknown_name_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["nonsense"]) == 2
    assert "nonsense" in capsys.readouterr().err


def _result(name: str, value: float) -> Result:
    return Result(name, f"what {name} shows", (Figure("rate", value, "/s"),), 0.1, 0.2, 3.0)
