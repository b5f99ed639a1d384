"""A link to Asterisk's manager that is always either up, or known to be down.

`AmiLink` keeps one connection: it connects, logs in, pings, notices silence, and comes back with
growing pauses. What it never does: send an action twice, hold an action for later, wait without a
deadline, or stop reading. Two links are made by the wiring, one for events and one for commands, so
that a long list never stands in front of an event.

    link = AmiLink(LinkSettings(host=..., port=..., username=..., secret=...), now=clock, on_up=..., on_down=...)
    await link.start()
    marked = link.send(set_variable(channel=leg, name="ACD_STATE", value="ringing"))
    dialled = link.send(originate(...))          # on the wire right behind it
    await marked
    await dialled                                # ActionRefused, ActionTimedOut or LinkLost when it failed
    rows = await link.collect(Action(name="CoreShowChannels"), "CoreShowChannelsComplete")
    event = await link.next_event()
    await link.close()
"""

import asyncio
import random
import secrets
from collections.abc import Callable
from contextlib import suppress

import structlog

from kernel.instants import Instant
from telephony.ami.actions import Action
from telephony.ami.counters import LinkCounters
from telephony.ami.failures import LinkLost, TooManyPending
from telephony.ami.link_state import Ending, LinkState
from telephony.ami.pending import Originated, PendingAction, PendingList
from telephony.ami.protocol import LinkProtocol, OneLogin
from telephony.ami.settings import LinkSettings
from telephony.ami.wire import AmiEvent, Reply, sent_at_ms

log = structlog.get_logger(__name__)


class AmiLink:
    """One supervised AMI connection.

    `on_up()`: the link is up, after every FullyBooted (or login, see LinkSettings): resync now. It has
    been queueing events since the login. `on_down()`: a link that was up is down; its queued events are
    gone, its pending actions failed. Both are called in the event loop and must not block.
    """

    def __init__(
        self,
        settings: LinkSettings,
        *,
        now: Callable[[], Instant],
        on_up: Callable[[], None] = lambda: None,
        on_down: Callable[[], None] = lambda: None,
    ) -> None:
        self.settings = settings
        self.counters = LinkCounters()
        self.state = LinkState.STOPPED
        self._now = now
        self.on_up = on_up
        self.on_down = on_down
        self._events: asyncio.Queue[AmiEvent] = asyncio.Queue(settings.queue_length_max)
        self._outcomes: dict[str, Originated] = {}
        self._protocol: LinkProtocol | None = None
        self._task: asyncio.Task[None] | None = None
        # Ids of another link, or of an earlier run of the program, must not match ours.
        self._id_prefix = f"sambut-{secrets.token_hex(6)}-"
        self._ids_given = 0

    @property
    def is_up(self) -> bool:
        """Whether an action can be sent and events come; false from the moment the connection is gone."""
        return self.state is LinkState.UP and self._protocol is not None and not self._protocol.closed

    @property
    def queue_depth(self) -> int:
        """Events that wait for next_event()."""
        return self._events.qsize()

    @property
    def waiting_count(self) -> int:
        """Actions and outcomes of originates that are still awaited."""
        return len(self._outcomes) + (len(self._protocol.responses) if self._protocol is not None else 0)

    async def start(self) -> None:
        """Begin to connect, and return at once. The link lives until close()."""
        if self._task is None:
            self._task = asyncio.create_task(self._keep_connected(), name=f"ami {self.settings.username}")

    async def close(self) -> None:
        """Stop for good, whatever the link is doing. Pending actions fail with LinkLost."""
        if self._task is not None:
            task, self._task = self._task, None
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        self.state = LinkState.STOPPED

    def send(
        self, action: Action, *, timeout_ms: int | None = None, complete_event: str | None = None
    ) -> asyncio.Future[Reply]:
        """Write an action now and return the future of its answer, without waiting.

        Actions sent one behind the other reach Asterisk in that order. `complete_event`: the closing
        event of an action that answers with a list. `timeout_ms`: settings.action_ms_max when None.
        The future ends in a Reply or in ActionRefused, ActionTimedOut, LinkLost, TooManyPending. It
        needs no awaiting; cancelling it only stops the waiting. Never raises.
        """
        self._ids_given += 1
        action_id = f"{self._id_prefix}{self._ids_given}"
        pending = (
            PendingAction(action, action_id)
            if complete_event is None
            else PendingList(action, action_id, complete_event)
        )
        future: asyncio.Future[Reply] = pending.future
        protocol = self._protocol
        if protocol is None:
            pending.fail(LinkLost("the link is down"))
        elif len(protocol.responses) >= self.settings.pending_max:
            pending.fail(TooManyPending(action.name))
        else:
            self._write(protocol, pending, timeout_ms or self.settings.action_ms_max)
        return future

    async def perform(self, action: Action, *, timeout_ms: int | None = None) -> Reply:
        """Send an action and wait for its answer. Raises what send()'s future ends in."""
        return await self.send(action, timeout_ms=timeout_ms)

    async def collect(self, action: Action, complete_event: str, *, timeout_ms: int | None = None) -> list[AmiEvent]:
        """The rows of an action that answers with a list; "No ... found" is an empty list.

        Raises ActionRefused (also for a list that Asterisk broke off), ActionTimedOut, LinkLost,
        TooManyPending.
        """
        reply = await self.send(action, timeout_ms=timeout_ms, complete_event=complete_event)
        return list(reply.rows)

    def originate(self, action: Action, *, outcome_ms_max: int, timeout_ms: int | None = None) -> Originated:
        """Send an asynchronous Originate; its acknowledgement and its outcome are two futures.

        The outcome is the OriginateResponse event, `Response: Success` or `Failure`. It is an event like
        any other: it only comes to a link that is logged in with events on and whose filter lets it
        through. Never raises.
        """
        acknowledged = self.send(action, timeout_ms=timeout_ms)
        originated = Originated(
            action_id=f"{self._id_prefix}{self._ids_given}",
            acknowledged=acknowledged,
            outcome=asyncio.get_running_loop().create_future(),
        )
        self._outcomes[originated.action_id] = originated
        originated.watch(outcome_ms_max)
        originated.outcome.add_done_callback(lambda _: self._outcomes.pop(originated.action_id, None))
        return originated

    async def next_event(self) -> AmiEvent:
        """The oldest waiting event of the present connection; waits for one, also while the link is down."""
        return await self._events.get()

    def wants(self, name: str) -> bool:
        """Whether an event of this name goes into the queue (called by the protocol)."""
        wanted = self.settings.wanted_events
        return wanted is None or name in wanted

    def take_event(self, event: AmiEvent) -> bool:
        """Queue an event; false when the queue is full (called by the protocol)."""
        counters = self.counters
        counters.events[event.name] += 1
        sent_at = sent_at_ms(event)
        if sent_at is not None:
            counters.lag_ms_last = max(0, self._now() - sent_at)
            counters.lag_ms_max = max(counters.lag_ms_max, counters.lag_ms_last)
        try:
            self._events.put_nowait(event)
        except asyncio.QueueFull:
            return False
        counters.queue_depth_max = max(counters.queue_depth_max, self._events.qsize())
        return True

    def take_outcome(self, event: AmiEvent) -> None:
        """Resolve the outcome of one of our originates (called by the protocol)."""
        originated = self._outcomes.get(event.fields.get("ActionID", ""))
        if originated is None:
            self.counters.answers_unknown += 1
        elif not originated.outcome.done():
            originated.outcome.set_result(event)

    def _write(self, protocol: LinkProtocol, pending: PendingAction, timeout_ms: int) -> None:
        loop = asyncio.get_running_loop()
        written_at = loop.time()
        try:
            protocol.send(pending)
        except LinkLost as lost:
            pending.fail(lost)
            return
        timer = loop.call_later(timeout_ms / 1000, pending.time_out)

        def ended(future: asyncio.Future[Reply]) -> None:
            timer.cancel()
            protocol.responses.pop(pending.id, None)
            took_ms = round((loop.time() - written_at) * 1000)
            self.counters.count_action(None if future.cancelled() else future.exception(), took_ms)

        pending.future.add_done_callback(ended)

    async def _keep_connected(self) -> None:
        settings = self.settings
        failures = 0
        while True:
            ending = await self._live_once()
            if ending is Ending.REFUSED:
                self.state = LinkState.REFUSED
                log.error("AMI login refused", username=settings.username, host=settings.host, port=settings.port)
                await asyncio.sleep(settings.refused_ms / 1000)
                continue
            failures = 0 if ending is Ending.WAS_UP else failures + 1
            # Chance keeps several programs from knocking at a restarted Asterisk at once.
            pause_ms = random.uniform(settings.reconnect_ms_min, settings.pause_ms_max(failures=failures))
            await asyncio.sleep(pause_ms / 1000)

    async def _live_once(self) -> Ending:
        """One connection from its beginning to its end."""
        settings = self.settings
        login = OneLogin(settings, listener=self, counters=self.counters, action_id_prefix=self._id_prefix)
        try:
            self.state = LinkState.CONNECTING
            async with asyncio.timeout(settings.connect_ms_max / 1000):
                await login.connect()
            self.counters.connects += 1
            self.state = LinkState.LOGGING_IN
            async with asyncio.timeout(settings.login_ms_max / 1000):
                if not await login.accepted():
                    self.counters.logins_refused += 1
                    return Ending.REFUSED
            self._protocol = login.protocol
            self.state = LinkState.STARTING
            return await self._watch(login.protocol)
        except (OSError, TimeoutError, LinkLost) as failure:
            self.counters.connects_failed += 1
            log.warning("AMI not reached", host=settings.host, port=settings.port, failure=type(failure).__name__)
            return Ending.NOT_UP
        finally:
            await self._put_down(login)

    async def _watch(self, protocol: LinkProtocol) -> Ending:
        """Ping and listen until the connection is gone."""
        heard_at, quiet_waits = protocol.heard_at, 0
        while not protocol.lost.done():
            if self.state is LinkState.STARTING and (protocol.booted.done() or not self.settings.boot_awaited):
                self.state = LinkState.UP
                log.info("AMI link up", username=self.settings.username)
                _tell(self.on_up)
            awaited = {protocol.lost} if self.state is LinkState.UP else {protocol.lost, protocol.booted}
            done, _ = await asyncio.wait(
                awaited, timeout=self.settings.ping_ms / 1000, return_when=asyncio.FIRST_COMPLETED
            )
            if done:
                continue
            # Counted in waits, not by the clock: when this program itself was held up, what came
            # meanwhile is read before the wait ends, and the link is not dropped for our own sleep.
            quiet_waits = quiet_waits + 1 if protocol.heard_at == heard_at else 0
            heard_at = protocol.heard_at
            if quiet_waits == 2:
                self.counters.silences += 1
                log.error("AMI link silent, dropped", username=self.settings.username)
                protocol.abort()
                await asyncio.wait({protocol.lost})
            else:
                self.send(Action(name="Ping"))
        return Ending.WAS_UP if self.state is LinkState.UP else Ending.NOT_UP

    async def _put_down(self, login: OneLogin) -> None:
        """Forget all that belonged to the connection, then tell the owner."""
        was_up = self.state is LinkState.UP
        self.state = LinkState.WAITING
        self._protocol = None
        await login.shut()
        while not self._events.empty():
            self._events.get_nowait()
        outcomes, self._outcomes = self._outcomes, {}
        for originated in outcomes.values():
            originated.fail(LinkLost("the link went down"))
        if was_up:
            self.counters.losses += 1
            log.warning("AMI link down", username=self.settings.username)
            _tell(self.on_down)


def _tell(callback: Callable[[], None]) -> None:
    try:
        callback()
    except Exception:
        # The owner's mistake must not take the link down with it.
        log.exception("AMI link callback failed")
