"""One call of a baresip phone, told as events.

What baresip-python 0.5.2a3 does that one would not guess:
- `CALL_CLOSED` carries `Connection reset by peer [104]` for an ordinary BYE or CANCEL of the far end,
  `Rejected by user` for our own hang-up in any state, and a status line only for a refused own call.
- Asterisk answers a hold with its own music towards the other party, so `CALL_HOLD` at the far end is never seen
  through it: that the far end is held is heard (music), not signalled.
- Nothing arrives while on hold, and received audio has no times: `ears.Ear` puts the silence in.
- `hold()` right after the answer can be refused ("a session refresh is already in flight"), because baresip sends a
  re-INVITE of its own after it answered; it is tried again here.
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import baresip
from baresip import BaresipError, Call, CallState, Event, StackEvent, StaleHandleError
from baresip.errors import split_status

from phones.baresip_refusal import Refuser
from phones.baresip_voice import Voice, Voices
from phones.chores import Chores
from phones.conduct import follow
from phones.ears import Ear, heard_in
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

BUSY_REFRESH_TRIES = 20
BUSY_REFRESH_S = 0.1
TRANSFER_S_MAX = 60.0
TRANSFERRED = "Call transfered"
ORDINARY_ENDS = ("Connection reset by peer", TRANSFERRED)


class BaresipCall:
    """From the first ring, or the dialling, to the end. `tone_hz` and `folder` are asked for at the answer."""

    def __init__(
        self,
        *,
        device: str,
        name: str,
        call: Call,
        tell: Tell,
        voices: Voices,
        refuser: Refuser,
        on_ended: Callable[["BaresipCall"], None],
    ) -> None:
        self.name = name
        self.tone_hz = 0
        self.folder: str | None = None
        self._device = device
        self._call = call
        self._tell = tell
        self._voices = voices
        self._refuser = refuser
        self._on_ended = on_ended
        self._voice: Voice | None = None
        self._incoming = call.state is CallState.INCOMING
        self._press: tuple[KeyPress, ...] = ()
        self._hang_up_after_ms: int | None = None
        self._answered_s: float | None = None
        self._ended_here = False
        self._transferring = False
        self._refused_with: int | None = None
        self._chores = Chores()
        self._end_is_told = asyncio.Event()
        call.on(self._on_stack_event)
        call.on_dtmf(lambda digit: tell(KeyHeard(at_ms=now_ms(), **self._who(), key=digit.digit)))

    def _who(self) -> dict[str, str]:
        return {"device": self._device, "call": self.name}

    # -- what is done with it ------------------------------------------------

    def follow(self, plan: AnyPlan) -> None:
        """Begin the plan for a ringing call."""
        self._chores.start(_unless_gone(follow(plan, self, self._call.headers)))

    def after_answer(self, press: tuple[KeyPress, ...], hang_up_after_ms: int | None) -> None:
        """What an own call does by itself once it is answered."""
        self._press = press
        self._hang_up_after_ms = hang_up_after_ms

    async def pick_up(self) -> None:
        """Answer."""
        if self._call.state is not CallState.INCOMING:
            raise NotDone("wrong_state", "the call does not ring")
        await _asked(self._call.answer())

    async def refuse(self, status: int) -> None:
        """Refuse with 480, 486 or 603."""
        self._begin_to_refuse(status)
        if status == 486:
            await _asked(self._call.reject())
        elif not self._refuser.refuse(self._call.call_id or "", status):
            raise NotDone("no_such_call", "the caller is gone")

    async def forward(self, uri: str) -> None:
        """Refuse with 302 and another address."""
        self._begin_to_refuse(302)
        if not self._refuser.forward(self._call.call_id or "", uri):
            raise NotDone("no_such_call", "the caller is gone")

    def _begin_to_refuse(self, status: int) -> None:
        if self._call.state is not CallState.INCOMING:
            raise NotDone("wrong_state", "the call does not ring")
        self._ended_here, self._refused_with = True, status

    async def hang_up(self) -> None:
        """End it in whatever state it is."""
        self._ended_here = True
        await _asked(self._call.hangup())

    async def hold(self) -> None:
        """Hold the far end."""
        await self._when_not_refreshing(self._call.hold)
        self._tell(Held(at_ms=now_ms(), **self._who(), by="here"))

    async def resume(self) -> None:
        """Take the far end off hold."""
        await self._when_not_refreshing(self._call.resume)
        self._tell(Resumed(at_ms=now_ms(), **self._who(), by="here"))

    async def _when_not_refreshing(self, change: Callable[[], Awaitable[None]]) -> None:
        if self._call.state is not CallState.ESTABLISHED:
            raise NotDone("wrong_state", "the call is not answered")
        for _ in range(BUSY_REFRESH_TRIES - 1):
            try:
                await change()
            except StaleHandleError as gone:
                raise NotDone("no_such_call", "it is over") from gone
            except BaresipError:
                await asyncio.sleep(BUSY_REFRESH_S)
            else:
                return
        await _asked(change())

    async def press(self, press: tuple[KeyPress, ...]) -> None:
        """Begin to press keys."""
        if self._call.state is not CallState.ESTABLISHED:
            raise NotDone("wrong_state", "the call is not answered")
        self._chores.start(_unless_gone(self._press_all(press)))

    async def _press_all(self, press: tuple[KeyPress, ...]) -> None:
        for one in press:
            await asyncio.sleep(one.after_ms / 1000)
            await self._call.send_dtmf(one.keys, interdigit_ms=one.gap_ms)
        self._tell(KeysPressed(at_ms=now_ms(), **self._who()))

    async def transfer(self, uri: str) -> None:
        """Begin a blind transfer."""
        if self._call.state is not CallState.ESTABLISHED:
            raise NotDone("wrong_state", "the call is not answered")
        self._chores.start(self._transfer(uri))

    async def _transfer(self, uri: str) -> None:
        self._transferring = True
        try:
            await self._call.transfer(uri, timeout=TRANSFER_S_MAX)
        except BaresipError as failure:
            if self._call.state is CallState.CLOSED:
                return  # how it went is told with the end
            self._transferring = False
            status = failure.status if isinstance(failure, baresip.TransferFailed) else None
            reason = failure.reason if isinstance(failure, baresip.TransferFailed) else str(failure)
            self._tell(TransferFailed(at_ms=now_ms(), **self._who(), status=status, reason=reason))

    def speak(self, tone_hz: int) -> None:
        """Change the tone, now if it talks, else from the answer on."""
        self.tone_hz = tone_hz
        if self._voice is not None:
            self._voice.speak(tone_hz)

    # -- what happens to it --------------------------------------------------

    def _on_stack_event(self, event: StackEvent) -> None:
        match event.event:
            case Event.CALL_RINGING:
                self._tell(Progress(at_ms=now_ms(), **self._who(), status=180))
            case Event.CALL_PROGRESS:
                self._tell(Progress(at_ms=now_ms(), **self._who(), status=183))
            case Event.CALL_ESTABLISHED:
                self._begin_to_talk()
            case Event.CALL_HOLD:
                self._tell(Held(at_ms=now_ms(), **self._who(), by="far"))
            case Event.CALL_RESUME:
                self._tell(Resumed(at_ms=now_ms(), **self._who(), by="far"))
            case Event.CALL_CLOSED:
                self._end(event.text or "")

    def _begin_to_talk(self) -> None:
        if self._answered_s is not None:
            return
        self._answered_s = time.monotonic()
        ear = Ear(Path(self.folder) / f"{self.name}.wav") if self.folder is not None else None
        self._voice = Voice(self._call, self.tone_hz, ear)
        self._voices.add(self._voice)
        self._tell(Answered(at_ms=now_ms(), **self._who(), by="here" if self._incoming else "far"))
        if self._press:
            self._chores.start(_unless_gone(self._press_all(self._press)))
        if self._hang_up_after_ms is not None:
            self._chores.start(_unless_gone(self._hang_up_later(self._hang_up_after_ms)))

    async def _hang_up_later(self, after_ms: int) -> None:
        await asyncio.sleep(after_ms / 1000)
        await self.hang_up()

    def _end(self, text: str) -> None:
        ended_at_ms = now_ms()
        # The BYE may overtake the NOTIFY of success: who has asked for a transfer, and is let go, has been transferred.
        let_go = self._transferring and not self._ended_here and text.startswith(ORDINARY_ENDS)
        if text.startswith(TRANSFERRED) or let_go:
            # Told here and not where the transfer is awaited: that chore ends with the call.
            self._ended_here = True
            self._tell(Transferred(at_ms=ended_at_ms, **self._who()))
        talk_ms = 0 if self._answered_s is None else int((time.monotonic() - self._answered_s) * 1000)
        recorded = None
        if self._voice is not None:
            self._voices.remove(self._voice)
            recorded = self._voice.close()
        self._on_ended(self)
        # Own chores are cancelled, and the analysis must outlive them: it is the last chore of the call.
        self._chores.cancel()
        self._chores.start(self._tell_the_end(ended_at_ms, talk_ms, text, recorded))

    async def _tell_the_end(self, at_ms: int, talk_ms: int, text: str, recorded: Path | None) -> None:
        heard = await heard_in(recorded) if recorded is not None else None
        status, reason = split_status(text)
        self._tell(
            Ended(
                at_ms=at_ms,
                **self._who(),
                by="here" if self._ended_here else "far",
                how=self._how_it_ended(status, reason),
                status=self._refused_with or status,
                reason=reason,
                talk_ms=talk_ms,
                heard=heard,
            )
        )
        self._end_is_told.set()

    def _how_it_ended(self, status: int | None, reason: str) -> Ending:
        ordinary = self._ended_here or reason.startswith(ORDINARY_ENDS)
        if self._answered_s is not None:
            return "hung_up" if ordinary else "failed"
        if status is not None or (self._incoming and self._ended_here):
            return "refused"
        return "cancelled" if ordinary else "failed"

    async def wait_until_told(self) -> None:
        """Wait until the end was told; the one who waits sets the bound."""
        await self._end_is_told.wait()


async def _asked(action: Awaitable[None]) -> None:
    """Await a command of the stack; its errors become refusals."""
    try:
        await action
    except StaleHandleError as gone:
        raise NotDone("no_such_call", "it is over") from gone
    except BaresipError as failure:
        raise NotDone("failed", str(failure)) from failure


async def _unless_gone(work: Awaitable[None]) -> None:
    """Let a chore of a call end quietly when the call ended first: people and calls cross all the time."""
    with contextlib.suppress(NotDone, BaresipError):
        await work
