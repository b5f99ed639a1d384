"""One call of a pjsua2 phone, told as events.

What pjsua2-python 2.15.1 wants, found by trying: callbacks run inside `libHandleEvents`, an exception in one ends the
process; a Call, player or recorder that Python forgets is hung up or closed at once (which is how a recording is
finished here), and none may be forgotten inside a callback of its own.
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pjsua2 as pj
import structlog

from phones.chores import Chores
from phones.conduct import follow
from phones.ears import heard_in
from phones.events import (
    Answered,
    Ended,
    Ending,
    Held,
    KeyHeard,
    KeysPressed,
    Progress,
    Resumed,
    TransferFailed,
    Transferred,
)
from phones.exchange import NotDone, Tell
from phones.lines import now_ms
from phones.plans import AnyPlan, KeyPress

log = structlog.get_logger()

TONE_MS = 100
BUSY_REFRESH_TRIES = 20
BUSY_REFRESH_S = 0.1


class PjsuaCall(pj.Call):  # type: ignore[misc] # pjsua2 is SWIG code without types
    """From the first ring, or the dialling, to the end."""

    def __init__(
        self,
        account: pj.Account,
        stack_id: int,
        *,
        device: str,
        name: str,
        headers: dict[str, str],
        tell: Tell,
        player: Callable[[], pj.AudioMediaPlayer | None],
        folder: str | None,
        on_ended: Callable[["PjsuaCall"], None],
    ) -> None:
        super().__init__(account, stack_id)
        self.name = name
        self._device = device
        self._headers = headers
        self._tell = tell
        self._player = player
        self._folder = folder
        self._on_ended = on_ended
        self._incoming = stack_id != pj.PJSUA_INVALID_ID
        self._recorder: pj.AudioMediaRecorder | None = None
        self._recorded: Path | None = None
        self._media: pj.AudioMedia | None = None
        self._press: tuple[KeyPress, ...] = ()
        self._hang_up_after_ms: int | None = None
        self._answered_s: float | None = None
        self._ended_here = False
        self._held_by_far = False
        self._rings = False
        self._end_is_told = asyncio.Event()
        self._chores = Chores()

    def _who(self) -> dict[str, str]:
        return {"device": self._device, "call": self.name}

    # -- what is done with it ------------------------------------------------

    def ring(self, plan: AnyPlan) -> None:
        """Send 180 and begin the plan."""
        self._rings = True
        with _asked():
            self.answer(_op(180))
        self._chores.start(_unless_gone(follow(plan, self, self._headers)))

    def after_answer(self, press: tuple[KeyPress, ...], hang_up_after_ms: int | None) -> None:
        """What an own call does by itself once it is answered."""
        self._press = press
        self._hang_up_after_ms = hang_up_after_ms

    async def pick_up(self) -> None:
        """Answer."""
        self._check_that(self._rings, "the call does not ring")
        with _asked():
            self.answer(_op(200))

    async def refuse(self, status: int) -> None:
        """Refuse with 480, 486 or 603."""
        self._check_that(self._rings, "the call does not ring")
        self._ended_here = True
        with _asked():
            self.hangup(_op(status))

    async def forward(self, uri: str) -> None:
        """Refuse with 302 and another address."""
        self._check_that(self._rings, "the call does not ring")
        self._ended_here = True
        how, contact = _op(302), pj.SipHeader()
        contact.hName, contact.hValue = "Contact", f"<{uri}>"
        how.txOption.headers.append(contact)
        with _asked():
            self.hangup(how)

    async def hang_up(self) -> None:
        """End it in whatever state it is; a ringing one is refused with 486."""
        self._ended_here = True
        with _asked():
            self.hangup(_op(486 if self._rings else 0))

    async def hold(self) -> None:
        """Hold the far end."""
        await self._when_not_refreshing(lambda: self.setHold(pj.CallOpParam(True)))
        self._tell(Held(at_ms=now_ms(), **self._who(), by="here"))

    async def resume(self) -> None:
        """Take the far end off hold."""
        how = pj.CallOpParam(True)
        how.opt.flag = pj.PJSUA_CALL_UNHOLD
        await self._when_not_refreshing(lambda: self.reinvite(how))
        self._tell(Resumed(at_ms=now_ms(), **self._who(), by="here"))

    async def _when_not_refreshing(self, change: Callable[[], None]) -> None:
        # pjsua2 refuses a re-INVITE while another one is under way.
        for _ in range(BUSY_REFRESH_TRIES - 1):
            self._check_that(self._answered_s is not None, "the call is not answered")
            try:
                change()
            except pj.Error:
                await asyncio.sleep(BUSY_REFRESH_S)
            else:
                return
        with _asked():
            change()

    async def press(self, press: tuple[KeyPress, ...]) -> None:
        """Begin to press keys."""
        self._check_that(self._answered_s is not None, "the call is not answered")
        self._chores.start(_unless_gone(self._press_all(press)))

    async def _press_all(self, press: tuple[KeyPress, ...]) -> None:
        for one in press:
            await asyncio.sleep(one.after_ms / 1000)
            for key in one.keys:
                with _asked():
                    self.dialDtmf(key)
                await asyncio.sleep((TONE_MS + one.gap_ms) / 1000)
        self._tell(KeysPressed(at_ms=now_ms(), **self._who()))

    async def transfer(self, uri: str) -> None:
        """Begin a blind transfer."""
        self._check_that(self._answered_s is not None, "the call is not answered")
        with _asked():
            self.xfer(uri, pj.CallOpParam(True))

    def speak_again(self) -> None:
        """The phone's tone has changed: send the new one."""
        player = self._player()
        if self._media is not None and player is not None:
            with _asked():
                player.startTransmit(self._media)

    def _check_that(self, holds: bool, otherwise: str) -> None:
        if not holds:
            raise NotDone("wrong_state", otherwise)

    # -- what happens to it, called by pjsua2 ----------------------------------

    def onCallState(self, prm: pj.OnCallStateParam) -> None:
        """The call moved on."""
        with _guarded():
            state = self.getInfo()
            match state.state:
                case pj.PJSIP_INV_STATE_EARLY if not self._incoming:
                    self._tell(Progress(at_ms=now_ms(), **self._who(), status=state.lastStatusCode))
                case pj.PJSIP_INV_STATE_CONFIRMED:
                    self._begin_to_talk()
                case pj.PJSIP_INV_STATE_DISCONNECTED:
                    self._end(state.lastStatusCode, state.lastReason)

    def onCallMediaState(self, prm: pj.OnCallMediaStateParam) -> None:
        """The sound was set up, or changed by a re-INVITE."""
        with _guarded():
            # The list lives inside the info: without a name for it, its memory is gone before it is read.
            state = self.getInfo()
            for number, media in enumerate(state.media):
                if media.type != pj.PJMEDIA_TYPE_AUDIO:
                    continue
                self._notice_hold(media.status == pj.PJSUA_CALL_MEDIA_REMOTE_HOLD)
                if media.status in (pj.PJSUA_CALL_MEDIA_ACTIVE, pj.PJSUA_CALL_MEDIA_REMOTE_HOLD):
                    self._media = self.getAudioMedia(number)
                    self._join_sound()

    def onDtmfDigit(self, prm: pj.OnDtmfDigitParam) -> None:
        """The far end pressed a key."""
        with _guarded():
            self._tell(KeyHeard(at_ms=now_ms(), **self._who(), key=prm.digit))

    def onCallTransferStatus(self, prm: pj.OnCallTransferStatusParam) -> None:
        """News of our transfer; the call ends when it came about."""
        with _guarded():
            if not prm.finalNotify:
                return
            if prm.statusCode // 100 == 2:
                self._tell(Transferred(at_ms=now_ms(), **self._who()))
                self._chores.start(_unless_gone(self.hang_up()))
            else:
                self._tell(TransferFailed(at_ms=now_ms(), **self._who(), status=prm.statusCode, reason=prm.reason))

    def _notice_hold(self, held: bool) -> None:
        if held is self._held_by_far or self._answered_s is None:
            return
        self._held_by_far = held
        event = Held if held else Resumed
        self._tell(event(at_ms=now_ms(), **self._who(), by="far"))

    def _begin_to_talk(self) -> None:
        if self._answered_s is not None:
            return
        self._answered_s = time.monotonic()
        self._rings = False
        if self._folder is not None:
            self._recorded = Path(self._folder) / f"{self.name}.wav"
            self._recorder = pj.AudioMediaRecorder()
            self._recorder.createRecorder(str(self._recorded))
        self._join_sound()
        self._tell(Answered(at_ms=now_ms(), **self._who(), by="here" if self._incoming else "far"))
        if self._press:
            self._chores.start(_unless_gone(self._press_all(self._press)))
        if self._hang_up_after_ms is not None:
            self._chores.start(_unless_gone(self._hang_up_later(self._hang_up_after_ms)))

    def _join_sound(self) -> None:
        if self._media is None or self._answered_s is None:
            return
        player = self._player()
        if player is not None:
            player.startTransmit(self._media)
        if self._recorder is not None:
            self._media.startTransmit(self._recorder)

    async def _hang_up_later(self, after_ms: int) -> None:
        await asyncio.sleep(after_ms / 1000)
        await self.hang_up()

    def _end(self, status: int, reason: str) -> None:
        self._rings = False
        ended_at_ms = now_ms()
        talk_ms = 0 if self._answered_s is None else int((time.monotonic() - self._answered_s) * 1000)
        self._chores.cancel()
        self._chores.start(self._tell_the_end(ended_at_ms, talk_ms, status, reason))

    async def _tell_the_end(self, at_ms: int, talk_ms: int, status: int, reason: str) -> None:
        self._media = None
        self._recorder = None
        heard = await heard_in(self._recorded) if self._recorded is not None else None
        self._on_ended(self)
        self._tell(
            Ended(
                at_ms=at_ms,
                **self._who(),
                by="here" if self._ended_here else "far",
                how=self._how_it_ended(status),
                status=status if self._answered_s is None and status != 487 else None,
                reason=reason,
                talk_ms=talk_ms,
                heard=heard,
            )
        )
        self._end_is_told.set()

    def _how_it_ended(self, status: int) -> Ending:
        if self._answered_s is not None:
            return "hung_up" if status == 200 else "failed"
        if status == 487:
            return "cancelled"
        return "failed" if status in (0, 408, 503) else "refused"

    async def wait_until_told(self) -> None:
        """Wait until the end was told; the one who waits sets the bound."""
        await self._end_is_told.wait()


def _op(status: int) -> pj.CallOpParam:
    how = pj.CallOpParam()
    how.statusCode = status
    return how


@contextlib.contextmanager
def _asked() -> Iterator[None]:
    """The stack's errors become refusals."""
    try:
        yield
    except pj.Error as error:
        raise NotDone("failed", error.reason) from error


@contextlib.contextmanager
def _guarded() -> Iterator[None]:
    """An exception that left a callback would end the process without a word."""
    try:
        yield
    except Exception as error:
        log.error("phone callback failed", exc_info=error)


async def _unless_gone(work: Awaitable[None]) -> None:
    with contextlib.suppress(NotDone):
        await work
