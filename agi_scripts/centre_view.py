"""The centre as flows and agents' phones ask for it: numbers, flows, hours, lists, logins. Swapped as a whole."""

from collections.abc import Callable, Mapping, Set
from datetime import date

from acd.core.transfer_words import TransferTo
from agi_scripts.ports import AgentLogin
from centre.call_routes import Allowed, CallRoutes, national_digits
from centre.list_entries import standing_entries
from centre.model import Centre
from ivr.core.caller_lists import LOW_PRIORITY, EntryIndex, ListAction
from ivr.core.flow import Flow
from ivr.core.hours import is_open
from ivr.ports import Listing, LookUpUnknown
from kernel.ids import CallerListId, Did, FlowId, HoursId, QueueId
from kernel.instants import Instant, to_datetime

VERSIONS_KEPT = 20
"""Calls in progress go on in the version they began with, for so many published changes."""

HolidaysOf = Callable[[str, int], Set[date]]
"""The public holidays of a country (ISO 3166) in a year."""


LiveEntries = Callable[[CallerListId], EntryIndex]


class CentreView:
    """Implements LookUps and FlowShelf of ``ivr.ports``, AgentBook, Referrals and Place of ``agi_scripts.ports``.

    ``live``: the entries of a list beside those of the centre's description, as they are just now.
    """

    def __init__(self, centre: Centre, holidays_of: HolidaysOf, live: LiveEntries) -> None:
        self._holidays_of = holidays_of
        self._live = live
        self._versions: dict[FlowId, dict[int, Flow]] = {}
        self.show(centre)

    def show(self, centre: Centre) -> None:
        """From now on, this is the centre."""
        self.routes = CallRoutes(centre, self.is_open)
        """Which numbers outside may be called."""
        self._languages = centre.languages
        self._country = centre.country
        self._aux_reasons = {reason.digits: reason.id for reason in centre.aux_reasons}
        self._flows = {flow.id: flow for flow in centre.flows}
        self._dids = {did.number: did.flow for did in centre.dids}
        self._hours = {hours.id: hours for hours in centre.hours}
        self._lists = {one.id: (one, standing_entries(one, centre)) for one in centre.caller_lists}
        self._music = {queue.id: queue.music for queue in centre.queues}
        self._logins = {agent.login: AgentLogin(agent_id=agent.id, pin_hash=agent.pin_hash) for agent in centre.agents}
        self._referrals: dict[str, tuple[TransferTo, str]] = {
            **{agent.login: (TransferTo.AGENT, agent.id) for agent in centre.agents},
            **{queue.code: (TransferTo.QUEUE, queue.id) for queue in centre.queues if queue.code},
        }
        for flow in centre.flows:
            versions = self._versions.setdefault(flow.id, {})
            versions[flow.version] = flow
            for old in sorted(versions)[:-VERSIONS_KEPT]:
                del versions[old]

    def is_open(self, hours_id: HoursId, at: Instant) -> bool:
        """See LookUps."""
        hours = self._hours.get(hours_id)
        if hours is None:
            raise LookUpUnknown(hours_id)
        if not hours.holidays:
            return is_open(hours, frozenset(), at)
        # The local day may lie in another year than the day in UTC.
        year = to_datetime(at).year
        days = [self._holidays_of(hours.holidays, one) for one in (year - 1, year, year + 1)]
        return is_open(hours, frozenset[date]().union(*days), at)

    def listing(self, list_id: CallerListId, number: str, customer: str, at: Instant) -> Listing:
        """See LookUps. A withheld number is on a list only when the list says so."""
        if list_id not in self._lists:
            raise LookUpUnknown(list_id)
        one, standing = self._lists[list_id]
        indexes = (standing, self._live(list_id))
        is_known = any(index.covering(number, customer, at) is not None for index in indexes)
        if not is_known and not (one.anonymous and number == ""):
            return Listing(is_listed=False, priority=None)
        if one.kind == "priority":
            return Listing(is_listed=True, priority=one.priority)
        action = ListAction(one.action)
        return Listing(
            is_listed=True, priority=LOW_PRIORITY if action is ListAction.LOW_PRIORITY else None, action=action
        )

    def referred_to(self, digits: str) -> tuple[TransferTo, str] | None:
        """See Referrals."""
        return self._referrals.get(digits)

    def way_back(self, number: str, at: Instant) -> str:
        """See LookUps."""
        allowed = number != "" and isinstance(self.routes.decide(number, at), Allowed)
        return national_digits(number, country=self._country) if allowed else ""

    def music(self, queue_id: QueueId) -> str:
        """See LookUps."""
        return self._music.get(queue_id, "default")

    def for_did(self, did: Did) -> Flow | None:
        """See FlowShelf. Carriers send a number with or without its +, so both find it."""
        flow_id = self._dids.get(did) or self._dids.get(Did(_other_writing(did)))
        return None if flow_id is None else self._flows.get(flow_id)

    def of_version(self, flow_id: FlowId, version: int) -> Flow | None:
        """See FlowShelf."""
        return self._versions.get(flow_id, {}).get(version) or self._flows.get(flow_id)

    @property
    def languages(self) -> tuple[str, ...]:
        """See Place."""
        return self._languages

    @property
    def aux_reasons(self) -> Mapping[str, str]:
        """See Place."""
        return self._aux_reasons

    @property
    def country(self) -> str:
        """See Place."""
        return self._country

    def by_login(self, login: str) -> AgentLogin | None:
        """See AgentBook."""
        return self._logins.get(login)


def _other_writing(did: str) -> str:
    return did[1:] if did.startswith("+") else f"+{did}"
