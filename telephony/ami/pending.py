"""Actions that wait for their answer: panoramisk's Action with our own rules of when it is over.

panoramisk guesses from the wording of the first answer, which leaves QueueAdd and the AGI action
waiting for ever and breaks the connection on an Originate. Here the sender says what ends the action.
"""

import asyncio
import re
from dataclasses import dataclass
from typing import Any, Final

from panoramisk.actions import Action as PanoramiskAction
from panoramisk.message import Message

from telephony.ami.actions import Action
from telephony.ami.failures import ActionRefused, ActionTimedOut, AmiFailure
from telephony.ami.wire import AmiEvent, Reply

# "No Contacts found", "No endpoints found": an empty list, said as an error (seen on 22.10.1).
_NOTHING_FOUND: Final = re.compile(r"no\b.*\bfound\.?", re.IGNORECASE)


class PendingAction(PanoramiskAction):  # type: ignore[misc]  # panoramisk ships no types
    """Over with its first answer."""

    def __init__(self, action: Action, action_id: str) -> None:
        fields = {key: value if isinstance(value, str) else list(value) for key, value in action.fields.items()}
        super().__init__({"Action": action.name, "ActionID": action_id, **fields})
        self.future.add_done_callback(look_at)

    def add_message(self, message: Message) -> bool:
        """Take one answer; true when the action is over (called by panoramisk's handle_message)."""
        self.finish(reply_from(message))
        return True

    def finish(self, reply: Reply) -> None:
        if not reply.ok:
            self.fail(ActionRefused(self["Action"], reply))
        elif not self.future.done():
            self.future.set_result(reply)

    def fail(self, failure: Exception) -> None:
        if not self.future.done():
            self.future.set_exception(failure)

    def time_out(self) -> None:
        self.fail(ActionTimedOut(self["Action"]))


class PendingList(PendingAction):
    """Over with its closing event, or with the error that means an empty list."""

    def __init__(self, action: Action, action_id: str, complete_event: str) -> None:
        super().__init__(action, action_id)
        self.complete_event = complete_event
        self.start: Reply | None = None
        self.rows: list[AmiEvent] = []

    def add_message(self, message: Message) -> bool:
        reply = reply_from(message)
        if reply.ok:
            self.start = reply
            return False
        if _NOTHING_FOUND.fullmatch(reply.text):
            reply = Reply(action_id=reply.action_id, ok=True, text=reply.text, fields=reply.fields)
        self.finish(reply)
        return True

    def add_row(self, event: AmiEvent) -> bool:
        """Take one event with this action's ActionID; true when the list is over."""
        if event.name != self.complete_event:
            self.rows.append(event)
            return False
        whole = event.fields.get("EventList", "Complete").lower() == "complete"
        self.finish(
            Reply(
                action_id=event.fields.get("ActionID", ""),
                ok=whole,
                text=self.start.text if self.start else "",
                fields=event.fields,
                rows=tuple(self.rows),
            )
        )
        return True


def look_at(future: "asyncio.Future[Any]") -> None:
    """Nobody needs to await an action; asyncio's complaint about its failure is not wanted then."""
    if not future.cancelled():
        future.exception()


@dataclass(frozen=True, slots=True, kw_only=True)
class Originated:
    """An Originate under way. `acknowledged`: Asterisk has taken it. `outcome`: its OriginateResponse event.

    `outcome` ends in the event, also when nobody answered (`Response: Failure`), or in ActionRefused,
    LinkLost or ActionTimedOut. Neither future needs awaiting.
    """

    action_id: str
    acknowledged: "asyncio.Future[Reply]"
    outcome: "asyncio.Future[AmiEvent]"

    def watch(self, outcome_ms_max: int) -> None:
        """Give the outcome its deadline, and let it fail with the acknowledgement."""
        timer = self.outcome.get_loop().call_later(
            outcome_ms_max / 1000, self.fail, ActionTimedOut("Originate: no outcome")
        )
        self.outcome.add_done_callback(look_at)
        self.outcome.add_done_callback(lambda _: timer.cancel())
        self.acknowledged.add_done_callback(self._fail_along)

    def fail(self, failure: Exception) -> None:
        if not self.outcome.done():
            self.outcome.set_exception(failure)

    def _fail_along(self, acknowledged: "asyncio.Future[Reply]") -> None:
        failure = None if acknowledged.cancelled() else acknowledged.exception()
        # Without an answer in time the call may still be under way: its outcome has a deadline of its own.
        if isinstance(failure, AmiFailure) and not isinstance(failure, ActionTimedOut):
            self.fail(failure)


def reply_from(message: Message) -> Reply:
    """panoramisk's Message as a plain value."""
    return Reply(
        action_id=message.action_id or "",
        ok=bool(message.success),
        text=_one_text(message.message),
        # panoramisk adds a header of its own for the body of old replies.
        fields={key: _one_text(value) for key, value in message.items() if key != "content"},
    )


def _one_text(value: str | list[str]) -> str:
    return value if isinstance(value, str) else "\n".join(value)
