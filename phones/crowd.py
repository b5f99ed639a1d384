"""A crowd of phones, from the side of a test or of the demo: start the process, ask, wait for what happens, stop it.

    async with AgentPhones() as phones:
        await phones.register("1001", password="...", server="127.0.0.1", port=5060, tone_hz=1000, record_folder=folder)
        await phones.behave("1001", PicksUp(after_ms=500))
        ringing = await phones.wait_for(Ringing, device="1001", within_ms=2000)
        ended = await phones.wait_for(Ended, call=ringing.call, within_ms=60_000)
        assert ended.heard.has(400)

`wait_for` gives each event once: asking twice for `Ringing` waits for two calls. `seen` gives all there were.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from phones.commands import (
    Behave,
    Dial,
    HangUp,
    Hold,
    PickUp,
    PressKeys,
    Record,
    Refuse,
    Register,
    RegisterAgain,
    Resume,
    Talk,
    Transfer,
    Transport,
    Unregister,
)
from phones.events import Event, Registered, RegistrationFailed, Unregistered
from phones.phone_process import PhoneProcess
from phones.plans import AnyPlan, KeyPress


class Phones(PhoneProcess):
    """All that can be asked of phones, of whatever engine. Each raises what `PhoneProcess.ask` raises."""

    async def register(
        self,
        device: str,
        *,
        server: str,
        port: int,
        password: str = "",
        user: str | None = None,
        transport: Transport = "udp",
        display_name: str = "",
        tone_hz: int = 440,
        record_folder: Path | None = None,
        within_ms: int = 10_000,
    ) -> None:
        """Make a phone and wait until it is registered. Raises ConnectionRefusedError when the server refuses it."""
        await self.ask(
            Register(
                ask=self.next_ask(),
                device=device,
                user=device if user is None else user,
                password=password,
                server=server,
                port=port,
                transport=transport,
                display_name=display_name,
                tone_hz=tone_hz,
                record_folder=None if record_folder is None else str(record_folder),
            )
        )
        await self._wait_until_registered(device, within_ms)

    async def _wait_until_registered(self, device: str, within_ms: int) -> None:
        def is_outcome(event: Event) -> bool:
            return isinstance(event, Registered | RegistrationFailed)

        outcome = await self.wait_for(Event, device=device, within_ms=within_ms, where=is_outcome)
        if isinstance(outcome, RegistrationFailed):
            raise ConnectionRefusedError(f"{device} was not registered: {outcome.status} {outcome.reason}")

    async def make_caller(
        self,
        device: str,
        *,
        server: str,
        port: int,
        number: str,
        display_name: str = "",
        transport: Transport = "udp",
        tone_hz: int = 440,
        record_folder: Path | None = None,
    ) -> None:
        """Make a phone that does not register and calls as this number."""
        await self.ask(
            Register(
                ask=self.next_ask(),
                device=device,
                user=number,
                server=server,
                port=port,
                transport=transport,
                registers=False,
                display_name=display_name,
                tone_hz=tone_hz,
                record_folder=None if record_folder is None else str(record_folder),
            )
        )

    async def unregister(self, device: str, *, within_ms: int = 5000) -> None:
        """Take the registration back, and wait for it."""
        await self.ask(Unregister(ask=self.next_ask(), device=device))
        await self.wait_for(Unregistered, device=device, within_ms=within_ms)

    async def register_again(self, device: str, *, within_ms: int = 10_000) -> None:
        """Register a phone that had unregistered. Raises ConnectionRefusedError when the server refuses it."""
        await self.ask(RegisterAgain(ask=self.next_ask(), device=device))
        await self._wait_until_registered(device, within_ms)

    async def behave(self, device: str, plan: AnyPlan) -> None:
        """Give it a plan for calls to come."""
        await self.ask(Behave(ask=self.next_ask(), device=device, plan=plan))

    async def talk(self, device: str, *, tone_hz: int) -> None:
        """Change the tone it sends; 0 is silence."""
        await self.ask(Talk(ask=self.next_ask(), device=device, tone_hz=tone_hz))

    async def record(self, device: str, folder: Path | None) -> None:
        """Keep what it hears in calls answered from now on, or not any more."""
        await self.ask(Record(ask=self.next_ask(), device=device, folder=None if folder is None else str(folder)))

    async def dial(
        self,
        device: str,
        target: str,
        *,
        press: Sequence[KeyPress] = (),
        headers: dict[str, str] | None = None,
        hang_up_after_ms: int | None = None,
    ) -> None:
        """Place a call; keys are pressed once it is answered."""
        await self.ask(
            Dial(
                ask=self.next_ask(),
                device=device,
                target=target,
                press=tuple(press),
                headers=headers or {},
                hang_up_after_ms=hang_up_after_ms,
            )
        )

    async def pick_up(self, device: str, call: str = "") -> None:
        """Answer a ringing call; the newest, if none is named (here and below)."""
        await self.ask(PickUp(ask=self.next_ask(), device=device, call=call))

    async def decline(self, device: str, call: str = "") -> None:
        """Refuse a ringing call with 603."""
        await self.ask(Refuse(ask=self.next_ask(), device=device, call=call, status=603))

    async def hang_up(self, device: str, call: str = "") -> None:
        """End a call."""
        await self.ask(HangUp(ask=self.next_ask(), device=device, call=call))

    async def hold(self, device: str, call: str = "") -> None:
        """Put the far end on hold."""
        await self.ask(Hold(ask=self.next_ask(), device=device, call=call))

    async def resume(self, device: str, call: str = "") -> None:
        """Take the far end off hold."""
        await self.ask(Resume(ask=self.next_ask(), device=device, call=call))

    async def press(self, device: str, *press: KeyPress, call: str = "") -> None:
        """Press keys; told as keys_pressed when all were."""
        await self.ask(PressKeys(ask=self.next_ask(), device=device, call=call, press=press))

    async def transfer(self, device: str, target: str, call: str = "") -> None:
        """Blind transfer; told as transferred or transfer_failed."""
        await self.ask(Transfer(ask=self.next_ask(), device=device, call=call, target=target))


class AgentPhones(Phones):
    """Many phones in one process, on baresip; with a SIP port of its own it can be the callers of a trunk.

    ``calls_max``: of all its phones together; one more call is refused with 486 and never rings.
    """

    def __init__(
        self,
        *,
        address: str = "127.0.0.1",
        sip_port: int = 0,
        calls_max: int = 1000,
        sip_trace: bool = False,
        errors_path: Path | None = None,
    ) -> None:
        command = [sys.executable, "-m", "phones.agents", "--address", address, "--sip-port", str(sip_port)]
        command += ["--calls-max", str(calls_max)]
        super().__init__([*command, *(["--sip-trace"] if sip_trace else [])], errors_path=errors_path)


class PjsuaPhones(Phones):
    """One to three phones in one process, on pjsua2."""

    def __init__(self, *, address: str = "127.0.0.1", sip_port: int = 0, errors_path: Path | None = None) -> None:
        command = [sys.executable, "-m", "phones.pjsua", "--address", address, "--sip-port", str(sip_port)]
        super().__init__(command, errors_path=errors_path)
