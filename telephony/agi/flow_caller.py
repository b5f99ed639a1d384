"""The caller on the line as flows and scripts know them, on one FastAGI channel."""

import asyncio
import re
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

import structlog

from centre.call_routes import Allowed, NotAllowed, Way
from ivr.core.steps import ALL_KEYS
from ivr.ports import CallerGone, LookUpUnknown, PromptMissing
from kernel.ids import NodeId, PromptId, QueueId, ReservationId, TrunkId
from telephony.agi.caller_channel import Channel
from telephony.agi.failures import CommandFailed
from telephony.dial_strings import number_over_trunk

SOUNDS: Final = "sambut"
"""The folder among Asterisk's sounds that holds ours, by language."""

KEYS_KEPT_MAX: Final = 32
"""So many keys typed ahead are kept, as many as the longest entry takes; later ones are lost."""
LATE_KEY_S: Final = 2.0
"""How long a key may come late and still be thrown away."""

_LANGUAGE: Final = re.compile(r"[a-z]{2}", re.ASCII)
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}", re.ASCII)

log = structlog.get_logger(__name__)


Decide = Callable[[str, TrunkId | None], Allowed | NotAllowed]
"""May this number be called, now: ``CallRoutes.decide``. The trunk, if one is given, is the only one wanted."""


class FlowCaller:
    """Implements ``ivr.ports.Caller``, and what scripts need of a line beside it. ``records``: talks are recorded."""

    def __init__(self, channel: Channel, decide: Decide, *, records: bool = False) -> None:
        self._channel = channel
        self._records = records
        self._decide = decide
        self._is_answered = False
        self._typed_ahead: deque[str] = deque()
        self._late_key, self._late_until = "", 0.0

    # --- who is there ------------------------------------------------------------------------------------------------

    @property
    def leg_id(self) -> str:
        """The unique id of the channel."""
        return self._channel.unique_id

    @property
    def caller_number(self) -> str:
        """As the network gave it; not cleaned."""
        return self._channel.caller_number

    @property
    def caller_name(self) -> str:
        """As the network gave it; not cleaned."""
        return self._channel.caller_name

    def argument(self, position: int) -> str:
        """What the dialplan handed over, counted from 1; ``""`` when there is no such argument."""
        arguments = self._channel.arguments
        return arguments[position - 1] if 0 < position <= len(arguments) else ""

    # --- ear and keypad ----------------------------------------------------------------------------------------------

    async def answer(self) -> None:
        """See Caller."""
        if not self._is_answered:
            await self._channel.answer()
            self._is_answered = True

    async def play(
        self, prompt_ids: tuple[PromptId, ...], language: str, stop_keys: str = "", *, takes_key: bool = True
    ) -> str:
        """See Caller."""
        for prompt_id in prompt_ids:
            if not self._typed(stop_keys):
                await self._play_on(_sound(prompt_id, language), stop_keys)
            key = self._typed(stop_keys)
            if key:
                if takes_key:
                    self._typed_ahead.remove(key)
                return key
        return ""

    async def _play_on(self, sound: str, stop_keys: str) -> None:
        """Play a sound to its end, or to a key of ``stop_keys``; whatever is pressed meanwhile is kept.

        Asterisk throws away a key that may not end the sound (waitstream_core, main/file.c of 22). So every key may
        end it here, and it goes on from the sample where the key came. Once no more keys are kept it is left alone: a
        flood of keys cannot chop it up for ever.
        """
        position = 0
        while True:
            may_end = ALL_KEYS if len(self._typed_ahead) < KEYS_KEPT_MAX else stop_keys
            try:
                played = await self._channel.stream_file(sound, may_end, from_sample=position)
            except CommandFailed as failed:
                raise PromptMissing(sound) from failed
            if played.key is None or played.key not in ALL_KEYS:
                return
            position = played.position
            if self._is_late(played.key):
                continue
            self._typed_ahead.append(played.key)
            if played.key in stop_keys:
                return

    def _typed(self, keys: str) -> str:
        return next((key for key in self._typed_ahead if key in keys), "")

    async def wait_key(self, ms_max: int) -> str:
        """See Caller. The keys A-D, which no telephone has, count as none."""
        if self._typed_ahead:
            return self._typed_ahead.popleft()
        key = await self._channel.wait_for_digit(ms_max)
        if key is not None and self._is_late(key):
            key = await self._channel.wait_for_digit(ms_max)
        return key if key is not None and key in ALL_KEYS else ""

    def ignore_late_key(self, key: str) -> None:
        """See Caller."""
        if not self._typed_ahead:
            self._late_key, self._late_until = key, asyncio.get_running_loop().time() + LATE_KEY_S
        elif self._typed_ahead[0] == key:
            self._typed_ahead.popleft()

    def _is_late(self, key: str) -> bool:
        """Is it the key to be thrown away? It is asked once, of the first key that comes."""
        late, self._late_key = self._late_key, ""
        return key == late and asyncio.get_running_loop().time() < self._late_until

    # --- where to next -----------------------------------------------------------------------------------------------

    async def leave_to_queue(self, queue_id: QueueId, music: str) -> None:
        """See Caller."""
        music_class = music if _NAME.fullmatch(music) else "default"
        await self._leave("queue", ACD_QUEUE=queue_id, ACD_MUSIC=music_class)

    async def leave_to_number(self, number: str, trunk_id: TrunkId, ring_ms_max: int, return_to: NodeId) -> None:
        """See Caller."""
        decided = self._decide(number, trunk_id)
        if isinstance(decided, NotAllowed):
            log.error("number of a flow is not allowed", trunk_id=trunk_id, reason=decided, return_to=return_to)
            raise LookUpUnknown(trunk_id)
        way = decided.ways[0]
        log.info("caller transferred to a number", trunk_id=trunk_id, route_id=decided.route_id, return_to=return_to)
        await self._leave(
            "transfer",
            ACD_DIAL=number_over_trunk(way.dialled, way.trunk_id),
            ACD_DIAL_S=str(max(1, ring_ms_max // 1000)),
            ACD_DIAL_CALLERID=way.caller_id,
            ACD_DIAL_TRUNK=way.trunk_id,
            ACD_DIAL_LINES=str(way.lines_max),
        )

    async def leave_to_call_out(self, ways: Sequence[Way], ring_ms_max: int, talk: ReservationId) -> None:
        """See ``agi_scripts.ports.Line``."""
        variables = {"ACD_OUT_S": str(max(1, ring_ms_max // 1000)), "ACD_OUT_RECORD": talk if self._records else ""}
        for ordinal, way in enumerate(ways, start=1):
            variables |= {
                f"ACD_OUT_TRUNK_{ordinal}": way.trunk_id,
                f"ACD_OUT_DIAL_{ordinal}": number_over_trunk(way.dialled, way.trunk_id),
                f"ACD_OUT_SHOWN_{ordinal}": way.caller_id,
                f"ACD_OUT_LINES_{ordinal}": str(way.lines_max),
            }
        # One command takes so many variables; the last one comes last in any case.
        await self._channel.set_variables(variables)
        await self._leave("out")

    async def hang_up(self, cause_code: int) -> None:
        """See Caller."""
        await self._leave("hangup", ACD_CAUSE=str(cause_code))

    async def leave_to_safety_route(self) -> None:
        """See Caller."""
        await self._leave("no-service")

    async def stay(self) -> None:
        """See Caller."""
        await self._channel.set_variable("ACD_NEXT", "")

    async def _leave(self, way: str, **variables: str) -> None:
        """ACD_NEXT comes last: whatever breaks off before it leaves the caller on the safety route."""
        await self._channel.set_variables({**variables, "ACD_NEXT": way})
        if self._channel.is_hung_up:
            raise CallerGone


def _sound(prompt_id: PromptId, language: str) -> str:
    """The sound's name for Asterisk. Names that could mean another folder are no prompts."""
    if not _LANGUAGE.fullmatch(language) or not _NAME.fullmatch(prompt_id):
        raise PromptMissing("not a prompt's name")
    return f"{SOUNDS}/{language}/{prompt_id}"
