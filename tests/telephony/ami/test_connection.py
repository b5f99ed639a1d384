"""A link from the first connect to close: what it promises while all goes well."""

from telephony.ami.actions import Action
from tests.telephony.ami.fake_asterisk import FakeAsterisk
from tests.telephony.ami.links import link_to


async def test_a_link_logs_in_and_its_actions_are_answered() -> None:
    async with FakeAsterisk() as asterisk, link_to(asterisk) as link:
        reply = await link.perform(Action(name="Ping"))

    assert reply.ok
    assert asterisk.named("Login")[0]["Username"] == "engine"
    assert reply.action_id == asterisk.named("Ping")[0]["ActionID"]
