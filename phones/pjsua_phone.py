"""One pjsua2 phone: an account that registers (or not), and its calls. Only `pjsua` imports this."""

import asyncio
import contextlib
from pathlib import Path

import pjsua2 as pj

from phones import tones
from phones.commands import Register
from phones.events import Dialed, Registered, RegistrationFailed, Ringing, Unregistered
from phones.exchange import NotDone, Tell
from phones.held_calls import HeldCalls, uri_of
from phones.invitation import SHOWN_HEADERS, caller_of, headers_of
from phones.lines import now_ms
from phones.pjsua_call import PjsuaCall
from phones.plans import AnyPlan, KeyPress, LetsItRing

LAST_WORDS_S_MAX = 1.5
UNREGISTER_S_MAX = 1.5


class PjsuaAccount(pj.Account):  # type: ignore[misc] # pjsua2 is SWIG code without types
    """The account's callbacks, handed on to its phone."""

    def __init__(self, phone: "PjsuaPhone") -> None:
        super().__init__()
        self._phone = phone

    def onRegState(self, prm: pj.OnRegStateParam) -> None:
        """The registrar answered, or did not."""
        self._phone.take_registration(prm.code, prm.reason, prm.expiration)

    def onIncomingCall(self, prm: pj.OnIncomingCallParam) -> None:
        """An INVITE came."""
        self._phone.ring(prm.callId, prm.rdata.wholeMsg)


class PjsuaPhone(HeldCalls[PjsuaCall]):
    """See `exchange.Phone` for what each method promises."""

    def __init__(self, settings: Register, tell: Tell, *, address: str, tones_folder: Path) -> None:
        super().__init__(settings)
        self._tell = tell
        self._address = address
        self._tones_folder = tones_folder
        self._account: PjsuaAccount | None = PjsuaAccount(self)
        self._player: pj.AudioMediaPlayer | None = None
        self._plan: AnyPlan = LetsItRing()
        self._folder = settings.record_folder
        self._is_registered = False
        self._unregistered = asyncio.Event()

    def open(self) -> None:
        """Make the account, not registered yet. Raises NotDone when the stack refuses it."""
        settings = self._settings
        if '"' in settings.display_name or "\\" in settings.display_name:
            raise NotDone("failed", "the account cannot be written: its name has a quote or backslash")
        at = f"{settings.server}:{settings.port};transport={settings.transport}"
        config = pj.AccountConfig()
        name = f'"{settings.display_name}" ' if settings.display_name else ""
        config.idUri = f"{name}<sip:{settings.user}@{settings.server}:{settings.port}>"
        config.regConfig.registrarUri = f"sip:{at}" if settings.registers else ""
        config.regConfig.registerOnAdd = False
        config.regConfig.timeoutSec = 600
        config.sipConfig.authCreds.append(pj.AuthCredInfo("digest", "*", settings.user, 0, settings.password))
        config.mediaConfig.transportConfig.boundAddress = self._address
        try:
            self._own_account.create(config)
        except pj.Error as error:
            raise NotDone("failed", error.reason) from error
        self.talk(settings.tone_hz)

    @property
    def _own_account(self) -> PjsuaAccount:
        if self._account is None:
            raise NotDone("wrong_state", "the phone is closed")
        return self._account

    async def register(self) -> None:
        """Begin to register; told as registered or registration_failed."""
        self._set_registration(True)

    async def unregister(self) -> None:
        """Begin to take the registration back; told as unregistered."""
        self._set_registration(False)

    def _set_registration(self, wanted: bool) -> None:
        try:
            self._own_account.setRegistration(wanted)
        except pj.Error as error:
            raise NotDone("failed", error.reason) from error

    def take_registration(self, code: int, reason: str, expires_s: int) -> None:
        """The registrar's answer; refreshes that change nothing are not told."""
        device = self._settings.device
        if code // 100 != 2:
            self._is_registered = False
            status = code if code >= 300 else None
            self._tell(RegistrationFailed(at_ms=now_ms(), device=device, status=status, reason=reason))
        elif expires_s == 0 or expires_s > 0xFFFF_0000:
            self._is_registered = False
            self._unregistered.set()
            self._tell(Unregistered(at_ms=now_ms(), device=device))
        elif not self._is_registered:
            self._is_registered = True
            self._unregistered.clear()
            self._tell(Registered(at_ms=now_ms(), device=device))

    def behave(self, plan: AnyPlan) -> None:
        """Set the plan for calls to come."""
        self._plan = plan

    def talk(self, tone_hz: int) -> None:
        """Change the tone sent: a WAV file of one second, over and over."""
        self._player = None
        if tone_hz:
            path = self._tones_folder / f"{tone_hz}.wav"
            if not path.exists():
                tones.write_wav(path, [tones.tone(tone_hz, duration_ms=1000)])
            self._player = pj.AudioMediaPlayer()
            self._player.createPlayer(str(path))
        for call in self._calls.values():
            call.speak_again()

    def record(self, folder: str | None) -> None:
        """Set where to keep what is heard, for calls that begin from now on."""
        self._folder = folder

    async def dial(
        self, target: str, press: tuple[KeyPress, ...], headers: dict[str, str], hang_up_after_ms: int | None
    ) -> None:
        """Place a call; told as dialed, then progress, answered, ended."""
        how = pj.CallOpParam(True)
        for name, value in headers.items():
            header = pj.SipHeader()
            header.hName, header.hValue = name, value
            how.txOption.headers.append(header)
        call = self._adopt(pj.PJSUA_INVALID_ID, {})
        call.after_answer(press, hang_up_after_ms)
        try:
            call.makeCall(uri_of(target, self._settings), how)
        except pj.Error as error:
            self._forget(call)
            raise NotDone("failed", error.reason) from error
        self._tell(Dialed(at_ms=now_ms(), device=self._settings.device, call=call.name, target=target))

    def ring(self, stack_id: int, message: str) -> None:
        """A call comes in."""
        headers = headers_of(message, SHOWN_HEADERS)
        caller = caller_of(headers.get("From", ""))
        call = self._adopt(stack_id, headers)
        device = self._settings.device
        self._tell(
            Ringing(
                at_ms=now_ms(), device=device, call=call.name, number=caller.number, name=caller.name, headers=headers
            )
        )
        with contextlib.suppress(NotDone):
            call.ring(self._plan)

    def _adopt(self, stack_id: int, headers: dict[str, str]) -> PjsuaCall:
        call = PjsuaCall(
            self._own_account,
            stack_id,
            device=self._settings.device,
            name=self._next_name(),
            headers=headers,
            tell=self._tell,
            player=lambda: self._player,
            folder=self._folder,
            on_ended=self._forget,
        )
        self._calls[call.name] = call
        return call

    async def close(self) -> None:
        """End its calls and its registration, and let go of everything pjsua2 has made for it."""
        calls = list(self._calls.values())
        with contextlib.suppress(NotDone, TimeoutError):
            async with asyncio.timeout(LAST_WORDS_S_MAX):
                for call in calls:
                    await call.hang_up()
                for call in calls:
                    await call.wait_until_told()
        if self._is_registered:
            with contextlib.suppress(NotDone, TimeoutError):
                async with asyncio.timeout(UNREGISTER_S_MAX):
                    await self.unregister()
                    await self._unregistered.wait()
        calls.clear()
        self._calls.clear()
        self._player = None
        if self._account is not None:
            self._account.shutdown()
            self._account = None
