"""What the person reads in the conversation besides the answer: what is asked, what waits, why something failed."""

from __future__ import annotations

from tests.runs.desk import start_worker, worker_running
from tests.runs.trouble import locked, until_blocked
from tests.workflows.mailroom import MailDesk
from tests.workflows.test_failing_steps import denied

FAILED = "A step met an error that Countersign did not expect."


async def test_an_opened_card_is_told_of_and_linked(alex: MailDesk) -> None:
    run = await alex.ask_and_drive()

    (said,) = await alex.said_in_chat(run.id)
    card = await alex.card()
    assert said == f"One card is waiting: “{card['title']}”. Nothing is sent before you approve it."
    assert [citation["id"] for citation in await alex.citations(run.id)] == [card["id"]]
    assert await alex.answers(run.id) == []


async def test_a_question_is_asked_in_the_conversation_with_its_choices(alex: MailDesk) -> None:
    run = await alex.ask_and_drive("Reply to the last mail from Sam saying yes, gladly")

    (asked,) = await alex.said_in_chat(run.id)
    assert "Sam Okoro <sam@okoro.test>" in asked
    assert "Sam Berg <sam@berg.test>" in asked
    await alex.resume(run, "Sam Berg")
    asked_before, waits = await alex.said_in_chat(run.id)
    assert (asked_before, "One card is waiting" in waits) == (asked, True)


async def test_a_failed_run_says_what_happened_what_to_do_and_that_nothing_changed(alex: MailDesk) -> None:
    alex.sandbox.fault("gmail.users.threads.get", status=400, reason="badRequest", count=1)

    run = await alex.ask_and_drive()

    assert run.problem is not None
    assert await alex.said_in_chat(run.id) == [
        f"I could not finish this. {run.problem['message']} {run.problem['action']}"
    ]
    assert "nothing was changed" in run.problem["message"]


async def test_a_retry_that_succeeds_adds_its_own_words(alex: MailDesk) -> None:
    alex.sandbox.fault("gmail.users.threads.get", status=400, reason="badRequest", count=1)
    run = await alex.ask_and_drive()

    await alex.retry(run)
    await alex.decide("reject")
    await alex.drive(run)

    failed, waits, answer = await alex.said_in_chat(run.id)
    assert failed.startswith("I could not finish this.")
    assert waits.startswith("One card is waiting")
    assert "You rejected" in answer
    assert await alex.answers(run.id) == [answer]


async def test_a_failure_after_the_mail_left_does_not_claim_that_nothing_changed(alex: MailDesk) -> None:
    run = await alex.ask_and_drive()
    await alex.decide("approve")
    await alex.execute()
    async with denied(alex.database, "INSERT ON checkpoints"):
        await alex.drive(run)

    failed = await alex.run(run.id)
    assert failed.problem is not None
    assert (failed.state, failed.problem["changed"]) == ("failed", "yes")
    said = (await alex.said_in_chat(run.id))[-1]
    assert f"“{(await alex.card())['title']}” was done before that and stays done." in said
    assert "Nothing was changed" not in said


async def test_every_attempt_that_fails_is_told_once_even_when_its_worker_is_killed(alex: MailDesk) -> None:
    async with denied(alex.database, "SELECT ON accounts"):
        run = await alex.ask_for_a_reply()
        async with locked(alex.database, "messages"):
            worker = start_worker(alex.services)
            await until_blocked(alex.database)
            worker.kill()
            worker.communicate()
        await alex.database.as_owner("UPDATE runs SET lease_until = app_now() WHERE state = 'running'")
        with worker_running(alex.services):
            await alex.until_ended(run.id)
        once = await alex.said_in_chat(run.id)
        await alex.retry(run)
        twice = await alex.said_in_chat(run.id)

    assert [FAILED in said for said in once] == [True]
    assert [FAILED in said for said in twice] == [True, True]
