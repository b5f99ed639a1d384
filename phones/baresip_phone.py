"""One baresip phone: an identity that registers (or not), and its calls."""

import asyncio
import contextlib

from baresip import Account, BaresipError, Call, RegistrationError, Runtime, StackEvent, UserAgent

from phones.baresip_call import BaresipCall
from phones.baresip_refusal import Refuser
from phones.baresip_voice import Voices
from phones.chores import Chores
from phones.commands import Register
from phones.events import Dialed, Registered, RegistrationFailed, Ringing, Unregistered
from phones.exchange import NotDone, Tell
from phones.held_calls import HeldCalls, uri_of
from phones.invitation import caller_of
from phones.lines import now_ms
from phones.plans import AnyPlan, KeyPress, LetsItRing

REGISTER_S_MAX = 10.0
UNREGISTER_S_MAX = 1.5
LAST_WORDS_S_MAX = 1.5
CODECS = ("pcma", "pcmu")


def address_of_record(settings: Register) -> str:
    """baresip's account line. Raises NotDone for text its parser would misread."""
    try:
        account = Account(
            user=settings.user,
            domain=f"{settings.server}:{settings.port}",
            password=settings.password,
            transport=settings.transport,
            reg_interval=600 if settings.registers else 0,
            audio_codecs=CODECS,
            # Who hides the signalling hides the sound too, as hardphones on TLS do (SDES).
            extra_params=("mediaenc=srtp-mand",) if settings.transport == "tls" else (),
        )
    except (ValueError, TypeError) as error:
        raise NotDone("failed", f"the account cannot be written: {error}") from error
    name = settings.display_name
    if any(character in '"\\' or ord(character) < 32 for character in name):
        raise NotDone("failed", "the account cannot be written: its name has a quote, backslash or control character")
    return f'"{name}" {account.aor()}' if name else account.aor()


class BaresipPhone(HeldCalls[BaresipCall]):
    """See `exchange.Phone` for what each method promises."""

    def __init__(self, runtime: Runtime, settings: Register, tell: Tell, voices: Voices, refuser: Refuser) -> None:
        super().__init__(settings)
        self._runtime = runtime
        self._tell = tell
        self._voices = voices
        self._refuser = refuser
        self._agent: UserAgent | None = None
        self._plan: AnyPlan = LetsItRing()
        self._tone_hz = settings.tone_hz
        self._folder = settings.record_folder
        self._chores = Chores()

    @property
    def _own_agent(self) -> UserAgent:
        if self._agent is None:
            raise NotDone("wrong_state", "the phone is not open")
        return self._agent

    async def open(self) -> None:
        """Make the user agent. Raises NotDone when the stack refuses the account."""
        aor = address_of_record(self._settings)
        try:
            self._agent = await UserAgent.create(self._runtime, aor)
        except BaresipError as error:
            raise NotDone("failed", str(error)) from error
        self._agent.on_incoming(self._ring)

    async def register(self) -> None:
        """Begin to register; told as registered or registration_failed."""
        self._chores.start(self._register(self._own_agent))

    async def _register(self, agent: UserAgent) -> None:
        try:
            await agent.register(timeout=REGISTER_S_MAX)
        except RegistrationError as error:
            self._fail_to_register(error.status, error.reason or str(error))
        except BaresipError as error:
            self._fail_to_register(None, str(error))
        else:
            self._tell(Registered(at_ms=now_ms(), device=self._settings.device))

    def _fail_to_register(self, status: int | None, reason: str) -> None:
        device = self._settings.device
        self._tell(RegistrationFailed(at_ms=now_ms(), device=device, status=status, reason=reason))

    async def unregister(self) -> None:
        """Begin to take the registration back; told as unregistered."""
        self._chores.start(self._unregister(self._own_agent))

    async def _unregister(self, agent: UserAgent) -> None:
        try:
            await agent.unregister(timeout=UNREGISTER_S_MAX)
        except BaresipError as error:
            self._fail_to_register(None, str(error))
        else:
            self._tell(Unregistered(at_ms=now_ms(), device=self._settings.device))

    def behave(self, plan: AnyPlan) -> None:
        """Set the plan for calls to come."""
        self._plan = plan

    def talk(self, tone_hz: int) -> None:
        """Change the tone sent, in the calls of now too."""
        self._tone_hz = tone_hz
        for call in self._calls.values():
            call.speak(tone_hz)

    def record(self, folder: str | None) -> None:
        """Set where to keep what is heard, for calls answered from now on."""
        self._folder = folder
        for call in self._calls.values():
            call.folder = folder

    async def dial(
        self, target: str, press: tuple[KeyPress, ...], headers: dict[str, str], hang_up_after_ms: int | None
    ) -> None:
        """Place a call; told as dialed, then progress, answered, ended."""
        uri = uri_of(target, self._settings)
        # `UserAgent.dial` makes its Call some turns of the loop after the INVITE left, and what came in between is
        # lost on that Call: a switch that answers or refuses at once left it "outgoing" for ever. So all is listened
        # to meanwhile, and the Call is told what it missed.
        missed: list[StackEvent] = []
        note = missed.append
        self._runtime.subscribe(note)
        try:
            stack_call = await self._own_agent.dial(uri, headers=headers)
        except (ValueError, BaresipError) as error:
            raise NotDone("failed", str(error)) from error
        finally:
            self._runtime.unsubscribe(note)
        call = self._adopt(stack_call)
        call.after_answer(press, hang_up_after_ms)
        self._tell(Dialed(at_ms=now_ms(), device=self._settings.device, call=call.name, target=target))
        for event in missed:
            stack_call._on_stack_event(event)

    def _ring(self, stack_call: Call) -> None:
        call = self._adopt(stack_call)
        headers = stack_call.headers
        caller = caller_of(headers.get("From", stack_call.peer or ""))
        self._tell(
            Ringing(
                at_ms=now_ms(),
                device=self._settings.device,
                call=call.name,
                number=caller.number,
                name=caller.name,
                headers=headers,
            )
        )
        call.follow(self._plan)

    def _adopt(self, stack_call: Call) -> BaresipCall:
        call = BaresipCall(
            device=self._settings.device,
            name=self._next_name(),
            call=stack_call,
            tell=self._tell,
            voices=self._voices,
            refuser=self._refuser,
            on_ended=self._forget,
        )
        call.tone_hz, call.folder = self._tone_hz, self._folder
        self._calls[call.name] = call
        return call

    async def close(self) -> None:
        """End its calls and its registration. The user agent itself ends with the runtime."""
        calls = list(self._calls.values())
        for call in calls:
            with contextlib.suppress(NotDone):
                await call.hang_up()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LAST_WORDS_S_MAX):
                for call in calls:
                    await call.wait_until_told()
        if self._agent is not None and self._settings.registers:
            # Not registered, or a server that is gone already: both are no reason to stay.
            with contextlib.suppress(BaresipError):
                await self._agent.unregister(timeout=UNREGISTER_S_MAX)
        self._chores.cancel()
