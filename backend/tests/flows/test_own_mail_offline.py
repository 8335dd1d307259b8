"""The same story on mail nobody here wrote, Python's own test mails as an mbox: nothing is tied to the demo world."""

from __future__ import annotations

import importlib.util
import mailbox
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from countersign.settings import Settings
from tests.api.person import Person
from tests.cluster import ProductDatabase
from tests.flows.installation import Installation, free_port
from tests.flows.story import Story
from tests.flows.test_one_reply import body_of, parsed
from tests.sandbox.server import Sandbox, start_sandbox

pytestmark = pytest.mark.xdist_group("installation")

OWNER = "bbb@zzz.org"
JOHN = "bbb@ddd.com"
REQUEST = "Answer the latest mail from John X. Doe: The parcel arrived, thank you."


@pytest.fixture(scope="module")
def mbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every mail of the interpreter's own test data in one mbox; some of them are broken on purpose."""
    found = importlib.util.find_spec("test.test_email")
    if found is None or found.origin is None:
        pytest.skip("this Python was installed without its test mails (package test.test_email)")
    path = tmp_path_factory.mktemp("mail") / "python.mbox"
    box = mailbox.mbox(path, create=True)
    for file in sorted((Path(found.origin).parent / "data").glob("msg_*.txt")):
        box.add(file.read_bytes())
    box.close()
    return path


@pytest.fixture
def imported(mbox: Path) -> Iterator[Sandbox]:
    """A sandbox that holds the imported mail only."""
    sandbox = start_sandbox(extra=("--import", str(mbox), "--owner", OWNER))
    yield sandbox
    sandbox.stop()


@pytest.fixture
def own_installation(
    database: ProductDatabase, settings: Settings, imported: Sandbox, tmp_path: Path
) -> Iterator[Installation]:
    """An installation of its own at that sandbox."""
    complete = settings.model_copy(update={"google_base_url": imported.base_url, "port": free_port()})
    running = Installation(complete, database, imported, tmp_path / "processes.log")
    running.start_api()
    running.start_worker()
    yield running
    running.stop()


@pytest.fixture
async def owner(own_installation: Installation) -> AsyncIterator[Story]:
    """The owner of the imported mail, signed in and connected."""
    async with Person(own_installation.origin) as person:
        story = Story(await person.arrive(), own_installation)
        await story.connect(OWNER, account_type="personal")
        yield story


async def test_a_reply_on_imported_mail_is_edited_undone_and_then_sent_once(
    owner: Story, own_installation: Installation
) -> None:
    first = await owner.card_of((await owner.ask(REQUEST))["run_id"])
    assert [one["email"] for one in first["recipients"]] == [JOHN]
    assert "The parcel arrived, thank you." in first["preview"]["text"]["after"]
    await owner.approve(first)
    assert (await owner.keyed(f"/actions/{first['action_id']}/undo")).status_code == 200

    second = await owner.card_of((await owner.ask(REQUEST))["run_id"])
    edited = await owner.edit(second, body_text="Hello John,\n\nit arrived today. Thank you!")
    await owner.approve(edited)
    await own_installation.advance(timedelta(minutes=5, seconds=5))
    done = await owner.action_in(edited["action_id"], "done", "failed", "refused", "needs_review")
    assert done["state"] == "done", done
    [sent] = own_installation.sends()
    mail = parsed(sent["notes"]["raw"])
    assert body_of(mail) == edited["preview"]["text"]["after"]
    assert mail["In-Reply-To"] in mail["References"]
    state = own_installation.sandbox.state(OWNER)
    assert JOHN in str(state["outbox"])
