"""Checks between the records of a centre file: names used twice, names that nobody has, trunks that overlap. Pure."""

import ipaddress
from collections.abc import Callable, Collection, Iterator
from itertools import combinations

from acd.core.agent_states import ReasonCode
from centre.drafts import Draft, Drafts
from centre.kinds import is_id
from centre.nearest import suggestion
from centre.problems import Fault, Place
from centre.schema import SHAPES
from ivr.core.caller_lists import ListAction
from kernel.ids import PromptId

NAMES_SHOWN_MAX = 12
TURNED_ON_BY = {
    "udp": "set asterisk.sip_udp_port",
    "tcp": "set asterisk.sip_tcp_port",
    "tls": "set asterisk.sip_tls_port",
    "wss": "set asterisk.http_port",
}
"""The setting of each transport."""


def crosscheck(drafts: Drafts, prompts: Collection[PromptId] | None, transports: Collection[str] | None) -> list[Fault]:
    """Everything wrong between records, flows' insides apart.

    ``prompts``: those that exist, ``transports``: those that are turned on; None: not looked at.
    """
    return [
        *_repeated_names(drafts),
        *_repeated_codes(drafts),
        *_repeats(drafts.of("agents"), "login"),
        *_repeats(drafts.of("aux_reasons"), "digits"),
        *_reasons_of_the_engine(drafts),
        *_dangling_references(drafts),
        *_numbers_of_two_routes(drafts),
        *_missing_prompts(drafts, prompts),
        *_trunks_nobody_reaches(drafts),
        *_trunks_that_overlap(drafts),
        *_phones_called_like_a_trunk(drafts),
        *_transports_that_are_off(drafts, transports),
        *_priority_lists_that_turn_away(drafts),
    ]


def missing(place: Place, what: str, name: str, known: Collection[str]) -> Fault:
    """A reference to something that is not there, with the nearest that is."""
    return Fault(place=place, what=f'there is no {what} "{name}"', mend=nearest_of(name, known))


def nearest_of(name: str, known: Collection[str]) -> str:
    """How to mend a name that nothing has: the nearest that something has, else some that are there."""
    some = ", ".join(sorted(known)[:NAMES_SHOWN_MAX])
    return suggestion(name, sorted(known)) or (f"there are: {some}" if some else "the file has none yet, add one")


def _repeated_names(drafts: Drafts) -> Iterator[Fault]:
    for shape in SHAPES:
        # With and without the + a number is the same number to whoever dials it.
        yield from _repeats(drafts.of(shape.table), shape.key, lambda name: name.lstrip("+"))


def _repeated_codes(drafts: Drafts) -> Iterator[Fault]:
    """What an agent dials to send a caller on must mean one agent or one queue."""
    taken = {draft.values.get("login"): f"agent #{int(draft.place[1]) + 1}" for draft in drafts.of("agents")}
    for draft in drafts.of("queues"):
        code = draft.values.get("code")
        if not code:
            continue
        if code in taken:
            mend = "give the queue another code, or none"
            yield Fault(place=(*draft.place, "code"), what=f"{taken[code]} is dialled by the same", mend=mend)
        taken.setdefault(code, f"queue #{int(draft.place[1]) + 1}")


def _repeats(drafts: tuple[Draft, ...], key: str, alike: Callable[[str], str] = str) -> Iterator[Fault]:
    first: dict[str, Draft] = {}
    for draft in drafts:
        value = draft.values.get(key)
        if value is None:
            continue
        earlier = first.setdefault(alike(value), draft)
        if earlier is not draft:
            first_number = int(earlier.place[1]) + 1
            yield Fault(
                place=(*draft.place, key),
                what=f"{draft.shape.one} #{first_number} has the same",
                mend="give each its own, or leave one of them out",
            )


def _reasons_of_the_engine(drafts: Drafts) -> Iterator[Fault]:
    for reason in drafts.of("aux_reasons"):
        if reason.name in {*ReasonCode} - {ReasonCode.NONE}:
            yield Fault(
                place=(*reason.place, "id"), what="the engine itself gives agents this reason", mend="call it otherwise"
            )


def _dangling_references(drafts: Drafts) -> Iterator[Fault]:
    flows, skills = drafts.names("flows"), drafts.names("skills")
    for did in drafts.of("dids"):
        flow = did.values.get("flow")
        if flow is not None and flow not in flows:
            yield missing((*did.place, "flow"), "flow", flow, flows)
    yield from _dangling_in_routes(drafts)
    for table, key in (("queues", "requires"), ("agents", "skills")):
        for draft in drafts.of(table):
            levels = draft.raw.get(key)
            # As written: one wrong level must not hide a wrong name beside it.
            for skill in levels if isinstance(levels, dict) else ():
                if skill not in skills and is_id(skill):
                    yield missing((*draft.place, key, skill), "skill", skill, skills)


def _dangling_in_routes(drafts: Drafts) -> Iterator[Fault]:
    trunks, hours = drafts.names("trunks"), drafts.names("hours")
    for route in drafts.of("routes"):
        for index, trunk in enumerate(route.values.get("trunks", ())):
            if trunk not in trunks:
                yield missing((*route.place, "trunks", index), "trunk", trunk, trunks)
        asked = route.values.get("hours")
        if asked is not None and asked not in hours:
            yield missing((*route.place, "hours"), "hours", asked, hours)


def _numbers_of_two_routes(drafts: Drafts) -> Iterator[Fault]:
    """The longest beginning decides, so that of one length there must be one only."""
    first: dict[str, Draft] = {}
    for route in drafts.of("routes"):
        for key in ("allows", "numbers"):
            for number in route.values.get(key, ()):
                earlier = first.setdefault(number, route)
                if earlier is not route:
                    yield Fault(
                        place=(*route.place, key),
                        what=f"{number} also belongs to route {earlier.name or 'above'}",
                        mend="leave it to one of them",
                    )


def _missing_prompts(drafts: Drafts, prompts: Collection[PromptId] | None) -> Iterator[Fault]:
    if prompts is None:
        return
    for queue in drafts.of("queues"):
        prompt = queue.values.get("announcement")
        if prompt is not None and prompt not in prompts:
            yield missing((*queue.place, "announcement"), "prompt", prompt, prompts)


def _trunks_nobody_reaches(drafts: Drafts) -> Iterator[Fault]:
    for trunk in drafts.of("trunks"):
        if trunk.values.get("match") == () and trunk.values.get("register_user") == "":
            yield Fault(
                place=trunk.place,
                what="calls cannot be told to come from it",
                mend='add match = ["<the carrier\'s address>"], or register_user = "...", or both',
            )


def _trunks_that_overlap(drafts: Drafts) -> Iterator[Fault]:
    for one, other in combinations(drafts.of("trunks"), 2):
        for network in other.values.get("match", ()):
            if any(_overlap(network, theirs) for theirs in one.values.get("match", ())):
                yield Fault(
                    place=(*other.place, "match"),
                    what=f"{network} also belongs to trunk {one.name or 'above'}",
                    mend="a call from it could be either's; leave it to one trunk",
                )


def _phones_called_like_a_trunk(drafts: Drafts) -> Iterator[Fault]:
    trunks = drafts.names("trunks")
    for device in drafts.of("devices"):
        # Asterisk knows phones and trunks by one kind of name, and a trunk's begins so.
        name = device.name or ""
        if name.startswith("trunk-") and name.removeprefix("trunk-") in trunks:
            yield Fault(place=(*device.place, "id"), what="Asterisk calls a trunk so", mend="call the phone otherwise")


def _transports_that_are_off(drafts: Drafts, transports: Collection[str] | None) -> Iterator[Fault]:
    if transports is None:
        return
    for table in ("trunks", "devices"):
        for draft in drafts.of(table):
            transport = draft.values.get("transport")
            if transport is not None and transport not in transports:
                yield Fault(
                    place=(*draft.place, "transport"),
                    what=f"{transport} is turned off in the settings",
                    mend=f"{TURNED_ON_BY[transport]}, or use one of: {', '.join(sorted(transports))}",
                )


def _priority_lists_that_turn_away(drafts: Drafts) -> Iterator[Fault]:
    for one in drafts.of("caller_lists"):
        if one.values.get("kind") == "priority" and one.values.get("action", ListAction.FLOW) != ListAction.FLOW:
            yield Fault(
                place=(*one.place, "action"),
                what="a list of kind priority turns nobody away",
                mend='take the action out, or make it kind = "block"',
            )


def _overlap(one: str, other: str) -> bool:
    first, second = ipaddress.ip_network(one), ipaddress.ip_network(other)
    if first.version == 4 and second.version == 4:
        return first.overlaps(second)
    if first.version == 6 and second.version == 6:
        return first.overlaps(second)
    return False
