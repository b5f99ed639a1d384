"""The demo's agents and the phones they sit at, in processes of their own: baresip, and one phone on pjsua2."""

import asyncio
import platform
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from importlib.util import find_spec
from pathlib import Path

from centre.model import Centre
from kernel.ids import AgentId, DeviceId
from phones import tones
from phones.crowd import AgentPhones, Phones, PjsuaPhones
from phones.spoken import is_spoken
from sambut.demo.desks import Desk, Seat, Surroundings

PJSUA_DEVICE = DeviceId("phone-2")
SEATS: Mapping[AgentId, tuple[DeviceId, int, int]] = {
    AgentId("a1"): (DeviceId("phone-1"), 800, 600),
    AgentId("a2"): (DeviceId("phone-2"), 910, 900),
    AgentId("a3"): (DeviceId("phone-3"), 1_020, 700),
    AgentId("a4"): (DeviceId("phone-4"), 1_130, 1_200),
    # Free seating: the phone that picks up by itself goes to the one who takes English calls only.
    AgentId("a5"): (DeviceId("phone-6"), 1_240, 800),
    AgentId("a6"): (DeviceId("phone-5"), 1_350, 1_000),
}
"""Who sits at which phone, the tone in Hz that is their voice, and how many ms they need to pick up."""


@asynccontextmanager
async def open_desks(
    centre: Centre, pins: Mapping[AgentId, str], around: Surroundings, *, say: Callable[[str], None]
) -> AsyncIterator[dict[AgentId, Desk]]:
    """A desk for each agent, its phone's process running; nobody has sat down yet. Raises PhonesGone, NotSeen."""
    auto_answer = {device.id for device in centre.devices if device.auto_answer}
    async with AsyncExitStack() as opened:
        baresip: Phones = AgentPhones(errors_path=around.folder / "baresip.log")
        pjsua = baresip
        if find_spec("pjsua2") is not None:
            pjsua = PjsuaPhones(errors_path=around.folder / "pjsua.log")
            await asyncio.gather(*(opened.enter_async_context(phones) for phones in (baresip, pjsua)))
        else:
            say(
                f"There is no pjsua2 for Python {platform.python_version()} on {platform.machine()}: "
                f"{PJSUA_DEVICE} is a baresip phone like the others."
            )
            await opened.enter_async_context(baresip)
        desks: dict[AgentId, Desk] = {}
        for agent in centre.agents:
            device, tone_hz, picks_up_ms = SEATS[agent.id]
            seat = Seat(
                agent_id=agent.id,
                login=agent.login,
                pin=pins[agent.id],
                device=device,
                tone_hz=tone_hz,
                picks_up_ms=picks_up_ms,
                auto_answer=device in auto_answer,
            )
            desks[agent.id] = Desk(seat, pjsua if device == PJSUA_DEVICE else baresip, around)
        yield desks


async def was_said(announcements: Path, heard_path: Path, name: str) -> bool:
    """Whether a phone's recording has the announcement of that name. Raises OSError, ValueError.

    A recording that has it is removed; another is kept, to be listened to.
    """
    return await asyncio.to_thread(_was_said, announcements, heard_path, name)


def _was_said(announcements: Path, heard_path: Path, name: str) -> bool:
    announcement, heard = tones.read_wav(announcements / f"{name}.wav"), tones.read_wav(heard_path)
    found = is_spoken(announcement.channel(0), heard.channel(0))
    if found:
        heard_path.unlink()
    return found
